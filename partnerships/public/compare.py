"""The page that sets two to four records of one kind side by side, and the form that chooses them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext as _

from partnerships.models import Framework, Kind, Partner, Programme, name_on
from partnerships.publishing.reading import public
from partnerships.queries.parameters import BadParameter
from partnerships.queries.questions import Questions, RecordListFilter

from . import comparisons
from .frame import Place, many, render
from .serving import page
from .visits import Visit

KINDS: dict[str, type[Kind]] = {"partner": Partner, "framework": Framework, "programme": Programme}
MAKERS = {
    "partner": comparisons.countries,
    "framework": comparisons.frameworks,
    "programme": comparisons.programmes,
}
MOST = 4


class Asked(Questions):
    """What can be compared, as lists of records."""

    partner = RecordListFilter(kind=Partner)
    framework = RecordListFilter(kind=Framework)
    programme = RecordListFilter(kind=Programme)


@dataclass(frozen=True)
class Chooser:
    """The form that chooses records of one kind."""

    name: str
    title: str
    options: list[tuple[str, str]]
    chosen: list[str]
    """What stands in each of its fields, "" where nothing does."""


@page(lists=tuple(KINDS))
def compare(visit: Visit) -> HttpResponse:
    """Records side by side, and the form to choose others. A dozen queries at most, besides the frame's."""
    named = [name for name in KINDS if visit.given.get(name)]
    if len(named) > 1:
        said = _("Records of one kind are compared: give “%(first)s” or “%(second)s”, not both.")
        raise BadParameter(named[1], said % {"first": named[0], "second": named[1]})
    name = named[0] if named else ""
    ids = _chosen(visit, name) if name else []
    choosers, called = _choosers(visit, ids, [name] if name else list(KINDS))
    found = MAKERS[name](visit, ids) if len(ids) > 1 else None
    context = {"choosers": choosers, "found": found, "called": called, "most": MOST}
    return render(visit, "atlas/compare.html", context, crumbs=[Place(_("Compare"), "")])


def _chosen(visit: Visit, name: str) -> list[UUID]:
    asked = Asked(visit.given, public(KINDS[name]), day=visit.day.day)
    ids = list(dict.fromkeys(asked.filters[name].read(visit.given[name])))
    if len(ids) > MOST:
        said = _("Up to %(most)s records stand side by side; “%(name)s” names %(number)s. Take some away.")
        raise BadParameter(name, said % {"most": MOST, "name": name, "number": len(ids)}, kind="too-many")
    return ids


def _choosers(visit: Visit, ids: list[UUID], names: Iterable[str]) -> tuple[list[Chooser], list[str]]:
    """A form for each kind, countries under the names of the day; and what the chosen records are called."""
    found, called = [], []
    for name in names:
        kind = KINDS[name]
        rows = public(kind).only("kind", "slug", "title")
        if kind is Partner:
            rows = rows.prefetch_related("names")
        titles = {row.pk: (row.slug, name_on(row, visit.day.day) if kind is Partner else row.title) for row in rows}
        chosen = [titles[pk][0] for pk in ids]
        called = [titles[pk][1] for pk in ids]
        options = sorted(titles.values(), key=lambda one: one[1].casefold())
        if options:
            found.append(Chooser(name, many(kind), options, chosen + [""] * (MOST - len(chosen))))
    return found, called
