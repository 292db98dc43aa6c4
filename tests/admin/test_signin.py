"""Signing in: password, second factor, recovery codes, limits, sessions; and that nothing of it can be walked round."""

from __future__ import annotations

import re
from threading import Barrier, Thread
from urllib.parse import quote

import pytest
from allauth.account import app_settings
from allauth.account.urls import urlpatterns as of_accounts
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.usersessions.models import UserSession
from django.conf import settings as django_settings
from django.contrib.auth.hashers import identify_hasher, make_password
from django.contrib.auth.models import Permission, User
from django.contrib.sessions.models import Session
from django.db import connections
from django.test import Client, override_settings

from partnerships.admin import accounts
from partnerships.editorial.models import Counter
from tests.world import PASSWORD

from .browser import watched, writes
from .fake_provider import configured

HASHERS = django_settings.PASSWORD_HASHERS
LOGIN = "/accounts/login/"
HOME = "/admin/"
FACTOR = "/accounts/2fa/authenticate/"


@pytest.fixture
def strict(settings):
    """The rules where the portal is served to others."""
    settings.STRICT_SIGN_IN = True


@pytest.fixture(autouse=True)
def _quick(world, settings):
    """Hashing that costs nothing: these tests try many passwords."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    User.objects.filter(username="dag").update(password=make_password(PASSWORD))


def sign_in(name: str = "dag", password: str = PASSWORD, browser: Client | None = None, **extra):
    """A browser after the form was sent, and the answer."""
    browser = browser or Client()
    return browser, browser.post(LOGIN, {"login": name, "password": password}, **extra)


def is_in(browser: Client) -> bool:
    return browser.get(HOME).status_code == 200


def add_app(name: str = "dag") -> str:
    """Somebody gets an authenticator app; its secret."""
    secret = generate_totp_secret()
    TOTP.activate(User.objects.get(username=name), secret)
    return secret


def code_of(secret: str, clock) -> str:
    return format_hotp_value(hotp_value(secret, int(clock.timestamp()) // 30))


@pytest.fixture
def clock():
    """The time, in the tests' hands."""
    import datetime as dt

    import time_machine

    with time_machine.travel(dt.datetime(2026, 11, 25, 12, tzinfo=dt.UTC), tick=False) as traveller:

        class Clock:
            def timestamp(self):
                return dt.datetime.now(dt.UTC).timestamp()

            def forward(self, **delta):
                traveller.shift(dt.timedelta(**delta))

        yield Clock()


# The form -------------------------------------------------------------------------------------------------------------


def test_name_and_password_lead_to_the_page_that_was_asked_for(world):
    browser = Client()
    asked = browser.get("/admin/partnerships/partner/", follow=True)
    assert asked.redirect_chain[-1][0] == f"{LOGIN}?next={quote('/admin/partnerships/partner/')}"
    assert 'id="id_username"' in asked.content.decode()
    answer = browser.post(LOGIN, {"login": "DAG ", "password": PASSWORD, "next": "/admin/partnerships/partner/"})
    assert (answer.status_code, answer.url) == (302, "/admin/partnerships/partner/")
    assert is_in(browser)


@pytest.mark.parametrize("where", ["//evil.example", "https://evil.example/", "javascript:alert(1)", "/\\evil.example"])
def test_the_way_back_leads_nowhere_else(world, where):
    browser, answer = Client(), None
    answer = browser.post(LOGIN, {"login": "dag", "password": PASSWORD, "next": where})
    assert answer.url == HOME


def test_passwords_are_kept_by_argon2():
    assert django_settings.PASSWORD_HASHERS[0].endswith("MD5PasswordHasher")  # of these tests only
    with override_settings(PASSWORD_HASHERS=HASHERS):
        assert identify_hasher(make_password("x")).algorithm == "argon2"


def test_a_wrong_password_and_an_unknown_name_look_alike(world):
    sign_in(name="somebody else")
    with watched() as of_known:
        known = sign_in(password="wrong")[1]
    with watched() as of_unknown:
        unknown = sign_in(name="nobody")[1]
    assert len(of_known) == len(of_unknown)
    pages = [re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in (known, unknown)]
    assert pages[0] == pages[1]
    assert known.status_code == unknown.status_code == 200


