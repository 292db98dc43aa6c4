"""Signing in with a real browser: passkeys of a virtual authenticator, and the content policy on every page of an account."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.db import connections

from partnerships.editorial.people import make_link
from tests.world import PASSWORD

from .test_browser import CHROMIUM, SWITCHES, desk  # noqa: F401 (a fixture)

pytestmark = pytest.mark.e2e

PARTNERS = re.compile(r"^http://localhost:\d+/admin/partnerships/partner/$")
HOME = re.compile(r"^http://localhost:\d+/admin/$")

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def tab(desk):  # noqa: F811
    """A tab at the sign-in, on a machine that keeps passkeys. `tab.complaints` collects what the browser complains about."""
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        tab = browser.new_context(base_url=desk, viewport={"width": 1280, "height": 900}).new_page()
        tab.complaints = []
        tab.on("console", lambda message: message.type == "error" and tab.complaints.append(message.text))
        tab.on("pageerror", lambda error: tab.complaints.append(str(error)))
        tab.device = tab.context.new_cdp_session(tab)
        tab.device.send("WebAuthn.enable")
        tab.authenticator = tab.device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]
        tab.goto("/accounts/login/?next=/admin/partnerships/partner/")
        connections.close_all()  # inside the driver's event loop Django keeps connections of their own
        yield tab
        connections.close_all()
        browser.close()


def sign_in(tab) -> None:
    tab.fill("#id_username", "dag")
    tab.fill("#id_password", PASSWORD)
    tab.click("input[type=submit]")


def add_passkey(tab) -> None:
    tab.bring_to_front()  # passkeys are given to the page in front only
    tab.goto("/accounts/2fa/webauthn/add/")
    tab.click("text=Make the passkey")
    tab.wait_for_url("**/recovery-codes/")


def sign_out(tab) -> None:
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.goto("/admin/")
    tab.click("button[aria-label='Sign out']")
    tab.wait_for_url("**/accounts/login/**")


def test_a_passkey_is_added_and_signs_in_without_a_name(tab):
    sign_in(tab)
    tab.wait_for_url(PARTNERS)
    add_passkey(tab)
    assert tab.locator(".codes li").count() == 10
    sign_out(tab)
    tab.goto("/accounts/login/?next=/admin/partnerships/partner/")
    tab.click("text=Sign in with a passkey")
    tab.wait_for_url(PARTNERS)
    assert tab.complaints == []
    tab.goto("/accounts/2fa/")
    assert "last used" in tab.inner_text(".rows")


def test_a_passkey_is_the_second_factor_after_a_password(tab):
    sign_in(tab)
    tab.wait_for_url(PARTNERS)
    add_passkey(tab)
    sign_out(tab)
    sign_in(tab)
    tab.wait_for_url("**/accounts/2fa/authenticate/")
    tab.goto("/admin/")
    assert "/accounts/" in tab.url  # not in yet
    tab.click("text=Use a passkey")
    tab.wait_for_url(HOME)
    assert tab.complaints == []


def test_without_its_passkey_a_browser_says_so_and_the_form_stays(tab):
    tab.device.send("WebAuthn.setUserVerified", {"authenticatorId": tab.authenticator, "isUserVerified": False})
    tab.click("text=Sign in with a passkey")
    tab.wait_for_selector("text=No passkey was used")
    sign_in(tab)
    tab.wait_for_url(PARTNERS)


def test_a_colleague_starts_by_a_link(tab, desk):  # noqa: F811
    _, token = make_link(User.objects.get(username="anna"), by=User.objects.get(username="dag"))
    connections.close_all()
    tab.goto(f"/accounts/start/{token}/")
    tab.fill("#id_new_password1", "a sentence that nobody guesses")
    tab.fill("#id_new_password2", "a sentence that nobody guesses")
    tab.click("text=Set the password")
    tab.wait_for_url("**/accounts/login/")
    assert "Your password is set" in tab.inner_text(".messagelist")
    assert tab.complaints == []


PAGES = (
    "/accounts/password/change/",
    "/accounts/sessions/",
    "/accounts/2fa/",
    "/accounts/2fa/totp/activate/",
    "/accounts/2fa/webauthn/add/",
    "/accounts/2fa/webauthn/keys/{key}/edit/",
    "/accounts/2fa/webauthn/keys/{key}/remove/",
    "/accounts/2fa/recovery-codes/",
    "/accounts/2fa/recovery-codes/generate/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/2fa/webauthn/reauthenticate/",
    "/accounts/reauthenticate/",
    "/accounts/logout/",
    "/accounts/inactive/",
    "/admin/auth/user/",
    "/admin/auth/user/add/",
    "/admin/auth/user/{anna}/change/",
    "/admin/auth/user/{anna}/link/",
    "/admin/auth/user/{anna}/sessions/",
    "/admin/auth/user/{anna}/history/",
)


def test_no_page_of_an_account_breaks_the_content_policy(tab):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    anna = User.objects.get(username="anna").pk
    connections.close_all()
    other = tab.context.new_page()

    def look(where: str) -> None:
        for width in (1280, 390):
            tab.set_viewport_size({"width": width, "height": 900})
            assert not tab.evaluate("document.documentElement.scrollWidth > innerWidth"), (where, width)
        assert tab.complaints == [], where

    def check(where: str) -> None:
        tab.goto(where, wait_until="networkidle")
        look(where)
        other.goto(where)  # in a tab of its own: the tool writes styles into the page, and the browser complains
        found = axe.run(other, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response[
            "violations"
        ]
        assert [(fault["id"], fault["nodes"][0]["html"]) for fault in found] == [], where

    check("/accounts/login/")
    tab.goto("/accounts/login/")
    sign_in(tab)
    tab.wait_for_url(HOME)
    add_passkey(tab)
    look("new recovery codes")
    tab.goto("/accounts/2fa/")
    key = re.search(r"keys/(\d+)/edit", tab.content()).group(1)
    for where in PAGES:
        check(where.format(key=key, anna=anna))
    tab.goto(f"/admin/auth/user/{anna}/link/")
    tab.click("text=Make the link")
    tab.wait_for_selector("#link")
    look("the link")
    sign_out(tab)
    sign_in(tab)
    tab.wait_for_url("**/authenticate/")
    look("second factor")
