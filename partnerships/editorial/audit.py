"""The audit log: every move of an editor, in order, chained, and never changed.

Called in the transaction that makes the move, so that there is no move without its event and no event without its move.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from partnerships.models import Record
from partnerships.publishing.log import EDITORIAL, locked_head

from .models import Event, EventHead

CHAINED = ("seq", "by", "verb", "kind", "title", "before", "after", "digest", "note")


def link(previous: str, event: Event) -> str:
    """The chain hash of an event: over the one before and all that this one says."""
    said = {name: getattr(event, name) for name in CHAINED}
    said |= {"at": event.at.isoformat(), "record": str(event.record or "")}
    return hashlib.sha256((previous + json.dumps(said, sort_keys=True, ensure_ascii=False)).encode()).hexdigest()


def note_move(
    by: str,
    verb: str,
    record: Record | None = None,
    *,
    title: str = "",
    before: str = "",
    after: str = "",
    digest: str = "",
    note: str = "",
) -> Event:
    """Write one move down. Never secrets: what stands here stays."""
    return note_moves(
        [Event(by=by, verb=verb, before=before, after=after, digest=digest, note=note, **of(record, title))]
    )[0]


def of(record: Record | None, title: str = "") -> dict:
    """What an event keeps of the record it is about, or of whom."""
    if record is None:
        return {"title": title[:200]}
    return {"kind": record.kind, "record": record.pk, "title": (title or record.title)[:200]}


def note_moves(events: Iterable[Event]) -> list[Event]:
    """Write moves down, in their order, as one step."""
    events = list(events)
    if not events:
        return []
    with transaction.atomic(using=EDITORIAL):
        head = locked_head(EventHead, EDITORIAL)
        at = max(timezone.now(), head.at) if head.at else timezone.now()
        seq, chain = head.seq, head.chain
        for event in events:
            seq += 1
            event.seq, event.at = seq, at
            event.chain = chain = link(chain, event)
        Event.objects.bulk_create(events, batch_size=300)
        EventHead.objects.filter(pk=1).update(seq=seq, chain=chain, at=at)
    return events


def history(record: UUID) -> list[Event]:
    """The moves of one record, the latest first."""
    return list(Event.objects.filter(record=record))


def faults() -> Iterator[str]:
    """Sentences about every place where the audit log isn't a gap-free, unbroken chain."""
    seq, chain, at = 0, "", None
    for event in Event.objects.order_by("seq").iterator(chunk_size=1000):
        if event.seq != seq + 1:
            yield f"After event {seq} of the audit log comes {event.seq}: events are missing."
        if event.chain != link(chain, event):
            yield f"Event {event.seq} of the audit log doesn't fit the chain: it, or one before it, was changed."
        if at and event.at < at:
            yield f"Event {event.seq} of the audit log is dated before the one before it."
        seq, chain, at = event.seq, event.chain, event.at
    if seq != EventHead.objects.get(pk=1).seq:
        yield "The audit log ends before its head: events are missing at the end."
