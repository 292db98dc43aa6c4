"""The log: what was published, by whom, when, and why. Append-only, gap-free, chained."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields
from datetime import datetime
from uuid import UUID

from django.db import connections
from django.utils import timezone

from .documents import Document, canonical, digest
from .models import Entry, LogDocument, LogHead, Publication

EDITORIAL = "default"
PUBLISHED = "published"
CHAINED = tuple(sorted(f.name for f in Entry._meta.get_fields() if f.name != "chain"))


@dataclass
class Step:
    """One step on its way into the log: what shall become of one record in public."""

    action: str
    kind: str
    record: UUID
    slug: str
    change_kind: str
    by: str
    document: Document | None = None
    note: str = ""
    wrong: str = ""
    wrong_since: str = ""
    into: UUID | None = None
    release: UUID | None = None
    release_title: str = ""
    reviewed_by: str = ""
    one_person: bool = False
    scheduled_for: datetime | None = None
    refs: dict = field(default_factory=dict)

    @property
    def label(self) -> str:
        return f"{self.kind}/{self.slug}"


def link(previous: str, entry: Entry) -> str:
    """The chain hash of an entry: over the one before and all that the entry says."""
    said = {name: getattr(entry, name) for name in CHAINED}
    said["at"] = entry.at.isoformat()
    said["record"], said["into"], said["release"] = (str(said[n] or "") for n in ("record", "into", "release"))
    return hashlib.sha256((previous + json.dumps(said, sort_keys=True, ensure_ascii=False)).encode()).hexdigest()


def next_entries(head, steps: Iterable[Step], *, now: datetime | None = None) -> list[Publication]:
    """The entries that the steps become after a head (of the log, or of `published`): numbered, dated, chained.

    `at` is never before the previous entry's, whatever the clock says.
    """
    at = now or timezone.now()
    if head.at and at < head.at:
        at = head.at
    seq, chain, entries = head.seq, head.chain, []
    shared = {f.name for f in fields(Step)} - {"document", "refs"}
    for step in steps:
        seq += 1
        entry = Publication(seq=seq, at=at, **{name: getattr(step, name) for name in shared})
        if step.document:
            entry.digest, entry.refs = digest(step.document), step.document.get("refs", {})
        entry.chain = chain = link(chain, entry)
        entries.append(entry)
    return entries


def append(entries: list[Publication], documents: dict[str, str]) -> None:
    """Write entries and the documents they need. The caller holds the head (`locked_head`) in a transaction."""
    keep_documents(documents)
    Publication.objects.using(EDITORIAL).bulk_create(entries, batch_size=500)
    last = entries[-1]
    LogHead.objects.using(EDITORIAL).filter(pk=1).update(seq=last.seq, chain=last.chain, at=last.at)


def keep_documents(documents: dict[str, str]) -> None:
    """Keep documents (digest → body) on the editorial side; the ones that are there stay."""
    LogDocument.objects.using(EDITORIAL).bulk_create(
        (LogDocument(digest=key, body=body) for key, body in documents.items()), ignore_conflicts=True, batch_size=200
    )


def locked_head(model, using: str):
    """The head row, locked until the transaction ends."""
    queryset = model.objects.using(using)
    if connections[using].features.has_select_for_update:
        queryset = queryset.select_for_update()
    return queryset.get(pk=1)


def bodies(digests: Iterable[str]) -> dict[str, str]:
    """The kept documents among some digests."""
    return dict(
        LogDocument.objects.using(EDITORIAL).filter(digest__in=set(digests) - {""}).values_list("digest", "body")
    )


def body(document: Document) -> tuple[str, str]:
    return digest(document), canonical(document)


def broken_at(entries: Iterable[Entry]) -> Iterator[str]:
    """Sentences about every place where entries (in order, from the first) aren't a gap-free, unbroken chain."""
    seq, chain, at = 0, "", None
    for entry in entries:
        if entry.seq != seq + 1:
            yield f"After entry {seq} comes {entry.seq}: entries are missing."
        if entry.chain != link(chain, entry):
            yield f"Entry {entry.seq} ({entry.kind}/{entry.slug}) doesn't fit the chain: it, or one before it, was changed."
        if at and entry.at < at:
            yield f"Entry {entry.seq} is dated before the one before it."
        seq, chain, at = entry.seq, entry.chain, entry.at