def test_django_s_own_form_can_not_be_reached(world):
    for browser in (Client(), Client(headers={"x-requested-with": "XMLHttpRequest"})):
        for answer in (
            browser.get("/admin/login/?next=/admin/"),
            browser.post("/admin/login/", {"username": "dag", "password": PASSWORD, "next": HOME}),
        ):
            assert answer.status_code == 302
            assert answer.url == f"{LOGIN}?next={HOME}"
        assert not is_in(browser)


def test_an_account_without_a_role_is_told_so(world, at):
    answer = at("sam").get(HOME, follow=True)
    assert answer.status_code == 403
    assert "has no role at the desk" in answer.content.decode()


def test_a_closed_account_is_told_only_to_who_knows_its_password(world):
    User.objects.filter(username="dag").update(is_active=False)
    assert sign_in(password="wrong")[1].status_code == 200
    browser, answer = sign_in()
    assert answer.url == "/accounts/inactive/"
    assert not is_in(browser)


def test_the_session_key_is_new_after_signing_in(world):
    browser = Client()
    browser.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"})  # an anonymous session
    before = browser.session.session_key
    sign_in(browser=browser)
    assert browser.session.session_key != before
    assert not Session.objects.filter(pk=before).exists()


def test_signing_out_takes_a_post(world):
    browser, _ = sign_in()
    assert browser.get("/accounts/logout/").status_code == 200
    assert is_in(browser)
    assert browser.post("/accounts/logout/").url == LOGIN
    assert not is_in(browser)


# What isn't meant doesn't exist -----------------------------------------------------------------------------------------

MEANT = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "account_change_password",
}


def test_of_allauth_s_addresses_only_those_that_are_meant_exist(world, at):
    dag, walked = at("dag"), 0
    for pattern in of_accounts:
        where = "/accounts/" + re.sub(r"\(\?P<\w+>.*?\)(?=[/-])", "x", str(pattern.pattern)).strip("^$")
        if pattern.name in MEANT:
            continue
        walked += 1
        for browser in (dag, Client()):
            for answer in (browser.get(where), browser.post(where, {"email": "x@example.org"})):
                assert answer.status_code == 404, where
    assert walked >= 7
    for where in (
        "signup/",
        "email/",
        "social/signup/",
        "3rdparty/",
        "3rdparty/signup/",
        "oidc/oidc/login/",
        "2fa/trust/",
        "2fa/webauthn/signup/",
    ):
        assert dag.get(f"/accounts/{where}").status_code == 404
    assert {"username"} == app_settings.LOGIN_METHODS


@override_settings(OIDC=configured())
def test_every_page_of_an_account_needs_signing_in(world):
    public = {
        "account_login",
        "account_inactive",
        "account_start",
        "mfa_login_webauthn",
        "account_index",
        "mfa_list_webauthn",
        "account_outside_sign_in",
        "account_outside_return",
    }
    stranger = Client()
    for pattern in accounts.urlpatterns:
        where = "/accounts/" + str(pattern.pattern).replace("<int:pk>", "1").replace("<str:token>", "x")
        for answer in (stranger.get(where), stranger.post(where)):
            assert answer["Cache-Control"] == "no-store, private"
            if pattern.name not in public:
                assert answer.status_code in (302, 403), (where, answer.status_code)


@override_settings(OIDC=configured())
def test_a_post_without_its_token_is_refused(world):
    dag = Client(enforce_csrf_checks=True)
    dag.force_login(world.user("dag"))
    for pattern in accounts.urlpatterns:
        where = "/accounts/" + str(pattern.pattern).replace("<int:pk>", "1").replace("<str:token>", "x")
        assert dag.post(where).status_code == 403, where


# Rights ---------------------------------------------------------------------------------------------------------------


def test_rights_kept_with_an_account_grant_nothing(world, at):
    sam = world.user("sam")
    sam.is_staff = True
    sam.save()
    sam.user_permissions.set(Permission.objects.all())
    sam = User.objects.get(pk=sam.pk)
    assert not sam.has_perm("partnerships.change_partner")
    assert not sam.has_module_perms("partnerships")
    assert sam.get_all_permissions() == set()
    assert at("sam").get("/admin/partnerships/partner/").status_code == 403


