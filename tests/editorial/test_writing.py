"""The checker of texts: what it points at, where, and what it leaves alone."""

from __future__ import annotations

import json

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from partnerships.editorial.writing import LONG, remarks

POINTED_AT = {
    "a heading that jumps": ("## One\n\nText.\n\n#### Two", 5, "heading", "Two"),
    "a first heading too low": ("### One", 1, "heading", "One"),
    "a bare address": ("Text.\n\nSee https://example.org/a for more.", 3, "link", "https://example.org/a"),
    "an address in angle brackets": ("See <https://example.org/a>.", 1, "link", "https://example.org/a"),
    "a link that says nothing": ("Read [here](https://example.org/).", 1, "link", "here"),
    "a picture from elsewhere": ("![](/a.png)", 1, "picture", "](/a.png)"),
    "an undated word": ("Text.\nIt is currently\non hold.", 2, "undated", "currently"),
    "a word at the start": ("Recently it left.", 1, "undated", "Recently"),
    "a span without an end": ("It grew in recent years.", 1, "undated", "in recent years"),
    "a heading with an undated word": ("## The programme today", 1, "undated", "today"),
    "a long paragraph": ("word " * (LONG + 1), 1, "long", None),
    "a note without a citation": ("So it is said.\n\nSo it is.[^unknown]", 3, "note", "[^unknown"),
}
LEFT_ALONE = {
    "a text": "## One\n\nIt joined in 1994, in 3 steps.\n\n### Two\n\nIt left.\n\n## Three\n\nIt came back.",
    "headings up again": "## One\n\n### Two\n\n#### Three\n\n## Four",
    "a link with words": "See [the treaty](https://example.org/) and [Malta](record:01890a5d-ac96-774b-bcce-b302099a8057).",
    "a word with its year": "It is currently (March 2026) on hold.",
    "a word in code": "Write `now` here.",
    "part of a word": "Acknowledged, renowned, of recentness.",
    "a picture of the library": "![](record:01890a5d-ac96-774b-bcce-b302099a8057)",
    "a note with its citation": "So it is said.[^known]",
    "nothing": "",
}


@pytest.mark.parametrize("case", POINTED_AT)
def test_it_points_at(case):
    text, line, rule, excerpt = POINTED_AT[case]
    [remark] = remarks(text, slugs=["known"])
    assert (remark.line, remark.rule) == (line, rule)
    assert excerpt is None or remark.excerpt == excerpt
    assert remark.sentence.endswith(".")


@pytest.mark.parametrize("case", LEFT_ALONE)
def test_it_leaves_alone(case):
    assert remarks(LEFT_ALONE[case], slugs=["known"]) == []


def test_a_figure_needs_a_note_where_nothing_supports_the_text():
    text = "It joined in 1994 with 17 others.\n\nIt has no army."
    [remark] = remarks(text, cited=False)
    assert (remark.line, remark.rule, remark.excerpt) == (1, "figure", "1994")
    assert remarks(text, cited=True) == []


def test_a_text_with_notes_has_one_for_every_paragraph_with_figures():
    text = "It joined in 1994.[^known]\n\nIt left in 1996."
    assert [(one.line, one.excerpt) for one in remarks(text)] == [(3, "1996")]


def test_remarks_stand_in_the_order_of_the_text():
    text = "Recently.\n\n![](/a.png)\n\nhttps://example.org\n\nCurrently."
    assert [one.line for one in remarks(text)] == [1, 3, 5, 7]


@given(st.text(alphabet="# \n[]()!^.1aA-|>`*:/ht", max_size=200))
def test_any_text_can_be_read(text):
    for remark in remarks(text, cited=False, slugs=[]):
        assert 1 <= remark.line <= text.count("\n") + 1


def test_a_long_text_takes_no_long_time():
    for text in ("now " * 15000, "[" * 5000, "a." * 20000, "https://" * 7000, "“" * 20000, "1 " * 20000):
        remarks(text, cited=False, slugs=[])


def test_the_portals_own_texts_are_not_drowned_in_remarks():
    items = [
        item for file in sorted(settings.FIXTURES_DIR.glob("*.json")) for item in json.loads(file.read_text("utf-8"))
    ]
    texts = [item["fields"]["body"] for item in items if item["fields"].get("body")]
    found = [remark for text in texts for remark in remarks(text)]
    assert len(texts) > 80
    assert 0 < len(found) <= len(texts) / 10
    assert {remark.rule for remark in found} == {"undated"}
