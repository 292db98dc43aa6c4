"""The day that a page or an answer is turned to: read from the address, handed on as an argument.

Two clocks are never mixed: `as_of` is valid time, what was true in the world on that day. What the portal had published
by then is another question (`known_at`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime

from partnerships.models import bounds, words

FIRST_DAY = date(1949, 4, 4)
"""The North Atlantic Treaty was signed: before it there was nobody to be a partner of."""

YEARS_AHEAD = 10


class BadDay(ValueError):
    """A day that can't be read or shown; the message says what is expected."""


@dataclass(frozen=True)
class Day:
    """The day shown, and how it was asked for."""

    day: date
    today: date
    asked: str = ""
    """What the address says; empty when it says nothing."""

    @property
    def dated(self) -> bool:
        """Whether the reader asked for a day. The undated page shows the portal's day and is the canonical one."""
        return bool(self.asked)

    @property
    def words(self) -> str:
        return words(self.day.isoformat())


def portal_day() -> date:
    """The portal's day: the date in UTC. Called at the doors and handed on from there, nowhere else."""
    return datetime.now(UTC).date()


def last_day(today: date) -> date:
    return today.replace(year=today.year + YEARS_AHEAD, day=28 if (today.month, today.day) == (2, 29) else today.day)


def read_day(text: str, today: date) -> Day:
    """The day that `as_of` means: a year is its last day, a month its last day. Empty text means today.

    Raises BadDay for what is no date, or lies before the Treaty or more than ten years ahead.
    """
    if not text:
        return Day(today, today)
    try:
        if not text[-1:].isdigit():
            raise ValueError(text)
        day = bounds(text).latest
    except ValueError:
        raise BadDay(
            f"“{text[:40]}” is no day that can be read. Write a day (2014-03-01), a month (2014-03) or a year (2014); a month "
            "or a year means its last day."
        ) from None
    if not FIRST_DAY <= day <= last_day(today):
        raise BadDay(
            f"{words(text)} lies outside what can be shown: days from {words(FIRST_DAY.isoformat())}, when the North "
            f"Atlantic Treaty was signed, to {words(last_day(today).isoformat())}."
        )
    return Day(day, today, text)
