"""Signing in by an outside provider: who is let in and who isn't, what is believed, connecting and taking away.

The provider is a real server with real signatures (fake_provider.py). It lets in whom a test says.
"""

from __future__ import annotations

import hashlib
from urllib.error import HTTPError
from urllib.parse import parse_qs, urlsplit
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.test import Client

from partnerships.admin.provider import NAME, Identities
from partnerships.editorial.models import Event
from partnerships.editorial.people import connect_identity
from portal import environment
from tests.world import PASSWORD

from .fake_provider import SECRET, configured, fake_provider

HOME = "/admin/"
PAGE = "/accounts/outside/"
SIGN_IN = "/accounts/outside/sign-in/"
CONNECT = "/accounts/outside/connect/"


@pytest.fixture(scope="module")
def server():
    with fake_provider() as provider:
        yield provider


@pytest.fixture
def ministry(world, server, settings):
    """The provider, at which Dag is signed in and which tells the truth."""
    server.tell_the_truth()
    server.person = {"sub": "7", "preferred_username": "dag@ministry.example", "email": "dag@ministry.example"}
    settings.OIDC = configured(server.origin)
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    User.objects.filter(username="dag").update(password=make_password(PASSWORD), email="Dag@Ministry.example")
    return server


class _Stay(HTTPRedirectHandler):
    def redirect_request(self, *args):
        return None


def back(where: str) -> str:
    """The address at the portal to which the provider sends a browser back."""
    try:
        build_opener(_Stay).open(where)
    except HTTPError as answer:
        return answer.headers["Location"].removeprefix("http://localhost:8000")
    raise AssertionError("the provider sent nobody back")


def come(browser: Client | None = None, begin: str = SIGN_IN, **fields):
    """A browser after the whole way there and back, and the answer."""
    browser = browser or Client()
    page = browser.post(begin, fields)
    assert page.status_code == 200, page.content
    return browser, browser.get(back(page.context["where"]))


def is_in(browser: Client) -> bool:
    return browser.get(HOME).status_code == 200


def refused(answer, said: str, status: int = 403) -> bool:
    page = answer.content.decode()
    return answer.status_code == status and said in page and 'class="signin"' in page


def connected(name: str = "dag", uid: str = "7") -> SocialAccount:
    """Somebody's account, connected to the identity with that number at the provider."""
    uid = hashlib.sha256(f"{settings.OIDC['server']} {uid}".encode()).hexdigest()
    person = User.objects.get(username=name)
    return connect_identity(person, provider=NAME, uid=uid, called="dag@ministry.example", note="By a test.")


# Who gets in ----------------------------------------------------------------------------------------------------------


def test_who_is_connected_gets_to_the_page_that_was_asked_for(ministry):
    connected()
    page = Client().get("/accounts/login/?next=/admin/partnerships/partner/").content.decode()
    assert "Sign in with Ministry" in page
    browser, answer = come(next="/admin/partnerships/partner/")
    assert (answer.status_code, answer.url) == (302, "/admin/partnerships/partner/")
    assert is_in(browser)
    assert UserSession.objects.filter(user__username="dag").count() == 1
    assert User.objects.get(username="dag").last_login is not None


@pytest.mark.parametrize("where", ["//evil.example", "https://evil.example/"])
def test_the_way_back_leads_nowhere_else(ministry, where):
    connected()
    assert come(next=where)[1].url == HOME


def test_the_page_in_between_leads_on_by_itself_and_by_a_link(ministry):
    answer = Client().post(SIGN_IN)
    where = answer.context["where"]
    assert where.startswith(f"{ministry.origin}/authorize?")
    assert answer["Refresh"] == f"0; url={where}"
    assert "Go on to Ministry" in answer.content.decode()
    assert answer["Content-Security-Policy"].count("form-action 'self';") == 1
    asked = parse_qs(urlsplit(where).query)
    assert asked["redirect_uri"] == ["http://localhost:8000/accounts/outside/return/"]
    assert asked["code_challenge_method"] == ["S256"]


def test_somebody_unknown_gets_no_account(ministry, caplog):
    people = User.objects.count()
    browser, answer = come()
    assert refused(answer, "No account of the desk is connected to this identity at Ministry")
    assert not is_in(browser)
    assert (User.objects.count(), SocialAccount.objects.count()) == (people, 0)
    assert [record.name for record in caplog.records if "A sign-in failed" in record.message] == ["portal.signin"]
    assert browser.get("/accounts/3rdparty/signup/").status_code == 404


