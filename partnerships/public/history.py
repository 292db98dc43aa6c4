"""What became of a record in public: its published versions, what differs between two, and each as it was.

These pages follow the portal, not the world: they have no day to turn to.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _

from partnerships.models import KINDS, Edition, Kind
from partnerships.publishing.models import Action, Change, Tombstone
from partnerships.publishing.reading import Moved, public
from partnerships.queries.addresses import page_path, past_path
from partnerships.queries.changes import single_steps, what_happened
from partnerships.queries.parameters import BadParameter
from partnerships.queries.prose import linked, noted, to_html
from partnerships.queries.records import Stub, series_of, stub_of
from partnerships.queries.versions import (
    Past,
    Version,
    compared,
    corrections_after,
    entries,
    kept,
    newest,
    past,
    published_as,
    version,
)

from . import changes
from .frame import Place, many, render
from .visits import Elsewhere, Visit

SHOWN = 50
"""Entries on a page of a history."""
MOST_DIGITS = 9


def whose(kind: type[Kind], slug: str, visit: Visit, series: str = "") -> Past:
    """The record whose past stands here. Raises Elsewhere from a former address, Http404 where nothing ever was."""
    match past(kind, slug, series):
        case Past() as found if not series or found.series == series:
            return found
        case Past() as found:
            there = past_path(found.kind, slug, found.series)
        case Moved() as moved:
            there = past_path(moved.kind, moved.slug, _series_now(kind, moved.slug) or series)
        case _:
            raise Http404
    raise Elsewhere(there + visit.path.removeprefix(past_path(kind.kind_name(), slug, series)))


def _series_now(kind: type[Kind], slug: str) -> str:
    if kind is not Edition:
        return ""
    ids = list(public(kind).filter(slug=slug).order_by().values_list("pk", flat=True))
    return next(iter(series_of(ids).values()), "")


def crumbs(one: Past, *below: Place) -> list[Place]:
    """The list, the record, and the places below it; a withdrawn record's page says what became of it."""
    kind = KINDS[one.kind]
    path = page_path(one.kind, one.slug, one.series) or ""
    above = [] if one.kind in ("page", "edition") else [Place(many(kind), f"/{kind.plural}/")]
    return [*above, Place(named(one), path), *below]


def named(one: Past) -> str:
    """The title of a record; of one that was taken down nothing but its kind is left."""
    kind = str(KINDS[one.kind]._meta.verbose_name)
    return one.title or _("A %(kind)s that was taken down") % {"kind": kind}


def merged_into(stone: Tombstone | None) -> Stub | None:
    """The record that a merged one was merged into, while it is public."""
    if not (stone and stone.into):
        return None
    kind = KINDS[stone.kind]
    record = public(kind).filter(pk=stone.into).only("kind", "slug", "title").first()
    return stub_of(record, series=_series_now(kind, record.slug)) if record else None


# The history ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """An entry of a record's history."""

    entry: Change
    what: str
    path: str
    """Of the version, if the entry published one that can be read."""
    before: int
    """The version before, to compare it with; 0 if there is none."""


def history(visit: Visit, kind: type[Kind], slug: str, series: str = "") -> HttpResponse:
    """All that was published of a record, the newest first, and what differs between two versions if asked for."""
    one = whose(kind, slug, visit, series)
    before = _number(visit, "before")
    rows = entries(one.record, SHOWN + 1, before=before)
    shown, readable = rows[:SHOWN], kept(row.digest for row in rows)
    lines = [_line(row, one, row.digest in readable) for row in shown]
    last = newest(one.record)
    context = {
        "one": one,
        "name": named(one),
        "lines": lines,
        "versions": range(1, last.version + 1) if last and last.version <= SHOWN else [],
        "most": last.version if last else 0,
        "older": visit.here(before=str(shown[-1].seq)) if len(rows) > SHOWN else "",
        "newer": visit.here(before="") if before else "",
        "into": merged_into(one.stone),
        "unlisted": True,
        "bar": None,
        **comparison(visit, one, last.version if last else 0),
    }
    return render(visit, "history/history.html", context, crumbs=crumbs(one, Place(_("History"), "")))


def _line(entry: Change, one: Past, readable: bool) -> Line:
    published = entry.action == Action.PUBLISH
    path = f"{one.path}versions/{entry.version}/" if published and readable else ""
    return Line(entry, what_happened(entry), path, entry.version - 1 if path else 0)


def comparison(visit: Visit, one: Past, most: int) -> dict:
    """What differs between the versions `from` and `to`, the older first. Without either there is nothing to compare."""
    first, second = _number(visit, "from"), _number(visit, "to")
    if not (first or second):
        return {"found": None, "first": max(most - 1, 1), "second": most}
    second = second or most
    first = first or second - 1
    first, second = sorted((first, second))
    old, new = _read(one, first, "from", most), _read(one, second, "to", most)
    return {
        "asked": True,
        "found": compared(old, new) if old and new else None,
        "withheld": [number for number, read in ((first, old), (second, new)) if not read],
        "first": first,
        "second": second,
    }


def _read(one: Past, number: int, name: str, most: int) -> Version | None:
    entry = published_as(one.record, number) if number else None
    if not entry:
        raise BadParameter(name, f"There is no version {number} to compare; versions are numbered from 1 to {most}.")
    return version(entry)


def _number(visit: Visit, name: str) -> int:
    text = visit.given.get(name, "")
    if text and not (text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS):
        raise BadParameter(name, f"“{text[:40]}” is no number. Give “{name}” a number, or leave it out.")
    return int(text or 0)


def feed(visit: Visit, kind: type[Kind], slug: str, series: str = "") -> HttpResponse:
    """The same as an Atom feed."""
    one = whose(kind, slug, visit, series)
    found = single_steps(changes.SHOWN, visit.day.today, record=one.record)
    return changes.atom(named(one), f"{one.path}history/", visit.path, found)


# A version ------------------------------------------------------------------------------------------------------------


GONE = 410


def one_version(visit: Visit, kind: type[Kind], slug: str, number: int, series: str = "") -> HttpResponse:
    """A version as its document says, under a banner that says what became of it; 410 if its text was taken down."""
    one = whose(kind, slug, visit, series)
    entry = published_as(one.record, number)
    if not entry:
        raise Http404
    trail = crumbs(one, Place(_("History"), f"{one.path}history/"), Place(_("Version %(n)s") % {"n": number}, ""))
    context = {"one": one, "entry": entry, "unlisted": True, "bar": None}
    if not (read := version(entry)):
        more = {"name": named(one), "stone": one.stone}
        return render(visit, "history/withheld.html", context | more, crumbs=trail, status=GONE)
    last = newest(one.record)
    context |= {
        "version": read,
        "body": to_html(linked(noted(read.text("body"), read.notes_of), read.paths)),
        "corrections": corrections_after(one.record, entry.seq),
        "last": last.version if last else number,
        "page_path": "" if one.stone else page_path(one.kind, one.slug, one.series),
        "into": merged_into(one.stone),
        "what": what_happened(entry),
        "kind": KINDS[one.kind]._meta.verbose_name,
    }
    return render(visit, "history/version.html", context, crumbs=trail)
