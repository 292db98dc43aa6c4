"""The desk's home: what stands where, what waits to be published, what was, and whether the public side has it all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import DatabaseError
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.text import capfirst

from partnerships.editorial.models import Standing, State
from partnerships.editorial.permissions import may
from partnerships.models import KINDS, Kind, Record
from partnerships.publishing.log import EDITORIAL, PUBLISHED
from partnerships.publishing.models import Action, Head, LogHead, Publication

from . import filters
from .addresses import list_address
from .reports import open_reports
from .schedule import schedule_warning
from .standing import name_in

RECENT = 10


@dataclass(frozen=True)
class Number:
    """A count and the list that it counts."""

    count: int
    address: str


@dataclass(frozen=True)
class KindLine:
    """One kind on the home page."""

    name: str
    all: Number
    never: Number
    changed: Number
    withdrawn: Number


def overview(kinds: list[type[Kind]], user) -> dict:
    """What the home page shows of some kinds to a person. Eleven queries, whatever there is."""
    names = [kind._meta.model_name for kind in kinds]
    records = Record.objects.using(EDITORIAL).filter(kind__in=names)
    totals = dict(records.order_by().values_list("kind").annotate(Count("pk")))
    states = State.objects.filter(kind__in=names, record__in=records.order_by().values("pk"))
    counted = {
        (kind, standing): n for kind, standing, n in states.values_list("kind", "standing").annotate(Count("pk"))
    }

    def standing(kind: str, which: str) -> Number:
        if which == Standing.NEVER:  # those without a state are never public, too
            count = totals.get(kind, 0) - sum(n for (k, s), n in counted.items() if k == kind and s != Standing.NEVER)
        else:
            count = counted.get((kind, which), 0)
        return Number(count, list_address(kind, standing=which))

    lines = {
        name: KindLine(
            capfirst(str(KINDS[name]._meta.verbose_name_plural)),
            Number(totals.get(name, 0), list_address(name)),
            *(standing(name, which) for which in (Standing.NEVER, Standing.CHANGED, Standing.WITHDRAWN)),
        )
        for name in names
    }
    overdue = records.filter(review_by__lt=timezone.now().date()).count()
    return {
        "lines": lines,
        "changed": _sum(lines, "changed", Standing.CHANGED),
        "never": _sum(lines, "never", Standing.NEVER),
        "withdrawn": _sum(lines, "withdrawn", Standing.WITHDRAWN),
        "overdue": Number(overdue, list_address("record", review="overdue")),
        "waiting": _waiting(records),
        "publications": _publications(names),
        "tiles": [*tiles(records, names, user), *reported(user)],
        "warning": " ".join(filter(None, [warning(), schedule_warning()])),
    }


@dataclass(frozen=True)
class Tile:
    """A number on the home page, what it is of, and how much it presses."""

    said: str
    number: Number
    tone: str = ""


def _offered(user, names: list[str]) -> Iterator[tuple[str, dict[str, str], Q, str]]:
    """The numbers that mean something to a person: words, filters of the list, the condition they stand for, tone."""
    me, today = user.get_username(), timezone.now().date()
    if may(user, "change"):
        yield "My drafts", {"work": "drafts"}, filters.work("drafts", me), ""
        yield "Sent back to me", {"work": "sent_back"}, filters.work("sent_back", me), "hot"
    if may(user, "approve"):
        yield "Waits for my review", {"work": "review"}, filters.work("review", me), "hot"
    if may(user, "publish"):
        yield "Approved, waiting for publication", {"stage": "approved"}, filters.stage("approved"), "hot"
        yield "Scheduled", {"plan": "scheduled"}, filters.plan("scheduled"), ""
        yield "Failed to be published", {"plan": "failed"}, filters.plan("failed"), "bad"
    for days in ("30", "60", "90"):
        yield f"Review due in {days} days", {"review": days}, filters.due(days, today), ""
    yield "Records with unsourced facts", {"evidence": "unsourced"}, filters.evidence("unsourced"), ""
    yield "Records with unverified citations", {"evidence": "unverified"}, filters.evidence("unverified"), ""
    if "claim" in names:
        yield "Claims without a correction", {"evidence": "uncorrected"}, filters.evidence("uncorrected"), ""
    if "source" in names:
        yield "Sources with a broken link", {"links": "broken"}, filters.link("broken"), "bad"
        yield "Sources without an archived copy", {"links": "unarchived"}, filters.link("unarchived"), ""


def tiles(records, names: list[str], user) -> list[Tile]:
    """The numbers for one person, in one query."""
    offered = list(_offered(user, names))
    if not names:
        return []
    counts = records.order_by().aggregate(
        **{f"n{n}": Count("pk", filter=condition) for n, (_, _, condition, _) in enumerate(offered)}
    )
    return [
        Tile(said, Number(counts[f"n{n}"], list_address("record", **narrowed)), tone if counts[f"n{n}"] else "")
        for n, (said, narrowed, _, tone) in enumerate(offered)
    ]


def reported(user) -> list[Tile]:
    """The reports of readers that nobody has closed."""
    if not may(user, "report"):
        return []
    count, where = open_reports()
    return [Tile("Reader reports", Number(count, where), "hot" if count else "")]


def waiting_for(user) -> int:
    """How many records wait for a person: to be reviewed, sent back, or failed to be published. One query."""
    me, waits = user.get_username(), filters.work("sent_back", user.get_username())
    if may(user, "approve"):
        waits |= filters.work("review", me)
    if may(user, "publish"):
        waits |= filters.plan("failed")
    return Record.objects.using(EDITORIAL).filter(waits).count()


def _sum(lines: dict[str, KindLine], name: str, standing: str) -> Number:
    return Number(sum(getattr(line, name).count for line in lines.values()), list_address("record", standing=standing))


def _waiting(records) -> list[dict]:
    """The records that were changed since they became public, the latest first."""
    states = State.objects.filter(standing=Standing.CHANGED)
    latest = records.filter(pk__in=states.values("record")).order_by("-updated_at")[:RECENT]
    versions = {state.record: state.public_version for state in states.filter(record__in=[r.pk for r in latest])}
    return [{"record": record, "version": versions.get(record.pk, 0)} for record in latest]


def _publications(names: list[str]) -> list[dict]:
    """The last entries of the log; those of one release are one line."""
    lines: list[dict] = []
    log = Publication.objects.filter(kind__in=names).annotate(by_name=name_in("by"))
    entries = list(log.order_by("-seq")[: 10 * RECENT])
    titles = dict(Record.objects.using(EDITORIAL).filter(pk__in=[e.record for e in entries]).values_list("pk", "title"))
    for entry in entries:
        if lines and entry.release and lines[-1]["entry"].release == entry.release:
            continue
        if len(lines) == RECENT:
            break
        title = titles.get(entry.record)
        said = str(Action(entry.action).label)
        lines.append({"entry": entry, "title": title, "others": 0, "said": said, "who": entry.by_name})
    together = {line["entry"].release for line in lines} - {None}
    counts = Publication.objects.filter(release__in=together, kind__in=names).order_by().values_list("release")
    sizes = dict(counts.annotate(Count("seq")))
    for line in lines:
        line["others"] = sizes.get(line["entry"].release, 1) - 1
    return lines


def warning() -> str:
    """What keeps the public edition from being what the log says; empty when nothing does."""
    log = LogHead.objects.get(pk=1)
    try:
        public = Head.objects.using(PUBLISHED).get(pk=1)
    except DatabaseError:
        return "The published database can't be reached: readers may see nothing, and nothing can be published."
    if public.seq < log.seq:
        waiting = log.seq - public.seq
        entry = Publication.objects.filter(seq=public.seq + 1).first()
        which = f", the next being {entry.kind}/{entry.slug}" if entry else ""
        return (
            f"The public edition is behind: {waiting} {'entry' if waiting == 1 else 'entries'} of the log "
            f"{'is' if waiting == 1 else 'are'} not applied yet{which}. The next publication applies them first; if it can't, it says "
            "why and is refused."
        )
    if (public.seq, public.chain) != (log.seq, log.chain):
        return (
            "The public edition doesn't follow from the log: publishing would build on something else. An administrator has "
            "to rebuild it (manage.py rebuild_published)."
        )
    return ""
