"""Facets of a list: the questions of its FilterSet as check boxes with counts, and what is asked as removable chips."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partnerships.models import (
    Activity,
    Assessment,
    CaseStudy,
    Challenge,
    Claim,
    Exercise,
    Framework,
    Institution,
    Kind,
    Link,
    Membership,
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
from partnerships.publishing.reading import public
from partnerships.queries.filters import QUESTIONS
from partnerships.queries.questions import ChoiceListFilter, ListQuestion, Questions, RecordListFilter

from .visits import Visit


@dataclass(frozen=True)
class Option:
    """One check box."""

    value: str
    label: str
    count: int | None
    checked: bool


@dataclass(frozen=True)
class Facet:
    """A group of check boxes for one parameter."""

    name: str
    title: str
    options: list[Option]
    marked: bool = False
    """Whether the values are statuses or verdicts, which have marks."""


@dataclass(frozen=True)
class Chip:
    """One filter in use, and the address without it."""

    label: str
    without: str


Counting = Callable[[QuerySet, Questions], dict]
"""Counts the rows of a queryset by the values of one parameter: value (a slug, for records) → number."""


def by_field(name: str) -> Counting:
    """By a column of the rows, or of a record they point to."""

    def count(rows: QuerySet, asked: Questions) -> dict:
        return dict(rows.order_by().values_list(name).annotate(Count("pk")))

    return count


def by_status(rows: QuerySet, asked: Questions) -> dict:
    return dict(rows.with_status(asked.day).order_by().values_list("status").annotate(Count("pk")))


def by_membership(rows: QuerySet, asked: Questions) -> dict:
    held = public(Membership).counted().possibly_on(asked.day).filter(partner__in=rows.order_by().values("pk"))
    return dict(held.order_by().values_list("framework__slug").annotate(Count("partner", distinct=True)))


def by_participation(rows: QuerySet, asked: Questions) -> dict:
    held = public(Participation).filter(Period.possible_on(asked.day), partner__in=rows.order_by().values("pk"))
    return dict(held.order_by().values_list("programme__slug").annotate(Count("partner", distinct=True)))


def by_focus(rows: QuerySet, asked: Questions) -> dict:
    """A row counts under each of its values, as each of them finds it."""
    words = asked.filters["focus"].words
    counts = {f"focus_{word}": Count("pk", filter=Q(focus__contains=word), distinct=True) for word in words}
    return {name.removeprefix("focus_"): number for name, number in rows.order_by().aggregate(**counts).items()}


def by_framework_linked(rows: QuerySet, asked: Questions) -> dict:
    """By the frameworks that rows link to, however they do."""
    links = public(Link).filter(record__in=rows.order_by().values("pk"), other__kind=Framework.kind_name())
    return dict(links.order_by().values_list("other__slug").annotate(Count("record", distinct=True)))


@dataclass(frozen=True)
class Shown:
    """A facet that a list shows: its parameter, its heading, and how its counts are found (None: without counts)."""

    name: str
    title: str
    count: Counting | None = None


SHOWN: dict[type[Kind], tuple[Shown, ...]] = {
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
}
"""The facets of each list, in order. Every other question of its FilterSet can be asked in the address and has a chip."""

NARROWING = {"membership_status": "framework"}
"""Questions that only narrow another one: without it they have no meaning, and go with it."""

MARKED = {"status", "verdict"}


def list_parameters(kind: type[Kind]) -> tuple[str, ...]:
    """The parameters of a kind's list that hold lists of values."""
    return tuple(name for name, one in QUESTIONS[kind].base_filters.items() if isinstance(one, ListQuestion))


def facets(kind: type[Kind], visit: Visit, rows: QuerySet) -> list[Facet]:
    """The facets of a list. Counts are of the rows that all other filters leave, so each equals what ticking it gives.

    Queries: one for each facet's counts, one for each facet that offers records.
    """
    return [facet for shown in SHOWN[kind] if (facet := _facet(kind, shown, visit, rows)).options]


def _facet(kind: type[Kind], shown: Shown, visit: Visit, rows: QuerySet) -> Facet:
    others = {
        name: value for name, value in visit.given.items() if name != shown.name and NARROWING.get(name) != shown.name
    }
    asked = QUESTIONS[kind](others, rows, day=visit.day.day, dated=visit.day.dated)
    counts = shown.count(asked.qs, asked) if shown.count else None
    ticked = set(filter(None, visit.given.get(shown.name, "").split(",")))
    options = [
        Option(value, label, counts.get(value, 0) if counts is not None else None, value in ticked)
        for value, label in _values(asked.filters[shown.name])
        if counts is None or counts.get(value) or value in ticked
    ]
    return Facet(shown.name, str(shown.title), options, shown.name in MARKED)


def _values(one: ListQuestion) -> list[tuple[str, str]]:
    """What can be ticked: value and label."""
    if isinstance(one, ChoiceListFilter):
        return [(choice.value, str(choice.label)) for choice in one.choices if choice.value]
    assert isinstance(one, RecordListFilter)
    rows = public(one.kind).values_list("slug", "title", "short_title")
    return [(slug, short or title) for slug, title, short in rows]


def chips(kind: type[Kind], visit: Visit) -> list[Chip]:
    """What is asked, one value a chip. A query for each parameter that names records."""
    found = []
    for name, one in QUESTIONS[kind].base_filters.items():
        given = visit.given.get(name, "").strip()
        if not given:
            continue
        values = given.split(",") if isinstance(one, ListQuestion) else [given]
        labels = dict(_labels(one, values))
        for value in values:
            rest = ",".join(other for other in values if other != value)
            label = labels.get(value, value)
            if not isinstance(one, ListQuestion):
                label = f"{one.extra.get('help_text', name)}: {value}" if name != "q" else f"“{value}”"
            without = {name: rest}
            if not rest:
                without |= {narrowing: "" for narrowing, other in NARROWING.items() if other == name}
            found.append(Chip(label, visit.here(**without)))
    return found


def parameters_to_keep(visit: Visit, shown: list[Facet]) -> dict[str, str]:
    """What the form of the facets has to send along: what it has no field for."""
    fields = {"q", *(facet.name for facet in shown)}
    kept = visit.parameters_to_keep()
    return {name: value for name, value in kept.items() if name not in fields and NARROWING.get(name) not in fields}


def _labels(one, values: list[str]) -> list[tuple[str, str]]:
    if isinstance(one, ChoiceListFilter):
        return [(choice.value, str(choice.label)) for choice in one.choices]
    if isinstance(one, RecordListFilter):
        rows = public(one.kind).filter(slug__in=values).values_list("slug", "title", "short_title")
        return [(slug, short or title) for slug, title, short in rows]
    return []
