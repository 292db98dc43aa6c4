"""Merging two records: what pointed at the one points at the other, and its address leads there."""

from __future__ import annotations

import pytest
from django.test import Client

from partnerships.editorial.audit import faults
from partnerships.editorial.models import Event, State
from partnerships.editorial.publication import merge, merge_for, publish
from partnerships.models import Citation, Record, Source
from partnerships.publishing.feed import Refusal
from partnerships.publishing.reading import public
from tests.world import resave, save

pytestmark = pytest.mark.services


@pytest.fixture
def twin(world):
    """A second source for the same page, cited by Japan, public."""
    twin = save(Source(slug="topic-again", title="Topic page, again", publisher="NATO"))
    publish([twin], by="chiara")
    Citation.objects.create(record=world.japan, source=twin, locator="page 1")
    Citation.objects.create(record=world.japan, source=twin, field="capital")
    japan = resave(world.japan, capital="Tokyo")
    publish([japan], by="chiara", change_kind="new_evidence", note="The capital is named.")
    return twin


def test_only_who_may_merges(world, twin):
    for name in ("sam", "anna", "bruno"):
        with pytest.raises(Refusal, match="your account can't merge this"):
            merge_for(world.user(name), twin, world.nato_topic, note="They are one page.")
    assert Source.objects.filter(pk=twin.pk).exists()
    merge_for(world.user("chiara"), twin, world.nato_topic, note="They are one page.")
    assert not Source.objects.filter(pk=twin.pk).exists()
    assert Event.objects.get(verb="merge").by == "chiara"


def test_citations_move_and_become_public(world, twin):
    merge(twin, world.nato_topic, by="chiara", note="They are one page.")
    assert {one.source_id for one in world.japan.citations.all()} == {world.nato_topic.pk}
    rows = public(Citation).filter(record=world.japan.pk).order_by("locator")
    assert [(row.source_id, row.locator, row.field) for row in rows] == [
        (world.nato_topic.pk, "", "capital"),
        (world.nato_topic.pk, "page 1", ""),
    ]
    assert not Record.objects.filter(pk=twin.pk).exists()
    assert not public(Source).filter(pk=twin.pk).exists()


def test_the_lost_address_leads_to_the_one_that_stays(world, twin):
    merge(twin, world.nato_topic, by="chiara", note="They are one page.")
    reader = Client()
    page = reader.get("/sources/topic-again/?as_of=2014")
    assert (page.status_code, page["Location"]) == (301, "/sources/nato-topic/?as_of=2014")
    api = reader.get("/api/v1/sources/topic-again/")
    assert (api.status_code, api["Location"]) == (301, "http://localhost:8000/api/v1/sources/nato-topic/")
    assert "Topic page" in reader.get("/sources/nato-topic/").content.decode()


def test_a_merge_of_public_records_is_in_the_audit_log(world, twin):
    pk = twin.pk
    merge(twin, world.nato_topic, by="chiara", note="They are one page.")
    event = Event.objects.get(verb="merge")
    assert (event.by, event.record, event.title, event.note) == ("chiara", pk, twin.title, "They are one page.")
    assert list(faults()) == []


def test_a_merge_of_drafts_is_in_the_audit_log_too(world):
    first = save(Source(slug="first", title="First page"))
    second = save(Source(slug="second", title="Second page"))
    Citation.objects.create(record=world.atlantis, source=second)
    pk = second.pk
    assert merge(second, first, by="chiara", note="They are one page.") == []
    event = Event.objects.get(verb="merge")
    assert (event.by, event.record, event.title) == ("chiara", pk, "Second page")
    assert (event.before, event.note) == ("never", "Merged into First page. They are one page.")
    assert world.atlantis.citations.get().source_id == first.pk
    assert first.aliases.get().slug == "second"
    assert Client().get("/sources/second/").status_code == 404
    assert State.objects.get(record=first.pk).revision == 2
    assert list(faults()) == []
