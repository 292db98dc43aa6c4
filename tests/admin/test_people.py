"""The people's pages: only for administrators, without boxes for rights, and helping people in without mail."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.test import Client

from partnerships.editorial.models import Event, OneTimeLink
from partnerships.editorial.people import make_link
from partnerships.editorial.permissions import role_of
from tests.world import PASSWORD

from .browser import count, typed, watched, writes

PEOPLE = "/admin/auth/user/"
NEW = "a sentence that nobody guesses"


@pytest.fixture(autouse=True)
def _quick(settings):
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.Argon2PasswordHasher",
    ]


def page(world, name: str, which: str = "change") -> str:
    return f"{PEOPLE}{world.user(name).pk}/{which}/"


def text(response) -> str:
    return unescape(response.content.decode())


@pytest.mark.parametrize("name", ["anna", "chiara"])
def test_only_administrators_see_people(world, at, name):
    browser = at(name)
    for which in ("change", "link", "sessions", "revoke", "history", "delete"):
        for answer in (browser.get(page(world, "sam", which)), browser.post(page(world, "sam", which), {"what": "x"})):
            assert answer.status_code == 403, which
    for where in (PEOPLE, f"{PEOPLE}add/"):
        assert browser.get(where).status_code == browser.post(where, {"username": "x"}).status_code == 403
    assert "auth/user" not in text(browser.get("/admin/"))
    assert OneTimeLink.objects.count() == 0


def test_groups_and_single_rights_are_shown_nowhere(world, at):
    dag = at("dag")
    assert dag.get("/admin/auth/group/").status_code == 404
    form = typed(dag.get(page(world, "anna")))
    assert set(form) - {"csrfmiddlewaretoken"} == {"role", "first_name", "last_name", "email", "is_active"}
    sent = form | {"is_superuser": "on", "user_permissions": ["1"], "password": "x", "username": "root", "groups": "1"}
    assert dag.post(page(world, "anna"), sent).status_code == 302
    anna = world.user("anna")
    assert (anna.username, anna.is_superuser, anna.user_permissions.count(), anna.password) == ("anna", False, 0, "")


def test_the_list_tells_who_is_who_in_as_many_queries_for_many(world, at):
    dag = at("dag")
    shown = text(dag.get(PEOPLE))
    for said in ("Anna Author", "Publisher", "never"):
        assert said in shown
    before = count(dag, PEOPLE)
    User.objects.bulk_create(User(username=f"person{n}", is_staff=True) for n in range(30))
    assert count(dag, PEOPLE) == before
    assert dag.get(f"{PEOPLE}?role=Author").context["cl"].result_count == 1
    assert dag.get(f"{PEOPLE}?role=none").context["cl"].result_count == 31


def test_a_role_is_changed_in_the_form(world, at):
    dag = at("dag")
    answer = dag.post(page(world, "anna"), typed(dag.get(page(world, "anna")), role="Reviewer", email="a@example.org"))
    assert answer.status_code == 302
    anna = world.user("anna")
    assert (role_of(anna), anna.email) == ("Reviewer", "a@example.org")
    told = text(dag.get(page(world, "anna", "history")))
    assert "Role changed: Author → Reviewer" in told
    assert re.search(r"</time> · Dag Administrator</span>", told)


def test_one_s_own_role_is_refused_with_a_sentence_and_nothing_typed_is_lost(world, at):
    dag = at("dag")
    for change in ({"role": "Author"}, {"is_active": None}):
        answer = dag.post(page(world, "dag"), typed(dag.get(page(world, "dag")), first_name="Daguerre", **change))
        assert answer.status_code == 200
        assert "You can't change your own role" in text(answer)
        assert "Daguerre" in text(answer)
    assert role_of(world.user("dag")) == "Administrator"


def test_accounts_are_closed_not_deleted(world, at):
    dag = at("dag")
    assert dag.post(page(world, "anna", "delete"), {"post": "yes"}).status_code == 403
    assert dag.post(page(world, "anna"), typed(dag.get(page(world, "anna")), is_active=None)).status_code == 302
    assert not world.user("anna").is_active
    dag.post(page(world, "anna", "link"), {"what": "password"})
    assert OneTimeLink.objects.count() == 0


def test_sessions_are_ended_by_a_post(world, at):
    dag, anna = at("dag"), at("anna")
    with watched() as statements:
        assert dag.get(page(world, "anna", "sessions")).status_code == 200
    assert not writes(statements)
    dag.post(page(world, "anna", "sessions"))
    assert anna.get("/admin/").status_code == 302
    assert dag.get(page(world, "dag", "sessions")).url == "/accounts/sessions/"


# One-time links -------------------------------------------------------------------------------------------------------


def address_in(answer) -> str:
    return re.search(r'id="link" value="http://localhost:\d+([^"]+)"', answer.content.decode()).group(1)


def test_a_colleague_is_invited_without_mail(world, at):
    dag = at("dag")
    form = typed(dag.get(f"{PEOPLE}add/"), username="emil", first_name="Emil", role="Author")
    answer = dag.post(f"{PEOPLE}add/", form)
    where = page(world, "emil", "link")
    assert answer.url == where
    with watched() as statements:
        assert "no password yet" in text(dag.get(where))
    assert not writes(statements)
    made = dag.post(where, {"what": "password"})
    start = address_in(made)
    assert made["Cache-Control"] == "no-store, private"
    assert start not in text(dag.get(where))  # shown once
    assert "A link that Dag Administrator made on" in text(dag.get(where))

    emil = Client()
    with watched() as statements:
        assert "emil" in text(emil.get(start))
    assert not writes(statements)
    weak = emil.post(start, {"new_password1": "short", "new_password2": "short"})
    assert "at least 15" in text(weak)
    assert emil.post(start, {"new_password1": NEW, "new_password2": "x"}).status_code == 200
    assert emil.post(start, {"new_password1": NEW, "new_password2": NEW}).url == "/accounts/login/"
    assert emil.post("/accounts/login/", {"login": "emil", "password": NEW}).url == "/admin/"
    assert emil.get("/admin/").status_code == 200
    assert emil.get(start).status_code == 404
    told = text(dag.get(page(world, "emil", "history")))
    for said in ("Account made: – → Author", "One-time link made", "One-time link used"):
        assert said in told
    assert not Event.objects.filter(note__contains=start.split("/")[-2]).exists()


def test_a_forgotten_password_gets_a_new_start(world, at):
    start = address_in(at("dag").post(page(world, "dag", "link"), {"what": "password"}))
    stranger = Client()
    stranger.post(start, {"new_password1": NEW, "new_password2": NEW})
    assert stranger.post("/accounts/login/", {"login": "dag", "password": PASSWORD}).status_code == 200
    assert stranger.post("/accounts/login/", {"login": "dag", "password": NEW}).url == "/admin/"


def test_a_link_is_taken_back(world, at):
    dag = at("dag")
    start = address_in(dag.post(page(world, "anna", "link")))
    dag.get(page(world, "anna", "revoke"))
    assert Client().get(start).status_code == 200
    dag.post(page(world, "anna", "revoke"))
    assert Client().get(start).status_code == 404


def test_the_button_for_a_lost_device_chooses_for_the_administrator(world, at):
    shown = text(at("dag").get(page(world, "anna", "link") + "?factor=lost"))
    assert 'value="factor" checked' in shown


def test_twelve_forgeries_look_alike(world, at):
    dag, anna, bruno = world.user("dag"), world.user("anna"), world.user("bruno")
    used, token = make_link(anna, by=dag)[1], make_link(bruno, by=dag)[1]
    Client().post(f"/accounts/start/{used}/", {"new_password1": NEW, "new_password2": NEW})
    _, replaced = make_link(anna, by=dag)
    _, expired = make_link(anna, by=dag)
    OneTimeLink.objects.filter(person=anna).update(expires_at="2001-01-01T00:00Z")
    _, closed = make_link(world.user("chiara"), by=dag)
    User.objects.filter(username="chiara").update(is_active=False)
    forgeries = [
        used,
        replaced,
        expired,
        closed,
        "x",
        "A" * 43,
        token[:-1],
        token + "A",
        token.swapcase(),
        token[::-1],
        "ä" * 43,
        OneTimeLink.objects.get(person=bruno).digest,
    ]
    assert len(set(forgeries)) == 12
    answers = []
    for forged in forgeries:
        for method in ("get", "post"):
            sent = {"new_password1": NEW, "new_password2": NEW} if method == "post" else {}
            with watched() as statements:
                answer = getattr(Client(), method)(f"/accounts/start/{forged}/", sent)
            assert not writes(statements), forged
            del answer.headers["X-Request-ID"]
            answers.append((answer.status_code, answer.content, sorted(answer.headers.items()), len(statements)))
    assert len({repr(answer) for answer in answers}) == 1
    assert answers[0][0] == 404
    assert Client().get(f"/accounts/start/{token}/").status_code == 200


def test_the_link_is_mailed_where_mail_is_set(world, at, settings):
    settings.SENDS_MAIL = True
    settings.MAILERS = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}
    User.objects.filter(username="anna").update(email="anna@example.org")
    answer = at("dag").post(page(world, "anna", "link"), headers={"host": "localhost:1234"})
    assert "sent to anna@example.org" in text(answer)
    assert settings.SITE_ORIGIN + address_in(answer) in mail.outbox[0].body