def test_a_superuser_is_an_administrator(world):
    User.objects.create_superuser("root", password=PASSWORD)
    browser, answer = sign_in("root")
    assert answer.url == HOME
    assert browser.get("/admin/auth/user/").status_code == 200


# The second factor ----------------------------------------------------------------------------------------------------


def test_on_one_s_own_machine_it_is_optional_and_the_desk_says_so(world, strict, settings):
    settings.STRICT_SIGN_IN = False
    browser, _ = sign_in()
    assert "no second factor is asked for" in browser.get(HOME).content.decode()


def test_without_one_only_the_enrolment_can_be_reached(world, strict):
    browser, _ = sign_in()
    for where in (
        HOME,
        "/admin/partnerships/partner/",
        "/admin/auth/user/",
        "/accounts/sessions/",
        "/accounts/password/change/",
    ):
        for answer in (browser.get(where), browser.post(where, {"action": "delete_selected"})):
            assert (answer.status_code, answer.url) == (302, "/accounts/2fa/"), where
    page = browser.get("/accounts/2fa/").content.decode()
    assert "asks everybody for a second factor" in page
    assert "desk-nav" not in page


@pytest.mark.services
def test_adding_an_app_opens_the_desk_and_gives_recovery_codes_once(world, strict, clock):
    browser, _ = sign_in()
    where = "/accounts/2fa/totp/activate/"
    secret = browser.get(where).context["form"].secret
    assert browser.get("/accounts/2fa/totp/picture.svg").content.startswith(b"<?xml")
    assert "data:" not in browser.get(where).content.decode()
    secret = browser.session["mfa.totp.secret"]
    assert browser.post(where, {"code": "000000" if code_of(secret, clock) != "000000" else "1"}).status_code == 200
    answer = browser.post(where, {"code": code_of(secret, clock)})
    assert answer.url == "/accounts/2fa/recovery-codes/"
    codes = re.findall(r"<code>(\d{8})</code>", browser.get(answer.url).content.decode())
    assert len(codes) == 10
    assert codes[0] not in browser.get(answer.url).content.decode()
    assert is_in(browser)


@pytest.mark.services
def test_who_has_one_is_asked_for_it_and_a_code_works_once(world, clock):
    secret = add_app()
    browser, answer = sign_in()
    assert answer.url == FACTOR
    assert not is_in(browser)
    code = code_of(secret, clock)
    assert browser.post(FACTOR, {"code": code}).url == HOME
    assert is_in(browser)
    other, _ = sign_in()
    assert "used before" in other.post(FACTOR, {"code": code}).content.decode()
    clock.forward(seconds=30)
    assert other.post(FACTOR, {"code": code_of(secret, clock)}).url == HOME


@pytest.mark.services
def test_a_recovery_code_stands_in_once(world, strict):
    add_app()
    codes = RecoveryCodes.activate(User.objects.get(username="dag")).get_unused_codes()
    browser, _ = sign_in()
    assert browser.post(FACTOR, {"code": codes[0]}).url == HOME
    assert is_in(browser)
    other, _ = sign_in()
    assert other.post(FACTOR, {"code": codes[0]}).status_code == 200
    assert not is_in(other)
    assert other.post(FACTOR, {"code": codes[1]}).url == HOME


def test_a_session_from_before_must_use_the_factor_and_can_not_add_another(world, strict, clock):
    browser, _ = sign_in()
    secret = add_app()  # in another browser
    assert browser.get(HOME).url == f"/accounts/2fa/reauthenticate/?next={quote(HOME, safe='')}"
    for where in (
        "/accounts/2fa/",
        "/accounts/2fa/webauthn/add/",
        "/accounts/reauthenticate/",
        "/accounts/2fa/recovery-codes/",
    ):
        assert browser.get(where).url.startswith("/accounts/2fa/reauthenticate/"), where
    answer = browser.post("/accounts/2fa/reauthenticate/", {"code": code_of(secret, clock), "next": HOME})
    assert answer.url == HOME
    assert is_in(browser)