def test_a_closed_account_and_one_without_a_role_stay_out(ministry):
    connected()
    User.objects.filter(username="dag").update(is_active=False)
    browser, answer = come()
    assert refused(answer, "This account is closed")
    User.objects.filter(username="dag").update(is_active=True, is_staff=False)
    browser, answer = come(browser)
    assert refused(answer, "This account has no role at the desk")
    assert not is_in(browser)


@pytest.mark.services
def test_the_address_counts_only_where_the_settings_say_so_and_only_a_verified_one(ministry, settings):
    ministry.person["email_verified"] = True
    assert refused(come()[1], "No account of the desk")
    settings.OIDC = configured(ministry.origin, by_email=True)
    for lie in (False, "true", None):
        ministry.person["email_verified"] = lie
        assert refused(come()[1], "No account of the desk")
    ministry.person["email_verified"] = True
    browser, _ = come()
    assert is_in(browser)
    dag = User.objects.get(username="dag")
    assert dag.has_usable_password()  # it stays a way in
    assert SocialAccount.objects.get().user == dag
    event = Event.objects.filter(verb="connect_identity").get()
    assert (event.by, event.title, event.note) == ("dag", "dag", "By their address.")
    # another identity that has the address now isn't Dag
    ministry.person["sub"] = "8"
    assert refused(come()[1], "Another identity is connected to this account.")


def test_an_address_of_two_accounts_opens_neither(ministry, settings):
    settings.OIDC = configured(ministry.origin, by_email=True)
    ministry.person["email_verified"] = True
    User.objects.filter(username="anna").update(email="dag@ministry.example")
    assert refused(come()[1], "No account of the desk")
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("change", [{"is_active": False}, {"is_staff": False}])
def test_an_address_opens_no_closed_account(ministry, settings, change):
    settings.OIDC = configured(ministry.origin, by_email=True)
    ministry.person["email_verified"] = True
    User.objects.filter(username="dag").update(**change)
    assert come()[1].status_code == 403
    assert not SocialAccount.objects.exists()


# What is believed -------------------------------------------------------------------------------------------------------

LIES = {
    "another nonce": {"nonce": "guessed"},
    "no nonce": {"nonce": None},
    "for another client": {"aud": "another"},
    "for another client as well": {"aud": ["the-portal", "another"]},
    "asked for by another client": {"azp": "another"},
    "of another issuer": {"iss": "https://evil.example"},
    "too old": {"exp": 1},
    "without an end": {"exp": None},
    "about nobody": {"sub": None},
}


def test_a_token_that_is_wrong_lets_nobody_in(ministry):
    connected()
    for name, ministry.lies in LIES.items():
        browser, answer = come()
        assert refused(answer, "What Ministry answered can&#x27;t be trusted"), name
        assert not is_in(browser), name


def test_neither_does_another_s_signature_or_an_answer_about_another_person(ministry):
    connected()
    ministry.signs_with = ministry.other_key
    assert refused(come()[1], "be trusted")
    for algorithm, key in (("none", None), ("HS256", SECRET)):
        ministry.algorithm, ministry.signs_with = algorithm, key
        assert refused(come()[1], "be trusted")
    ministry.tell_the_truth()
    ministry.userinfo_lies = {"sub": "8"}
    assert refused(come()[1], "be trusted")
    ministry.tell_the_truth()
    ministry.issuer_lie = "https://evil.example"
    assert refused(Client().post(SIGN_IN), "be trusted")
    ministry.tell_the_truth()
    assert is_in(come()[0])


def test_a_provider_that_does_not_answer_is_said_to(ministry):
    ministry.down = True
    assert refused(Client().post(SIGN_IN), "Ministry doesn&#x27;t answer at present", 502)


def test_an_answer_counts_once_and_in_the_browser_that_asked(ministry):
    connected()
    browser = Client()
    where = back(browser.post(SIGN_IN).context["where"])
    said = "begun in this browser"
    assert refused(Client().get(where), said)
    assert refused(browser.get(where.replace("state=", "state=x")), said)
    assert refused(browser.get("/accounts/outside/return/"), said)
    assert browser.get(where).url == HOME
    assert refused(browser.get(where), said)


