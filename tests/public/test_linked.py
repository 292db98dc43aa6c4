"""Linked data in pages: well formed, and nothing that the page doesn't say."""

from __future__ import annotations

import html
import json
import re

import pytest

from partnerships.models import words
from partnerships.public.linked import SHOWN
from partnerships.publishing.models import Action
from tests.world import resave

PAGES = [
    "/partners/malta/",
    "/partners/japan/",
    "/frameworks/pfp/",
    "/exercises/sea-breeze/",
    "/exercises/sea-breeze/sea-breeze-2021/",
    "/milestones/malta-returns/",
    "/claims/c065/",
    "/regions/europe/",
]


def blocks(page) -> list[dict]:
    return [json.loads(one.text) for one in page.all("script", type="application/ld+json")]


def record_of(page) -> dict | None:
    return next((one for one in blocks(page) if one["@type"] not in ("BreadcrumbList", "Dataset")), None)


def values(value):
    if isinstance(value, dict):
        for name, one in value.items():
            if not name.startswith("@") and name not in (
                "isPartOf",
                "license",
                "author",
                "inDefinedTermSet",
                "propertyID",
            ):
                yield from values(one)
    elif isinstance(value, list):
        for one in value:
            yield from values(one)
    else:
        yield str(value)


def shown(page) -> str:
    """All that the page says and links to, without its linked data."""
    without = re.sub(r"<script.*?</script>", "", page.response.text, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<(?!a |/a|link)[^>]*>", " ", without)).split()).casefold()


@pytest.mark.parametrize("address", PAGES)
def test_it_says_nothing_that_the_page_does_not(world, read, address):
    page = read(address)
    said, text = record_of(page), shown(page)
    assert said["url"] == f"http://localhost:8000{address}"
    for value in values(said):
        readable = words(value) if re.fullmatch(r"\d{4}(-\d\d){0,2}", value) else value
        assert " ".join(readable.split()).casefold() in text, value


def test_the_way_to_a_page_is_that_of_its_breadcrumb(world, read):
    page = read("/exercises/sea-breeze/sea-breeze-2021/")
    [way] = [one for one in blocks(page) if one["@type"] == "BreadcrumbList"]
    steps = way["itemListElement"]
    assert [one["position"] for one in steps] == [1, 2, 3, 4]
    assert steps[2]["item"] == "http://localhost:8000/exercises/sea-breeze/"
    assert steps[-1]["item"] == "http://localhost:8000/exercises/sea-breeze/sea-breeze-2021/"
    for one in steps:
        assert one["name"] in page.text
    assert blocks(read("/")) == []


def test_a_statement_is_reviewed_as_the_page_says(world, read):
    said = record_of(read("/claims/c065/"))
    assert said["@type"] == "ClaimReview"
    assert said["claimReviewed"] == world.c065.statement
    assert said["reviewRating"]["alternateName"] == world.c065.get_verdict_display()
    assert said["reviewBody"] == world.c065.corrected_statement


def test_a_page_turned_to_a_day_has_none_of_its_record(world, read):
    """What it would say is of today."""
    assert record_of(read("/partners/malta/?as_of=2014-03-01")) is None


def test_texts_cannot_end_the_block(world, read):
    from partnerships.editorial.publication import publish

    evil = resave(world.malta, summary="</script><script>alert(1)</script>")
    publish([evil], by="chiara", change_kind="new_evidence", note="Odd.")
    page = read("/partners/malta/")
    assert record_of(page)["description"] == "</script><script>alert(1)</script>"


def test_the_portal_as_a_whole_is_a_dataset(world, read, settings, tmp_path):
    from partnerships.editorial.publication import withdraw
    from partnerships.publishing.snapshot import make

    settings.SNAPSHOTS_ROOT, settings.EDITIONS_ROOT = tmp_path / "snapshots", tmp_path / "editions"
    made = make()
    [said] = [one for one in blocks(read("/data/")) if one["@type"] == "Dataset"]
    assert [(one["contentUrl"], one["sha256"]) for one in said["distribution"]] == [
        (f"http://localhost:8000{made.path}", made.digest)
    ]
    withdraw([world.malta_returns], by="dag", note="By law.", action=Action.TAKE_DOWN)
    [said] = [one for one in blocks(read("/data/")) if one["@type"] == "Dataset"]
    assert said["distribution"] == [], "what holds something that was taken down can't be had"


def test_fields_that_have_a_word_are_fields():
    from partnerships.models import KINDS

    for kind, names in SHOWN.items():
        assert {field.name for field in KINDS[kind]._meta.get_fields()} >= set(names)