def test_changing_factors_asks_again_after_a_while(world, clock):
    browser, _ = sign_in()
    assert browser.get("/accounts/2fa/totp/activate/").status_code == 200
    clock.forward(minutes=6)
    assert browser.get("/accounts/2fa/totp/activate/").url.startswith("/accounts/reauthenticate/")
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert browser.get("/accounts/2fa/totp/activate/").status_code == 200


def test_the_secret_of_an_app_is_not_kept_as_it_is(world, clock, settings):
    secret = add_app()
    assert secret not in str(Authenticator.objects.values().get())
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, made after the old one was seen"
    browser, _ = sign_in()
    assert browser.post(FACTOR, {"code": code_of(secret, clock)}).url == HOME
    settings.SECRET_KEY_FALLBACKS = []
    clock.forward(seconds=30)
    browser, _ = sign_in()
    assert browser.post(FACTOR, {"code": code_of(secret, clock)}).status_code == 200
    assert not is_in(browser)


def test_who_changes_people_shows_again_that_it_is_them(world, strict, clock):
    secret = add_app()
    browser, _ = sign_in()
    browser.post(FACTOR, {"code": code_of(secret, clock)})
    where = f"/admin/auth/user/{world.user('anna').pk}/change/"
    assert browser.get(where).status_code == 200
    clock.forward(minutes=6)
    assert browser.get("/admin/auth/user/").status_code == 200  # only looking
    sent = {"role": "Publisher", "is_active": "on", "first_name": "Anne"}
    asked = browser.post(where, sent)
    assert asked.url.startswith("/accounts/reauthenticate/?next=")
    assert world.user("anna").first_name == "Anna"
    browser.post(asked.url, {"password": PASSWORD, "next": where})
    assert (world.user("anna").first_name, world.user("anna").groups.get().name) == ("Anne", "Publisher")


# Limits ---------------------------------------------------------------------------------------------------------------


@pytest.mark.services
def test_after_five_failures_the_page_says_when_to_try_again(world, clock):
    for _ in range(5):
        assert sign_in(password="wrong")[1].status_code == 200
    _, answer = sign_in()  # the right one, too
    assert answer.status_code == 429
    assert "Try again in 5 minutes, after 12:05 UTC" in answer.content.decode()
    assert answer["Retry-After"] == "300"
    clock.forward(minutes=5, seconds=1)
    assert sign_in()[1].url == HOME


def test_nobody_locks_somebody_else_out_by_their_name(world):
    for _ in range(6):
        _, answer = sign_in(password="wrong", REMOTE_ADDR="203.0.113.9")
    assert answer.status_code == 429
    assert sign_in(REMOTE_ADDR="198.51.100.4")[1].url == HOME


def test_one_address_can_not_try_many_names(world):
    answers = [sign_in(name=f"name{n}", password="x")[1].status_code for n in range(21)]
    assert answers == [200] * 20 + [429]


@pytest.mark.services
def test_limits_are_known_to_all_processes(world):
    sign_in(password="wrong")
    assert Counter.objects.filter(cache_key__contains="login_failed").exists()


@pytest.mark.services
def test_many_at_once_get_no_more_attempts_than_one_after_the_other(world):
    statuses, start = [], Barrier(8)

    def guess() -> None:
        try:
            start.wait(10)
            statuses.append(sign_in(password="wrong")[1].status_code)
        finally:
            connections.close_all()

    guessers = [Thread(target=guess) for _ in range(8)]
    for one in guessers:
        one.start()
    for one in guessers:
        one.join(30)
    assert len(statuses) == 8
    assert 1 <= statuses.count(200) <= 5
    assert statuses.count(200) + statuses.count(429) == 8


