"""Geometry of the drawings: from days to places on the one scale that runs through the whole site.

Ten units are a year, from 1991 to the end of the year of today. Drawings are stretched to the width of their place, so
only the horizontal counts here; words never stand inside. Each drawing has its table, or its sentence, beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from partnerships.models import PartnerStatus
from partnerships.queries.timeline import Count, Span

FIRST_YEAR = 1991
UNITS = 10
"""Units a year."""


@dataclass(frozen=True)
class Scale:
    """The common scale. Days outside it are drawn at its edge."""

    last_year: int

    @property
    def width(self) -> int:
        return (self.last_year - FIRST_YEAR + 1) * UNITS

    @property
    def years(self) -> range:
        return range(FIRST_YEAR, self.last_year + 1)

    def labelled(self) -> list[str]:
        """One text a year: its number where it is written under the scale, else nothing."""
        return [str(year) if year == FIRST_YEAR or year % 5 == 0 else "" for year in self.years]

    def lines(self, height: float) -> str:
        """The lines of the labelled years, as one path."""
        return "".join(
            f"M{(year - FIRST_YEAR) * UNITS} 0v{height:g}" for year in self.years if year == FIRST_YEAR or year % 5 == 0
        )

    def x(self, day: date) -> float:
        """Where the beginning of a day lies."""
        start = date(day.year, 1, 1)
        length = (date(day.year + 1, 1, 1) - start).days
        place = (day.year - FIRST_YEAR + (day - start).days / length) * UNITS
        return round(min(max(place, 0), self.width), 2)


def scale_for(today: date) -> Scale:
    return Scale(max(today.year, FIRST_YEAR + 35))


class Bar(NamedTuple):
    """A piece of a strip. `look` says how it is filled."""

    x: float
    width: float
    look: str


LOOKS = {
    "active": "held",
    "suspended": "paused",
    "uncertain": "unsure",
    PartnerStatus.PARTNER: "held",
    PartnerStatus.SUSPENDED: "paused",
    PartnerStatus.UNCERTAIN: "unsure",
    PartnerStatus.ALLY: "ally",
}
"""How a status is drawn. What has no look (a former partner) is drawn as nothing."""

THINNEST = 0.6


@dataclass(frozen=True)
class Strip:
    """One strip: its bars, the places where something ended, where the country joined the Alliance, and the day shown."""

    bars: list[Bar]
    ends: list[float]
    pegs: list[float]
    now: float


def strip(scale: Scale, spans: Iterable[Span], ends: Iterable[date], day: date) -> Strip:
    """Spans of a status as a strip. They stop at the day shown, as whatever made them did."""
    bars, pegs = [], []
    for span in spans:
        if not (look := LOOKS.get(span.status)):
            continue
        x, end = scale.x(span.first), scale.x(min(span.after, day))
        if look == "ally":
            pegs.append(x)
        bars.append(Bar(x, round(max(end - x, THINNEST), 2), look))
    return Strip(bars, [scale.x(one) for one in ends], pegs, scale.x(day))


class Steps(NamedTuple):
    """A step chart: the outline of all, the outline of the suspended among them, and the highest number."""

    members: str
    suspended: str
    most: int
    now: float


def steps(scale: Scale, counts: Sequence[Count], day: date, height: float) -> Steps:
    """Counts over time as two outlines from zero to the highest number."""
    most = max((count.members for count in counts), default=0)
    end = scale.x(day)

    def outline(numbers: list[tuple[float, int]]) -> str:
        if not any(number for _, number in numbers):
            return ""
        path = f"M{numbers[0][0]:g} {height:g}"
        for x, number in numbers:
            path += f"H{x:g}V{round(height - number / most * (height - 2), 1):g}"
        return f"{path}H{end:g}V{height:g}z"

    members = outline([(scale.x(count.first), count.members) for count in counts])
    suspended = outline([(scale.x(count.first), count.suspended) for count in counts])
    return Steps(members, suspended, most, end)


class Column(NamedTuple):
    """One column of a chart by year."""

    x: float
    y: float
    width: float
    height: float
    look: str


def columns(scale: Scale, stacks: dict[str, Counter[int]], height: float) -> tuple[list[Column], int]:
    """Numbers by year as stacked columns, in the order of `stacks` from the ground up; and the highest number."""
    totals: Counter[int] = sum(stacks.values(), Counter())
    most = max(totals.values(), default=0)
    drawn = []
    for year in scale.years:
        ground = height
        for look, numbers in stacks.items():
            if number := numbers[year]:
                tall = number / most * (height - 2)
                x = (year - FIRST_YEAR) * UNITS + 1
                drawn.append(Column(x, round(ground - tall, 1), UNITS - 2, round(tall, 1), look))
                ground -= tall
    return drawn, most


def shares(numbers: Sequence[tuple[str, int]], width: float = 600, gap: float = 2) -> list[Bar]:
    """Numbers as parts of one bar, in the order given; `look` is the name of the part."""
    there = [(name, number) for name, number in numbers if number]
    total = sum(number for _, number in there)
    room = width - gap * (len(there) - 1)
    bars, x = [], 0.0
    for name, number in there:
        wide = number / total * room
        bars.append(Bar(round(x, 1), round(wide, 1), name))
        x += wide + gap
    return bars
