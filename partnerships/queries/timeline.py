"""The course of time: on which days something changed, and what held from when to when.

Every drawing of a period and every "since" comes from here, and so from the one definition of "in force on a day".
Nothing later than the day shown is ever part of an answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, pairwise
from typing import NamedTuple, cast
from uuid import UUID

from django.db.models import Model
from django.db.models.functions import Length

from partnerships.models import (
    EndIs,
    Framework,
    InForce,
    Membership,
    MembershipStatus,
    Milestone,
    Participation,
    PartnerStatus,
    Period,
    status_on,
)
from partnerships.publishing.reading import public

from .as_of import FIRST_DAY

# Days on which something changed -----------------------------------------------------------------------------------------


A_DAY = len("1994-02-08")
"""Characters of a date that is written to the day, and for certain."""


def change_days() -> Counter[date]:
    """How much changed on each day on which a membership, participation, milestone or framework began or ended.

    Only dates that are written to the day: a month or a year is no day one could turn to. One query.
    """
    edges: list[tuple[type[Model], str, str]] = [(Milestone, "date", "date_earliest")]
    for model in (Membership, Participation, Framework):
        edges += [(model, "start", "start_earliest"), (model, "end", "to_earliest")]
    first, *others = (
        public(model).annotate(written=Length(name)).filter(written=A_DAY).order_by().values_list(edge)
        for model, name, edge in edges
    )
    return Counter(day for (day,) in first.union(*others, all=True).order_by())


def neighbours(days: Iterable[date], day: date) -> tuple[date | None, date | None]:
    """The last day of change before a day, and the first one after it."""
    earlier, later = None, None
    for one in days:
        if one < day:
            earlier = max(one, earlier or one)
        elif one > day:
            later = min(one, later or one)
    return earlier, later


# What held from when to when ----------------------------------------------------------------------------------------------


class Span(NamedTuple):
    """A run of days [first, after) with one answer. `since` is the partial date that began it, as written ("" unknown)."""

    first: date
    after: date
    status: str
    since: str


@dataclass(frozen=True)
class Fixed:
    """A period with its edges reckoned once. Drawings ask it for many days; the answer is that of `Period.in_force`."""

    start_earliest: date | None
    start_latest: date | None
    to_earliest: date | None
    to_latest: date | None
    end_is: str
    start: str
    end: str
    status: str = ""
    end_reason: str = ""

    def in_force(self, day: date) -> InForce:
        return Period.in_force(cast(Period, self), day)

    @property
    def counts(self) -> bool:
        return self.status != MembershipStatus.INVITED

    @classmethod
    def of(cls, row: Period) -> Fixed:
        return cls(
            row.start_earliest,
            row.start_latest,
            row.to_earliest,
            row.to_latest,
            row.end_is,
            row.start,
            row.end,
            getattr(row, "status", ""),
            getattr(row, "end_reason", ""),
        )


def _edges(rows: Sequence[Fixed], day: date) -> dict[date, str]:
    """The days up to `day` on which an answer about the rows may change, each with the date that made it one."""
    edges: dict[date, str] = {}
    for row in rows:
        end = row.end if row.end_is == EndIs.UNTIL else row.to_latest.isoformat() if row.to_latest else ""
        for edge, written in (
            (row.start_earliest or FIRST_DAY, row.start),
            (row.start_latest, row.start),
            (row.to_earliest, end),
            (row.to_latest, end),
        ):
            if edge and edge <= day and not edges.get(edge):
                edges[edge] = written
    return edges


def _spans(rows: Sequence[Fixed], day: date, ask) -> list[Span]:
    """The answers of `ask(day)` from the first edge to the day shown, equal neighbours made one, empty answers left out."""
    edges = _edges(rows, day)
    bounds = [*sorted(edges), day + timedelta(days=1)]
    asked = [(first, after, ask(first)) for first, after in pairwise(bounds)]
    spans = []
    for status, same in groupby(asked, key=lambda one: one[2]):
        run = list(same)
        if status:
            spans.append(Span(run[0][0], run[-1][1], str(status), edges[run[0][0]]))
    return spans


def statuses(memberships: Iterable[Membership], day: date) -> list[Span]:
    """What a country was from when to when, up to a day: spans of its derived status, times in no framework left out."""
    rows = [Fixed.of(row) for row in memberships if row.counts]

    def ask(one: date) -> str:
        status = status_on(cast(list[Membership], rows), one)
        return "" if status == PartnerStatus.NONE else status

    return _spans(rows, day, ask)


def in_force(periods: Iterable[Period], day: date) -> list[Span]:
    """When any of some periods was in force, up to a day.

    The status of a span is that of the membership in force ("active" for periods without a status), or "uncertain".
    """
    rows = [row for row in map(Fixed.of, periods) if row.counts]

    def ask(one: date) -> str:
        answers = [(row.in_force(one), row.status or "active") for row in rows]  # type: ignore[misc]
        if sure := [status for answer, status in answers if answer == InForce.YES]:
            return "active" if "active" in sure else sure[0]
        return "uncertain" if any(answer == InForce.UNCERTAIN for answer, _ in answers) else ""

    return _spans(rows, day, ask)


def ends(periods: Iterable[Period], day: date) -> list[date]:
    """The days, up to a day, on which a stay had surely ended: the period ends and no other begins there."""
    rows = [row for row in map(Fixed.of, periods) if row.counts]
    begun = {row.start_earliest for row in rows}
    return sorted(
        row.to_latest for row in rows if row.to_latest and row.to_latest <= day and row.to_latest not in begun
    )


# Stays and counts -----------------------------------------------------------------------------------------------------------


def stays(memberships: Iterable[Membership]) -> list[list[Membership]]:
    """Memberships of any partners and frameworks as stays: runs of adjoining rows of one pair, in order of time."""
    key = lambda row: (str(row.partner_id), str(row.framework_id))  # noqa: E731
    by_time = lambda row: (row.start_earliest or FIRST_DAY, row.start_latest or FIRST_DAY)  # noqa: E731
    found: list[list[Membership]] = []
    for _, rows in groupby(sorted((row for row in memberships if row.counts), key=key), key=key):
        run: list[Membership] = []
        for row in sorted(rows, key=by_time):
            if run and not (run[-1].to_latest and run[-1].to_latest == row.start_earliest):
                found.append(run)
                run = []
            run.append(row)
        found.append(run)
    return found


class Count(NamedTuple):
    """How many countries a framework held from a day on: surely in force, and those of them that were suspended."""

    first: date
    members: int
    suspended: int


def counts(memberships: Iterable[Membership], day: date) -> list[Count]:
    """The number of countries surely in force in one framework, from each change to the next, up to a day."""
    of_partner: dict[UUID, list[Membership]] = {}
    for row in memberships:
        of_partner.setdefault(row.partner_id, []).append(row)
    members: Counter[date] = Counter()
    suspended: Counter[date] = Counter()
    for rows in of_partner.values():
        for span in in_force(rows, day):
            if span.status == "uncertain":
                continue
            for change in (members, suspended) if span.status == MembershipStatus.SUSPENDED else (members,):
                change[span.first] += 1
                change[span.after] -= 1
    series: list[Count] = []
    held, paused = 0, 0
    for first in sorted(members.keys() | suspended.keys()):
        held, paused = held + members[first], paused + suspended[first]
        if first <= day and (not series or (held, paused) != series[-1][1:]):
            series.append(Count(first, held, paused))
    return series
