"""Suggestions in a real browser: by keyboard and pointer, with the plain form where there is no script."""

from __future__ import annotations

import pytest
from django.db import connections

from tests import databases
from tests.admin.live import chromium, server

pytestmark = pytest.mark.e2e


@pytest.fixture
def site(own, world_template, tmp_path, monkeypatch):
    """A server over the small world, and a browser."""
    if databases.on_postgresql():
        pytest.skip("the server of this test reads SQLite files")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's driver runs an event loop in this thread
    with own(world_template) as pair:
        connections.close_all()
        with server(pair, tmp_path) as where, chromium() as browser:
            yield where, browser
        connections.close_all()


def test_suggestions_are_chosen_by_keyboard_and_the_form_works_without(site):
    from playwright.sync_api import expect

    where, browser = site
    context = browser.new_context(base_url=where)
    tab, faults, asked = context.new_page(), [], []
    tab.on("console", lambda one: faults.append(one.text) if one.type == "error" else None)
    tab.on("pageerror", lambda one: faults.append(str(one)))
    tab.on("request", lambda one: asked.append(one.url) if "suggestions" in one.url else None)
    tab.goto("/search/")
    field = tab.locator("#q2")
    field.press_sequentially("malt", delay=20)
    options = tab.get_by_role("option")
    expect(options.first).to_contain_text("Malta")
    assert len(asked) == 1, "typing is waited for"
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(field).not_to_have_attribute("aria-activedescendant", "q2-list-0")
    field.press("ArrowDown")
    expect(field).to_have_attribute("aria-activedescendant", "q2-list-0")
    expect(options.first).to_have_attribute("aria-selected", "true")
    field.press("ArrowUp")
    expect(options.last).to_have_attribute("aria-selected", "true")
    field.press("Escape")
    expect(tab.get_by_role("listbox")).to_have_count(0)
    expect(field).to_have_value("malt")
    field.press("Enter")
    expect(tab).to_have_url(f"{where}/search/?q=malt")

    field = tab.locator("#q2")
    field.fill("pfp")
    expect(tab.get_by_role("option").first).to_contain_text("PfP")
    tab.get_by_role("option").first.click()
    expect(tab).to_have_url(f"{where}/frameworks/pfp/")
    assert faults == []
    context.close()

    plain = browser.new_context(base_url=where, java_script_enabled=False)
    tab = plain.new_page()
    tab.goto("/search/")
    tab.locator("#q2").fill("malta")
    tab.locator("#q2").press("Enter")
    expect(tab).to_have_url(f"{where}/search/?q=malta")
    plain.close()
