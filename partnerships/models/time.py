"""Time in the world: partial dates, periods, and the one definition of "in force on a day".

Dates are kept as written (EDTF, levels 0 and 1: `1994`, `1994-02`, `1994~` for "about 1994"), with the earliest and the
latest day they may mean beside them for queries. Periods are half-open, [from, to). Days travel as arguments; nothing
here asks what day it is today.
"""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

_SHAPE = re.compile(r"(?P<year>[12]\d{3})(-(?P<month>\d\d)(-(?P<day>\d\d))?)?(?P<about>[~?%])?", re.ASCII)
_ABOUT = re.compile(r"(?:about|around|circa|ca?\.?)\s+", re.IGNORECASE)
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]

UNREADABLE = (
    "“%(value)s” is no date the portal can read. Write a year (1994), a month (1994-02), a day (1994-02-08), "
    "or any of these with ~ for “about” (1994~)."
)


class Bounds(NamedTuple):
    """The earliest and the latest day a partial date may mean, both included."""

    earliest: date
    latest: date


@lru_cache(maxsize=8192)
def bounds(text: str) -> Bounds:
    """The days that an EDTF date may mean. A qualified one ("about 1994") is widened by one step of its own precision.

    Raises ValueError for anything but a year, month or day with an optional `~`, `?` or `%`.
    """
    match = _SHAPE.fullmatch(text)
    if not match:
        raise ValueError(text)
    year, month, day = (int(match[part] or 0) for part in ("year", "month", "day"))
    if month > 12 or match["month"] == "00":
        raise ValueError(text)
    length_of_month = monthrange(year, month or 12)[1]
    if day > length_of_month or match["day"] == "00":
        raise ValueError(text)
    first, last = date(year, month or 1, day or 1), date(year, month or 12, day or length_of_month)
    if not match["about"]:
        return Bounds(first, last)
    length = len(text) - 1
    before, after = (str(neighbour)[:length] for neighbour in (first - timedelta(days=1), last + timedelta(days=1)))
    return Bounds(bounds(before).earliest, bounds(after).latest)


@lru_cache(maxsize=8192)
def words(text: str) -> str:
    """A partial date as a reader would say it: "8 February 1994", "February 1994", "about 1994"."""
    match = _SHAPE.fullmatch(text)
    if not match:
        return text
    parts = [match["year"]]
    if match["month"]:
        parts.insert(0, _MONTHS[int(match["month"]) - 1])
    if match["day"]:
        parts.insert(0, str(int(match["day"])))
    said = " ".join(parts)
    return f"{'possibly' if match['about'] == '?' else 'about'} {said}" if match["about"] else said


class EdtfField(models.CharField):
    """A partial date, stored as written. Empty means unknown (or none, where the model says so)."""

    def __init__(self, *args, **kwargs):
        kwargs.setdefault("max_length", 12)
        kwargs.setdefault("blank", True)
        kwargs.setdefault("help_text", "A year, month or day: 1994, 1994-02, 1994-02-08; 1994~ for “about 1994”.")
        super().__init__(*args, **kwargs)

    def to_python(self, value):
        text = super().to_python(value)
        if not text:
            return ""
        text, about = _ABOUT.subn("", text.strip(), count=1)
        text += "~" if about else ""
        try:
            bounds(text)
        except ValueError:
            raise ValidationError(UNREADABLE, code="unreadable", params={"value": value}) from None
        return text


class _Edge:
    """Reads an edge day from the partial date it belongs to, whatever wrote the instance.

    A form, `loaddata`, a raw save and a bulk insert all read the attribute, so a derived column can't disagree with its
    date. What is set is kept only so that Django knows the column was loaded.
    """

    def __init__(self, field: EdgeField):
        self.field = field

    def __get__(self, instance, owner=None):
        return self if instance is None else self.field.reckon(instance)

    def __set__(self, instance, value):
        instance.__dict__[self.field.attname] = value


class EdgeField(models.DateField):
    """A derived day for queries: the `edge` (earliest or latest) of the partial date `of`, or what the method `of` returns."""

    descriptor_class = _Edge

    def __init__(self, *args, of: str = "", edge: str = "", **kwargs):
        self.of, self.edge = of, edge
        super().__init__(*args, **kwargs | {"null": True, "editable": False})

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        kwargs.pop("null", None), kwargs.pop("editable", None)
        return name, path, args, kwargs | {"of": self.of, "edge": self.edge}

    def reckon(self, instance) -> date | None:
        value = getattr(instance, self.of, None)
        if not self.edge:
            return value() if callable(value) else None
        try:
            return getattr(bounds(value), self.edge) if value else None
        except ValueError:
            return None  # full_clean says so; a broken date has no days


class UnknownLast(models.Func):
    """A day by which lists are sorted, unknown ones after all others: never null, as paging needs it.

    The far day stands in the statement itself: as a parameter no index on the expression would be found for it.
    """

    template = f"COALESCE(%(expressions)s, '{date(9999, 12, 31)}')"

    def __init__(self, name: str):
        super().__init__(name, output_field=models.DateField())


class InForce(StrEnum):
    """The three answers to "was it in force on that day?"."""

    YES = "yes"
    NO = "no"
    UNCERTAIN = "uncertain"


class EndIs(models.TextChoices):
    """How the end of a period is meant. An open and an unknown end are different things."""

    OPEN = "open", "open: still in force"
    UNTIL = "until", "until: first day no longer in force"
    THROUGH = "through", "through: last day, month or year in force"
    UNKNOWN = "unknown", "ended or not: unknown"


