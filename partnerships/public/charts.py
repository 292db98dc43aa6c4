"""Charts of lists: numbers over the years, each drawing made from the very table that stands beside it."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Left
from django.http import HttpResponse
from django.utils.translation import gettext as _

from partnerships.models import Edition, Exercise, Framework, Kind
from partnerships.models.cells import safe
from partnerships.publishing.reading import public
from partnerships.queries import atlas, timeline
from partnerships.queries.addresses import with_query
from partnerships.queries.as_of import Day
from partnerships.queries.filters import QUESTIONS
from partnerships.queries.remembered import once

from .chips import list_parameters
from .drawings import Column, columns, scale_for
from .frameworks import memberships_of
from .serving import page
from .visits import Visit

HEIGHT = 60


@dataclass(frozen=True)
class Panel:
    """One small chart: what it counts, its columns, and the highest of them."""

    title: str
    columns: list[Column]
    most: int


@dataclass(frozen=True)
class Chart:
    """Numbers by year: `heads` are what is counted, `rows` a year with a number for each."""

    title: str
    rule: str
    heads: list[str]
    rows: list[tuple[int, list[int]]]
    csv: str
    """The address of the same numbers as a file."""
    panels: list[Panel]


@dataclass(frozen=True)
class Numbers:
    """What a chart is made from."""

    title: str
    rule: str
    by_year: dict[str, Counter[int]]


def editions(series: QuerySet, day: Day) -> Numbers:
    """Editions of some series by the year of their first day and the form of their series. One query."""
    begun = Q(first_day_earliest__lte=day.day, series__in=series.order_by().values("pk"))
    years = public(Edition).filter(begun).order_by().values("series__form", year=Left("first_day", 4))
    by_year: dict[str, Counter[int]] = {str(form.label): Counter() for form in Exercise.Form}
    for form, year, number in years.annotate(number=Count("pk")).values_list("series__form", "year", "number"):
        by_year[str(Exercise.Form(form).label)][int(year)] += number
    return Numbers(
        _("Editions by year and form"),
        _(
            "Editions recorded here, up to the day shown, by the year of their first day. An empty year means none recorded."
        ),
        {name: numbers for name, numbers in by_year.items() if numbers},
    )


def memberships(frameworks: QuerySet, day: Day) -> Numbers:
    """Countries surely in force in each of some frameworks at the end of each year, or on the day shown. Four queries."""
    asked = set(frameworks.order_by().values_list("pk", flat=True))
    of_framework: dict = {}
    for row in memberships_of(asked):
        of_framework.setdefault(row.framework_id, []).append(row)
    years = range(1991, day.day.year + 1)
    by_year: dict[str, Counter[int]] = {}
    for framework in (one for one in atlas.frameworks() if one.pk in asked):
        counts = timeline.counts(of_framework.get(framework.pk, []), day.day)
        numbers: Counter[int] = Counter()
        for year in years:
            last = min(date(year + 1, 1, 1) - timedelta(days=1), day.day)
            if before := [count.members for count in counts if count.first <= last]:
                numbers[year] = before[-1]
        if +numbers:
            by_year[framework.short_title or framework.title] = +numbers
    return Numbers(
        _("Countries in force by year"),
        _(
            "Countries surely in force at the end of the year, suspended ones included; in the last year, on the day shown."
        ),
        by_year,
    )


CHARTS: dict[type[Kind], tuple[str, Callable[[QuerySet, Day], Numbers]]] = {
    Exercise: ("editions-by-year", editions),
    Framework: ("countries-by-year", memberships),
}
"""The chart of a kind's list: its name in addresses, and what it counts."""


def chart_of(kind: type[Kind], rows: QuerySet, visit: Visit) -> Chart | None:
    """The chart of the rows of a kind's list on the day of the visit; None where there is nothing to draw."""
    if kind not in CHARTS:
        return None
    name, count = CHARTS[kind]
    asked = [(one, visit.given[one]) for one in QUESTIONS[kind].parameters() if visit.given.get(one)]
    numbers = once(("chart", name, tuple(asked), visit.day), lambda: count(rows, visit.day))
    if not numbers.by_year:
        return None
    scale = scale_for(visit.day.today)
    panels = []
    for title, mine in numbers.by_year.items():
        drawn, most = columns(scale, {"part": mine}, HEIGHT)
        panels.append(Panel(title, drawn, most))
    path = visit.keep(with_query(f"/{kind.plural}/{name}.csv", asked))
    return Chart(numbers.title, numbers.rule, list(numbers.by_year), _rows(numbers), path, panels)


def _rows(numbers: Numbers) -> list[tuple[int, list[int]]]:
    years = sorted({year for mine in numbers.by_year.values() for year in mine})
    return [(year, [mine[year] for mine in numbers.by_year.values()]) for year in years]


def file_view(kind: type[Kind]) -> Callable[..., HttpResponse]:
    """The view of a chart's numbers as CSV, narrowed as the list is. The last column says the day."""
    name, count = CHARTS[kind]
    lists = list_parameters(kind)
    others = [one for one in QUESTIONS[kind].parameters() if one not in lists]

    @page(*others, lists=lists)
    def view(visit: Visit) -> HttpResponse:
        asked = QUESTIONS[kind](visit.given, public(kind), day=visit.day.day, dated=visit.day.dated)
        numbers = count(asked.qs, visit.day)
        out = io.StringIO(newline="")
        lines = csv.writer(out)
        lines.writerow(["year", *map(safe, numbers.by_year), "as_of"])
        for year, mine in _rows(numbers):
            lines.writerow([year, *mine, visit.day.day.isoformat()])
        response = HttpResponse(out.getvalue().encode(), content_type="text/csv; charset=utf-8")
        file = f"{kind.plural}-{name}-as-of-{visit.day.day}.csv"
        response.headers["Content-Disposition"] = f'attachment; filename="{file}"'
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return view
