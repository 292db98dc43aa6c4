"""Accounts as verbs: roles, one-time links, and when sessions end."""

from __future__ import annotations

from datetime import timedelta
from threading import Barrier, Thread

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.models import Group, User
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connections
from django.test import Client
from django.utils import timezone

from partnerships.editorial import people
from partnerships.editorial.audit import faults
from partnerships.editorial.models import Event, OneTimeLink
from partnerships.editorial.permissions import role_of
from partnerships.editorial.posting import post_link
from partnerships.publishing.feed import Refusal

pytestmark = pytest.mark.services

NEW = "a sentence that nobody guesses"


@pytest.fixture(autouse=True)
def _quick(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def dag(world):
    return world.user("dag")


def moves(name: str) -> list[tuple[str, str, str, str]]:
    return [(e.verb, e.by, e.before, e.after) for e in Event.objects.filter(title=name).order_by("seq")]


def signed_in(person: User) -> Client:
    browser = Client()
    browser.force_login(person)
    return browser


def is_in(browser: Client) -> bool:
    return browser.get("/admin/").status_code == 200


# Roles ----------------------------------------------------------------------------------------------------------------


def test_a_new_colleague_has_a_role_and_no_password(world, dag):
    emil = User(username="emil", first_name="Emil")
    people.save_person(emil, role="Reviewer", by=dag)
    emil = User.objects.get(username="emil")
    assert (role_of(emil), emil.is_staff, emil.has_usable_password()) == ("Reviewer", True, False)
    assert moves("emil") == [("add_person", "dag", "", "Reviewer")]


def test_a_change_of_role_is_recorded_and_signs_out(world, dag):
    anna = world.user("anna")
    anna.groups.add(Group.objects.create(name="Choir"))  # no role: none of our business
    browser = signed_in(anna)
    people.save_person(anna, role="Publisher", by=dag)
    assert not is_in(browser)
    assert role_of(User.objects.get(pk=anna.pk)) == "Publisher"
    assert set(anna.groups.values_list("name", flat=True)) == {"Choir", "Publisher"}
    people.save_person(anna, role="", by=dag)
    anna = User.objects.get(pk=anna.pk)
    assert (role_of(anna), anna.is_staff) == ("", False)
    assert moves("anna") == [("change_role", "dag", "Author", "Publisher"), ("change_role", "dag", "Publisher", "")]
    assert list(faults()) == []


def test_a_new_name_signs_nobody_out(world, dag):
    anna = world.user("anna")
    browser = signed_in(anna)
    anna.first_name = "Anne"
    people.save_person(anna, role="Author", by=dag)
    assert is_in(browser)
    assert moves("anna") == []


def test_closing_an_account_ends_its_sessions_and_its_link(world, dag):
    anna = world.user("anna")
    browser = signed_in(anna)
    _, token = people.make_link(anna, by=dag)
    anna.is_active = False
    people.save_person(anna, role="Author", by=dag)
    assert not is_in(browser)
    assert not [one for one in Session.objects.all() if one.get_decoded().get("_auth_user_id") == str(anna.pk)]
    anna.is_active = True
    people.save_person(anna, role="Author", by=dag)
    assert people.open_link(token) is None
    assert [verb for verb, *_ in moves("anna")] == ["make_link", "close_account", "open_account"]
    anna.is_active = False
    with pytest.raises(Refusal, match="closed"):
        people.make_link(anna, by=dag)


def test_nobody_changes_their_own_role_or_closes_their_own_account(world, dag):
    for role, active in (("Author", True), ("", True), ("Administrator", False)):
        dag.is_active = active
        with pytest.raises(Refusal, match="your own role"):
            people.save_person(dag, role=role, by=dag)
    dag = User.objects.get(pk=dag.pk)
    assert (role_of(dag), moves("dag")) == ("Administrator", [])
    dag.email = "dag@example.org"
    people.save_person(dag, role="Administrator", by=dag)  # everything else is theirs to change


def test_the_last_administrator_stays(world, dag):
    system = User(username="system")
    dag.is_active = False
    with pytest.raises(Refusal, match="last active administrator"):
        people.save_person(dag, role="Administrator", by=system)
    dag.is_active = True
    with pytest.raises(Refusal, match="last active administrator"):
        people.save_person(dag, role="Publisher", by=system)
    people.save_person(world.user("chiara"), role="Administrator", by=dag)
    people.save_person(dag, role="Publisher", by=system)
    with pytest.raises(Refusal, match="no such role"):
        people.save_person(dag, role="Emperor", by=system)


def test_two_administrators_who_lower_each_other_leave_one(world, dag):
    chiara = world.user("chiara")
    people.save_person(chiara, role="Administrator", by=dag)
    start, refused = Barrier(2), []

    def lower(whom: User, by: User) -> None:
        try:
            start.wait(10)
            people.save_person(User.objects.get(pk=whom.pk), role="Author", by=by)
        except Refusal as refusal:
            refused.append(str(refusal))
        finally:
            connections.close_all()

    both = [Thread(target=lower, args=pair) for pair in ((dag, chiara), (chiara, dag))]
    for one in both:
        one.start()
    for one in both:
        one.join(30)
    assert len(refused) == 1
    assert User.objects.filter(groups__name="Administrator", is_active=True).count() == 1


def test_a_superuser_who_is_lowered_is_one_no_more(world, dag):
    root = User.objects.create_superuser("root")
    people.save_person(root, role="Author", by=dag)
    root = User.objects.get(pk=root.pk)
    assert (role_of(root), root.is_superuser) == ("Author", False)


def test_all_sessions_of_one_person_end_and_nobody_else_s(world, dag):
    anna, other = signed_in(world.user("anna")), signed_in(world.user("bruno"))
    second = signed_in(world.user("anna"))
    assert people.end_sessions(world.user("anna"), by=dag) == 2
    assert (is_in(anna), is_in(second), is_in(other)) == (False, False, True)
    assert moves("anna") == [("end_sessions", "dag", "", "")]


# One-time links -------------------------------------------------------------------------------------------------------


def test_a_link_sets_a_password_once_and_ends_the_sessions(world, dag):
    anna = world.user("anna")
    browser = signed_in(anna)
    link, token = people.make_link(anna, by=dag)
    assert people.open_link(token) == link
    assert people.use_link(token, NEW) == anna
    assert User.objects.get(pk=anna.pk).check_password(NEW)
    assert not is_in(browser)
    with pytest.raises(Refusal):
        people.use_link(token, "another sentence altogether")
    assert User.objects.get(pk=anna.pk).check_password(NEW)
    assert [(verb, by) for verb, by, *_ in moves("anna")] == [("make_link", "dag"), ("use_link", "anna")]


def test_the_token_is_kept_nowhere(world, dag):
    link, token = people.make_link(world.user("anna"), by=dag)
    kept = [str(OneTimeLink.objects.filter(pk=link.pk).values().get()), *(str(vars(e)) for e in Event.objects.all())]
    assert token not in "".join(kept)
    assert len(token) > 40


def test_only_the_newest_link_opens_and_it_can_be_taken_back(world, dag):
    anna = world.user("anna")
    _, first = people.make_link(anna, by=dag)
    _, second = people.make_link(anna, by=dag)
    assert people.open_link(first) is None
    assert people.open_link(second)
    assert people.revoke_links(anna, by=dag) == 1
    assert people.open_link(second) is None
    assert people.revoke_links(anna, by=dag) == 0
    assert [verb for verb, *_ in moves("anna")] == ["make_link", "make_link", "revoke_link"]


def test_a_link_is_dead_after_a_day(world, dag):
    link, token = people.make_link(world.user("anna"), by=dag)
    assert link.expires_at - link.made_at == timedelta(hours=24)
    OneTimeLink.objects.update(expires_at=timezone.now())
    assert people.open_link(token) is None
    with pytest.raises(Refusal):
        people.use_link(token, NEW)


def test_a_lost_second_factor_is_cleared_when_the_link_is_used(world, dag):
    anna = world.user("anna")
    TOTP.activate(anna, "S" * 32)
    _, token = people.make_link(anna, by=dag, clears_factor=True)
    assert Authenticator.objects.filter(user=anna).exists()
    people.use_link(token, NEW)
    assert not Authenticator.objects.filter(user=anna).exists()
    TOTP.activate(anna, "S" * 32)
    people.use_link(people.make_link(anna, by=dag)[1], NEW)
    assert Authenticator.objects.filter(user=anna).exists()


# Mail -----------------------------------------------------------------------------------------------------------------

LOCMEM = {"default": {"BACKEND": "django.core.mail.backends.locmem.EmailBackend"}}


def test_where_mail_can_be_sent_the_link_is(world, dag, settings):
    anna = world.user("anna")
    link, token = people.make_link(anna, by=dag)
    address = f"{settings.SITE_ORIGIN}/accounts/start/{token}/"
    assert post_link(link, address) == ""  # no mail here
    settings.SENDS_MAIL, settings.MAILERS = True, LOCMEM
    assert "no e-mail address" in post_link(link, address)
    anna.email = "anna@example.org"
    anna.save()
    link.refresh_from_db()
    assert post_link(link, address) == "It was sent to anna@example.org as well."
    (sent,) = mail.outbox
    assert sent.to == ["anna@example.org"]
    assert address in sent.body
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "OPTIONS": {"host": "127.0.0.1", "port": 9, "timeout": 1},
        }
    }
    assert "couldn't be sent" in post_link(link, address)
