"""What may stand under the day of a page. A page that is turned to a day knows nothing later, and no text of another day."""

from __future__ import annotations

from partnerships.models import EndIs, Kind, Period, bounds
from partnerships.queries.as_of import Day

EVENTS = frozenset({"milestone", "edition"})
"""Kinds that are events: a text that names no day of its own describes the event, which is over once its page is shown."""


def by(text: str, day: Day) -> bool:
    """Whether what is dated `text` had, surely or possibly, happened by the day; always on a page that isn't turned."""
    return not day.dated or not text or bounds(text).earliest <= day.day


def shows(row: Period, day: Day) -> bool:
    """Whether a page lists the row: not if it began later."""
    return not day.dated or row.begun(day.day)


def end_shown(row: Period, day: Day) -> bool:
    """Whether a page may speak of the end of the row: not if that came later, or hasn't come."""
    return not day.dated or row.end_is == EndIs.UNKNOWN or bool(row.to_earliest and row.to_earliest <= day.day)


def note_shown(row: Period, day: Day) -> bool:
    """Whether a page may show what is noted of the row. Notes bear no date: only once it has ended are they surely of before."""
    return not day.dated or bool(row.to_latest and row.to_latest <= day.day)


def text_fits(record: Kind, day: Day) -> bool:
    """Whether the text of a record may stand under the day: the page isn't turned, or the text describes that day."""
    if not day.dated:
        return True
    if not record.text_as_of:
        return record.kind in EVENTS
    days = bounds(record.text_as_of)
    return days.earliest <= day.day <= days.latest