def test_behind_a_proxy_the_address_is_the_one_that_it_saw(world, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for n in range(6):
        forged = f"10.9.9.{n}, 203.0.113.9"
        _, answer = sign_in(password="wrong", headers={"x-forwarded-for": forged})
    assert answer.status_code == 429
    assert sign_in(headers={"x-forwarded-for": "203.0.113.9, 198.51.100.4"})[1].url == HOME


def test_without_a_proxy_nobody_names_their_own_address(world):
    for n in range(6):
        _, answer = sign_in(password="wrong", headers={"x-forwarded-for": f"10.9.9.{n}"})
    assert answer.status_code == 429


def test_codes_of_a_second_factor_are_limited_too(world, clock):
    add_app()
    browser, _ = sign_in()
    answers = [browser.post(FACTOR, {"code": "12345"}) for _ in range(6)]
    assert [answer.status_code for answer in answers] == [200] * 5 + [429]
    assert "Try again in 5 minutes" in answers[-1].content.decode()


# Sessions -------------------------------------------------------------------------------------------------------------


def test_an_idle_session_ends_and_a_long_one_too(world, strict, clock, settings):
    assert (settings.LIMITS["session_idle"], settings.LIMITS["session_life"]) == (30 * 60, 12 * 3600)
    settings.LIMITS = settings.LIMITS | {"session_life": 100 * 60}
    secret = add_app()
    browser, _ = sign_in()
    browser.post(FACTOR, {"code": code_of(secret, clock)})
    for _ in range(2):
        assert is_in(browser)
        clock.forward(minutes=29)
    assert is_in(browser)
    clock.forward(minutes=31)
    assert browser.get(HOME).status_code == 302

    browser, _ = sign_in()
    browser.post(FACTOR, {"code": code_of(secret, clock)})
    for _ in range(100 // 25):
        assert is_in(browser)
        clock.forward(minutes=25)
    assert is_in(browser)
    clock.forward(minutes=25)
    assert not is_in(browser)


def test_one_s_sessions_are_listed_and_ended_one_or_all(world):
    here, _ = sign_in()
    there, _ = sign_in()
    third, _ = sign_in()
    assert here.get("/accounts/sessions/").context["session_count"] == 3
    one = UserSession.objects.get(session_key=there.session.session_key)
    assert here.get(f"/accounts/sessions/{one.pk}/end/").status_code == 405
    assert here.post(f"/accounts/sessions/{one.pk}/end/").url == "/accounts/sessions/"
    assert not is_in(there)
    assert is_in(third)
    here.post("/accounts/sessions/")
    assert not is_in(third)
    assert is_in(here)


def test_nobody_ends_another_s_session(world, at):
    dag, _ = sign_in()
    one = UserSession.objects.get()
    assert at("anna").post(f"/accounts/sessions/{one.pk}/end/").status_code == 404
    assert is_in(dag)


def test_a_new_password_ends_all_other_sessions(world):
    here, _ = sign_in()
    there, _ = sign_in()
    where, new = "/accounts/password/change/", "a sentence that nobody guesses"
    said = {"oldpassword": PASSWORD, "password1": new, "password2": new}
    assert "at least 15" in here.post(where, said | {"password1": "short", "password2": "short"}).content.decode()
    assert (
        "at most 128" in here.post(where, said | dict.fromkeys(("password1", "password2"), "x y" * 50)).content.decode()
    )
    assert here.post(where, said | {"oldpassword": "wrong"}).status_code == 200
    assert here.post(where, said).url == where
    assert is_in(here)
    assert not is_in(there)
    assert sign_in()[1].status_code == 200
    assert sign_in(password=new)[1].url == HOME


def test_looking_at_the_pages_of_an_account_changes_nothing(world):
    add_app("anna")
    browser = Client()
    browser.force_login(world.user("dag"))
    for where in ("login/", "password/change/", "2fa/", "sessions/", "2fa/totp/activate/", "2fa/webauthn/add/"):
        with watched() as statements:
            browser.get(f"/accounts/{where}")
        assert not writes(statements), where


def test_passkeys_need_no_name_and_a_forged_one_is_refused(world):
    browser = Client()
    begun = browser.get("/accounts/2fa/webauthn/login/", headers={"accept": "application/json"}).json()
    options = begun["request_options"]["publicKey"]
    assert options["userVerification"] == "required"
    for forged in ("", "{}", "[]", "null", '{"id": "x"}', '{"response": {"userHandle": "MQ"}}'):
        answer = browser.post("/accounts/2fa/webauthn/login/", {"credential": forged}, follow=True)
        assert answer.status_code == 200, forged
        assert not is_in(browser)


def test_nobody_has_a_factor_by_default(world):
    assert not Authenticator.objects.exists()
