"""Made-up content of any size is a published database like any other."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from partnerships.models import Citation, Edition, Participant, Partner
from partnerships.publishing.dump import dump_digest
from partnerships.publishing.feed import Refusal
from partnerships.publishing.models import Change, Head, Tombstone
from partnerships.publishing.reading import public
from partnerships.publishing.rebuild import faults
from partnerships.publishing.synthetic import PARTICIPANTS, PARTNERS, grow

SMALL = 0.0005


@pytest.mark.services
def test_what_grew_is_a_published_database(empty):
    entries = grow(SMALL)
    stones = Tombstone.objects.using("published").count()
    editions = public(Edition).count()
    assert (editions + stones, stones) == (50, 1)
    assert public(Partner).count() == PARTNERS
    assert public(Participant).count() == PARTICIPANTS * editions
    assert public(Citation).count() > editions
    assert Head.objects.using("published").get(pk=1).seq == entries
    assert Change.objects.using("published").filter(change_kind="correction").exists()
    assert list(faults()) == []


def test_the_same_scale_gives_the_same_bytes(own, empty_template):
    digests = set()
    for _ in range(2):
        with own(empty_template):
            grow(SMALL)
            digests.add(dump_digest("published"))
    assert len(digests) == 1


@pytest.mark.services
def test_nothing_is_made_up_beside_what_is_there(world):
    before = dump_digest("published")
    with pytest.raises(Refusal, match="no place beside it"):
        grow(SMALL)
    with pytest.raises(CommandError, match="Point VAR_DIR"):
        call_command("grow", scale=SMALL)
    assert dump_digest("published") == before


@pytest.mark.parametrize("scale", [0, -1, 11])
def test_a_scale_that_is_none_is_refused(empty, scale):
    with pytest.raises(CommandError, match="at most 10"):
        call_command("grow", scale=scale)
