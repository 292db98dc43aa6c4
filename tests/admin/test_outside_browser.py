"""Signing in by an outside provider in a real browser: the way there and back under the content policy."""

from __future__ import annotations

import re
from functools import partial

import pytest
from django.db import connections

from tests import databases
from tests.world import PASSWORD

from .fake_provider import CLIENT, SECRET, fake_provider
from .live import chromium, server

pytestmark = pytest.mark.e2e

HOME = re.compile(r"^http://localhost:\d+/admin/$")


@pytest.fixture
def ministry():
    with fake_provider() as provider:
        provider.person = {"sub": "7", "preferred_username": "dag@ministry.example", "name": "Dag"}
        provider.asks = True
        yield provider


@pytest.fixture
def tab(own, world_template, ministry, tmp_path, monkeypatch):
    if databases.on_postgresql():
        pytest.skip("the server of this test reads SQLite files")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's driver runs an event loop in this thread
    given = {
        "OIDC_SERVER_URL": ministry.origin,
        "OIDC_CLIENT_ID": CLIENT,
        "OIDC_CLIENT_SECRET": SECRET,
        "OIDC_NAME": "Ministry",
    }
    with own(world_template) as pair, server(pair, tmp_path, **given) as where, chromium() as browser:
        tab = browser.new_context(base_url=where, viewport={"width": 1280, "height": 900}).new_page()
        tab.complaints = []
        note = partial(list.append, tab.complaints)
        tab.on("console", lambda message: message.type == "error" and note(message.text))
        yield tab
        connections.close_all()


def test_the_whole_way(tab):
    from playwright.sync_api import expect

    tab.goto("/accounts/login/")
    # nobody is connected yet
    tab.click("text=Sign in with Ministry")
    tab.click("#yes")
    expect(tab.locator("h1")).to_have_text("You aren't signed in")
    expect(tab.locator("body")).to_contain_text("No account of the desk is connected to this identity at Ministry")
    # Dag connects
    tab.complaints.clear()  # the browser notes that the refusal was a 403
    tab.click("text=To the sign-in")
    tab.fill("#id_username", "dag")
    tab.fill("#id_password", PASSWORD)
    tab.click("input[type=submit]")
    tab.wait_for_url(HOME)
    tab.goto("/accounts/outside/")
    tab.click("text=Connect Ministry")
    tab.click("#yes")
    expect(tab.locator("body")).to_contain_text("From now on Ministry lets you in as well.")
    expect(tab.locator(".rows")).to_contain_text("dag@ministry.example")
    # and signs in by it, to the page that was asked for
    tab.goto("/admin/")
    tab.click("button[aria-label='Sign out']")
    tab.goto("/accounts/login/?next=/admin/partnerships/partner/")
    tab.click("text=Sign in with Ministry")
    tab.click("#yes")
    tab.wait_for_url("**/admin/partnerships/partner/")
    # and takes it away again
    tab.goto("/accounts/outside/")
    tab.click("text=Remove")
    expect(tab.locator(".rows")).to_contain_text("Nothing yet.")
    assert tab.complaints == []
    # the pages pass axe, the one in between as well: last, because axe itself tries inline styles
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    look = partial(_no_violations, axe, tab)
    look("the page of the account")
    tab.goto("/admin/")
    tab.click("button[aria-label='Sign out']")
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto("/accounts/login/")
    look("the sign-in")
    tab.route("**/outside/sign-in/", _without_refresh)
    tab.click("text=Sign in with Ministry")
    expect(tab.locator("text=Go on to Ministry")).to_be_visible()
    look("the page in between")
    tab.click("text=Go on to Ministry")
    tab.click("#yes")
    expect(tab.locator("h1")).to_have_text("You aren't signed in")
    look("the refusal")


def _without_refresh(route) -> None:
    """As a browser that doesn't follow the header: the link is left."""
    answer = route.fetch()
    kept = {name: value for name, value in answer.headers.items() if name != "refresh"}
    route.fulfill(response=answer, headers=kept)


def _no_violations(axe, tab, page: str) -> None:
    found = [(broken["id"], broken["nodes"][0]["html"][:90]) for broken in axe.run(tab).response["violations"]]
    assert found == [], page
    assert not tab.evaluate("document.documentElement.scrollWidth > innerWidth"), page
