"""The public change log as readers follow it: what was published together is one step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from partnerships.models import KINDS, Record
from partnerships.publishing.log import PUBLISHED
from partnerships.publishing.models import Action, Change, ChangeKind, Tombstone
from partnerships.publishing.reading import public

from .records import Stub, stubs
from .remembered import once


@dataclass
class Step:
    """One entry of the change log, or all that were published together."""

    last: Change
    """Its newest entry; what was published together shares note and kind of change."""
    first: int
    """The seq of its oldest entry."""
    size: int = 1
    kinds: dict[str, int] = field(default_factory=dict)
    """Of a step of several: how many records of each kind."""
    title: str = ""
    record: Stub | None = None
    """The record of a single entry, where it is public."""

    @property
    def at(self) -> datetime:
        return self.last.at

    @property
    def note(self) -> str:
        return self.last.note

    @property
    def change_kind(self) -> ChangeKind:
        return ChangeKind(self.last.change_kind)

    @property
    def action(self) -> Action:
        return Action(self.last.action)

    @property
    def name(self) -> str:
        """What it is called: a title, and where there is none, words for it."""
        if self.title or self.size > 1:
            return self.title or _("Several records")
        kind = str(KINDS[self.last.kind]._meta.verbose_name)
        taken = self.action == Action.TAKE_DOWN
        return _("A %(kind)s that was taken down") % {"kind": kind} if taken else self.last.slug


def what_happened(entry: Change) -> str:
    """An entry of the log in a word or two."""
    match entry.action:
        case Action.PUBLISH:
            return str(ChangeKind(entry.change_kind).label)
        case Action.MERGE:
            return _("Merged into another record")
        case Action.TAKE_DOWN:
            return _("Taken down")
        case _:
            return _("Withdrawn")


def steps(limit: int, day: date, *, before: int = 0) -> list[Step]:
    """The newest steps, or the newest before a seq. Countries stand under their names of the day.

    Queries: the steps, the kinds and extent of the larger ones, and the names of the records of the single ones.
    """
    entries = Change.objects.using(PUBLISHED)
    # What is published together stands together in the log, which has no gaps.
    next_of_step = entries.filter(seq=OuterRef("seq") + 1, release=OuterRef("release"))
    newest = entries.filter(Q(release__isnull=True) | ~Exists(next_of_step)).order_by("-seq")
    if before:
        newest = newest.filter(seq__lt=before)
    found = [Step(entry, entry.seq, title=entry.release_title) for entry in newest[:limit]]
    _gather([step for step in found if step.last.release])
    _name([step for step in found if step.size == 1], day)
    return found


def single_steps(limit: int, day: date, *, before: int = 0, **which) -> list[Step]:
    """The newest entries of some sort (of a kind, of a record, the corrections), each by itself.

    Queries: the entries, and the names of their records (see `steps`).
    """
    rows = Change.objects.using(PUBLISHED).filter(**which).order_by("-seq").defer("refs", "chain")
    return by_themselves((rows.filter(seq__lt=before) if before else rows)[:limit], day)


def by_themselves(entries: Iterable[Change], day: date) -> list[Step]:
    """Entries as steps of their own, with the names of their records."""
    found = [Step(entry, entry.seq) for entry in entries]
    _name(found, day)
    return found


def _between(since: date | None, until: date) -> QuerySet[Change]:
    """The entries from the beginning of a day in UTC (None: of the log) through the end of another."""
    rows = Change.objects.using(PUBLISHED)
    if until < date.max:
        rows = rows.filter(at__lt=datetime.combine(until + timedelta(days=1), time.min, UTC))
    return rows.filter(at__gte=datetime.combine(since, time.min, UTC)) if since else rows


def numbers_between(since: date | None, until: date) -> dict[str, int]:
    """How many entries there are of each kind of record. One query."""
    return dict(_between(since, until).order_by().values_list("kind").annotate(Count("seq")))


def steps_between(since: date | None, until: date, day: date, limit: int) -> list[Step]:
    """The newest entries of the range, each by itself, with the records' names of `day`."""
    return by_themselves(_between(since, until).order_by("-seq").defer("refs", "chain")[:limit], day)


def last_changes() -> dict[str, datetime]:
    """When something was last published or withdrawn, by kind of record. One query, once for each edition."""
    rows = Change.objects.using(PUBLISHED).order_by().values_list("kind").annotate(Max("at"))
    return once("last changes", lambda: dict(rows))


def all_corrections() -> QuerySet[Change]:
    return Change.objects.using(PUBLISHED).filter(change_kind=ChangeKind.CORRECTION)


def corrections(limit: int, day: date, *, before: int = 0) -> list[Step]:
    """The newest corrections, or the newest before a seq."""
    return single_steps(limit, day, before=before, change_kind=ChangeKind.CORRECTION)


def corrections_of(record: UUID) -> list[Change]:
    """The corrections of a record, the newest first. One query."""
    rows = Change.objects.using(PUBLISHED).filter(record=record, change_kind=ChangeKind.CORRECTION)
    return list(rows.order_by("-seq").defer("refs", "chain"))


def is_last(found: list[Step]) -> bool:
    """Whether there is nothing older than these steps."""
    return not found or not Change.objects.using(PUBLISHED).filter(seq__lt=found[-1].first).exists()


def _gather(together: Iterable[Step]) -> None:
    """Say of the steps of several entries how many of each kind they are, and where they begin."""
    by_release = {step.last.release: step for step in together}
    rows = Change.objects.using(PUBLISHED).filter(release__in=by_release).order_by()
    told: dict = {release: {} for release in by_release}
    for release, kind, number, first in rows.values_list("release", "kind").annotate(Count("seq"), Min("seq")):
        told[release][kind] = number
        by_release[release].first = min(by_release[release].first, first)
    for release, step in by_release.items():
        step.kinds = {kind: told[release][kind] for kind in KINDS if kind in told[release]}
        step.size = sum(step.kinds.values())


def _name(single: list[Step], day: date) -> None:
    """Name the records of single entries: those that are public as they are called now, others as their tombstone says."""
    ids = {step.last.record for step in single}
    if not ids:
        return
    records = stubs(public(Record).filter(pk__in=ids), day)
    stones = dict(Tombstone.objects.using(PUBLISHED).filter(record__in=ids).values_list("record", "title"))
    for step in single:
        step.record = records.get(step.last.record)
        step.title = step.record.title if step.record else stones.get(step.last.record, "")