def test_a_code_that_was_not_given_for_this_sign_in_opens_nothing(ministry):
    connected()
    theirs = back(Client().post(SIGN_IN).context["where"])
    browser = Client()
    mine = back(browser.post(SIGN_IN).context["where"])
    code = {name: parse_qs(urlsplit(where).query)["code"][0] for name, where in (("mine", mine), ("theirs", theirs))}
    assert refused(browser.get(mine.replace(code["mine"], code["theirs"])), "be trusted")


def test_turning_back_at_the_provider_is_said(ministry):
    browser = Client()
    state = parse_qs(urlsplit(browser.post(SIGN_IN).context["where"]).query)["state"][0]
    answer = browser.get(f"/accounts/outside/return/?error=access_denied&state={state}")
    assert refused(answer, "Ministry didn&#x27;t let you through")


def test_a_provider_kept_in_the_database_counts_for_nothing(ministry, settings):
    SocialApp.objects.create(provider="openid_connect", provider_id="evil", name="Evil", client_id="x", secret="x")
    assert [app.provider_id for app in Identities().list_apps(None)] == [NAME]
    settings.OIDC = {}
    assert Identities().list_providers(None) == []
    assert Client().post(SIGN_IN).status_code == Client().get("/accounts/outside/return/").status_code == 404
    assert "Ministry" not in Client().get("/accounts/login/").content.decode()


# The second factor ----------------------------------------------------------------------------------------------------


def test_the_portal_asks_for_its_own_second_factor(ministry, settings):
    settings.STRICT_SIGN_IN = True
    ministry.person["amr"] = ["pwd", "mfa"]
    connected()
    browser, answer = come()
    assert browser.get(HOME).url == "/accounts/2fa/"  # to add one
    TOTP.activate(User.objects.get(username="dag"), generate_totp_secret())
    browser, answer = come()
    assert answer.url == "/accounts/2fa/authenticate/"
    assert not is_in(browser)


@pytest.mark.parametrize("proof", [{"amr": ["pwd", "mfa"]}, {"acr": "two"}])
def test_unless_the_settings_let_the_provider_s_be_enough(ministry, settings, proof):
    settings.STRICT_SIGN_IN = True
    settings.OIDC = configured(ministry.origin, factors=["mfa", "two"])
    connected()
    assert come()[0].get(HOME).url == "/accounts/2fa/"  # it used none
    ministry.person |= proof
    assert is_in(come()[0])
    TOTP.activate(User.objects.get(username="dag"), generate_totp_secret())
    assert is_in(come()[0])
    # what was used there counts for that session alone
    browser = Client()
    browser.post("/accounts/login/", {"login": "dag", "password": PASSWORD})
    assert not is_in(browser)


# The page of an account -------------------------------------------------------------------------------------------------


@pytest.fixture
def dag(ministry):
    """A browser in which Dag has just signed in by password."""
    browser = Client()
    browser.post("/accounts/login/", {"login": "dag", "password": PASSWORD})
    return browser


@pytest.mark.services
def test_one_connects_one_s_own_account_and_takes_it_away_again(ministry, dag):
    assert "Nothing yet." in dag.get(PAGE).content.decode()
    _, answer = come(dag, CONNECT)
    assert answer.url == PAGE
    page = dag.get(PAGE).content.decode()
    assert "dag@ministry.example" in page
    assert "From now on Ministry lets you in as well." in page
    identity = SocialAccount.objects.get()
    assert identity.extra_data == {"called": "dag@ministry.example"}  # no more of what the provider said is kept
    browser, _ = come()
    assert is_in(browser)
    assert dag.post(f"{PAGE}{identity.pk}/remove/").url == PAGE
    assert refused(come()[1], "No account of the desk")
    told = Event.objects.filter(verb__in=("connect_identity", "remove_identity")).order_by("seq")
    assert [(event.by, event.verb) for event in told] == [("dag", "connect_identity"), ("dag", "remove_identity")]
    assert "Outside identity connected" in dag.get(f"/admin/auth/user/{identity.user_id}/history/").content.decode()


