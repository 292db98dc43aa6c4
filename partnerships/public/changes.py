"""What changed on this portal: the public change log as a page and as a feed, what was published together as one entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from partnerships.models import KINDS
from partnerships.publishing.models import Action, ChangeKind
from partnerships.queries.changes import Step, is_last, newest_at, steps
from partnerships.queries.parameters import BadParameter

from .addresses import PLACES, absolute, address
from .frame import Place, render
from .serving import page
from .visits import Visit

SHOWN = 30
"""Steps on a page, and in the feed."""


@dataclass(frozen=True)
class Told:
    """A step in the words of the page."""

    step: Step
    title: str
    what: str
    counts: list[tuple[int, str]]
    path: str


def told(step: Step) -> Told:
    """A step as readers see it: one record with what happened to it, or a release with how many of each kind."""
    counts = [(number, _counted(kind, number)) for kind, number in step.kinds.items()] if step.size > 1 else []
    title = step.title or (_("Several records") if step.size > 1 else _untitled(step))
    path = (address(step.record) or "") if step.record and step.size == 1 else ""
    return Told(step, title, _what(step), counts, path)


def _counted(kind: str, number: int) -> str:
    meta = KINDS[kind]._meta
    return str(meta.verbose_name if number == 1 else meta.verbose_name_plural)


def _untitled(step: Step) -> str:
    kind = str(KINDS[step.last.kind]._meta.verbose_name)
    return _("A %(kind)s that was taken down") % {"kind": kind} if step.action == Action.TAKE_DOWN else step.last.slug


def _what(step: Step) -> str:
    match step.action:
        case Action.PUBLISH:
            return str(ChangeKind(step.change_kind).label)
        case Action.MERGE:
            return _("Merged into another record")
        case Action.TAKE_DOWN:
            return _("Taken down")
        case _:
            return _("Withdrawn")


def lately(number: int, visit: Visit) -> list[Told]:
    """The newest steps, for the home page."""
    return [told(step) for step in steps(number, visit.day.day)]


@page("before")
def changes(visit: Visit) -> HttpResponse:
    before = _seq(visit.given.get("before", ""))
    found = steps(SHOWN, visit.day.day, before=before)
    older = "" if is_last(found) else visit.here(before=str(found[-1].first))
    context = {"told": [told(step) for step in found], "older": older, "newer": visit.here(before="") if before else ""}
    return render(visit, "changes.html", context, crumbs=[Place(_("Changes"), "")])


MOST_DIGITS = 18


def _seq(text: str) -> int:
    """Where a page of the log ends, by the number of an entry."""
    if text and not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise BadParameter("before", f"“{text[:40]}” is no number of an entry. Start again without it.")
    return int(text or 0)


class Feed(Atom1Feed):
    """Says when the public edition last changed, never when the feed was asked for."""

    def latest_post_date(self) -> datetime:
        return newest_at() or datetime.min.replace(tzinfo=UTC)


@page(dated=False)
def feed(visit: Visit) -> HttpResponse:
    """The same as an Atom feed."""
    atom = Feed(
        title=_("Partnerships Portal: what changed"),
        link=absolute(PLACES["changes"]),
        feed_url=absolute(PLACES["feed"]),
        description="",
        language="en",
        author_name=_("Partnerships Portal"),
        feed_guid=absolute(PLACES["changes"]),
    )
    for one in map(told, steps(SHOWN, visit.day.today)):
        counted = ", ".join(f"{number} {kind}" for number, kind in one.counts)
        atom.add_item(
            title=f"{one.title}: {one.what}",
            link=absolute(one.path or PLACES["changes"]),
            description=" ".join(filter(None, (one.step.note, f"{counted}." if counted else ""))),
            unique_id=absolute(f"{PLACES['changes']}#{one.step.last.seq}"),
            pubdate=one.step.at,
            updateddate=one.step.at,
            categories=[one.step.last.change_kind],
        )
    return HttpResponse(atom.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")
