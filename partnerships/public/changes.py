"""What changed on this portal: the public change log as a page and as a feed, what was published together as one entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from partnerships.models import KINDS, Kind, words
from partnerships.queries.changes import Step, corrections, is_last, single_steps, steps, what_happened
from partnerships.queries.parameters import BadParameter

from .addresses import PLACES, absolute, address
from .between import between
from .frame import Place, many, render
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
    path = (address(step.record) or "") if step.record and step.size == 1 else ""
    return Told(step, step.name, what_happened(step.last), counts, path)


def _counted(kind: str, number: int) -> str:
    meta = KINDS[kind]._meta
    return str(meta.verbose_name if number == 1 else meta.verbose_name_plural)


def lately(number: int, visit: Visit) -> list[Told]:
    """The newest steps, for the home page."""
    return [told(step) for step in steps(number, visit.day.day)]


@page("before", "since", "until")
def changes(visit: Visit) -> HttpResponse:
    """The log page by page, or all of it between two days, which has no pages."""
    if {"since", "until"} & set(visit.given):
        if "before" in visit.given:
            raise BadParameter("before", "A range of days has no pages. Leave “before” out, or the days.")
        return between(visit)
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


@page("before")
def corrected(visit: Visit) -> HttpResponse:
    """All corrections, with what was wrong and since when."""
    before = _seq(visit.given.get("before", ""))
    found = corrections(SHOWN + 1, visit.day.day, before=before)
    context = {
        "told": [told(step) for step in found[:SHOWN]],
        "older": visit.here(before=str(found[SHOWN - 1].first)) if len(found) > SHOWN else "",
        "newer": visit.here(before="") if before else "",
    }
    return render(visit, "corrections.html", context, crumbs=[Place(_("Corrections"), "")])


# Feeds ----------------------------------------------------------------------------------------------------------------


class Feed(Atom1Feed):
    """Says when what it tells of last changed, never when the feed was asked for."""

    def latest_post_date(self) -> datetime:
        return super().latest_post_date() if self.items else datetime.min.replace(tzinfo=UTC)


def atom(title: str, about: str, here: str, found: list[Step]) -> HttpResponse:
    """Steps as an Atom feed. `about` is the path of the page that says the same, `here` that of the feed."""
    feed = Feed(
        title=_("Partnerships Portal: %(title)s") % {"title": title},
        link=absolute(about),
        feed_url=absolute(here),
        description="",
        language="en",
        author_name=_("Partnerships Portal"),
        feed_guid=absolute(about),
    )
    for one in map(told, found):
        counted = ", ".join(f"{number} {kind}" for number, kind in one.counts)
        feed.add_item(
            title=f"{one.title}: {one.what}",
            link=absolute(one.path or PLACES["changes"]),
            description=" ".join(filter(None, (_wrong(one.step), one.step.note, f"{counted}." if counted else ""))),
            unique_id=absolute(f"{PLACES['changes']}#{one.step.last.seq}"),
            pubdate=one.step.at,
            updateddate=one.step.at,
            categories=[one.step.last.change_kind],
        )
    return HttpResponse(feed.writeString("utf-8"), content_type="application/atom+xml; charset=utf-8")


def _wrong(step: Step) -> str:
    """What a correction found wrong, as the page says it."""
    if not step.last.wrong:
        return ""
    said = _("What was wrong: %(wrong)s") % {"wrong": step.last.wrong}
    return said + (" " + _("(since %(day)s)") % {"day": words(step.last.wrong_since)} if step.last.wrong_since else "")


@page(dated=False)
def feed(visit: Visit) -> HttpResponse:
    """The log of changes as an Atom feed."""
    return atom(_("what changed"), PLACES["changes"], visit.path, steps(SHOWN, visit.day.today))


@page(dated=False)
def corrections_feed(visit: Visit) -> HttpResponse:
    found = corrections(SHOWN, visit.day.today)
    return atom(_("corrections"), PLACES["corrections"], visit.path, found)


@page(dated=False)
def kind_feed(visit: Visit, kind: type[Kind]) -> HttpResponse:
    """What changed in the records of a kind."""
    found = single_steps(SHOWN, visit.day.today, kind=kind.kind_name())
    return atom(many(kind), address(kind), visit.path, found)
