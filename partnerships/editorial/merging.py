"""Three-way merge of a record as forms hold it: what it was, what somebody else has saved, and what stands here unsaved.

Pure: a copy is fields and rows, whose values are tuples of texts as a form sends them. What only one of the two changed
is taken; what both changed differently is a conflict, and both versions are reported. Nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import NamedTuple

Value = tuple[str, ...]
Values = dict[str, Value]
UNKNOWN: Value = ("\0",)
"""The base of a value of which it isn't known what it was: unlike any value, so that every difference is a conflict."""


@dataclass
class Copy:
    """A record: its fields, and its rows by list and id."""

    fields: Values = field(default_factory=dict)
    rows: dict[str, dict[str, Values]] = field(default_factory=dict)


class Conflict(NamedTuple):
    """What both have changed. `list` and `row` are empty for a field of the record; an empty `field` means the whole row,
    which one of them has removed (None) and the other changed."""

    list: str
    row: str
    field: str
    base: Value | None
    theirs: Value | None
    mine: Value | None


class Taken(NamedTuple):
    """What was taken over from the other's copy; an empty `field` means the whole row."""

    list: str
    row: str
    field: str


@dataclass
class Merged:
    """The outcome. Where there is a conflict it holds what is mine; of a row that one has removed, the row."""

    copy: Copy = field(default_factory=Copy)
    conflicts: list[Conflict] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)


def merge(base: Copy | None, theirs: Copy, mine: Copy, prose: Collection[str] = ()) -> Merged:
    """Merge two changed copies. `prose` names fields whose texts are merged line by line where that is possible.

    Without a base every difference is a conflict.
    """
    merged = Merged()
    known = base or Copy()
    fields = _values(merged, "", "", known.fields, theirs.fields, mine.fields, prose)
    merged.copy.fields = fields
    for name in dict.fromkeys([*theirs.rows, *mine.rows]):
        merged.copy.rows[name] = _rows(
            merged, name, known.rows.get(name, {}), theirs.rows.get(name, {}), mine.rows.get(name, {}), base is not None
        )
    return merged


def _values(merged: Merged, name: str, row: str, base: Values, theirs: Values, mine: Values, prose=()) -> Values:
    found: Values = {}
    for key in dict.fromkeys([*theirs, *mine]):
        was, other, own = base.get(key, UNKNOWN), theirs.get(key, ()), mine.get(key, ())
        if own == other or other == was:
            found[key] = own
        elif own == was:
            found[key] = other
            merged.taken.append(Taken(name, row, key))
        elif key in prose and was != UNKNOWN and (text := merge_text(_text(was), _text(other), _text(own))) is not None:
            found[key] = (text,)
            merged.taken.append(Taken(name, row, key))
        else:
            found[key] = own
            merged.conflicts.append(Conflict(name, row, key, None if was == UNKNOWN else was, other, own))
    return found


def _rows(merged: Merged, name: str, base, theirs, mine, known: bool) -> dict[str, Values]:
    found: dict[str, Values] = {}
    for row in dict.fromkeys([*theirs, *mine]):
        was, other, own = base.get(row), theirs.get(row), mine.get(row)
        if own is None and other is not None:
            if was is None and known:  # theirs is new
                merged.taken.append(Taken(name, row, ""))
            elif other == was:
                continue  # I removed it, and they left it alone
            else:
                merged.conflicts.append(Conflict(name, row, "", None, (), None))
            found[row] = other
        elif other is None and own is not None:
            if own == was:
                merged.taken.append(Taken(name, row, ""))  # they removed it, and I left it alone
                continue
            if was is not None:
                merged.conflicts.append(Conflict(name, row, "", None, None, ()))
            found[row] = own
        elif own is not None and other is not None:
            found[row] = _values(merged, name, row, was or {}, other, own)
    return found


def _text(value: Value) -> str:
    return value[0] if value else ""


def merge_text(base: str, theirs: str, mine: str) -> str | None:
    """Two changed texts as one, line by line; None where both changed the same place."""
    old = base.split("\n")
    changes = sorted([*_changes(old, theirs.split("\n")), *_changes(old, mine.split("\n"))])
    lines: list[str] = []
    at = 0
    for number, (start, end, new) in enumerate(changes):
        if number:
            before = changes[number - 1]
            if before[:2] == (start, end) and before[2] == new:
                continue  # both made the same change
            if start < before[1] or (start == before[1] and (start == end or before[0] == before[1])):
                return None
        lines += [*old[at:start], *new]
        at = end
    return "\n".join([*lines, *old[at:]])


def _changes(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, list[str]]]:
    """The stretches of `old` that are something else in `new`: start, end, the new lines."""
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(i, j, list(new[k:n])) for tag, i, j, k, n in steps if tag != "equal"]
