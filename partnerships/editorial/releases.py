"""Releases: records that become public at one instant, now or at a planned time; and taking one back as a whole.

A single publication at a time is a release of one. Planning pins revisions, so later edits don't slip in; running happens
once, because the release is marked as done in the same transaction that writes the log.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from partnerships.models import KINDS, Record, uuid7
from partnerships.publishing.feed import Refusal, Stuck
from partnerships.publishing.log import EDITORIAL, Step, bodies
from partnerships.publishing.models import Action, ChangeKind, Publication
from partnerships.publishing.release import release as take_steps
from partnerships.publishing.upgrades import upgraded

from .audit import note_move, note_moves, of
from .models import Event, Release, ReleaseItem, State
from .permissions import may
from .plans import held_back
from .publication import Reason, _settle, publish
from .review import Approval, clear
from .saving import keep_revisions, write_document

Status = Release.Status
FARTHEST = timedelta(days=3653)
"""How far ahead something may be planned: ten years."""


class DoneAlready(Exception):
    """Another process has run this release in the meantime."""


def _require(user, verb: str) -> None:
    if not may(user, verb):
        raise Refusal("Your account can't do that.")


def make(title: str, *, by, note: str = "", records: Iterable[Record] = (), reason: Reason | None = None) -> Release:
    """Open a release for collecting records, with some in it from the start."""
    _require(by, "release")
    if not title.strip():
        raise Refusal("Give the release a name: readers see it.")
    with transaction.atomic(using=EDITORIAL):
        made = Release.objects.create(
            title=title.strip(), note=note.strip(), made_by=by.get_username(), made_at=timezone.now()
        )
        note_move(made.made_by, "make_release", title=made.title)
        collect(made, records, by=by, reason=reason)
    return made


def _open(one: Release) -> Release:
    """The release as it is now, locked; refuses unless records may still be collected in it."""
    now = Release.objects.select_for_update().get(pk=one.pk)
    _refuse_closed(now)
    return now


def _refuse_closed(one: Release) -> None:
    if one.status not in (Status.OPEN, Status.FAILED):
        way_out = "cancel the plan first" if one.status == Status.PLANNED else "open another release"
        raise Refusal(f"{one.title} is {one.get_status_display().lower()} already: {way_out}.")


def collect(one: Release, records: Iterable[Record], *, by, reason: Reason | None = None) -> None:
    """Put records into a release, each with its reason; one that is in it already gets the new reason, if there is one."""
    _require(by, "release")
    said = {} if reason is None else asdict(reason)
    with transaction.atomic(using=EDITORIAL):
        one, events = _open(one), []
        already = set(one.items.values_list("record", flat=True))
        for record in records:
            elsewhere = ReleaseItem.objects.filter(record=record.pk, release__status__in=[Status.OPEN, Status.PLANNED])
            if other := elsewhere.exclude(release=one).select_related("release").first():
                raise Refusal(f"{record.title} is in the release “{other.release.title}” already.")
            ReleaseItem.objects.update_or_create(
                release=one,
                record=record.pk,
                defaults={"kind": record.kind} | said,
            )
            if record.pk not in already:
                events.append(Event(by=by.get_username(), verb="collect", after=one.title[:40], **of(record)))
        note_moves(events)


def drop(one: Release, records: Iterable[Record], *, by) -> None:
    """Take records out of a release."""
    _require(by, "release")
    records = list(records)
    with transaction.atomic(using=EDITORIAL):
        _open(one).items.filter(record__in=[record.pk for record in records]).delete()
        note_moves(Event(by=by.get_username(), verb="drop", before=one.title[:40], **of(record)) for record in records)


def records_of(one: Release) -> list[Record]:
    return list(Record.objects.filter(pk__in=one.items.values("record")).order_by("title"))


def _reasons(one: Release) -> dict[UUID, Reason]:
    return {
        item.record: Reason(item.change_kind, item.note or one.note, item.wrong, item.wrong_since)
        for item in one.items.all()
    }


def publish_now(one: Release, *, by) -> list[Publication]:
    """Publish all of a release: the newest approved revision of each record, all of them or none."""
    _require(by, "publish")
    one = Release.objects.get(pk=one.pk)
    _refuse_closed(one)
    records = records_of(one)
    if not records:
        raise Refusal(f"{one.title} is empty: add records first.")
    return _run(one, records, clear(records, by=by), by.get_username(), Status.OPEN)


def plan(one: Release, at: datetime, *, by) -> Release:
    """Publish all of a release at a time: revisions are pinned now, and what would be refused then is refused now."""
    cleared = _clear_for(at, records_of(one), one.title, by, _reasons(one))
    with transaction.atomic(using=EDITORIAL):
        return _pin(one, at, by.get_username(), cleared)


def plan_records(
    records: Sequence[Record], at: datetime, *, by, title: str = "", reason: Reason | None = None
) -> Release:
    """Publish some records at a time: a release made for just that. Nothing is left behind when it is refused."""
    title = (title or ", ".join(record.title for record in records))[:120]
    reason = reason or Reason()
    cleared = _clear_for(at, records, title, by, {record.pk: reason for record in records})
    with transaction.atomic(using=EDITORIAL):
        one = make(title, by=by, note=reason.note)
        collect(one, records, by=by, reason=reason)
        return _pin(one, at, by.get_username(), cleared)


def _clear_for(
    at: datetime, records: Sequence[Record], title: str, by, reasons: dict[UUID, Reason]
) -> dict[UUID, Approval]:
    """What may become public then. Not inside a transaction: a rehearsal locks `published`, which has to come first."""
    _require(by, "plan")
    if at <= timezone.now():
        raise Refusal("That moment is past. Choose a later one, or publish now.")
    if at > timezone.now() + FARTHEST:
        raise Refusal("That is more than ten years ahead. Choose an earlier moment.")
    if not records:
        raise Refusal(f"{title} is empty: add records first.")
    cleared = clear(records, by=by)
    publish(records, by=by.get_username(), cleared=cleared, reasons=reasons, rehearse=True)
    return cleared


def _pin(one: Release, at: datetime, by: str, cleared: dict[UUID, Approval]) -> Release:
    one = _open(one)
    items = list(one.items.all())
    if {item.record for item in items} != cleared.keys():
        raise Refusal(f"{one.title} was added to, or taken from, in the meantime. Look at what is in it now.")
    for item in items:
        approval = cleared[item.record]
        item.digest, item.reviewed_by, item.one_person = approval.digest, approval.reviewed_by, approval.one_person
        item.save()
    one.status, one.due_at, one.planned_by, one.trouble = Status.PLANNED, at, by, ""
    one.save()
    _note(one, by, "plan", after=f"{at:%Y-%m-%d %H:%M} UTC", note=one.note)
    return one


def rename(one: Release, title: str, note: str, *, by) -> None:
    """Change what readers see of a release: its name, and the note for records without one of their own."""
    _require(by, "release")
    if not title.strip():
        raise Refusal("Give the release a name: readers see it.")
    with transaction.atomic(using=EDITORIAL):
        one = _open(one)
        was = one.title
        one.title, one.note = title.strip(), note.strip()
        one.save()
        note_move(by.get_username(), "rename_release", title=one.title, before=was[:40], after=one.title[:40])


def give_up(one: Release, *, by) -> None:
    """Close an open release without publishing anything; its records are free for others."""
    _require(by, "release")
    with transaction.atomic(using=EDITORIAL):
        one = _open(one)
        one.status = Status.CANCELLED
        one.save()
        note_move(by.get_username(), "give_up_release", title=one.title)


def _note(one: Release, by: str, verb: str, **said: str) -> None:
    """Write a move of a release down, and with each of its records: their histories tell it, too."""
    note_moves(
        [
            Event(by=by, verb=verb, title=one.title, **said),
            *(Event(by=by, verb=verb, **of(record), **said) for record in records_of(one)),
        ]
    )


def cancel(one: Release, *, by) -> Release:
    """Give up a planned time; the records stay collected."""
    _require(by, "plan")
    with transaction.atomic(using=EDITORIAL):
        one = Release.objects.select_for_update().get(pk=one.pk)
        if one.status != Status.PLANNED:
            raise Refusal(f"{one.title} is not planned, so there is nothing to cancel.")
        _note(one, by.get_username(), "cancel_plan", before=f"{one.due_at:%Y-%m-%d %H:%M} UTC")
        one.items.update(digest="", reviewed_by="", one_person=False)
        one.status, one.due_at, one.planned_by = Status.OPEN, None, ""
        one.save()
    return one


def take_over(one: Release, *, by) -> Release:
    """Make somebody else's plan one's own: the revisions, their approvals and the time stay; it runs in the new name."""
    _require(by, "plan")
    with transaction.atomic(using=EDITORIAL):
        one = Release.objects.select_for_update().get(pk=one.pk)
        if one.status != Status.PLANNED or one.due_at is None:
            raise Refusal(f"{one.title} is not planned, so there is nothing to take over.")
        if one.planned_by == by.get_username():
            raise Refusal(f"{one.title} is your own plan already.")
        if one.due_at <= timezone.now():
            raise Refusal(f"The time of {one.title} is past. Cancel the plan, then publish it now or plan it again.")
        _note(one, by.get_username(), "take_over_plan", before=one.planned_by[:40], after=by.get_username()[:40])
        one.planned_by = by.get_username()
        one.save()
    return one


# Running --------------------------------------------------------------------------------------------------------------


def due(now: datetime) -> list[Release]:
    return list(Release.objects.filter(status=Status.PLANNED, due_at__lte=now).order_by("due_at", "pk"))


def run_due(now: datetime | None = None) -> list[Release]:
    """Publish what is due. One that can't be published is marked with the sentence why, and waits for a person.

    So is one whose planner may no longer publish: nobody stands for it any more.
    """
    ran, waiting = [], due(now or timezone.now())
    held = held_back(waiting) if waiting else {}
    for one in waiting:
        items = list(one.items.all())
        cleared = {item.record: Approval(item.digest, item.reviewed_by, item.one_person) for item in items}
        records = records_of(one)
        try:
            if why := held.get(one.pk):
                raise Refusal(f"{why} Publish it now, or plan it again.")
            if len(records) < len(items):
                raise Refusal("A record of it is no longer there. Look at what is left, and plan it again.")
            _run(one, records, cleared, one.planned_by, Status.PLANNED)
        except DoneAlready:
            continue
        except (Refusal, Stuck) as refusal:
            _fail(one, str(refusal))
        ran.append(Release.objects.get(pk=one.pk))
    return ran


def _run(
    one: Release, records: Sequence[Record], cleared: dict[UUID, Approval], by: str, status: str
) -> list[Publication]:
    def mark(entries: list[Publication]) -> None:
        expected = [status, Status.FAILED] if status == Status.OPEN else [status]
        shared = entries[0].release if entries else None
        done = Release.objects.filter(pk=one.pk, status__in=expected).update(
            status=Status.DONE, done_at=timezone.now(), entry_release=shared, trouble=""
        )
        if not done:
            raise DoneAlready

    entries = publish(
        records,
        by=by,
        title=one.title,
        cleared=cleared,
        reasons=_reasons(one),
        scheduled_for=one.due_at,
        within=mark,
    )
    if not entries:  # all of it had become public some other way
        with transaction.atomic(using=EDITORIAL):
            mark([])
    return entries


def _fail(one: Release, why: str) -> None:
    with transaction.atomic(using=EDITORIAL):
        if Release.objects.filter(pk=one.pk, status=Status.PLANNED).update(status=Status.FAILED, trouble=why):
            one.items.exclude(record__in=Record.objects.values("pk")).delete()  # nobody could take them out
            _note(one, one.planned_by, "plan_failed", note=why)


# Taking back ----------------------------------------------------------------------------------------------------------


def undo(one: Release, *, by, note: str) -> list[Publication]:
    """Take a release back as one: a new release in which each record is what it was before.

    A record that was first published by it is retracted; one that was published again since is in the way.
    """
    _require(by, "release")
    if one.status != Status.DONE or not one.entry_release:
        raise Refusal(f"{one.title} was not published, so there is nothing to take back.")
    if not note.strip():
        raise Refusal("Say why: the note stands with every record of the release.")
    entries = list(Publication.objects.filter(release=one.entry_release))
    later = Publication.objects.filter(record__in=[e.record for e in entries], seq__gt=max(e.seq for e in entries))
    if moved := sorted(set(later.values_list("slug", flat=True))):
        raise Refusal(f"Published or withdrawn again since: {', '.join(moved)}. Take those back first.")
    name, together = by.get_username(), uuid7()
    title = f"Taken back: {one.title}"[:120]
    steps = [_back(entry, name, note.strip(), together, title) for entry in entries]

    def mark(made: list[Publication]) -> None:  # in the log's transaction: a refusal leaves no trace of it
        _turn_back_working_copies(entries, steps, name, title)
        _settle(made)
        now = timezone.now()
        Release.objects.create(
            title=title,
            note=note.strip(),
            made_by=name,
            made_at=now,
            undoes=one,
            status=Status.DONE,
            done_at=now,
            entry_release=together,
        )

    return take_steps(steps, within=mark)


def _back(entry: Publication, by: str, note: str, together: UUID, title: str) -> Step:
    """The step that makes a record what it was before an entry."""
    before = Publication.objects.filter(record=entry.record, seq__lt=entry.seq).order_by("-seq").first()
    shared: dict[str, Any] = {
        "kind": entry.kind,
        "record": entry.record,
        "by": by,
        "note": note,
        "release": together,
        "release_title": title,
    }
    if before is None or before.action != Action.PUBLISH:
        return Step(action=Action.RETRACT, slug=entry.slug, change_kind=ChangeKind.WITHDRAWAL, **shared)
    body = bodies([before.digest]).get(before.digest)
    if body is None:
        raise Refusal(f"What {entry.kind}/{entry.slug} was before was taken down, so it can't come back.")
    document = upgraded(json.loads(body))
    document["refs"] = before.refs
    return Step(
        action=Action.PUBLISH,
        slug=document["slug"],
        document=document,
        change_kind=ChangeKind.CORRECTION,
        wrong=note,
        **shared,
    )


def _turn_back_working_copies(entries: list[Publication], steps: list[Step], by: str, note: str) -> None:
    """Where nobody has changed the working copy since, it goes back as well; otherwise it stays a draft of what comes."""
    states = {s.record: s for s in State.objects.filter(record__in=[e.record for e in entries])}
    for entry, step in zip(entries, steps, strict=True):
        if step.document and states[entry.record].digest == entry.digest:
            write_document(step.document)
            keep_revisions(KINDS[entry.kind], [entry.record], by=by, note=note)
