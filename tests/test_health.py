"""What machines ask of a running portal."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from partnerships.editorial import worker
from partnerships.publishing.feed import Refusal, Stuck
from partnerships.publishing.models import Head

pytestmark = pytest.mark.services


def test_the_process_answers(world):
    response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_ready_when_the_edition_has_come_as_far_as_the_log(world):
    response = Client().get("/readyz")
    assert response.status_code == 200
    seq = Head.objects.get(pk=1).seq
    assert response.json() == {"default": "ok", "published": "ok", "seq": seq, "worker_seconds": None}
    worker.note_run(timezone.now() - timedelta(seconds=70))
    assert 70 <= Client().get("/readyz").json()["worker_seconds"] < 100
    assert response.headers["Cache-Control"] == "no-store"


def test_not_ready_while_the_edition_is_behind(world):
    Head.objects.using("published").update(seq=Head.objects.get(pk=1).seq - 2)
    response = Client().get("/readyz")
    assert response.status_code == 503
    said = response.json()
    assert said["published"] == "2 entries behind the log"
    assert said["waiting"]["entry"] == Head.objects.get(pk=1).seq + 1
    assert said["waiting"]["seconds"] >= 0
    assert "reason" not in said["waiting"]


def test_why_an_entry_is_stuck_is_said_without_its_words(world, monkeypatch):
    Head.objects.using("published").update(seq=Head.objects.get(pk=1).seq - 1)
    monkeypatch.setattr(worker, "stuck", "")
    stuck = Stuck("Entry 7 can't be applied: SECRET")
    stuck.__cause__ = Refusal("SECRET isn't public")
    worker.note_stuck(stuck)
    response = Client().get("/readyz")
    assert response.json()["waiting"]["reason"] == "it refers to what isn't public"
    assert b"SECRET" not in response.content
    worker.note_stuck(None)
    assert "reason" not in Client().get("/readyz").json()["waiting"]


def test_not_ready_before_the_migrations(world):
    with connections["published"].cursor() as cursor:
        newest = "SELECT max(name) FROM django_migrations WHERE app = 'publishing'"
        cursor.execute(f"DELETE FROM django_migrations WHERE app = 'publishing' AND name = ({newest})")  # noqa: S608
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["published"] == "1 migrations to run"
