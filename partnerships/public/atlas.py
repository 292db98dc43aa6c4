"""The atlas: all countries on a day, as a map with its table, and as a matrix of countries and frameworks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import Framework, InForce, Membership, MembershipStatus, Partner, PartnerStatus
from partnerships.queries import timeline
from partnerships.queries.atlas import Country, countries, frameworks
from partnerships.queries.notes import Notes, citations
from partnerships.queries.parameters import BadParameter, nearest
from partnerships.queries.places import Box, places

from .addresses import PLACES
from .days import shows
from .frame import LIST_TITLES, Place, render
from .partners import RULES, SHORT
from .periods import held
from .serving import page
from .visits import Visit

MARKS = {
    PartnerStatus.PARTNER: "held",
    PartnerStatus.SUSPENDED: "paused",
    PartnerStatus.ALLY: "ally",
    PartnerStatus.FORMER: "ended",
    PartnerStatus.UNCERTAIN: "unsure",
    PartnerStatus.NONE: "none",
}
"""The mark of a status: in the table, and with its own filling on the map."""


# Places on the map ----------------------------------------------------------------------------------------------------


class Frame(NamedTuple):
    """A part of the map as one drawing shows it, and the size below which a country gets a dot, and a place to hit."""

    x: int
    y: int
    width: int
    height: int
    dot: int
    small: int

    def holds(self, box: Box) -> bool:
        x, y = box.centre
        return self.x <= x <= self.x + self.width and self.y <= y <= self.y + self.height

    def dotted(self, box: Box) -> bool:
        return max(box.width, box.height) < self.small

    @property
    def view(self) -> str:
        return f"{self.x} {self.y} {self.width} {self.height}"


WORLD = Frame(440, 0, 3240, 1728, dot=11, small=16)
NEAR = Frame(1790, 110, 880, 545, dot=6, small=12)
"""Europe, the Caucasus, Central Asia and the Gulf, enlarged: where the small countries lie."""
HIT = 14
"""Half of what is easily hit, in units of the enlargement: on a wide screen one unit is nearly a pixel."""


# The map --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A country in the table, and by its code on the map."""

    country: Country
    mark: str
    since: str
    text: str

    @property
    def box(self) -> Box | None:
        return places().get(self.country.record.iso2)


@dataclass
class Group:
    """The countries that stand the same way on the day."""

    mark: str
    title: str
    rule: str = ""
    rows: list[Row] = field(default_factory=list)


@page("show")
def map_page(visit: Visit) -> HttpResponse:
    """The countries by their status on the day, or by what they are in one framework. Seven queries."""
    shown, found = frameworks(), countries(visit.day.day)
    chosen = _chosen(visit.given.get("show", "").strip(), shown)
    groups = _by_framework(found, chosen) if chosen else _by_status(found, {row.pk: row for row in shown})
    drawn = [row for group in reversed(groups) for row in group.rows if row.box]
    context = {
        "groups": [group for group in groups if group.rows],
        "legend": groups,
        "chosen": chosen,
        "choices": [Place(_("Status"), visit.here(show=""))]
        + [Place(row.short_title or row.title, visit.here(show=row.slug)) for row in shown],
        "current": visit.here(),
        "frames": (WORLD, NEAR),
        "hit": HIT,
        "drawn": drawn,
        "others": sorted(places().keys() - {row.country.record.iso2 for row in drawn}),
        "matrix": PLACES["matrix"],
    }
    return render(visit, "atlas/map.html", context, crumbs=[Place(_("Map"), "")])


def _chosen(slug: str, shown: Iterable[Framework]) -> Framework | None:
    if not slug or slug == "status":
        return None
    by_slug = {row.slug: row for row in shown}
    if slug not in by_slug:
        hint = nearest(slug, by_slug)
        raise BadParameter(
            "show",
            f"The map shows the status of countries, or one framework; “{slug[:60]}” is neither."
            + (f" Did you mean “{hint}”?" if hint else ""),
            hint=hint,
        )
    return by_slug[slug]


def _by_status(found: list[Country], known: dict) -> list[Group]:
    groups = {
        status: Group(mark, str(SHORT.get(status, status.label)), str(RULES[status])) for status, mark in MARKS.items()
    }
    for country in found:
        spans = timeline.statuses(country.memberships, country.day)
        since = spans[-1].since if spans and spans[-1].status == country.status else ""
        sure = [pk for pk, row in country.held.items() if row.in_force(country.day) == InForce.YES]
        names = ", ".join(known[pk].short_title or known[pk].title for pk in known if pk in sure)
        groups[country.status].rows.append(Row(country, MARKS[country.status], since, names))
    return list(groups.values())


OF_FRAMEWORK = {
    "held": gettext_lazy("In force"),
    "paused": gettext_lazy("Suspended"),
    "unsure": gettext_lazy("Uncertain"),
    "ended": gettext_lazy("Ended"),
    "none": gettext_lazy("Never, up to this day"),
}


def _by_framework(found: list[Country], chosen: Framework) -> list[Group]:
    groups = {mark: Group(mark, str(title)) for mark, title in OF_FRAMEWORK.items()}
    for country in found:
        row = country.held.get(chosen.pk) or country.once(chosen.pk)
        mark = mark_of(row, country) if row else "none"
        since = (row.end if mark == "ended" else stay_began(country, row)) if row else ""
        text = row.get_end_reason_display() if row and mark == "ended" and row.end_reason else ""
        groups[mark].rows.append(Row(country, mark, since, text))
    return list(groups.values())


def mark_of(row: Membership, country: Country) -> str:
    """How a row stands on the day, as a mark."""
    match row.in_force(country.day):
        case InForce.UNCERTAIN:
            return "unsure"
        case InForce.YES:
            return "paused" if row.status == MembershipStatus.SUSPENDED else "held"
    return "ended"


def stay_began(country: Country, row: Membership) -> str:
    """When the stay that the row belongs to began."""
    for stay in timeline.stays(country.memberships):
        if row in stay:
            return stay[0].start
    return row.start


# The matrix -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """What a country is in a framework on the day, since when, and the notes that it rests on."""

    mark: str
    words: str
    since: str
    notes: list[int]


@page()
def matrix(visit: Visit) -> HttpResponse:
    """Countries × frameworks on the day: each cell with status, since when and source. Seven queries and the frame's."""
    shown, found = frameworks(), [c for c in countries(visit.day.day) if c.memberships]
    rows = {
        (country.record.pk, framework.pk): row
        for country in found
        for framework in shown
        if (row := country.held.get(framework.pk) or country.once(framework.pk)) and shows(row, visit.day)
    }
    cited = [row.pk for row in rows.values()]
    notes = Notes(citations(record__in=[c.record.pk for c in found], row__in=cited), Partner(), cited)
    table = []
    for country in found:
        cells = []
        for framework in shown:
            if row := rows.get((country.record.pk, framework.pk)):
                said = held(row, visit.day)
                since = row.end if said.mark == "ended" else stay_began(country, row)
                cells.append(Cell(said.mark, said.words, since, notes.of_row(row.pk)))
            else:
                cells.append(None)
        table.append((country, cells))
    context = {
        "frameworks": shown,
        "table": table,
        "totals": [
            sum(bool(line[1][n]) and line[1][n].mark in ("held", "paused") for line in table) for n in range(len(shown))
        ],
        "notes": notes,
        "partners": Place(LIST_TITLES[Partner], ""),
    }
    return render(visit, "atlas/matrix.html", context, crumbs=[Place(_("Matrix"), "")])