class PeriodQuerySet(models.QuerySet):
    """Narrowing by time. The twins of `Period.in_force`, in SQL."""

    def possibly_on(self, day: date):
        """Rows in force that day or possibly so: answers yes and uncertain."""
        return self.filter(Period.possible_on(day))

    def surely_on(self, day: date):
        """Rows in force that day beyond doubt."""
        return self.filter(Period.certain_on(day))

    def begun_by(self, day: date):
        """Rows that had begun by that day, or may have: what a page of that day may speak of."""
        return self.filter(Q(start_earliest__isnull=True) | Q(start_earliest__lte=day))


class Period(models.Model):
    """A half-open period [from, to). An empty start is an unknown start, never "always"."""

    start = EdtfField("from")
    start_earliest = EdgeField(of="start", edge="earliest")
    start_latest = EdgeField(of="start", edge="latest")
    end = EdtfField("to")
    end_is = models.CharField("the end is", max_length=8, choices=EndIs, default=EndIs.OPEN)
    to_earliest = EdgeField(of="first_day_after")
    to_latest = EdgeField(of="last_first_day_after")

    class Meta:
        abstract = True

    # The day after ------------------------------------------------------------------------------------------------

    def _day_after(self, edge: str) -> date | None:
        if not self.end or self.end_is not in (EndIs.UNTIL, EndIs.THROUGH):
            return None
        try:
            days = bounds(self.end)
        except ValueError:
            return None
        if self.end_is == EndIs.UNTIL:
            return getattr(days, edge)
        # "Through 2026" names the last year in force: its first day outside is certain, unless the year itself isn't.
        certain = self.end[-1].isdigit()
        return (days.latest if certain else getattr(days, edge)) + timedelta(days=1)

    def first_day_after(self) -> date | None:
        """The earliest first day no longer in force; None when the end is open or unknown."""
        return self._day_after("earliest")

    def last_first_day_after(self) -> date | None:
        """The latest first day no longer in force; None when the end is open or unknown."""
        return self._day_after("latest")

    # In force -----------------------------------------------------------------------------------------------------

    def in_force(self, day: date) -> InForce:
        """Whether the period holds on a day. A day between the earliest and latest edge is uncertain."""
        if self.start_earliest and day < self.start_earliest:
            return InForce.NO
        if self.to_latest and day >= self.to_latest:
            return InForce.NO
        if not self.start_latest or day < self.start_latest:
            return InForce.UNCERTAIN
        if self.end_is == EndIs.OPEN or (self.to_earliest and day < self.to_earliest):
            return InForce.YES
        return InForce.UNCERTAIN

    @staticmethod
    def possible_on(day: date, prefix: str = "") -> Q:
        """Condition for `in_force(day)` being yes or uncertain; `prefix` is a lookup path ending in `__`."""
        return (Q(**{f"{prefix}start_earliest__isnull": True}) | Q(**{f"{prefix}start_earliest__lte": day})) & (
            Q(**{f"{prefix}to_latest__isnull": True}) | Q(**{f"{prefix}to_latest__gt": day})
        )

    @staticmethod
    def certain_on(day: date, prefix: str = "") -> Q:
        """Condition for `in_force(day)` being yes."""
        return Q(**{f"{prefix}start_latest__lte": day}) & (
            Q(**{f"{prefix}end_is": EndIs.OPEN}) | Q(**{f"{prefix}to_earliest__gt": day})
        )

    # Words --------------------------------------------------------------------------------------------------------

    def begun(self, day: date) -> bool:
        """Whether a page that shows this day may speak of the row at all."""
        return not self.start_earliest or self.start_earliest <= day

    def start_words(self) -> str:
        return words(self.start) if self.start else "an unknown day"

    def end_words(self) -> str:
        """The end as a reader would say it; empty when it is open."""
        match self.end_is:
            case EndIs.OPEN:
                return ""
            case EndIs.UNKNOWN:
                return "unknown"
            case EndIs.THROUGH:
                return f"the end of {words(self.end)}" if self.end.count("-") < 2 else words(self.end)
            case _:
                return words(self.end)

    def period_words(self) -> str:
        """The whole period: "from 8 February 1994", "from 1995 until 29 March 2004"."""
        said = f"from {self.start_words()}"
        match self.end_is:
            case EndIs.OPEN:
                return said
            case EndIs.UNKNOWN:
                return f"{said}, end unknown"
            case EndIs.THROUGH:
                return f"{said} through {self.end_words()}"
            case _:
                return f"{said} until {self.end_words()}"

    def clean(self):
        super().clean()
        dated = self.end_is in (EndIs.UNTIL, EndIs.THROUGH)
        if dated and not self.end:
            raise ValidationError({"end": "Give the end, or say that it is open or unknown."})
        if not dated and self.end:
            raise ValidationError(
                {"end_is": "There is a date for the end: say whether it is meant as “until” or as “through”."}
            )
        if self.start_earliest and self.to_latest and self.to_latest <= self.start_earliest:
            raise ValidationError({"end": "The period ends before it begins."})


def period_constraints(prefix: str) -> list[models.CheckConstraint]:
    """The rules of a period that the database holds too; `prefix` makes their names unique."""
    dated = Q(end_is__in=[EndIs.UNTIL, EndIs.THROUGH])
    return [
        models.CheckConstraint(
            condition=(dated & ~Q(end="")) | (~dated & Q(end="")),
            name=f"{prefix}_end_as_said",
            violation_error_message="An end that is open or unknown has no date; any other has one.",
        ),
        models.CheckConstraint(
            condition=Q(start_earliest__isnull=True)
            | Q(to_latest__isnull=True)
            | Q(to_latest__gt=models.F("start_earliest")),
            name=f"{prefix}_ends_after_start",
            violation_error_message="The period ends before it begins.",
        ),
    ]
