"""What stands around every page: navigation, the time bar, notices, and where the page says it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.http import HttpResponse
from django.template.loader import render_to_string
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
    Milestone,
    Notice,
    Objective,
    Partner,
    Programme,
    Region,
    Source,
    Threat,
)
from partnerships.publishing.reading import public
from partnerships.queries.remembered import once
from partnerships.queries.timeline import change_days, neighbours

from .addresses import PLACES, address
from .drawings import Scale, scale_for
from .visits import Visit
from .wording import upfirst

LIST_TITLES = {
    Partner: _("Partners"),
    Framework: _("Frameworks"),
    Programme: _("Programmes"),
    Exercise: _("Exercises"),
    Institution: _("Institutions"),
    Region: _("Regions"),
    Objective: _("Objectives"),
    Threat: _("Threats"),
    Activity: _("Activities"),
    Challenge: _("Challenges"),
    Assessment: _("Assessments"),
    CaseStudy: _("Case studies"),
    Milestone: _("Milestones"),
    Claim: _("Claims"),
    Source: _("Sources"),
}
"""Every kind that has a list, and what the list is called."""


def many(kind: type[Kind]) -> str:
    """What several records of a kind are called, as a heading."""
    return str(LIST_TITLES.get(kind) or upfirst(str(kind._meta.verbose_name_plural)))


MENU = (Partner, Framework, Programme, Exercise, Challenge, Milestone, Claim)


class Place(NamedTuple):
    """A link of the frame: its words and where it leads."""

    words: str
    path: str


def menu() -> list[Place]:
    lists = [Place(LIST_TITLES[kind], address(kind)) for kind in MENU]
    return [*lists[:4], Place(_("Map"), PLACES["map"]), *lists[4:], Place(_("Changes"), PLACES["changes"])]


def all_lists() -> list[Place]:
    return [Place(title, address(kind)) for kind, title in LIST_TITLES.items()]


# The time bar ---------------------------------------------------------------------------------------------------------


class Tick(NamedTuple):
    """A day of change on the scale: the more changed, the taller."""

    x: float
    height: float


@dataclass(frozen=True)
class TimeBar:
    """The day shown, and how to turn to another."""

    scale: Scale
    ticks: list[Tick]
    now: float
    earlier: date | None
    later: date | None


HEIGHT = 34
"""Of the scale: its base line lies at 30, the tallest tick reaches 4."""


def time_bar(visit: Visit) -> TimeBar:
    """One query, once for each edition: the days on which something changed."""
    scale, days = scale_for(visit.day.today), once("change days", change_days)
    ticks = [Tick(scale.x(day), min(8 + 2 * number, 26)) for day, number in sorted(days.items())]
    return TimeBar(scale, ticks, scale.x(visit.day.day), *neighbours(days, visit.day.day))


# Notices --------------------------------------------------------------------------------------------------------------


class Notices(NamedTuple):
    """The notices in force here: announcements stand above the page, what is said of all texts stands at its foot."""

    above: list[Notice]
    below: list[Notice]


def notices(home: bool) -> Notices:
    """One query."""
    places = [Notice.Placement.EVERYWHERE, *([Notice.Placement.HOME] if home else [])]
    rows = once(
        ("notices", home),
        lambda: list(public(Notice).filter(active=True, placement__in=places).order_by("position", "id")),
    )
    above = [row for row in rows if row.type == Notice.Type.OTHER]
    return Notices(above, [row for row in rows if row not in above])


# The page -------------------------------------------------------------------------------------------------------------


OK = 200


def render(visit: Visit, template: str, context: dict, *, crumbs: list[Place] = (), status: int = 200) -> HttpResponse:
    """A page in its frame. `crumbs` are the steps above it, home left out. What is no page has no day to turn to.

    Two queries: the time bar's and the notices'.
    """
    frame = {
        "visit": visit,
        "bar": time_bar(visit) if status == OK else None,
        "notices": notices(visit.path == PLACES["home"]),
        "menu": menu(),
        "all_lists": all_lists(),
        "crumbs": crumbs,
    }
    return HttpResponse(render_to_string(template, frame | context, using="site"), status=status)
