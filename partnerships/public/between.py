"""What changed on this portal between two days, by kind of record and kind of change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from django.http import HttpResponse
from django.utils.translation import gettext as _

from partnerships.models import KINDS
from partnerships.publishing.models import Action
from partnerships.queries.addresses import past_path
from partnerships.queries.changes import Step, numbers_between, steps_between, what_happened
from partnerships.queries.parameters import BadParameter

from .frame import Place, many, render
from .visits import Visit

SHOWN = 300
"""Entries on the page; of a longer range the newest, and the numbers of all."""


@dataclass(frozen=True)
class Entry:
    """An entry of the log. `page` is the record's, if it is public; `differences` shows what the change changed."""

    step: Step
    page: str
    differences: str


class Group(NamedTuple):
    """Entries of one kind of change."""

    title: str
    entries: list[Entry]


class OfKind(NamedTuple):
    """The changes of one kind of record: how many there are in the range, and those shown."""

    title: str
    number: int
    groups: list[Group]


def day_given(visit: Visit, name: str) -> date | None:
    """A day of the address. Raises BadParameter for what is none."""
    text = visit.given.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        said = _("“%(text)s” is no day that can be read. Write it as 2026-11-25.") % {"text": text[:40]}
        raise BadParameter(name, said) from None


def between(visit: Visit) -> HttpResponse:
    """The changes from the first day through the last, in UTC. Without a last day: through the portal's day."""
    since, until = day_given(visit, "since"), day_given(visit, "until") or visit.day.today
    if since and until < since:
        said = _("The range ends on %(until)s, before it begins on %(since)s. Exchange the two days.")
        raise BadParameter("until", said % {"until": until.isoformat(), "since": since.isoformat()})
    numbers = numbers_between(since, until)
    found = steps_between(since, until, visit.day.day, SHOWN)
    context = {
        "since": since,
        "until": until,
        "kinds": _grouped(found, numbers),
        "number": sum(numbers.values()),
        "shown": len(found),
        "unlisted": True,
    }
    return render(
        visit,
        "changes_between.html",
        context,
        crumbs=[Place(_("Changes"), visit.path), Place(_("Between two days"), "")],
    )


def _grouped(found: list[Step], numbers: dict[str, int]) -> list[OfKind]:
    """By kind in the order of the menu, then by what happened; in a group the newest first."""
    groups: dict[str, dict[str, list[Entry]]] = {}
    for step in found:
        groups.setdefault(step.last.kind, {}).setdefault(what_happened(step.last), []).append(_entry(step))
    return [
        OfKind(
            many(KINDS[kind]),
            numbers[kind],
            [Group(title, there) for title, there in sorted(groups.get(kind, {}).items())],
        )
        for kind in KINDS
        if kind in numbers
    ]


def _entry(step: Step) -> Entry:
    page = (step.record.path or "") if step.record else ""
    entry, series = step.last, step.record.series if step.record else ""
    past = past_path(entry.kind, step.record.slug, series) if step.record else ""
    changed = past and "#" not in past and entry.action == Action.PUBLISH and entry.version > 1
    return Entry(step, page, f"{past}history/?from={entry.version - 1}&to={entry.version}" if changed else "")
