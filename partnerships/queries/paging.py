"""Pages of a list by keyset: a cursor says after which row to go on, so no row is repeated or skipped and depth is free.

A cursor is opaque to its users: the sort keys of the last row shown, the direction, and which ordering they belong to.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet, ValidationError
from django.db import models
from django.db.models import Q

from .parameters import BadParameter, is_text
from .remembered import once

UNREADABLE = "This cursor can't be read. Start again without one."


@dataclass(frozen=True)
class Page:
    """Some rows of a list, how many there are in all, and the cursors to its neighbours ("" where there is none)."""

    rows: list
    count: int
    next: str
    previous: str


def _encode(ordering: str, backwards: bool, keys: Sequence[Any]) -> str:
    plain = [
        key.isoformat() if isinstance(key, (date, datetime)) else str(key) if isinstance(key, UUID) else key
        for key in keys
    ]
    text = json.dumps([ordering, int(backwards), plain], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode(cursor: str, ordering: str, keys: int) -> tuple[bool, list]:
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        given, backwards, values = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        if not (isinstance(given, str) and isinstance(values, list) and len(values) == keys and backwards in (0, 1)):
            raise ValueError
        if not all(isinstance(value, int) or (isinstance(value, str) and is_text(value)) for value in values):
            raise ValueError
    except (ValueError, TypeError, binascii.Error, UnicodeDecodeError, RecursionError):
        raise BadParameter("cursor", UNREADABLE, kind="bad-cursor") from None
    if given != ordering:
        raise BadParameter(
            "cursor", f"This cursor belongs to the ordering “{given[:60]}”. Start again without one.", kind="bad-cursor"
        )
    return bool(backwards), values


def _after(keys: Sequence[tuple[str, bool]], values: Sequence[Any]) -> Q:
    """Rows after the given keys; `keys` are (lookup, descending)."""
    condition = Q()
    for position in range(len(keys)):
        step = Q(**{name: value for (name, _), value in zip(keys[:position], values, strict=False)})
        name, descending = keys[position]
        step &= Q(**{f"{name}__{'lt' if descending else 'gt'}": values[position]})
        condition |= step
    first, descending = keys[0]
    # Said once more of the first key alone: an index can begin there, which it can't in the middle of an "or".
    return Q(**{f"{first}__{'lte' if descending else 'gte'}": values[0]}) & condition


def page(
    queryset: models.QuerySet,
    ordering: str,
    keys: Sequence[tuple[str, bool]],
    cursor: str,
    size: int,
    unsorted: models.QuerySet | None = None,
) -> Page:
    """One page of a queryset, sorted by `keys` (lookup, descending): none of them null, the last one unique.

    `unsorted` are the same rows without what only sorting needs: they are quicker to count.

    Two queries: the count, once for each edition, and one row more than the page shows.
    """
    backwards, values = _decode(cursor, ordering, len(keys)) if cursor else (False, [])
    turned = [(name, descending != backwards) for name, descending in keys]
    rows = queryset.order_by(*(f"-{name}" if descending else name for name, descending in turned))
    if values:
        try:
            rows = rows.filter(_after(turned, values))
        except (ValueError, TypeError, ValidationError):
            raise BadParameter("cursor", UNREADABLE, kind="bad-cursor") from None
    found = list(rows[: size + 1])
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()

    has_next = more if not backwards else True
    has_previous = bool(values) if not backwards else more
    return Page(
        rows=found,
        count=count(queryset if unsorted is None else unsorted),
        next=cursor_after(found[-1], ordering, keys) if found and has_next else "",
        previous=cursor_after(found[0], ordering, keys, backwards=True) if found and has_previous else "",
    )


def count(queryset: models.QuerySet) -> int:
    """How many rows a queryset has; counted once for each edition."""
    rows = queryset.order_by()
    try:
        question = rows.query.get_compiler(using=rows.db).as_sql()
    except EmptyResultSet:
        return 0
    return once(question, rows.count)


def cursor_after(row: models.Model, ordering: str, keys: Sequence[tuple[str, bool]], *, backwards: bool = False) -> str:
    """The cursor of the page that goes on after a row, towards the end or backwards."""
    return _encode(ordering, backwards, [_key(row, name) for name, _ in keys])


def batches(queryset: models.QuerySet, keys: Sequence[tuple[str, bool]], size: int) -> Iterator[list]:
    """All rows of a queryset, some at a time, each batch by where the one before ended: memory and depth don't grow."""
    rows = queryset.order_by(*(f"-{name}" if descending else name for name, descending in keys))
    found = list(rows[:size])
    while found:
        yield found
        if len(found) < size:
            return
        found = list(rows.filter(_after(keys, [_key(found[-1], name) for name, _ in keys]))[:size])


def _key(row: models.Model, name: str):
    for part in name.split("__"):
        row = getattr(row, part)
    return row
