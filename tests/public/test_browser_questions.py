"""What readers come with, answered from the home page in a real browser: on a phone and a desk, with script and without."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.e2e

PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
READERS = {
    "desk": {"viewport": DESKTOP},
    "phone": {"viewport": PHONE, "is_mobile": True, "has_touch": True},
    "phone without script": {"viewport": PHONE, "java_script_enabled": False},
    "desk without script": {"viewport": DESKTOP, "java_script_enabled": False},
}


@pytest.fixture(params=READERS)
def home(site, chrome, request):
    """A tab with the home page."""
    context = chrome.new_context(base_url=site, **READERS[request.param])
    context.set_default_timeout(60_000)
    tab = context.new_page()
    tab.goto("/")
    yield tab
    context.close()


def unfold(tab, words: str) -> None:
    """Open a fold of the header, where the screen is narrow."""
    summary = tab.locator("summary", has_text=words).first
    if summary.is_visible():
        summary.click()


def search(tab, words: str) -> None:
    unfold(tab, "Menu and search")
    tab.locator("#q").fill(words)
    tab.locator(".find button").click()


def said(tab, selector: str) -> str:
    return re.sub(r"\s+", " ", tab.locator(selector).first.inner_text())


def test_who_was_in_partnership_for_peace_when_crimea_was_annexed(home):
    search(home, "Crimea")
    home.get_by_role("link", name="Russia annexes Crimea").click()
    assert "March 2014" in said(home, "main")
    search(home, "PfP")
    home.get_by_role("link", name="Partnership for Peace", exact=True).first.click()
    unfold(home, "Turn to a day")
    home.locator("#as_of").fill("2014-03-18")
    home.locator(".pick button").click()
    assert "18 March 2014" in said(home, ".timebar")
    assert "22 countries in force on 18 March 2014" in said(home, ".statusline")
    members = home.locator("section:has(> #members) table [role=rowheader]").all_inner_texts()
    assert len(members) == 22
    assert {"Russia", "Ukraine", "Sweden", "the former Yugoslav Republic of Macedonia"} <= set(members)
    assert not {"Albania", "Croatia"} & set(members)  # Allies by then
    assert home.locator("section:has(> #sources) li").count()


def test_was_japan_in_the_istanbul_cooperation_initiative(home):
    home.get_by_role("link", name="Was Japan in the Istanbul Cooperation Initiative?").click()
    assert "Contradicted" in said(home, ".statusline")
    assert "it has no role in the Istanbul Cooperation Initiative" in said(home, "section:has(> #correction)")
    assert home.locator("section:has(> #sources) li a[href^=http]").count()
    search(home, "ICI")
    home.get_by_role("link", name="Istanbul Cooperation Initiative", exact=True).first.click()
    members = home.locator("section:has(> #members) table [role=rowheader]").all_inner_texts()
    assert members
    assert "Japan" not in members


def test_which_of_these_statements_is_wrong(home):
    home.get_by_role("link", name="Which widely made statements are wrong?").click()
    verdicts = {" ".join(one.split()) for one in home.locator(".claims .tag").all_inner_texts()}
    assert verdicts <= {"Contradicted", "Misleading", "Outdated"}
    assert "Contradicted" in verdicts
    statement = home.locator(".claims h3 a").first
    words = statement.inner_text()
    statement.click()
    assert words.rstrip(".") in said(home, "h1")
    assert said(home, "section:has(> #correction) .right")
