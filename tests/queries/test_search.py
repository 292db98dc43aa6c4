"""What a search over everything finds, in which order, how much it reads, and why."""

from __future__ import annotations

from datetime import date

import pytest
from django.conf import settings
from django.db import connections
from django.test.utils import CaptureQueriesContext

from partnerships.publishing.models import SearchEntry
from partnerships.publishing.reading import public
from partnerships.queries import search, spelling
from partnerships.queries.as_of import Day
from partnerships.queries.facets import facets
from partnerships.queries.filters import SearchQuestions
from partnerships.queries.hits import Hits
from partnerships.queries.reasons import Where, is_acronym, reasons

TODAY = date(2026, 11, 25)
BEST = ("rank", "title", "record")


@pytest.fixture
def _content(content):
    return content


def best(words: str, most: int = 5) -> list[SearchEntry]:
    return list(search.ranked(words).order_by(*BEST)[:most])


@pytest.mark.parametrize(
    ("words", "slug", "where", "said"),
    [
        ("FYROM", "north-macedonia", Where.FORMER, "FYROM"),
        ("UA", "ukraine", Where.CODE, "UA"),
        ("PfP", "pfp", Where.ACRONYM, "PfP"),
        ("pfp", "pfp", Where.ACRONYM, "PfP"),
        ("Partnership for Peace", "pfp", Where.TITLE, ""),
        ("ukraine", "ukraine", Where.TITLE, ""),
        ("turkiye", "", Where.TEXT, ""),
    ],
)
@pytest.mark.usefixtures("_content")
def test_what_is_named_so_comes_first_and_says_why(words, slug, where, said):
    first = best(words)[0]
    assert not slug or first.slug == slug
    assert reasons([first], Hits(words), TODAY)[first.record] == (where, said)


@pytest.mark.usefixtures("_content")
def test_the_order_is_title_names_beginnings_words_texts():
    entries = best("ukraine", 200)
    ranks = [entry.rank for entry in entries]
    assert ranks == sorted(ranks)
    assert ranks[0] == 0
    assert set(ranks) == {0, 2, 3, 4}
    for entry in entries:
        named = "ukrain" in f"{entry.title}\n{entry.names}".lower()
        assert named is (entry.rank < 4)
        assert (entry.rank == 2) <= any(
            line.lower().startswith("ukraine") for line in (entry.title, *entry.names.splitlines())
        )


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Ukrane", "ukraine"),
        ("Ykraine", "ukraine"),
        ("kuraine", "ukraine"),
        ("Isntanbul", "istanbul"),
        ("partenrship for peace", "partnership for peace"),
        ("Gerogia", "georgia"),
        ("zzzzzz", ""),
        ("ukraine", ""),
    ],
)
@pytest.mark.usefixtures("_content")
def test_slips_in_the_real_content(typed, meant):
    assert spelling.corrected(typed) == meant


@pytest.mark.services
def test_accents_and_the_order_of_words_make_no_title_another(world):
    assert [best(words)[0].rank for words in ("malta", "MALTA", "Mältä")] == [0, 0, 0]


@pytest.mark.services
def test_a_search_looks_at_so_many_records_and_no_more(world, settings):
    everything = search.matching("partnership").count()
    assert everything > 2
    settings.LIMITS = settings.LIMITS | {"search_candidates": 1}
    found = list(search.ranked("partnership").order_by(*BEST))
    assert 1 <= len(found) <= 2
    assert found[0].rank < 4  # those with the words in their names are looked at first
    assert len(search.named_partly("partnership nowhere", 5)) == 1


@pytest.mark.services
def test_one_bounded_query_finds_the_best(world):
    with CaptureQueriesContext(connections["published"]) as asked:
        best("partnership")
    (query,) = asked.captured_queries
    assert f"LIMIT {settings.LIMITS['search_candidates']}" in query["sql"]


@pytest.mark.usefixtures("_content")
def test_the_index_is_asked_and_the_table_never_read_through():
    """A small table is read through for good reason; the real one isn't."""
    plan = search.ranked("partnership").order_by(*BEST).explain()
    assert "VIRTUAL TABLE INDEX" in plan
    assert "SEARCH publishing_searchentry USING INTEGER PRIMARY KEY" in plan
    assert "SCAN publishing_searchentry" not in plan


@pytest.mark.services
def test_some_of_the_words_are_offered_where_nothing_has_them_all(world):
    assert next(entry.slug for entry in search.named_partly("malta nowhere", 5)) == "malta"
    assert search.named_partly("nowhere", 5) == []
    assert search.named_partly("?!", 5) == []


@pytest.mark.services
@pytest.mark.parametrize("given", [{"q": "malta"}, {"q": "partnership"}, {"q": "partnership", "framework": "pfp"}])
def test_counts_of_facets_are_what_asking_for_them_gives(world, given):
    day = Day(TODAY, TODAY)
    counted = 0
    for facet in facets(SearchEntry, given, public(SearchEntry), day):
        for option in facet.options:
            asked = SearchQuestions(given | {facet.name: option.value}, public(SearchEntry), day=TODAY)
            assert asked.qs.count() == option.count, (facet.name, option.value)
            counted += 1
    assert counted > 2


def test_an_acronym_is_one_word_with_capitals():
    assert [name for name in ("PfP", "NUC", "Türkiye", "Partnership for Peace", "", "EU 2") if is_acronym(name)] == [
        "PfP",
        "NUC",
    ]
