"""Preview: what would be public and nothing kept; links that die when they should."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.utils import timezone

from partnerships.editorial import preview, releases
from partnerships.editorial.models import Event, PreviewLink, Revision
from partnerships.editorial.publication import publish, withdraw
from partnerships.models import Membership, Partner
from partnerships.publishing.dump import dump_digest
from partnerships.publishing.feed import Refusal
from partnerships.publishing.models import Action
from partnerships.publishing.preview import as_if_published
from partnerships.publishing.reading import head, public
from tests.world import resave, save

pytestmark = pytest.mark.services


def newest(record) -> Revision:
    return Revision.objects.filter(record=record.pk).order_by("-number").first()


@pytest.fixture
def anna(world):
    return world.user("anna")


@pytest.fixture
def link(world, anna):
    """A link to a revision that isn't public, and its token."""
    return preview.make_link(newest(world.malta), by=anna)


def test_it_reads_as_published_and_keeps_nothing(world):
    before, seq = dump_digest("published"), head().seq
    with as_if_published(preview.steps_for(newest(world.malta), "anna")):
        assert public(Partner).get(slug="malta").capital == "Valletta"
        assert head().seq == seq + 1
    assert public(Partner).get(slug="malta").capital == ""
    assert dump_digest("published") == before


def test_what_fails_inside_keeps_nothing_either(world):
    before = dump_digest("published")
    with pytest.raises(ZeroDivisionError), as_if_published(preview.steps_for(newest(world.malta), "anna")):
        1 / 0  # noqa: B018
    assert dump_digest("published") == before


def test_a_draft_that_points_at_another_needs_their_release(world):
    mu = save(Partner(slug="mu", title="Mu"))
    pfp = save(type(world.pfp)(slug="lost", title="The lost framework", type="forum"))
    mu.memberships.add(Membership(framework=pfp, start="2001"), bulk=False)
    mu = resave(mu, capital="Under water")
    with pytest.raises(Refusal, match="Not public yet, but pointed at: The lost framework"):
        preview.steps_for(newest(mu), "anna")
    one = releases.make("Lands below", by=world.user("chiara"))
    releases.collect(one, [mu, pfp], by=world.user("chiara"))
    steps = preview.steps_for(newest(mu), "anna")
    assert {step.slug for step in steps} == {"mu", "lost"}
    assert {step.record for step in preview.steps_of(one, "anna")} == {mu.pk, pfp.pk}
    with as_if_published(steps):
        assert public(Partner).get(slug="mu").memberships.count() == 1


def test_a_broken_rule_is_refused_as_publishing_would(world):
    mu = save(Partner(slug="mu", title="Mu", disclosure="ai_generated"))
    with pytest.raises(Refusal, match="Mu") as shown:
        preview.steps_for(newest(mu), "anna")
    with pytest.raises(Refusal) as published:
        publish([mu], by="chiara")
    assert str(shown.value) == str(published.value)


def test_only_the_digest_of_a_token_is_kept(link):
    made, token = link
    assert len(token) == 43
    assert token not in str(PreviewLink.objects.values().get())
    event = Event.objects.latest("seq")
    assert (event.by, event.verb, event.record) == ("anna", "make_link", made.revision.record)
    assert token not in str(Event.objects.values().latest("seq"))
    assert made.token_digest not in str(Event.objects.values().latest("seq"))
    assert preview.opened(token) == made


def test_it_dies_at_its_time(link):
    made, token = link
    with time_machine.travel(made.expires_at - timedelta(seconds=1), tick=False):
        assert preview.opened(token) == made
    with time_machine.travel(made.expires_at, tick=False):
        assert preview.opened(token) is None


def test_it_dies_when_it_is_revoked_by_its_maker_or_an_administrator(world, link, anna):
    made, token = link
    with pytest.raises(Refusal, match="Only who made a link"):
        preview.revoke(made, by=world.user("bruno"))
    assert preview.opened(token)
    preview.revoke(made, by=anna)
    preview.revoke(made, by=anna)
    assert preview.opened(token) is None
    assert Event.objects.filter(verb="revoke_link").count() == 1
    other, token = preview.make_link(made.revision, by=anna)
    preview.revoke(other, by=world.user("dag"))
    assert preview.opened(token) is None


def test_it_dies_with_its_makers_account_and_rights(world, link, anna):
    _, token = link
    anna.is_active = False
    anna.save()
    assert preview.opened(token) is None
    anna.is_active = True
    anna.save()
    assert preview.opened(token)
    anna.groups.clear()
    assert preview.opened(token) is None


def test_publication_ends_it_for_good(world, link):
    _, token = link
    publish([world.malta], by="chiara", change_kind="new_evidence", note="The capital is named.")
    assert preview.opened(token) is None
    publish([resave(world.malta, capital="Mdina")], by="chiara", change_kind="new_evidence", note="Again.")
    assert preview.opened(token) is None


def test_a_take_down_ends_it(world):
    _, token = preview.make_link(newest(resave(world.japan, capital="Tokyo")), by=world.user("anna"))
    withdraw([world.c065, world.japan], by="dag", note="Gone.", action=Action.TAKE_DOWN)
    assert preview.opened(token) is None


def test_a_link_to_a_release_dies_when_it_is_published(world):
    chiara = world.user("chiara")
    one = releases.make("Capitals", by=chiara)
    releases.collect(one, [world.malta], by=chiara, reason=releases.Reason("new_evidence", "The capital is named."))
    made, token = preview.make_link(one, by=world.user("anna"))
    assert preview.opened(token) == made
    releases.publish_now(one, by=chiara)
    assert preview.opened(token) is None
    one.refresh_from_db()
    with pytest.raises(Refusal, match="not to come any more"):
        preview.make_link(one, by=chiara)


def test_who_may_not_preview_makes_no_link(world):
    with pytest.raises(Refusal, match="Your account"):
        preview.make_link(newest(world.malta), by=world.user("sam"))
    for days in (0, 31, -1):
        with pytest.raises(Refusal, match="from 1 to 30 days"):
            preview.make_link(newest(world.malta), by=world.user("anna"), days=days)
    with pytest.raises(Refusal, match="is public"):
        preview.make_link(newest(world.russia), by=world.user("anna"))
    assert not PreviewLink.objects.exists()


def test_a_link_shows_one_thing(world):
    now = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        PreviewLink.objects.create(token_digest="x", made_by="anna", made_at=now, expires_at=now)


def test_ones_links_are_ones_own_open_ones(world, link, anna):
    made, _ = link
    assert preview.links_of(anna, world.malta) == [made]
    assert preview.links_of(world.user("dag"), world.malta) == []
    assert preview.links_of(anna, world.japan) == []
    preview.revoke(made, by=anna)
    assert preview.links_of(anna, world.malta) == []
