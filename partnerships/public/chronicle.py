"""The timeline: milestones and memberships in the order of time, as a list, a drawing and a table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from partnerships.models import (
    EndIs,
    EndReason,
    Framework,
    Membership,
    MembershipStatus,
    Milestone,
    Partner,
    bounds,
    name_on,
)
from partnerships.publishing.reading import public
from partnerships.queries import timeline
from partnerships.queries.as_of import Day
from partnerships.queries.facets import Facet, Option
from partnerships.queries.filters import QUESTIONS
from partnerships.queries.records import Stub, stub_of

from .chips import chips
from .days import text_fits
from .drawings import Scale, Steps, Strip, scale_for, steps, strip
from .frame import Place, render
from .periods import Held, held
from .serving import page
from .visits import Visit

LANE_HEIGHT = 22


@dataclass
class Event:
    """Something that happened: a milestone, or what became of some countries in one framework on one day."""

    earliest: date
    latest: date
    written: str
    act: str
    """"milestone", "joined", "suspended", "resumed" or "left"."""
    record: Stub
    """The milestone, or the framework."""
    text: str = ""
    countries: list[Stub] = field(default_factory=list)
    sure: bool = True
    """Whether it had surely happened by the day shown."""

    @property
    def year(self) -> int:
        return self.earliest.year


class Lane(NamedTuple):
    """One line of the drawing: a framework's numbers, or one country in one framework."""

    name: str
    strip: Strip | None = None
    steps: Steps | None = None


class Row(NamedTuple):
    """One membership in the table."""

    country: Stub
    held: Held


@page(lists=("partner", "framework"))
def timeline_page(visit: Visit) -> HttpResponse:
    """What happened up to the day, of everything or of some countries and frameworks. Eighteen queries at most."""
    day = visit.day
    milestones, memberships = _milestones(visit), _memberships(visit)
    names = {row.partner_id: name_on(row.partner, day.day) for row in memberships}
    events = sorted(
        [*_of_milestones(milestones, day), *_of_memberships(memberships, names, day)],
        key=lambda event: (event.earliest, event.latest, event.act != "milestone", event.record.title),
    )
    scale = scale_for(day.today)
    by_name = sorted(
        memberships, key=lambda row: (names[row.partner_id].casefold(), row.start_earliest or date.min, str(row.pk))
    )
    context = {
        "years": [(year, list(there)) for year, there in groupby(events, key=lambda event: event.year)],
        "counted": len(events),
        "ticks": [scale.x(row.date_earliest) for row in milestones],
        "lanes": _lanes(visit, memberships, names, scale),
        "rows": [Row(_country(row, names), held(row, day)) for row in by_name],
        "unknown": [Row(_country(row, names), held(row, day)) for row in by_name if not row.start],
        "scale": scale,
        "facets": _facets(visit),
        "kept": {},
        "chips": chips(Milestone, visit),
    }
    return render(visit, "atlas/timeline.html", context, crumbs=[Place(_("Timeline"), "")])


# What is asked --------------------------------------------------------------------------------------------------------


def _milestones(visit: Visit) -> list[Milestone]:
    """The milestones up to the day. An undated page has nothing of tomorrow either: a timeline tells what was."""
    asked = QUESTIONS[Milestone](visit.given, public(Milestone), day=visit.day.day, dated=True)
    return list(asked.qs.order_by("date_earliest", "date_latest", "title"))


def _memberships(visit: Visit) -> list[Membership]:
    rows = public(Membership).counted()
    asked = QUESTIONS[Membership](visit.given, rows, day=visit.day.day, dated=True)
    told = [f"partner__{name}" for name in ("kind", "slug", "title")]
    told += [
        f"framework__{name}" for name in ("kind", "slug", "title", "short_title", "start", "start_earliest", "end_is")
    ]
    found = asked.qs.select_related("partner", "framework").prefetch_related("partner__names")
    found = found.only(*(f.name for f in Membership._meta.fields), *told)
    return list(found.order_by("start_earliest", "to_latest", "id"))


