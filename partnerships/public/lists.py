"""Lists: every record of a kind, narrowed by facets, sorted, page by page, on the day of the visit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from partnerships.models import (
    Claim,
    Edition,
    Exercise,
    Framework,
    InForce,
    Kind,
    Membership,
    Milestone,
    Participation,
    Partner,
    Programme,
    Source,
    name_on,
)
from partnerships.publishing.reading import public
from partnerships.queries import paging, timeline
from partnerships.queries.addresses import with_query
from partnerships.queries.as_of import Day
from partnerships.queries.facets import facets
from partnerships.queries.filters import QUESTIONS
from partnerships.queries.records import Stub, stub_of
from partnerships.queries.standing import Standing, reckon

from . import partners
from .charts import chart_of
from .chips import chips, list_parameters, parameters_to_keep
from .days import by, text_fits
from .drawings import Steps, Strip, scale_for, steps
from .frame import LIST_TITLES, Place, render
from .frameworks import life, memberships_of
from .serving import page
from .visits import Visit

ROWS = 2 * settings.LIMITS["page_size"]
"""Rows of one page of a list: all countries stand on one."""

INTRODUCTIONS = {
    "partner": _(
        "Every country with a record: partners, suspended partners, Allies that were partners, and countries that take part "
        "in nothing but are often named."
    ),
    "framework": _("The formats in which partners and the Allies meet, from the first of 1991 to those of today."),
    "programme": _("The tools with which a partner and NATO plan and do their work together."),
    "region": _("The portal’s own grouping of countries, for finding them."),
    "exercise": _(
        "Exercise series in which partners took part. Who leads an exercise matters: most of what the press calls a NATO "
        "exercise isn’t one."
    ),
    "institution": _("Places where partners train, liaise and learn together."),
    "objective": _("What the partnerships are for, as NATO and its partners state it."),
    "threat": _("Dangers that partners and the Allies meet together."),
    "activity": _("What is done: types of exercise, forms of help, ways of consulting."),
    "challenge": _("What makes the work with partners hard, and whom it affects."),
    "assessment": _("Judgements on influence, direction and significance. They are opinion that is argued, not fact."),
    "casestudy": _("NATO’s support to one partner, told from aims to limits."),
    "milestone": _("Dated events: acts of NATO, acts of partners, and events outside that changed the work."),
    "claim": _("Statements made elsewhere, checked one by one: each has a verdict, an explanation and its evidence."),
    "source": _("The works that facts are taken from, or whose statements are checked."),
}

COUNTED = {
    "partner": (_("country"), _("countries")),
    "casestudy": (_("case study"), _("case studies")),
    "activity": (_("activity"), _("activities")),
    "exercise": (_("exercise series"), _("exercise series")),
}
"""What a number of them is called, where it isn't the kind's own name."""

SORTED = {
    "title": _("name"),
    "founded": _("founding"),
    "started": _("start"),
    "relations_since": _("start of relations"),
    "iso2": _("code"),
    "first_held": _("first held"),
    "position": _("order"),
    "date": _("date"),
    "slug": _("number"),
    "publisher": _("publisher"),
    "published": _("date of publication"),
}
"""What a list is sorted by, in words."""


@dataclass(frozen=True)
class Row:
    """One record in a list. `more` is what its kind has to say there; `text_fits`, whether its text may stand there."""

    record: Kind
    link: Stub
    text_fits: bool
    more: Any = None


@dataclass(frozen=True)
class Sorting:
    """One way to sort: its words, the address, and whether it is in use."""

    words: str
    path: str
    used: bool


# What a kind's rows say besides title and summary ----------------------------------------------------------------------


@dataclass(frozen=True)
class CountryRow:
    standing: partners.Standing
    strip: Strip
    frameworks: list[str]


def countries(records: list[Partner], day: Day) -> list[Row]:
    """Countries under the name of the day, with status, strip and what is in force. Two queries."""
    scale = scale_for(day.today)
    told = [f"framework__{name}" for name in ("kind", "slug", "title", "short_title")]
    rows = public(Membership).filter(partner__in=[record.pk for record in records]).select_related("framework")
    rows = rows.only(*(f.name for f in Membership._meta.fields), *told).order_by("framework__start_earliest", "id")
    memberships: dict = {record.pk: [] for record in records}
    for row in rows:
        memberships[row.partner_id].append(row)
    found = []
    for record in records:
        mine = memberships[record.pk]
        standing = partners.standing(mine, day.day)
        held = [
            row.framework.short_title or row.framework.title
            for row in mine
            if row.counts and row.in_force(day.day) == InForce.YES
        ]
        strip = partners.status_strip(scale, standing.spans, day.day)
        more = CountryRow(standing, strip, list(dict.fromkeys(held)))
        link = stub_of(record, title=name_on(record, day.day))
        found.append(Row(record, link, text_fits(record, day), more))
    return found


@dataclass(frozen=True)
class FrameworkRow:
    standing: Standing
    chart: Steps
    life: str
    founded: bool
    """Whether the founding lies before the day; one that came later has no date yet."""


LANE_HEIGHT = 22


def frameworks(records: list[Framework], day: Day) -> list[Row]:
    """Frameworks with their members over time and on the day. Two queries."""
    scale = scale_for(day.today)
    of_framework: dict = {record.pk: [] for record in records}
    for row in memberships_of(of_framework):
        of_framework[row.framework_id].append(row)
    found = []
    for record in records:
        mine = of_framework[record.pk]
        standing = reckon([row for row in mine if row.in_force(day.day) != InForce.NO], day.day)
        chart = steps(scale, timeline.counts(mine, day.day), day.day, LANE_HEIGHT)
        more = FrameworkRow(standing, chart, life(record, day), by(record.start, day))
        found.append(Row(record, stub_of(record), text_fits(record, day), more))
    return found


def programmes(records: list[Programme], day: Day) -> list[Row]:
    """Programmes with the number of countries that surely take part on the day, and of those that may. One query."""
    sure: dict = {record.pk: set() for record in records}
    unsure: dict = {record.pk: set() for record in records}
    for row in public(Participation).filter(programme__in=list(sure)).possibly_on(day.day):
        (sure if row.in_force(day.day) == InForce.YES else unsure)[row.programme_id].add(row.partner_id)
    found = []
    for record in records:
        more = (len(sure[record.pk]), len(unsure[record.pk] - sure[record.pk]))
        found.append(Row(record, stub_of(record), text_fits(record, day), more))
    return found


def exercises(records: list[Exercise], day: Day) -> list[Row]:
    """Series with the number of their editions recorded, up to the day where the page is turned. One query."""
    rows = public(Edition).filter(series__in=[record.pk for record in records])
    if day.dated:
        rows = rows.filter(Q(first_day_earliest__isnull=True) | Q(first_day_earliest__lte=day.day))
    editions = dict(rows.order_by().values_list("series").annotate(Count("pk")))
    return [Row(record, stub_of(record), text_fits(record, day), editions.get(record.pk, 0)) for record in records]


def plain(records: list[Kind], day: Day) -> list[Row]:
    return [Row(record, stub_of(record), text_fits(record, day)) for record in records]


@dataclass(frozen=True)
class Layout:
    """How a kind is listed: its template, what its rows say, and what is fetched with them."""

    template: str = "lists/list.html"
    rows: Callable[[list, Day], list[Row]] = plain
    fetch: Callable[[QuerySet], QuerySet] = lambda rows: rows


LAYOUTS: dict[type[Kind], Layout] = {
    Partner: Layout("lists/partners.html", countries, lambda rows: rows.prefetch_related("names")),
    Framework: Layout("lists/frameworks.html", frameworks),
    Programme: Layout("lists/list.html", programmes),
    Exercise: Layout("lists/list.html", exercises),
    Milestone: Layout("lists/milestones.html"),
    Claim: Layout("lists/claims.html"),
    Source: Layout("lists/sources.html"),
}


# The page -------------------------------------------------------------------------------------------------------------


def list_view(kind: type[Kind]) -> Callable[..., HttpResponse]:
    """The view of a kind's list."""
    name, questions = kind._meta.model_name, QUESTIONS[kind]
    lists = list_parameters(kind)
    others = [one for one in questions.parameters() if one not in lists]

    @page(*others, "ordering", "cursor", lists=lists)
    def view(visit: Visit) -> HttpResponse:
        layout = LAYOUTS.get(kind, Layout())
        asked = questions(visit.given, public(kind), day=visit.day.day, dated=visit.day.dated)
        queryset, ordering, keys = asked.sorted(visit.given.get("ordering", ""))
        found = paging.page(layout.fetch(queryset), ordering, keys, visit.given.get("cursor", ""), ROWS, asked.qs)
        total = paging.count(questions({}, public(kind), day=visit.day.day, dated=visit.day.dated).qs)
        offered = facets(kind, visit.given, public(kind), visit.day)
        context = {
            "kind": name,
            "title": LIST_TITLES[kind],
            "introduction": INTRODUCTIONS[name],
            "counted": _counted(kind, total),
            "rows": layout.rows(found.rows, visit.day),
            "found": found,
            "total": total,
            "facets": offered,
            "kept": parameters_to_keep(visit, offered),
            "chips": chips(kind, visit),
            "sortings": sortings(questions, visit, ordering),
            "scale": scale_for(visit.day.today),
            "turns": _turns(kind),
            "downloads": downloads(kind, visit),
            "chart": chart_of(kind, asked.qs, visit),
        }
        return render(visit, layout.template, context, crumbs=[Place(str(LIST_TITLES[kind]), "")])

    return view


