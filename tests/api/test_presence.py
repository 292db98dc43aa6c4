"""What is known and what isn't can be asked of every list."""

from __future__ import annotations

from datetime import date

import pytest

from partnerships.api.serializers import RECORDS, ROWS
from partnerships.publishing.reading import public
from partnerships.queries.filters import QUESTIONS
from partnerships.queries.presence import PERIOD, words

from .test_every_address import SERIALIZERS


@pytest.mark.parametrize("serializer", [*RECORDS, *ROWS], ids=lambda one: one.model.__name__)
def test_the_words_are_fields_of_the_answer(serializer):
    shown = serializer().fields
    for word in words(serializer.model):
        assert (word.value in shown) or (word.value in PERIOD and "period" in shown)


def found(model, **given: str) -> set[str]:
    rows = QUESTIONS[model](given, public(model), day=date(2026, 11, 25)).qs
    return {str(pk) for pk in rows.values_list("pk", flat=True)}


def told(one: dict, word: str):
    return one["period"][word] if word in PERIOD else one[word]


@pytest.mark.parametrize("full", [True, False], ids=["complete records", "a world with gaps"])
def test_has_and_lacks_split_every_list_as_its_objects_say(request, ask, full):
    request.getfixturevalue("crowd" if full else "still_world")
    for plural, serializer in SERIALIZERS.items():
        long = [name for name in ("body", "citations") if name in serializer().fields]
        shown = ask(f"{plural}/?page_size=200{'&include=' + ','.join(sorted(serializer.includable())) if long else ''}")
        assert shown["results"] or not full, plural
        for word, _ in words(serializer.model):
            there = {one["id"] for one in shown["results"] if told(one, word) not in (None, "", [])}
            has, lacks = found(serializer.model, has=word), found(serializer.model, lacks=word)
            assert (has, lacks) == (there, {one["id"] for one in shown["results"]} - there), (plural, word)


def test_several_words_mean_all_of_them(still_world, ask):
    everyone, capital = set(ask.slugs("partners/")), set(ask.slugs("partners/?has=capital"))
    coded = set(ask.slugs("partners/?has=iso2"))
    assert set(ask.slugs("partners/?has=iso2,capital")) == coded & capital
    assert set(ask.slugs("partners/?lacks=iso2,capital")) == everyone - coded - capital
    assert set(ask.slugs("partners/?has=iso2&lacks=capital")) == coded - capital


def test_a_word_that_is_no_field_is_refused_with_the_nearest(still_world, ask):
    ask.problem("partners/?has=capitol", 400, "bad-value", parameter="has", hint="capital")
    ask.problem("search/?q=malta&has=capital", 400, "unknown-parameter", parameter="has")


def test_the_page_shows_it_as_a_chip_that_can_be_taken_off(still_world, client):
    page = client.get("/partners/?lacks=capital").text
    assert "Only without any of these: capital" in page
