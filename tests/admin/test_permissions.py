"""Who may do what: every address of the desk for every role, forged posts included; and that only POSTs change anything."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import URLPattern, URLResolver

from partnerships.admin.addresses import address, list_address
from partnerships.editorial.permissions import RIGHTS, may
from partnerships.models import KINDS, Partner, Record
from partnerships.publishing.models import Publication

from .browser import watched, writes
from .records import make

OPEN = {"login", "logout", "jsi18n"}
"""Pages that don't show records and answer whoever is there."""


def patterns(resolver=None, prefix="/admin/"):
    """All addresses of the desk: (pattern, name)."""
    for entry in resolver.url_patterns if resolver else admin.site.get_urls():
        if isinstance(entry, URLResolver):
            yield from patterns(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.name


SOME = ("partner", "edition", "notice", "image", "record")
"""Enough kinds for what costs a page each: all have the same pages over one base."""


def addresses(world, kinds=None) -> list[tuple[str, str]]:
    """An address for each pattern: the record's own where it asks for one. Only of some kinds, if so asked."""
    found = []
    for pattern, name in patterns():
        model = pattern.split("/")[3] if pattern.count("/") > 3 else ""
        if kinds and (model in KINDS or model == "record") and model not in kinds:
            continue
        pk = "1"
        if model in KINDS or model == "record":
            records = Record.objects.filter(kind=model) if model in KINDS else Record.objects.all()
            pk = str((records.first() or make(model)).pk)
        if "(?P<app_label>" in pattern:
            pattern = "/admin/partnerships/"
        for placeholder, value in (
            ("<path:object_id>", pk),
            ("<uuid:pk>", pk),
            ("<int:number>", "1"),
            ("<path:content_type_id>", "1"),
            ("<id>", "1"),
        ):
            pattern = pattern.replace(placeholder, value)
        if "(?P" not in pattern and "<" not in pattern:
            found.append((pattern, name or ""))
    return found


def test_the_walk_finds_the_desk(world):
    found = addresses(world)
    assert len(found) > 20 * 9
    assert {name for _, name in found} >= {
        f"partnerships_{kind}_{page}" for kind in KINDS for page in ("publish", "restore")
    }


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_enters_without_signing_in(world, method):
    stranger = Client()
    for where, name in addresses(world):
        response = getattr(stranger, method)(where)
        if name not in OPEN:
            assert response.status_code in (302, 301), where
            assert response.url.startswith(("/admin/login/", "/admin/")), where


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_account_without_the_desk_is_led_to_the_sign_in(world, at, method):
    sam = at("sam")
    for where, name in addresses(world):
        response = getattr(sam, method)(where)
        if name not in OPEN:
            assert response.status_code in (301, 302), where


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_desk_account_without_rights_sees_no_record(world, at, method):
    user = world.user("sam")
    user.is_staff = True
    user.save()
    sam, walk = at("sam"), addresses(world)
    before = list(Record.objects.values_list("pk", "version"))
    for where, name in walk:
        if name in OPEN | {"index", "password_change", "password_change_done", ""}:
            continue
        response = getattr(sam, method)(
            where, {"post": "yes", "confirmed": "1", "note": "x", "version": "1"} if method == "post" else {}
        )
        led_home = response.status_code == 302 and response.url == "/admin/"
        assert led_home or response.status_code in (403, 404, 405), (where, response.status_code)
        assert "Malta" not in response.content.decode()
    assert list(Record.objects.values_list("pk", "version")) == before


@pytest.mark.parametrize(
    "action",
    ["publish_selected", "withdraw_selected", "merge_selected", "delete_selected", "collect_selected", "nonsense"],
)
@pytest.mark.parametrize("across", ["0", "1"])
def test_a_forged_action_does_nothing(world, at, action, across):
    sent = {
        "action": action,
        "select_across": across,
        "_selected_action": [str(world.malta.pk), str(world.japan.pk)],
        "confirmed": "1",
        "post": "yes",
        "note": "x",
        "change_kind": "new_evidence",
        "survivor": str(world.malta.pk),
    }
    log = Publication.objects.count()
    response = at("bruno").post(list_address("partner"), sent)
    assert response.status_code in (200, 302)
    assert Publication.objects.count() == log
    assert Partner.objects.count() == 5


def test_writing_is_not_publishing(world, at):
    anna = at("anna")
    for page in ("publish", "withdraw"):
        assert anna.get(address(world.malta, page)).status_code == 403
        assert anna.post(address(world.malta, page), {"confirmed": "1", "note": "x"}).status_code == 403
    assert "_publish" not in anna.get(address(world.malta)).content.decode()
    choices = anna.get(list_address("partner")).context["action_form"].fields["action"].choices
    assert [name for name, _ in choices] == [
        "",
        "submit_selected",
        "set_owner",
        "set_review_day",
        "export_selected",
        "delete_selected",
    ]


# Only POSTs, only with a token ------------------------------------------------------------------------------------------


def test_looking_never_writes(world, at):
    """The whole walk as an administrator: no page that is only looked at changes either database."""
    dag = at("dag")
    for where, name in addresses(world, SOME):
        # A previewed page writes and is rolled back: tests/admin/test_preview.py shows that nothing is kept.
        if name in ("logout", "autocomplete") or name.endswith("_previewed"):
            continue
        with watched() as statements:
            response = dag.get(where)
        assert response.status_code in (200, 301, 302, 403, 404, 405), (where, response.status_code)
        assert not writes(statements), where


def test_a_post_without_its_token_is_refused(world):
    dag = Client(enforce_csrf_checks=True)
    dag.force_login(world.user("dag"))
    for where, name in addresses(world):
        if not name or name == "login":
            continue
        with watched() as statements:
            response = dag.post(where, {"confirmed": "1", "post": "yes", "note": "x", "version": "1"})
        assert response.status_code == 403, where
        assert not writes(statements), where


def test_every_page_forbids_frames_and_inline_code(world, at):
    policy = at("dag").get(address(world.malta)).headers
    assert policy["X-Frame-Options"] == "DENY"
    assert policy["Cache-Control"] == "no-store, private"
    csp = policy["Content-Security-Policy"]
    assert "default-src 'none'" in csp
    assert "script-src 'self';" in csp + ";"
    assert "unsafe" not in csp


# The table --------------------------------------------------------------------------------------------------------------


def test_a_record_may_be_asked_about_in_any_form(world):
    chiara = world.user("chiara")
    narrow = Record.objects.get(pk=world.malta.pk)
    assert may(chiara, "publish", narrow)
    assert may(chiara, "publish", world.malta)
    assert may(chiara, "publish", Partner(title="Not saved yet"))
    with pytest.raises(KeyError):
        may(chiara, "fly", world.malta)


def test_an_inactive_account_may_do_nothing(world):
    dag = world.user("dag")
    dag.is_active = False
    assert not any(may(dag, verb, Partner) for verb in RIGHTS)
