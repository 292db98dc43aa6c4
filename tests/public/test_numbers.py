"""The portal in numbers, on the page about itself: what is counted is there, and every count is right."""

from __future__ import annotations

import re

import pytest

from partnerships.editorial.publication import publish, withdraw
from partnerships.models import Citation, Milestone, Partner
from partnerships.publishing.documents import build_one, value_digest
from partnerships.publishing.reading import public
from partnerships.queries.holdings import Holding, holdings, together
from tests.world import resave, save

from .conftest import TODAY

ASKED = (Partner, Milestone)


def counted(kind=Partner) -> Holding:
    return holdings(ASKED, TODAY.date())[kind]


def rows(page) -> dict[str, list[str]]:
    """The rows of the table: kind → its numbers."""
    table = re.search(r"<h2 id=\"numbers\".*?<tbody>(.*?)</tfoot>", page.response.text, re.S)[1]
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", table, re.S):
        name, *cells = (re.sub(r"<[^>]*>", " ", one).split() for one in re.findall(r"<t[hd].*?</t[hd]>", row, re.S))
        found[" ".join(name)] = [cell[0] for cell in cells]
    return found


def test_each_number_is_that_of_the_public_records(world, read):
    records = public(Partner)
    one = counted()
    assert one.records == records.count()
    citations = public(Citation).filter(record__kind="partner")
    assert one.citations == citations.count()
    assert one.sourced == len({citation.record_id for citation in citations})
    assert rows(read("/about/"))["Partners"][:2] == [str(one.records), str(one.sourced)]


def test_a_change_moves_them(world):
    before = counted()
    changed = resave(
        world.japan, review_by=TODAY.date().replace(year=2025), unsourced="capital", disclosure="ai_assisted"
    )
    publish([changed], by="chiara", change_kind="new_evidence", note="Counted.")
    after = counted()
    assert (after.overdue, after.gaps) == (before.overdue + 1, before.gaps + 1)
    assert after.unreviewed == before.unreviewed + 1
    reviewed = resave(world.japan, reviewed_on=TODAY.date())
    publish([reviewed], by="chiara", change_kind="new_evidence", note="Read.")
    assert counted().unreviewed == before.unreviewed


def test_a_draft_counts_nowhere_and_a_withdrawn_record_no_more(world):
    before = counted(Milestone).records
    withdraw([world.malta_returns], by="dag", note="A mistake.")
    assert holdings(ASKED, TODAY.date()).get(Milestone, Holding()).records == before - 1
    assert counted().records == public(Partner).count() < Partner.objects.count()


def test_verified_is_what_still_fits(world):
    """The same rule as on the pages: a fact that has changed since drops its citation."""
    evidence = {"source": world.nato_topic, "field": "capital", "locator": "p. 1", "quotation": "Amaurot"}
    evidence |= {"checked_on": TODAY.date(), "read_as": "document"}
    utopia = save(Partner(slug="utopia", title="Utopia", capital="Amaurot"), citations=[Citation(**evidence)])
    digest = value_digest(build_one(utopia, "default"), field="capital", row="")
    utopia.citations.update(verified_on=TODAY.date(), value_digest=digest)
    publish([resave(utopia, summary="An island.")], by="chiara")
    assert counted().verified == 1
    moved = resave(utopia, capital="Aircastle")
    publish([moved], by="chiara", change_kind="new_evidence", note="It moved.")
    assert counted().verified == 0
    assert counted().citations == 1


def test_the_sum_is_that_of_the_rows(world, read):
    found = rows(read("/about/"))
    total = found.pop("All")
    for place, number in enumerate(total):
        assert int(number) == sum(int(one[place]) for one in found.values())
    assert together([]) == Holding()


def test_a_page_turned_to_a_day_has_none(world, read):
    """They are of the portal, not of the world."""
    assert "The portal in numbers" not in read("/about/?as_of=2014-03-01").text


@pytest.mark.parametrize("word", ["has", "lacks"])
def test_what_is_without_a_source_can_be_opened(world, read, word):
    page = read(f"/partners/?{word}=citations")
    one = counted()
    shown = one.sourced if word == "has" else one.records - one.sourced
    assert len([link for link in set(page.links()) if re.fullmatch(r"/partners/[a-z-]+/", link)]) == shown


def test_nothing_published_yet(empty, client):
    assert holdings(ASKED, TODAY.date()) == {}
