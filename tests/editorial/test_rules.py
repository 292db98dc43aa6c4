"""Rules of publishing: what counts as a fact, and that notes rest on citations."""

from __future__ import annotations

import pytest

from partnerships.editorial.pending import against_public
from partnerships.editorial.publication import publish
from partnerships.editorial.rules import broken, facts_changed
from partnerships.models import Citation, Source
from partnerships.publishing.documents import build_one
from partnerships.publishing.feed import Refusal
from tests.world import resave, save

BODY = "Malta is an island. It joined in 1995 and came back on 3 April 2008."


def editorial(record):
    return publish([record], by="chiara", change_kind="editorial")


@pytest.fixture
def malta(world):
    malta = resave(world.malta, body=BODY, summary="An iland state.")
    publish([malta], by="chiara", change_kind="new_evidence", note="It says more.")
    return malta


def test_a_typo_and_another_order_are_editorial(malta):
    malta = resave(
        malta, summary="An island state.", body="In 1995 it joined, and it came back on 3 April 2008: Malta, an island."
    )
    [entry] = editorial(malta)
    assert entry.change_kind == "editorial"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"body": BODY.replace("1995", "1996")}, "a date in Body"),
        ({"body": BODY.replace("Malta", "Cyprus")}, "a name in Body"),
        ({"summary": "Two island states."}, "a number in Summary"),
        ({"summary": "Two island states.", "capital": "Mdina"}, "Capital, a number in Summary"),
    ],
)
def test_a_number_date_or_name_in_a_text_is_not(malta, values, said):
    malta = resave(malta, **values)
    with pytest.raises(Refusal, match=rf"This changes facts \({said}\), so it isn't editorial"):
        editorial(malta)
    publish([malta], by="chiara", change_kind="correction", note="It was wrong.", wrong="It said something else.")


def test_the_difference_marks_as_facts_what_the_rule_refuses(malta):
    for values in ({"summary": "An island state."}, {"body": "Malta."}, {"summary": "Of 2 islands."}, {"iso2": "MX"}):
        pending = against_public([resave(malta, **values)])[0]
        changes = (*pending.differences.fields, *pending.differences.texts, *pending.differences.lists)
        assert any(change.fact for change in changes) == bool(facts_changed(pending.public, pending.document)), values


def test_a_note_rests_on_a_citation(world):
    note = "A note in the text"
    malta = resave(world.malta, body="An island.[^nato-topic]")
    assert [sentence[:18] for sentence in broken(build_one(malta, "default"))] == [note]
    with pytest.raises(Refusal, match="names a source that the record cites: cite the source"):
        publish([malta], by="chiara", change_kind="new_evidence", note="It says more.")
    Citation.objects.create(record=malta, source=world.nato_topic)
    assert list(broken(build_one(malta, "default"))) == []


def test_a_note_may_use_a_former_name_of_its_source(world):
    publish([save(Source(slug="first", title="A page"))], by="chiara")
    source = resave(world.first, slug="second")
    publish([source], by="chiara", change_kind="editorial")
    Citation.objects.create(record=world.malta, source=source)
    malta = resave(world.malta, body="An island.[^first] A state.[^second]")
    assert list(broken(build_one(malta, "default"))) == []
    assert list(broken(build_one(resave(malta, body="An island.[^third]"), "default")))
