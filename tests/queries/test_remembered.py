"""What is worked out once for an edition is never told of another."""

from __future__ import annotations

import pytest
from django.db import transaction

from partnerships.models import Partner
from partnerships.publishing import preview
from partnerships.publishing.documents import build_one
from partnerships.publishing.log import PUBLISHED, Step
from partnerships.publishing.reading import edition, public
from partnerships.queries.paging import count
from partnerships.queries.remembered import once
from tests.world import resave


def test_it_is_worked_out_once(world):
    asked = []
    for _ in range(3):
        assert once("a question of this test", lambda: asked.append(1) or "so") == "so"
    assert asked == [1]


def test_a_publication_makes_another_edition(world):
    from partnerships.editorial.publication import publish

    told = [once("the edition", edition)]
    publish([resave(world.malta, capital="Mdina")], by="chiara", change_kind="new_evidence", note="More.")
    told.append(once("the edition", edition))
    assert told[0] != told[1] == edition()


def test_a_preview_remembers_nothing_for_readers(world):
    """Inside it a country is gone; readers' count is as it was, before and after."""
    before = count(public(Partner))
    world.japan.title = "Nippon"
    document = build_one(world.japan, "default")
    step = Step(
        action="publish", kind="partner", record=world.japan.pk, slug="japan", change_kind="new_evidence", by="anna",
        document=document,
    )  # fmt: skip
    inside = None
    with preview.as_if_published([step]):
        inside = edition()
        assert count(public(Partner).filter(slug="japan")) == 1
        once("what a preview says", lambda: "of the preview")
    assert inside != edition()
    assert once("what a preview says", lambda: "of readers") == "of readers"
    assert count(public(Partner)) == before


def test_before_anything_is_published_nothing_is_kept(empty):
    assert edition() is None
    assert [once("a question", lambda n=n: n) for n in range(2)] == [0, 1]


def test_a_count_of_nothing_is_none(world):
    assert count(public(Partner).none()) == 0


@pytest.mark.services
def test_what_is_rolled_back_was_another_edition(world):
    before = edition()
    with transaction.atomic(using=PUBLISHED):
        from partnerships.publishing.models import Head

        Head.objects.using(PUBLISHED).update(chain="another")
        assert edition() != before
        transaction.set_rollback(True, using=PUBLISHED)
    assert edition() == before
