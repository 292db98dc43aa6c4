"""Signing in by an outside provider in a real browser: the way there and back under the content policy."""

from __future__ import annotations

import re
from functools import partial

import pytest
from django.db import connections
from playwright.sync_api import expect

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
