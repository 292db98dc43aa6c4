"""Facets: what the rows of a list can be narrowed by, each value with the number of rows that it gives.

Pages show them as check boxes, the API as `facets`; a count is of the rows that all other filters leave, so it is what asking
for the value alone gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.models import Count, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partnerships.models import (
    KINDS,
    Activity,
    Assessment,
    CaseStudy,
    Challenge,
    Claim,
    Exercise,
    Framework,
    Institution,
    Link,
    Milestone,
    Objective,
    Participation,
    Partner,
    Period,
    Programme,
    Region,
    Source,
    Threat,
)
from partnerships.publishing.models import SearchEntry
from partnerships.publishing.reading import public

from . import reach
from .as_of import Day
from .filters import QUESTIONS
from .questions import ChoiceListFilter, ListQuestion, Questions, RecordListFilter
from .remembered import once


@dataclass(frozen=True)
class Option:
    """One value that can be asked for. `count` is None where rows of several lists are narrowed at once."""

    value: str
    label: str
    count: int | None
    checked: bool


@dataclass(frozen=True)
class Facet:
    """The values of one parameter."""

    name: str
    title: str
    options: list[Option]

    @property
    def marked(self) -> bool:
        """Whether the values are statuses or verdicts, which have marks."""
        return self.name in ("status", "verdict")


Counting = Callable[[Any, Questions], dict]
"""Counts the rows of a queryset by the values of one parameter: value (a slug, for records) → number."""


def by_field(name: str) -> Counting:
    """By a column of the rows, or of a record they point to."""

    def count(rows: Any, asked: Questions) -> dict:
        return dict(rows.order_by().values_list(name).annotate(Count("pk")))

    return count


def by_status(rows: Any, asked: Questions) -> dict:
    return dict(rows.with_status(asked.day).order_by().values_list("status").annotate(Count("pk")))


def by_membership(rows: Any, asked: Questions) -> dict:
    held = reach.periods(asked.day).filter(partner__in=rows.order_by().values("pk"))
    return dict(held.order_by().values_list("framework__slug").annotate(Count("partner", distinct=True)))


def by_participation(rows: Any, asked: Questions) -> dict:
    held = public(Participation).filter(Period.possible_on(asked.day), partner__in=rows.order_by().values("pk"))
    return dict(held.order_by().values_list("programme__slug").annotate(Count("partner", distinct=True)))


def by_focus(rows: Any, asked: Questions) -> dict:
    """A row counts under each of its values, as each of them finds it."""
    words = asked.filters["focus"].words
    counts = {f"focus_{word}": Count("pk", filter=Q(focus__contains=word), distinct=True) for word in words}
    return {name.removeprefix("focus_"): number for name, number in rows.order_by().aggregate(**counts).items()}


def by_framework_linked(rows: Any, asked: Questions) -> dict:
    """By the frameworks that rows link to, however they do."""
    links = public(Link).filter(record__in=rows.order_by().values("pk"), other__kind=Framework.kind_name())
    return dict(links.order_by().values_list("other__slug").annotate(Count("record", distinct=True)))


def by_region(rows: Any, asked: Questions) -> dict:
    """Of records of all kinds: by the regions that they have to do with."""
    return reach.count(reach.regions(), rows)


def by_framework(rows: Any, asked: Questions) -> dict:
    """Of records of all kinds: by the frameworks that they have to do with."""
    return reach.count(reach.frameworks(asked.day), rows)


@dataclass(frozen=True)
class Shown:
    """A facet that a list shows: its parameter, its heading, and how its counts are found."""

    name: str
    title: str | Promise
    count: Counting


SHOWN: dict[type[models.Model], tuple[Shown, ...]] = {
    Framework: (Shown("type", _("Type"), by_field("type")),),
    Programme: (),
    Region: (),
    Partner: (
        Shown("status", _("Status"), by_status),
        Shown("framework", _("Framework"), by_membership),
        Shown("region", _("Region"), by_field("region__slug")),
        Shown("aspiration", _("Wish to join"), by_field("aspiration")),
        Shown("programme", _("Programme"), by_participation),
    ),
    Exercise: (
        Shown("relationship", _("Relationship to NATO"), by_field("relationship")),
        Shown("domain", _("Domain"), by_field("domain")),
        Shown("form", _("Form"), by_field("form")),
        Shown("focus", _("Focus"), by_focus),
    ),
    Institution: (Shown("type", _("Type"), by_field("type")),),
    Objective: (),
    Threat: (),
    Activity: (
        Shown("instrument", _("Instrument"), by_field("instrument")),
        Shown("exercise_role", _("For exercises"), by_field("exercise_role")),
    ),
    Challenge: (Shown("category", _("Category"), by_field("category")),),
    Assessment: (
        Shown("type", _("Type"), by_field("type")),
        Shown("direction", _("Direction"), by_field("direction")),
        Shown("evidence", _("Level of evidence"), by_field("evidence")),
    ),
    CaseStudy: (),
    Milestone: (
        Shown("type", _("Type of event"), by_field("type")),
        Shown("framework", _("Framework concerned"), by_framework_linked),
    ),
    Claim: (
        Shown("verdict", _("Verdict"), by_field("verdict")),
        Shown("framework", _("Framework"), by_framework_linked),
    ),
    Source: (Shown("tier", _("Tier"), by_field("tier")),),
    SearchEntry: (
        Shown("kind", _("Kind"), by_field("kind")),
        Shown("region", _("Region"), by_region),
        Shown("framework", _("Framework"), by_framework),
    ),
}
"""The facets of each list, in order. Every other question of its FilterSet can be asked in the address and has a chip."""

NARROWING = {"membership_status": "framework"}
"""Questions that only narrow another one: without it they have no meaning, and go with it."""


def facet_names(model: type[models.Model]) -> list[str]:
    """The parameters of a list for which values are counted."""
    return [shown.name for shown in SHOWN.get(model, ())]


def facets(
    model: type[models.Model], given: Mapping[str, str], rows: QuerySet, day: Day, names: Iterable[str] | None = None
) -> list[Facet]:
    """The facets of a list for what is asked of it, all or those named. Those without any value are left out.

    Queries: one for each facet's counts, once for each edition, and one for each facet that offers records.
    """
    wanted = [shown for shown in SHOWN[model] if names is None or shown.name in names]
    return [facet for shown in wanted if (facet := _facet(model, shown, given, rows, day)).options]


def _facet(model: type[models.Model], shown: Shown, given: Mapping[str, str], rows: QuerySet, day: Day) -> Facet:
    others = {name: value for name, value in given.items() if name != shown.name and NARROWING.get(name) != shown.name}
    asked = QUESTIONS[model](others, rows, day=day.day, dated=day.dated)
    said = tuple((name, value) for name, value in others.items() if name in asked.filters)
    counts = once(("facet", model, shown.name, said, day.day, day.dated), lambda: shown.count(asked.qs, asked))
    ticked = set(filter(None, given.get(shown.name, "").split(",")))
    options = [
        Option(value, label, counts.get(value, 0), value in ticked)
        for value, label in _values(asked.filters[shown.name])
        if counts.get(value) or value in ticked
    ]
    return Facet(shown.name, str(shown.title), options)


def _values(one: ListQuestion) -> list[tuple[str, str]]:
    """What can be asked for: value and label."""
    if isinstance(one, ChoiceListFilter):
        if one.words == list(KINDS):
            return [(name, str(kind._meta.verbose_name_plural)) for name, kind in KINDS.items()]
        return [(word, one.title_of(word)) for word in one.words]
    assert isinstance(one, RecordListFilter)
    rows = public(one.kind).values_list("slug", "title", "short_title")
    return [(slug, short or title) for slug, title, short in rows]
