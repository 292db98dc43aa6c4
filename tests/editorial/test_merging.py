"""Three-way merging: what one changed is taken, what both changed is reported, nothing is lost in silence."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from partnerships.editorial.merging import Copy, merge, merge_text

VALUE = st.tuples(st.sampled_from(["", "a", "b", "c"])).map(lambda one: tuple(filter(None, one)))
VALUES = st.fixed_dictionaries({"title": VALUE, "capital": VALUE, "body": VALUE})
ROWS = st.dictionaries(st.sampled_from("123456"), VALUES, max_size=4)
COPY = st.builds(Copy, VALUES, st.fixed_dictionaries({"names": ROWS}))


def untouched(copy: Copy) -> Copy:
    return Copy(dict(copy.fields), {name: {k: dict(v) for k, v in rows.items()} for name, rows in copy.rows.items()})


@given(COPY, COPY)
def test_one_side_alone_is_that_side(base, changed):
    mine = merge(base, untouched(base), changed)
    theirs = merge(base, changed, untouched(base))
    assert (mine.copy, mine.conflicts, mine.taken) == (changed, [], [])
    assert (theirs.copy, theirs.conflicts) == (changed, [])
    assert merge(base, changed, untouched(changed)).copy == changed


@given(COPY, COPY, COPY)
def test_whatever_both_wanted_is_there_or_reported(base, theirs, mine):
    merged = merge(base, theirs, mine)
    reported = {(one.list, one.row, one.field): one for one in merged.conflicts}
    for key, own in mine.fields.items():
        got, was, other = merged.copy.fields[key], base.fields[key], theirs.fields[key]
        if own != was:
            assert got == own  # nothing of mine is dropped
        if other != was and got != other:
            assert reported["", "", key].theirs == other  # nor of theirs, unsaid
    rows = merged.copy.rows["names"]
    for row, own in mine.rows["names"].items():
        was, other = base.rows["names"].get(row), theirs.rows["names"].get(row)
        if own != was and other is None:
            assert rows[row] == own
        if was is not None and other is None and own != was:
            assert ("names", row, "") in reported
    for row, other in theirs.rows["names"].items():
        was, own = base.rows["names"].get(row), mine.rows["names"].get(row)
        if own is None and other != was:
            assert rows[row] == other
            assert was is None or ("names", row, "") in reported
        if own is None and other == was:
            assert row not in rows


@given(COPY, COPY)
def test_without_a_base_every_difference_is_a_conflict(theirs, mine):
    merged = merge(None, theirs, mine)
    differing = {key for key in mine.fields if mine.fields[key] != theirs.fields[key]}
    assert {one.field for one in merged.conflicts if not one.list} == differing
    assert merged.copy.fields == mine.fields


LINES = st.lists(st.sampled_from(["one", "two", "three", ""]), max_size=6).map("\n".join)


@given(LINES, LINES)
def test_texts_that_one_side_changed(base, changed):
    assert merge_text(base, base, changed) == changed
    assert merge_text(base, changed, base) == changed
    assert merge_text(base, changed, changed) == changed


def test_texts_that_both_changed_in_different_places():
    base = "First.\n\nSecond.\n\nThird."
    assert (
        merge_text(base, "First!\n\nSecond.\n\nThird.", "First.\n\nSecond.\n\nThird!") == "First!\n\nSecond.\n\nThird!"
    )
    assert merge_text(base, "First!\n\nSecond.\n\nThird.", "First?\n\nSecond.\n\nThird.") is None


@given(LINES, LINES, LINES)
def test_a_merged_text_keeps_every_new_line(base, theirs, mine):
    merged = merge_text(base, theirs, mine)
    if merged is not None:
        old = set(base.split("\n"))
        for line in {*theirs.split("\n"), *mine.split("\n")} - old:
            assert line in merged.split("\n")
