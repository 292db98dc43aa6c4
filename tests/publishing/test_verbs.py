"""Publishing and withdrawing, as editors meet them."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, IntegrityError, connections

from partnerships.editorial.models import Revision, State
from partnerships.editorial.publication import merge, needed, publish, withdraw
from partnerships.editorial.saving import Stale, record_saved, restore
from partnerships.models import Citation, Framework, Membership, Partner, Source
from partnerships.publishing.feed import Refusal
from partnerships.publishing.models import Change, FormerSlug, Publication, PublicDocument, Tombstone
from partnerships.publishing.reading import Gone, Moved, public, where_now
from tests.world import resave, save

pytestmark = pytest.mark.services


def standing(record) -> str:
    return State.objects.get(record=record.pk).standing


def test_a_saved_draft_changes_nothing_public(world):
    resave(world.japan, capital="Tokyo")
    assert public(Partner).get(slug="japan").capital == ""
    assert standing(world.japan) == "changed"


def test_publishing_makes_the_newest_revision_public(world):
    japan = resave(world.japan, capital="Tokyo")
    [entry] = publish([japan], by="chiara", change_kind="new_evidence", note="The capital is named.")
    assert public(Partner).get(slug="japan").capital == "Tokyo"
    assert standing(japan) == "public"
    assert (entry.by, entry.change_kind, entry.note) == ("chiara", "new_evidence", "The capital is named.")
    change = Change.objects.get(seq=entry.seq)
    assert change.version == 2
    assert PublicDocument.objects.filter(digest__in=[change.digest, change.previous]).count() == 2


def test_publishing_what_is_public_already_does_nothing(world):
    before = Publication.objects.count()
    assert publish([world.japan], by="chiara") == []
    assert Publication.objects.count() == before


@pytest.mark.parametrize(
    ("reason", "sentence"),
    [
        ({}, "Say why"),
        ({"change_kind": "new_evidence"}, "Write a note for the public"),
        ({"change_kind": "first_publication"}, "was public before"),
        ({"change_kind": "editorial"}, "changes facts (Capital)"),
        ({"change_kind": "correction", "note": "The capital was missing."}, "what was wrong"),
        ({"change_kind": "nonsense", "note": "x"}, "Say why"),
    ],
)
def test_a_reason_that_does_not_fit_is_refused(world, reason, sentence):
    japan = resave(world.japan, capital="Tokyo")
    with pytest.raises(Refusal, match="Japan") as refused:
        publish([japan], by="chiara", **reason)
    assert sentence in str(refused.value)
    assert public(Partner).get(slug="japan").capital == ""


def test_a_change_of_wording_is_editorial(world):
    japan = resave(world.japan, summary="An island state.")
    publish([japan], by="chiara", change_kind="editorial")
    assert public(Partner).get(slug="japan").summary.startswith("An island")


def test_references_must_be_public_first(world):
    draft = save(Source(slug="new-page", title="New page"))
    save(Framework(slug="md", title="Mediterranean Dialogue", type="forum"), citations=[Citation(source=draft)])
    dialogue = world.md
    with pytest.raises(Refusal, match="New page") as refused:
        publish([dialogue], by="chiara")
    assert refused.value.missing == [draft.pk]
    assert [record.title for record in needed([dialogue])] == ["New page"]
    assert not public(Framework).filter(slug="md").exists()

    entries = publish([dialogue, *needed([dialogue])], by="chiara")
    assert len({entry.release for entry in entries}) == 1
    assert public(Framework).get(slug="md").citations.get().source.slug == "new-page"


def test_a_public_slug_that_is_taken_is_named(world):
    resave(world.japan, slug="nippon")
    save(Partner(slug="japan", title="Another Japan"))
    with pytest.raises(Refusal, match="held by partner/japan in public"):
        publish([world.japan], by="chiara")


def test_two_records_swap_their_slugs_in_one_release(world):
    resave(world.japan, slug="elsewhere")
    resave(world.finland, slug="japan")
    resave(Partner.objects.get(slug="elsewhere"), slug="finland")
    nippon, suomi = Partner.objects.get(iso2="JP"), Partner.objects.get(iso2="FI")
    publish([nippon, suomi], by="chiara", change_kind="editorial")
    assert public(Partner).get(slug="finland").iso2 == "JP"
    assert public(Partner).get(slug="japan").iso2 == "FI"


def test_a_former_slug_leads_to_the_record_until_another_takes_it(world):
    japan = resave(world.japan, slug="nippon")
    publish([japan], by="chiara", change_kind="editorial")
    assert where_now(Partner, "japan") == Moved("partner", "nippon")
    assert where_now(Partner, "nowhere") is None
    usurper = save(Partner(slug="japan", title="Another Japan"))
    publish([usurper], by="chiara")
    assert public(Partner).get(slug="japan").pk == usurper.pk


def test_withdrawing_leaves_a_tombstone_and_keeps_the_versions(world):
    withdraw([world.c065], by="chiara", note="Published by mistake.")
    gone = where_now(type(world.c065), "c065")
    assert isinstance(gone, Gone)
    assert (gone.tombstone.note, gone.tombstone.versions) == ("Published by mistake.", 1)
    assert gone.tombstone.title == world.c065.title
    change = Change.objects.filter(record=world.c065.pk, action="publish").get()
    assert PublicDocument.objects.filter(digest=change.digest).exists()
    assert standing(world.c065) == "withdrawn"


def test_withdrawing_asks_for_a_reason(world):
    with pytest.raises(Refusal, match="Say why"):
        withdraw([world.c065], by="chiara", note=" ")


def test_what_is_pointed_at_is_not_withdrawn(world):
    with pytest.raises(Refusal, match="Malta"):
        withdraw([world.pfp], by="chiara", note="No more.")
    assert public(Framework).filter(slug="pfp").exists()


def test_pointing_records_can_be_withdrawn_together(world):
    withdraw([world.ici, world.c065], by="chiara", note="Both wrong.")
    assert not public(Framework).filter(slug="ici").exists()
    assert Tombstone.objects.filter(kind__in=["framework", "claim"]).count() == 2


def test_a_withdrawn_record_can_come_back(world):
    withdraw([world.c065], by="chiara", note="Published by mistake.")
    publish([world.c065], by="chiara", change_kind="new_evidence", note="It was right after all.")
    assert Change.objects.filter(record=world.c065.pk).latest("seq").version == 2
    assert where_now(type(world.c065), "c065") is None
    assert standing(world.c065) == "public"


def test_a_take_down_deletes_every_document(world):
    claim = resave(world.c065, slug="c-65", explanation="A text with a private address.")
    publish([claim], by="chiara", change_kind="new_evidence", note="The explanation is longer.")
    withdraw([claim], by="dag", note="Privacy.", action="take_down")
    digests = Change.objects.filter(record=claim.pk, action="publish").values("digest")
    assert not PublicDocument.objects.filter(digest__in=digests).exists()
    gone = where_now(type(claim), "c-65")
    assert (gone.tombstone.title, gone.tombstone.action) == ("", "take_down")
    assert where_now(type(claim), "c065").tombstone.note == "Privacy."
    with pytest.raises(ValueError, match="taken down"):
        restore(Revision.objects.filter(record=claim.pk).last(), by="anna")


def test_an_alias_leads_to_its_record(world):
    source = world.nato_topic
    source.aliases.create(slug="cs001")
    record_saved(source, by="anna", expected=source.version)
    publish([source], by="chiara", change_kind="editorial")
    assert where_now(Source, "cs001") == Moved("source", "nato-topic")


def test_merging_moves_what_points_there_and_leaves_a_redirect(world):
    twin = save(Source(slug="topic-page", title="Topic page again", web_address="https://example.org/topic?x"))
    publish([twin], by="chiara")
    japan = world.japan
    japan.citations.create(source=twin)
    record_saved(japan, by="anna", expected=japan.version)
    publish([japan], by="chiara", change_kind="new_evidence", note="A source.")
    merge(twin, world.nato_topic, by="chiara", note="One page under two addresses.")
    assert public(Partner).get(slug="japan").citations.get().source.slug == "nato-topic"
    assert where_now(Source, "topic-page") == Moved("source", "nato-topic")
    assert not Source.objects.filter(slug="topic-page").exists()


def test_merging_waits_for_unpublished_changes(world):
    twin = save(Source(slug="topic-page", title="Topic page again"))
    publish([twin], by="chiara")
    malta = world.malta  # has a change that isn't public
    malta.citations.create(source=twin)
    record_saved(malta, by="anna", expected=malta.version)
    publish([malta], by="chiara", change_kind="new_evidence", note="A source.")
    resave(malta, capital="Mdina")
    with pytest.raises(Refusal, match="Malta"):
        merge(twin, world.nato_topic, by="chiara", note="Twins.")


def test_a_stale_save_is_refused(world):
    first, second = Partner.objects.get(slug="japan"), Partner.objects.get(slug="japan")
    first.capital = "Tokyo"
    first.save()
    record_saved(first, by="anna", expected=first.version)
    second.capital = "Kyoto"
    with pytest.raises(Stale):
        record_saved(second, by="bruno", expected=second.version)


def test_a_save_that_changes_nothing_keeps_no_revision(world):
    japan = world.japan
    assert record_saved(japan, by="anna", expected=japan.version) is None
    assert Revision.objects.filter(record=japan.pk).count() == 1


def test_restoring_brings_back_fields_and_rows(world):
    russia = world.russia
    first = Revision.objects.get(record=russia.pk)
    russia.memberships.filter(status="suspended").delete()
    record_saved(russia, by="anna", expected=russia.version)
    restore(first, by="bruno")
    assert world.russia.memberships.filter(status="suspended").count() == 1
    assert standing(russia) == "public"


def test_overlapping_memberships_are_not_published(world):
    malta = world.malta
    again = Membership(partner=malta, framework=world.pfp, start="2010")
    if connections["default"].vendor == "postgresql":  # there the database doesn't even keep them
        with pytest.raises(IntegrityError, match="membership_periods_apart"):
            again.save()
        return
    again.save()
    record_saved(malta, by="anna", expected=malta.version)
    with pytest.raises(Refusal, match="overlap"):
        publish([malta], by="chiara", change_kind="world_change", note="Twice.")


@pytest.mark.parametrize("verb", ["UPDATE publishing_publication SET note = 'x'", "DELETE FROM publishing_publication"])
def test_the_log_can_not_be_changed(world, verb):
    with connections["default"].cursor() as cursor, pytest.raises(DatabaseError, match="append-only"):
        cursor.execute(verb)


def test_former_slugs_of_other_kinds_do_not_answer(world):
    publish([resave(world.japan, slug="nippon")], by="chiara", change_kind="editorial")
    assert FormerSlug.objects.get(slug="japan").kind == "partner"
    assert where_now(Framework, "japan") is None
