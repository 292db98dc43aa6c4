"""What holds for the pages of all kinds alike: no role, no record; only POSTs change anything, and only with a token.

Who may do what is walked in test_permission_walk.py.
"""

from __future__ import annotations

import pytest
from django.test import Client

from partnerships.admin.addresses import address
from partnerships.editorial.permissions import may
from partnerships.models import KINDS, Partner, Record

from .browser import watched, writes
from .records import make
from .walking import patterns

OPEN = {"login", "logout", "jsi18n"}
"""Pages that don't show records and answer whoever is there."""


SOME = ("partner", "edition", "image", "record")
"""Kinds whose forms differ most from that of a notice, which the walk goes over."""


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


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_desk_account_without_rights_sees_no_record(world, at, method):
    user = world.user("sam")
    user.is_staff = True
    user.save()
    sam, walk = at("sam"), addresses(world, SOME if method == "get" else None)
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


def test_writing_is_not_publishing(world, at):
    assert "_publish" not in at("anna").get(address(world.malta)).content.decode()
    assert "_publish" in at("chiara").get(address(world.malta)).content.decode()


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


@pytest.mark.slow
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
    assert "Nothing was saved." in response.content.decode()
    assert "load the form anew" in response.content.decode()


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