def _facets(visit: Visit) -> list[Facet]:
    """Frameworks and countries as check boxes; a country may be asked for by its code as well. Three queries."""
    frameworks = [
        (row.short_title or row.title, row.slug, {row.slug})
        for row in public(Framework).only("kind", "slug", "title", "short_title")
    ]
    partners = [
        (name_on(row, visit.day.day), row.slug, {row.slug, row.iso2.lower(), row.iso3.lower()} - {""})
        for row in public(Partner).only("kind", "slug", "title", "iso2", "iso3").prefetch_related("names")
    ]
    found = []
    for name, title, there in (("framework", _("Framework"), frameworks), ("partner", _("Country"), partners)):
        ticked = {word.strip().lower() for word in visit.given.get(name, "").split(",")}
        there.sort(key=lambda one: one[0].casefold())
        found.append(Facet(name, title, [Option(slug, label, None, bool(by & ticked)) for label, slug, by in there]))
    return [facet for facet in found if facet.options]


# The list -------------------------------------------------------------------------------------------------------------


def _of_milestones(rows: Iterable[Milestone], day: Day) -> Iterable[Event]:
    for row in rows:
        text = row.summary if text_fits(row, day) else ""
        sure = row.date_latest <= day.day
        yield Event(row.date_earliest, row.date_latest, row.date, "milestone", stub_of(row), text, sure=sure)


def _of_memberships(rows: list[Membership], names: dict[UUID, str], day: Day) -> list[Event]:
    """Joined, suspended, resumed, left: those of one framework with the same date and reason as one event."""
    events: dict[tuple, Event] = {}
    for act, written, earliest, latest, row, reason in _changes(rows):
        if not (written and earliest and latest) or earliest > day.day:
            continue
        key = (act, written, row.framework_id, reason)
        if key not in events:
            sure = latest <= day.day
            events[key] = Event(earliest, latest, written, act, stub_of(row.framework), reason, sure=sure)
        events[key].countries.append(_country(row, names))
    for event in events.values():
        event.countries.sort(key=lambda one: one.title.casefold())
    return list(events.values())


def _changes(rows: list[Membership]) -> Iterable[tuple[str, str, date | None, date | None, Membership, str]]:
    """Each change that memberships tell of: act, date as written, its first and last possible day, row, reason."""
    for stay in timeline.stays(rows):
        before = ""
        for row in stay:
            act = {MembershipStatus.SUSPENDED: "suspended"}.get(row.status, "resumed" if before else "joined")
            if row.status != before:
                yield act, row.start, row.start_earliest, row.start_latest, row, ""
            before = row.status
        last = stay[-1]
        if last.end_is in (EndIs.UNTIL, EndIs.THROUGH) and last.end:
            reason = str(EndReason(last.end_reason).label) if last.end_reason else ""
            days = bounds(last.end) if last.end_is == EndIs.THROUGH else None
            # written is the last day in force; it has ended only once that day is over
            latest = last.to_latest if not days else max(days.latest, last.to_latest or days.latest)
            yield "left", last.end, last.to_earliest, latest, last, reason


def _country(row: Membership, names: dict[UUID, str]) -> Stub:
    return stub_of(row.partner, title=names[row.partner_id])


# The drawing ----------------------------------------------------------------------------------------------------------


def _lanes(visit: Visit, rows: list[Membership], names: dict[UUID, str], scale: Scale) -> list[Lane]:
    """Of everything, each framework's number of countries; of what was asked for, each country in each framework."""
    day = visit.day.day
    of_framework: dict[UUID, list[Membership]] = {}
    for row in sorted(rows, key=lambda row: (row.framework.start_earliest or date.max, row.framework.title)):
        of_framework.setdefault(row.framework_id, []).append(row)
    if not visit.given:
        return [
            Lane(_short(mine[0]), steps=steps(scale, timeline.counts(mine, day), day, LANE_HEIGHT))
            for mine in of_framework.values()
        ]
    one_country = len({row.partner_id for row in rows}) == 1
    lanes = []
    for mine in of_framework.values():
        of_country: dict[UUID, list[Membership]] = {}
        for row in sorted(mine, key=lambda row: names[row.partner_id].casefold()):
            of_country.setdefault(row.partner_id, []).append(row)
        for partner, periods in of_country.items():
            name = _short(periods[0]) if one_country else names[partner]
            if not one_country and len(of_framework) > 1:
                name = f"{name}, {_short(periods[0])}"
            lanes.append(Lane(name, strip(scale, timeline.in_force(periods, day), timeline.ends(periods, day), day)))
    return lanes


def _short(row: Membership) -> str:
    return row.framework.short_title or row.framework.title
