"""What machines ask of a running portal."""

from __future__ import annotations

import pytest
from django.db import connections
from django.test import Client

from partnerships.publishing.models import Head

pytestmark = pytest.mark.services


def test_the_process_answers(world):
    response = Client().get("/healthz")
    assert (response.status_code, response.content) == (200, b"ok\n")


def test_ready_when_the_edition_has_come_as_far_as_the_log(world):
    response = Client().get("/readyz")
    assert response.status_code == 200
    assert response.json() == {"default": "ok", "published": "ok", "seq": Head.objects.get(pk=1).seq}
    assert response.headers["Cache-Control"] == "no-store"


def test_not_ready_while_the_edition_is_behind(world):
    Head.objects.using("published").update(seq=Head.objects.get(pk=1).seq - 2)
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["published"] == "2 entries behind the log"


def test_not_ready_before_the_migrations(world):
    with connections["published"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'publishing' AND name LIKE '0002%%'", [])
    response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["published"] == "1 migrations to run"
