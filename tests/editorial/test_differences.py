"""Differences read as an editor would say them: words and titles, never ids or JSON."""

from __future__ import annotations

import re

import pytest

from partnerships.editorial.differences import Bit, differences, prose
from partnerships.editorial.pending import against_public
from partnerships.models import KINDS, Citation, Framework, Kind, Link, Membership, Name, Partner
from partnerships.publishing.documents import build_one
from tests.world import resave, save

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}|[{}\[\]]|\bTrue\b|\bFalse\b|\bNone\b")


def document(record: Kind) -> dict:
    return build_one(record, "default")


def changed(record: Kind, **values) -> dict:
    return document(resave(record, **values))


def said(before: dict | None, after: dict) -> list[str]:
    return list(differences(before, after).sentences())


def test_the_same_document_differs_in_nothing(world):
    same = document(world.malta)
    assert not differences(same, same)
    assert said(same, same) == []


def test_fields_are_said_with_their_labels_choices_dates_and_titles(world):
    before = document(world.japan)
    after = changed(
        world.japan,
        region=world.europe,
        aspiration="not_sought",
        relations_since="1992-06",
        disclosure="ai_assisted",
        review_by="2026-12-15",
    )
    assert said(before, after) == [
        "Region: Europe (was: empty)",
        "Relations with NATO since: June 1992 (was: empty)",
        "Wish to join: membership not sought (was: empty)",
        "Review by: 15 December 2026 (was: empty)",
        "Disclosure: Written with AI assistance (was: Written by a person)",
    ]


def test_facts_are_told_from_wording(world):
    before = document(world.japan)
    found = differences(before, changed(world.japan, capital="Tokyo", title="Nippon", summary="An island state."))
    assert [change.label for change in found.fields if change.fact] == ["Capital"]
    assert found.labels == ("Title", "Capital", "Summary")
    assert len(found) == 3


def test_a_period_is_said_as_one_thing(world):
    before = document(world.pfp)
    after = changed(world.pfp, end="2030", end_is="through")
    assert said(before, after) == [
        "Period: from 10 January 1994 through the end of 2030 (was: from 10 January 1994)",
    ]


def test_a_new_slug_is_a_difference(world):
    before = document(world.japan)
    assert said(before, changed(world.japan, slug="nippon")) == ["Slug: nippon (was: japan)"]


def test_rows_that_came_went_or_changed(world):
    before = document(world.malta)
    first, second = world.malta.memberships.all()
    first.delete()
    second.start = "2008-04"
    second.save()
    Membership.objects.create(partner=world.malta, framework=world.ici, start="2005~")
    found = differences(before, document(world.malta))
    assert [str(row) for row in found.lists[0].rows] == [
        "Partnership for Peace: active from April 2008 (was: active from 3 April 2008)",
        "Istanbul Cooperation Initiative: active from about 2005, added",
        "Partnership for Peace: active from 26 April 1995 until 27 October 1996, withdrew, removed",
    ]
    assert (found.lists[0].label, found.lists[0].same, found.lists[0].fact) == ("Memberships", 0, True)
    assert found.lists[0].rows[0].bits == (
        Bit("same", "active from "),
        Bit("del", "3 "),
        Bit("same", "April 2008"),
    )


def test_rows_that_stayed_are_counted(world):
    before = document(world.russia)
    row = world.russia.memberships.get(status="suspended")
    row.scope = "all"
    row.save()
    [part] = differences(before, document(world.russia)).lists
    assert part.same == 1
    assert str(part.rows[0]) == (
        "Partnership for Peace: suspended (all cooperation) from 1 April 2014 "
        "(was: suspended (practical cooperation) from 1 April 2014)"
    )


def test_a_row_that_only_moved_says_so(world):
    before = document(world.malta_returns)
    link = world.malta_returns.links.get(other=world.malta)
    link.position = 2
    link.save()
    assert said(before, document(world.malta_returns)) == ["Malta: position 2 (was: position 0)"]


def test_citations_say_what_they_support(world):
    malta, source = world.malta, world.nato_topic
    before = document(malta)
    row = malta.memberships.first()
    Citation.objects.create(record=malta, source=source, field="capital", locator="para 2", checked_on="2026-11-25")
    Citation.objects.create(record=malta, source=source, row=row.pk, stance="contradicts", quotation="In May 1995.")
    Citation.objects.create(record=malta, source=source, field="memberships")
    assert said(before, document(malta)) == [
        "Topic page: contradicts Partnership for Peace, active from 26 April 1995 until 27 October 1996, withdrew; "
        "“In May 1995.”, added",
        "Topic page: supports Capital; para 2; checked on 25 November 2026, added",
        "Topic page: supports Memberships, added",
    ]


def test_names_and_participants(world):
    before = document(world.sea_breeze_2021)
    world.sea_breeze_2021.participants.filter(code="TR").update(role="observer")
    assert said(before, document(world.sea_breeze_2021)) == ["Turkey (TR): observer (was: host)"]
    before = document(world.japan)
    Name.objects.create(partner=world.japan, name="Nippon", note="In Japanese.")
    assert said(before, document(world.japan)) == ["Nippon: short name from an unknown day; In Japanese., added"]