def downloads(kind: type[Kind], visit: Visit) -> list[Place]:
    """The whole of what the list shows, as files: same filters, same order, same day."""
    query = {**visit.given, "cursor": "", "as_of": visit.day.asked}
    asked = [(name, value) for name, value in query.items() if value]
    return [Place(form.upper(), with_query(f"/{kind.plural}.{form}", asked)) for form in ("csv", "json")]


def _counted(kind: type[Kind], number: int) -> str:
    one, many = COUNTED.get(kind._meta.model_name, (kind._meta.verbose_name, kind._meta.verbose_name_plural))
    return str(one if number == 1 else many)


def _turns(kind: type[Kind]) -> bool:
    """Whether something in the list follows the day."""
    return kind in (Partner, Framework, Programme, Exercise) or bool(QUESTIONS[kind].begins)


def sortings(questions: type, visit: Visit, ordering: str) -> list[Sorting]:
    """The ways to sort a list, the default one first. Dates begin with the earliest unless the list's default is the newest."""
    ways = list(questions.orderings)
    default = questions.default_ordering
    found = []
    for name in sorted(ways, key=lambda one: one != default.lstrip("-")):
        way = default if name == default.lstrip("-") else name
        used = ordering == way
        found.append(Sorting(str(SORTED[name]), visit.here(ordering="" if way == default else way), used))
    return found
