"""The desk in a real browser: what its scripts do, and that the content policy has nothing to complain about."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connections

from partnerships.admin.addresses import address, list_address
from partnerships.models import Membership, Partner, Record
from tests import databases
from tests.world import PASSWORD, World, save

from .live import CHROMIUM, SWITCHES, server

pytestmark = pytest.mark.e2e


@pytest.fixture
def desk(own, world_template, tmp_path, monkeypatch):
    """A server of its own over a copy of the small world: its address. Dag, the administrator, can sign in."""
    if databases.on_postgresql():
        pytest.skip("the server of this test reads SQLite files")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's driver runs an event loop in this thread
    with own(world_template) as pair, server(pair, tmp_path) as where:
        yield where


@pytest.fixture
def tab(desk):
    """A browser's tab in which Dag is signed in. `tab.complaints` collects what the browser complains about."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        tab = browser.new_context(base_url=desk, viewport={"width": 1280, "height": 900}).new_page()
        tab.complaints = []
        tab.on("console", lambda message: message.type == "error" and tab.complaints.append(message.text))
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.goto("/admin/login/")
        tab.fill("#id_username", "dag")
        tab.fill("#id_password", PASSWORD)
        tab.click("input[type=submit]")
        tab.wait_for_url("**/admin/")
        connections.close_all()  # inside the driver's event loop Django keeps connections of their own
        yield tab
        connections.close_all()
        browser.close()


def test_no_page_breaks_the_content_policy(tab):
    world = World()
    japan, malta = world.japan, world.malta
    pages = ["/admin/", list_address("partner"), list_address("record"), f"{list_address('exercise')}add/"]
    pages += [address(malta, which) for which in ("change", "history", "changes", "publish", "withdraw")]
    pages += [address(world.atlantis, "delete"), address(malta, "restore", number=1), "/admin/publishing/publication/"]
    pages += ["/admin/auth/user/", "/admin/auth/user/1/change/", address(japan, "changes")]
    for where in pages:
        tab.goto(where, wait_until="networkidle")
        assert tab.complaints == [], where
        assert not tab.evaluate("document.documentElement.scrollWidth > innerWidth"), where
    tab.evaluate("document.head.appendChild(document.createElement('style')).textContent = 'p { color: red }'")
    assert "Content Security Policy" in tab.complaints[0]  # so it would have been seen


def test_a_record_is_chosen_by_typing_in_a_new_row(tab):
    world = World()
    tab.goto(address(world.japan))
    tab.click("#memberships-group .add-row a")
    row = tab.locator("#memberships-0")
    assert tab.locator(".select2-container").count() == 0  # controls sleep until they are touched
    row.locator("select[name=memberships-0-framework]").dispatch_event("mousedown", {"button": 0})
    tab.fill(".select2-search__field", "partnership")
    tab.click(".select2-results__option:has-text('Partnership for Peace')")
    row.locator("[name=memberships-0-start]").fill("2014-02")
    tab.click("#citations-group .add-row a")
    supports = tab.locator("[name=citations-0-supports]")
    assert supports.locator("option").count() == 1  # the long list is borrowed when it is needed
    supports.focus()
    supports.select_option("field:capital")
    tab.locator("[name=citations-0-source]").focus()
    tab.keyboard.press("Enter")
    tab.fill(".select2-search__field", "topic")
    tab.click(".select2-results__option:has-text('Topic page')")
    tab.locator("[name=citations-0-checked_on]").fill("2026-11-25")
    tab.click("button[name=_continue]")
    tab.wait_for_selector(".messagelist .success")
    assert [str(row) for row in world.japan.memberships.all()] == ["Partnership for Peace: active from February 2014"]
    citation = world.japan.citations.get()
    assert (citation.field, str(citation.checked_on)) == ("capital", "2026-11-25")
    assert tab.complaints == []


def test_the_slug_follows_the_title_of_a_new_record(tab):
    User.objects.filter(username__in=["bruno", "chiara"]).update(is_active=False)  # Dag alone may publish his own
    tab.goto(f"{list_address('region')}add/")
    tab.fill("#id_title", "South Caucasus")
    tab.locator("#id_title").blur()
    assert tab.input_value("#id_slug") == "south-caucasus"
    tab.click("button[name=_publish]")
    tab.wait_for_url("**/publish/")
    tab.click("text=Publish >> nth=-1")
    assert "is published as version 1" in tab.inner_text(".messagelist")
    assert tab.complaints == []


def test_more_fields_than_the_server_takes_are_said_before_anything_is_sent(tab):
    world = World()
    tab.goto(address(world.malta))
    tab.evaluate("document.getElementById('too-many').dataset.most = 10")
    tab.fill("#id_capital", "Mdina")
    tab.click("button[name=_continue]")
    assert tab.locator("#too-many").is_visible()
    assert tab.input_value("#id_capital") == "Mdina"
    assert world.malta.capital == "Valletta"


def test_a_country_with_500_rows_is_usable(tab):
    world = World()
    rows = [Membership(framework=world.pfp, start=str(1001 + n), end=str(1002 + n), end_is="until") for n in range(500)]
    big = save(Partner(slug="big", title="Big"), memberships=rows)
    tab.goto(address(Record.objects.get(pk=big.pk)))
    timing = tab.evaluate("performance.getEntriesByType('navigation')[0].toJSON()")
    print(f"500 rows: answered after {timing['responseEnd']:.0f} ms, ready after {timing['loadEventEnd']:.0f} ms")
    tab.click("#memberships-group .add-row a")
    assert tab.locator("#memberships-500").is_visible()
    assert tab.complaints == []


def test_the_desk_fits_a_phone(tab):
    world = World()
    tab.set_viewport_size({"width": 390, "height": 844})
    for where in ("/admin/", list_address("partner"), address(world.malta), address(world.malta, "publish")):
        tab.goto(where)
        assert not tab.evaluate("document.documentElement.scrollWidth > innerWidth"), where
    assert not tab.locator("#desk-nav").is_visible()
    tab.click("button[popovertarget=desk-nav]")
    assert tab.locator("#desk-nav").is_visible()
