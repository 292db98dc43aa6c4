"""Made-up content of any size is a published database like any other, and answers don't read more because there is more."""

from __future__ import annotations

import pytest
from django.core.management import CommandError, call_command

from bench.growth import Steps, addresses, client
from partnerships.models import Citation, Edition, Participant, Partner
from partnerships.publishing.dump import dump_digest
from partnerships.publishing.feed import Refusal
from partnerships.publishing.models import Change, Head, Tombstone
from partnerships.publishing.reading import public
from partnerships.publishing.rebuild import faults
from partnerships.publishing.synthetic import PARTICIPANTS, PARTNERS, grow
from tests import databases

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


# What answers read ----------------------------------------------------------------------------------------------------

SCALES = (0.01, 0.02)
"""At both a search finds as many candidates as it looks at, and every list has more rows than a page."""
LEAST = 300
"""Hundreds of SQLite's steps below which an answer reads little, whatever it does."""

GROWING: dict[str, str] = {}
"""Addresses whose answers do read more when there is more: the reason why."""


@pytest.fixture
def steps(own, root, empty_template, settings):
    """What every address takes at a scale, in hundreds of the steps of SQLite's machine."""

    def count(scale: float) -> dict[str, int]:
        with own(databases.template(root, f"grown-{scale}", lambda: grow(scale), base=empty_template)):
            reader, found = client(), {}
            for name, address in addresses().items():
                with Steps() as taken:
                    answer = reader.get(address)
                assert answer.status_code in (200, 301), address
                found[name] = taken.count
            return found

    settings.LIMITS = settings.LIMITS | {"made_answers": 0}
    return count


@pytest.mark.slow
def test_answers_read_no_more_because_there_is_more(steps, django_db_blocker):
    with django_db_blocker.unblock():
        few, many = map(steps, SCALES)
    grown = {name for name in few if name in many and many[name] > max(LEAST, 1.25 * few[name])}
    assert {name: (few[name], many[name]) for name in grown - GROWING.keys()} == {}
    assert GROWING.keys() - grown == set(), "no longer"
