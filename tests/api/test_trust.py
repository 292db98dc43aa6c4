"""How far an answer can be trusted: verification, freshness, disclosure, what has no source."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from partnerships.editorial.publication import publish
from partnerships.models import Citation, Partner
from partnerships.publishing.documents import build_one, value_digest
from partnerships.queries.freshness import freshness
from tests.world import resave, save

REVIEW = date(2026, 6, 30)


@pytest.mark.parametrize(
    ("today", "answer"),
    [
        (REVIEW - timedelta(days=31), "fresh"),
        (REVIEW - timedelta(days=30), "due"),
        (REVIEW, "due"),
        (REVIEW + timedelta(days=1), "overdue"),
    ],
)
def test_freshness_follows_from_the_day_of_review_and_the_portals_day(world, ask, monkeypatch, today, answer):
    assert freshness(REVIEW, today) == answer
    assert freshness(None, today) is None
    publish([resave(world.japan, review_by=REVIEW)], by="chiara", change_kind="editorial")
    monkeypatch.setattr("partnerships.api.door.portal_day", lambda: today)
    for path in ("partners/japan/", "partners/japan/?as_of=1990"):
        japan = ask(path)
        assert (japan["freshness"], japan["review_by"]) == (answer, "2026-06-30")
    assert ask("partners/malta/")["freshness"] is None


def verified(record, citation: Citation, *, field: str = "", row: str = "") -> None:
    """Mark a citation as verified, as a second person's check does."""
    digest = value_digest(build_one(record, "default"), field=field, row=row)
    Citation.objects.filter(pk=citation.pk).update(verified_on=date(2026, 5, 2), value_digest=digest)


@pytest.fixture
def cited(world):
    """A country with four citations: of the whole, of a field, of a row, and one that nobody verified."""
    evidence = {"locator": "p. 1", "quotation": "as written", "checked_on": date(2026, 5, 1), "read_as": "document"}
    utopia = save(
        Partner(slug="utopia", title="Utopia", capital="Amaurot", unsourced="iso2 capital"),
        citations=[
            Citation(source=world.nato_topic, position=1, **evidence),
            Citation(source=world.nato_topic, position=2, field="capital", **evidence),
            Citation(source=world.nato_topic, position=3, field="official_name", stance="contradicts", **evidence),
            Citation(source=world.nato_topic, position=4),
        ],
    )
    whole, capital, name, _ = utopia.citations.all()
    for citation, field in ((whole, ""), (capital, "capital"), (name, "official_name")):
        verified(utopia, citation, field=field)
    resave(utopia, summary="An island.")
    publish([world.utopia], by="chiara")


def verifications(ask, path="partners/utopia/") -> list[str]:
    return [citation["verification"] for citation in ask(path)["citations"]]


def test_a_citation_says_how_far_it_was_checked(cited, ask):
    utopia = ask("partners/utopia/")
    assert verifications(ask) == ["verified", "verified", "verified", "sourced"]
    whole, capital, name, bare = utopia["citations"]
    assert (whole["field"], capital["field"], name["stance"]) == (None, "capital", "contradicts")
    assert (whole["locator"], whole["quotation"], whole["checked_on"]) == ("p. 1", "as written", "2026-05-01")
    assert (bare["locator"], bare["quotation"], bare["read_as"], bare["verified_on"]) == (None, None, None, None)
    assert whole["source"]["slug"] == "nato-topic"
    assert utopia["unsourced"] == ["iso2", "capital"]
    [listed] = ask("partners/?q=utopia&include=citations")["results"]
    assert listed["citations"] == utopia["citations"]


def test_a_value_that_changed_is_verified_no_longer(cited, world, ask):
    publish(
        [resave(world.utopia, capital="Another town")],
        by="chiara",
        change_kind="world_change",
        note="The capital has moved.",
    )
    assert verifications(ask) == ["sourced", "sourced", "verified", "sourced"]


def test_a_text_says_how_it_came_about(world, ask):
    text = {"disclosure": "ai_assisted", "reviewed_on": date(2026, 3, 4), "text_as_of": "2026-02", "origin": "sourced"}
    publish([resave(world.japan, **text)], by="chiara", change_kind="editorial")
    japan = ask("partners/japan/")
    assert japan["disclosure"] == {"how": "ai_assisted", "reviewed_on": "2026-03-04"}
    assert japan["text_as_of"] == {"text": "2026-02", "earliest": "2026-02-01", "latest": "2026-02-28"}
    assert (japan["origin"], japan["version"]) == ("sourced", 2)
    assert ask("partners/malta/")["disclosure"] == {"how": "human", "reviewed_on": None}


def test_a_claim_that_was_contradicted_carries_its_correction(still_world, ask):
    [claim] = ask("claims/?verdict=contradicted&include=links")["results"]
    assert claim["corrected_statement"] == "Japan has no part in it."
    assert claim["made_in"]["slug"] == "nato-topic"
    assert {link["other"]["slug"] for link in claim["links"]} == {"japan", "ici"}
    assert ask("memberships/?partner=japan")["count"] == 0


PAGES = {
    "partners/malta/": "/partners/malta/",
    "frameworks/pfp/": "/frameworks/pfp/",
    "editions/sea-breeze-2021/": "/exercises/sea-breeze/sea-breeze-2021/",
    "pages/home/": "/",
    "pages/about/": "/about/",
    "notices/ai/": None,
}


@pytest.mark.parametrize(("path", "page"), PAGES.items())
def test_a_record_says_where_its_page_is(still_world, ask, path, page):
    assert ask(path)["page"] == (f"http://localhost:8000{page}" if page else None)
    plural, slug, _ = path.split("/")
    assert {one["slug"]: one["page"] for one in ask(f"{plural}/")["results"]}[slug] == ask(path)["page"]
