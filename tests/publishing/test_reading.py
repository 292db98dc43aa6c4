"""Reading: one edition per request, and never the editorial database."""

from __future__ import annotations

import pytest
from django.db import connections
from django.test import Client, RequestFactory

from partnerships.editorial.publication import publish
from partnerships.models import Partner
from partnerships.publishing.reading import public, snapshot
from portal.middleware import EditorialQuery, PublicOnly
from tests.publishing.test_failures import together
from tests.world import resave

pytestmark = pytest.mark.services


def test_a_publication_meanwhile_is_not_seen_until_the_next_reading(world):
    tokyo = resave(world.japan, capital="Tokyo")
    with snapshot():
        assert public(Partner).get(slug="japan").capital == ""
        [entries] = together(
            lambda: publish([tokyo], by="chiara", change_kind="new_evidence", note="The capital is named.")
        )
        assert len(entries) == 1
        assert public(Partner).get(slug="japan").capital == ""
    assert public(Partner).get(slug="japan").capital == "Tokyo"


def test_an_error_ends_the_snapshot(world):
    def careless():
        with snapshot():
            return public(Partner).count() / 0

    with pytest.raises(ZeroDivisionError):
        careless()
    with snapshot():
        assert public(Partner).count() == 4


@pytest.mark.parametrize("path", ["/partners/", "/api/v1/partners/"])
def test_a_public_request_that_asks_the_editorial_database_is_an_error(world, path):
    def careless(request):
        return Partner.objects.count()  # without `public`

    with pytest.raises(EditorialQuery, match="partnerships_partner"):
        PublicOnly(careless)(RequestFactory().get(path))
    assert PublicOnly(careless)(RequestFactory().get("/admin/")) == 5


def test_public_pages_answer_while_the_editorial_database_is_away(world, monkeypatch):
    monkeypatch.setattr(connections["default"], "ensure_connection", lambda: 1 / 0)
    assert Client().get("/partners/malta/").status_code == 200
    assert Client().get("/api/v1/partners/malta/").status_code == 200