def test_without_a_public_document_everything_is_new(world):
    found = differences(None, document(world.malta))
    assert ("Capital", "", "Valletta") in [(change.label, change.before, change.after) for change in found.fields]
    assert all(change.before == "" for change in found.fields)
    assert all(bit.sign == "ins" for text in found.texts for paragraph in text.paragraphs for bit in paragraph)
    assert all(row.sign == "added" for part in found.lists for row in part.rows)


def test_what_is_gone_is_said_to_be_gone(world):
    draft = save(Partner(slug="nowhere", title="Nowhere"))
    before = document(world.malta_returns)
    Link.objects.create(record=world.malta_returns, other=draft)
    after = document(world.malta_returns)
    Link.objects.filter(other=draft).delete()
    draft.delete()
    assert said(before, after) == ["a record that is gone: this is related to it, added"]


def test_prose_marks_words_and_leaves_out_what_stayed():
    before = "First.\n\nGeorgia joined the Council in 1992 and left.\n\nLast."
    after = "First.\n\nGeorgia joined the Council in June 1992.\n\nLast.\n\nMore."
    assert prose(before, after) == (
        (Bit("skip", "1 paragraph unchanged"),),
        (
            Bit("same", "Georgia joined the Council in "),
            Bit("ins", "June "),
            Bit("same", "1992"),
            Bit("del", "and left"),
            Bit("same", "."),
        ),
        (Bit("skip", "1 paragraph unchanged"),),
        (Bit("ins", "More."),),
    )


def test_prose_that_has_grown_beyond_reason_is_shown_whole():
    before, after = " ".join(map(str, range(9000))), " ".join(map(str, range(9000, 18000)))
    assert [[bit.sign for bit in paragraph] for paragraph in prose(before, after)] == [["del", "ins"]]
    many = "\n\n".join("a" for _ in range(9000))
    assert prose(many, many + "\n\nb")


@pytest.mark.parametrize("kind", KINDS.values())
def test_no_kind_shows_ids_or_json(world, kind):
    for record in kind.objects.all():
        assert not [line for line in said(None, document(record)) if ID.search(line)]


def test_against_public_takes_the_same_queries_for_one_and_for_many(world, django_assert_num_queries):
    many = [*Partner.objects.all(), *Framework.objects.all()]
    malta = [world.malta]
    with django_assert_num_queries(3):
        against_public(malta)
    with django_assert_num_queries(3):
        found = {pending.record.slug: pending for pending in against_public(many)}
    assert not found["japan"].waits
    assert found["malta"].waits
    assert list(found["malta"].differences.sentences()) == ["Capital: Valletta (was: empty)"]
    assert found["atlantis"].first
    assert found["atlantis"].public is None


def test_against_public_a_withdrawn_record_is_new_again(world):
    [old] = against_public([world.old_page])
    assert old.waits
    assert not old.first
    assert old.public is None


def test_marks_behind_a_word_are_words_of_their_own():
    [bits] = prose("In force from 2008.", "In force from 2008; since the summit.")
    assert "".join(bit.text for bit in bits if bit.sign == "same") == "In force from 2008."
    assert [bit.text for bit in bits if bit.sign == "ins"] == ["; since the summit"]
    [bits] = prose("See nato.int/pfp, p. 3.", "See nato.int/ici, p. 3.")
    assert [bit for bit in bits if bit.sign != "same"] == [Bit("del", "nato.int/pfp"), Bit("ins", "nato.int/ici")]


def test_a_paragraph_that_came_leaves_its_neighbours_to_be_compared():
    found = prose(
        "An island state.\n\nThe end.", "New words first.\n\nA small island state.\n\nOther things.\n\nThe end."
    )
    assert found[0] == (Bit("ins", "New words first."),)
    assert [bit.text for bit in found[1] if bit.sign == "ins"] == ["A small "]
    assert found[2] == (Bit("ins", "Other things."),)
    assert found[3] == (Bit("skip", "1 paragraph unchanged"),)


def test_nothing_of_either_text_is_lost():
    before, after = "One, two; three.\n\nFour - five!\n\nSix", "Zero.\n\nOne, two, three.\n\nSix…\n\n(Seven)"
    squeeze = lambda text: re.sub(r"\s", "", text)  # noqa: E731
    bits = [bit for paragraph in prose(before, after) for bit in paragraph]
    assert squeeze("".join(b.text for b in bits if b.sign != "ins")) == squeeze(before)
    assert squeeze("".join(b.text for b in bits if b.sign != "del")) == squeeze(after)


def test_names_of_fields_are_never_said_but_their_labels(world):
    before = document(world.japan)
    after = changed(world.japan, unsourced="relations_since capital names wording")
    assert said(before, after) == [
        "Facts without a source: Relations with NATO since, Capital, Names, wording (was: empty)"
    ]


def test_a_citation_names_the_row_it_supports_without_its_note(world):
    row = world.malta.memberships.last()
    row.note = "From the summit on."
    row.save()
    before = document(world.malta)
    Citation.objects.create(record=world.malta, source=world.nato_topic, row=row.pk)
    assert said(before, document(world.malta)) == [
        "Topic page: supports Partnership for Peace, active from 3 April 2008, added"
    ]
