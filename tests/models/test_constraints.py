"""What the databases themselves hold, whoever writes."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.db.utils import IntegrityError

from partnerships.models import Citation, Link, Membership, Participant, Partner, Record, Region, Source, first_overlap
from tests.world import save

pytestmark = pytest.mark.services


@pytest.fixture(autouse=True)
def _world(world):
    """The small world, for its records."""
    return world


def test_a_slug_is_taken_once_per_kind(world):
    with pytest.raises(ValidationError, match="has this slug already"):
        Region(slug="europe", title="Another Europe").full_clean()
    Partner(slug="europe", title="Europe the partner").full_clean()
    with pytest.raises(IntegrityError):
        Region(slug="europe", title="Another Europe").save()


@pytest.mark.parametrize("slug", ["history", "versions", "cite", "feed", "embed"])
def test_parts_of_addresses_are_no_slugs(slug):
    with pytest.raises(ValidationError, match="can't be a slug"):
        Region(slug=slug, title="X").full_clean()


def test_a_record_is_saved_as_its_kind():
    with pytest.raises(TypeError, match="saved as its kind"):
        Record(slug="x", title="X").save()


def test_deleting_a_cited_source_is_refused(world):
    save(Region(slug="asia", title="Asia"), citations=[Citation(source=world.nato_topic)])
    for victim in (world.nato_topic, Record.objects.get(slug="nato-topic")):
        with pytest.raises(ProtectedError):
            victim.delete()


def test_deleting_what_a_claim_is_about_is_refused(world):
    with pytest.raises(ProtectedError):
        world.japan.delete()


def test_deleting_a_record_takes_its_own_rows_along(world):
    milestone = world.malta_returns
    assert Link.objects.filter(record=milestone.pk).count() == 2
    milestone.delete()
    assert not Link.objects.filter(record=milestone.pk).exists()
    assert not Record.objects.filter(pk=milestone.pk).exists()


@pytest.mark.parametrize(
    "row",
    [
        {"partner": None, "code": "", "name": ""},
        {"code": "TR", "name": ""},
        {"code": "", "name": "Turkey"},
        {"partner": "japan", "code": "JP", "name": "Japan"},
    ],
    ids=["nobody", "no name", "no code", "both"],
)
def test_a_participant_is_a_partner_or_named(world, row):
    partner = getattr(world, row["partner"]) if row.get("partner") else None
    with pytest.raises(IntegrityError):
        Participant(edition=world.sea_breeze_2021, **row | {"partner": partner}).save()


@pytest.mark.parametrize(
    "row",
    [
        {"start": "1995", "end": "", "end_is": "until"},
        {"start": "1995", "end": "1999", "end_is": "open"},
        {"start": "1999", "end": "1995", "end_is": "until"},
        {"start": "1999", "status": "active", "scope": "practical"},
    ],
)
def test_an_impossible_membership_is_refused(world, row):
    with pytest.raises(IntegrityError):
        Membership(partner=world.japan, framework=world.pfp, **row).save()


@pytest.mark.parametrize(
    "citation",
    [
        {"field": "capital", "row": "01936000-0000-7000-8000-000000000000"},
        {"verified_on": "2026-01-01"},
        {"verified_on": "2026-01-01", "locator": "p. 3", "checked_on": "2026-01-01"},
    ],
)
def test_a_citation_says_one_thing_and_verified_needs_evidence(world, citation):
    with pytest.raises(IntegrityError):
        Citation(record=world.japan, source=world.nato_topic, **citation).save()


def test_a_citation_names_a_field_of_its_record(world):
    Citation(record=world.japan, source=world.nato_topic, field="capital").full_clean()
    Citation(record=world.japan, source=world.nato_topic, field="memberships").full_clean()
    with pytest.raises(ValidationError, match="no field of this kind"):
        Citation(record=world.japan, source=world.nato_topic, field="colour").full_clean()


@pytest.mark.parametrize("address", ["javascript:alert(1)", "ftp://example.org/x", "data:text/html,x", "example.org"])
def test_an_address_is_http_or_https(address):
    with pytest.raises(ValidationError):
        Source(slug="x", title="X", web_address=address).full_clean()


@pytest.mark.parametrize(
    ("first", "second", "overlap"),
    [
        ({"start": "1995"}, {"start": "2000"}, True),
        ({"start": "1995", "end": "2000-01-01", "end_is": "until"}, {"start": "2000-01-01"}, False),
        ({"start": "1995", "end": "2000-01-02", "end_is": "until"}, {"start": "2000-01-01"}, True),
        ({"start": "1995", "end": "2000", "end_is": "through"}, {"start": "2000-12-31"}, True),
        ({"start": "1995", "end": "2000", "end_is": "until"}, {"start": "2000-06-01"}, False),  # perhaps, not surely
        ({"start": ""}, {"start": "2000"}, False),
        ({"start": "1995", "end_is": "unknown"}, {"start": "2000"}, False),
        ({"start": "1995~"}, {"start": "1995-06-01"}, True),
    ],
)
def test_periods_of_one_pair_stay_apart(world, first, second, overlap):
    rows = [Membership(partner=world.japan, framework=world.pfp, **period) for period in (first, second)]
    assert bool(first_overlap(rows)) == overlap
    if connection.vendor == "postgresql":  # and the database holds it by itself
        kept = True
        try:
            with transaction.atomic():
                for row in rows:
                    row.save()
        except IntegrityError:
            kept = False
        assert kept != overlap