def test_connecting_and_removing_take_a_recent_sign_in(ministry, at):
    identity = connected("anna", "9")
    browser = at("anna")
    for where in (CONNECT, f"{PAGE}{identity.pk}/remove/"):
        assert browser.post(where).url.startswith("/accounts/reauthenticate/?next=")
    assert SocialAccount.objects.count() == 1
    dag = at("dag")
    asked = dag.post(CONNECT).url
    page = dag.post(asked, {"password": PASSWORD, "next": CONNECT})  # what was meant goes on
    assert dag.get(back(page.context["where"])).url == PAGE
    assert SocialAccount.objects.filter(user__username="dag").count() == 1


def test_an_identity_is_one_account_s(ministry, dag):
    connected("anna")
    come(dag, CONNECT)
    assert "connected to another account" in dag.get(PAGE).content.decode()
    assert SocialAccount.objects.get().user.username == "anna"
    assert dag.post(f"{PAGE}{SocialAccount.objects.get().pk}/remove/").status_code == 404


def test_an_account_has_one_identity(ministry, dag):
    connected(uid="8")
    come(dag, CONNECT)
    assert "Another identity is connected" in dag.get(PAGE).content.decode()
    assert SocialAccount.objects.count() == 1


def test_an_account_outside_the_desk_connects_nothing(ministry, dag):
    User.objects.filter(username="dag").update(is_staff=False)
    come(dag, CONNECT)
    assert not SocialAccount.objects.exists()


def test_what_was_begun_by_one_person_is_not_finished_by_another(ministry, dag):
    where = back(dag.post(CONNECT).context["where"])
    dag.force_login(User.objects.get(username="anna"))
    assert dag.get(where).status_code == 403
    assert not SocialAccount.objects.exists()


def test_the_last_way_in_stays(ministry, settings):
    identity = connected()
    User.objects.filter(username="dag").update(password=make_password(None))
    browser, _ = come()
    browser.post(f"{PAGE}{identity.pk}/remove/")
    assert "This is the only way into your account." in browser.get(PAGE).content.decode()
    assert SocialAccount.objects.exists()
    assert "has no password" in browser.get("/accounts/password/change/", follow=True).content.decode()
    passkey = {"name": "Key", "credential": {"clientExtensionResults": {"credProps": {"rk": True}}}}
    Authenticator.objects.create(user=identity.user, type=Authenticator.Type.WEBAUTHN, data=passkey)
    browser.post(f"{PAGE}{identity.pk}/remove/")
    assert not SocialAccount.objects.exists()


# Settings -------------------------------------------------------------------------------------------------------------

WHOLE = {
    "OIDC_SERVER_URL": "https://login.example.org/realm/",
    "OIDC_CLIENT_ID": "portal",
    "OIDC_CLIENT_SECRET": "secret",
    "OIDC_NAME": "Ministry",
}


def read(monkeypatch, **given) -> dict:
    for name in (*WHOLE, "OIDC_MATCH_EMAIL", "OIDC_SECOND_FACTOR"):
        monkeypatch.setenv(name, given.get(name, ""))
    return environment.openid()


def test_the_environment_names_the_provider(monkeypatch):
    assert read(monkeypatch) == {}
    assert read(monkeypatch, **WHOLE) == {
        "server": "https://login.example.org/realm",
        "client_id": "portal",
        "secret": "secret",
        "name": "Ministry",
        "by_email": False,
        "factors": [],
    }
    more = read(monkeypatch, **WHOLE, OIDC_MATCH_EMAIL="1", OIDC_SECOND_FACTOR="mfa, otp")
    assert (more["by_email"], more["factors"]) == (True, ["mfa", "otp"])


@pytest.mark.parametrize("missing", WHOLE)
def test_half_of_it_stops_the_start(monkeypatch, missing):
    with pytest.raises(SystemExit, match=f"set by halves; {missing} must be set as well"):
        read(monkeypatch, **{name: value for name, value in WHOLE.items() if name != missing})


def test_so_does_what_changes_nothing_by_itself_and_an_address_that_anybody_can_listen_in_to(monkeypatch):
    with pytest.raises(SystemExit, match="set by halves"):
        read(monkeypatch, OIDC_MATCH_EMAIL="1")
    with pytest.raises(SystemExit, match="OIDC_SERVER_URL is “http:"):
        read(monkeypatch, **WHOLE | {"OIDC_SERVER_URL": "http://login.example.org"})
