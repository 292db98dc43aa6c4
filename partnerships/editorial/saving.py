"""Saving: the one path that every writer of working copies passes, whatever the door.

Rows are written first, then `record_saved` takes the version (refusing a stale save) and keeps a revision. Both happen in
one transaction on the editorial database, so an acknowledged save has its revision and a refused one leaves nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from partnerships.models import KINDS, Kind, Record
from partnerships.publishing.documents import (
    Document,
    build,
    canonical,
    digest,
    instances,
    labels_of,
    owned_rows,
    references,
    write,
)
from partnerships.publishing.feed import Refusal
from partnerships.publishing.log import EDITORIAL, bodies, keep_documents
from partnerships.publishing.upgrades import upgraded

from .models import Review, Revision, State
from .plans import leave, refuse_planned


class Stale(Exception):
    """Somebody else has saved the record since this copy of it was read."""


def hold(pk: UUID, expected: int) -> None:
    """Lock a record until the transaction ends, if its version is still the one that the writer has read.

    Call it before rows are written: saving a kind writes its `version` column too, with what was in memory, and would
    undo a version that somebody else took in between. A conditional UPDATE that changes nothing locks on both databases.

    Every writer of working copies calls it, in one transaction with its rows and with `record_saved`: forms with their
    rows, actions on many records, imports. `expected` is the version that the writer has read. Raises Stale.
    """
    if not Record.objects.using(EDITORIAL).filter(pk=pk, version=expected).update(version=expected):
        raise Stale("Somebody else has saved this record since you opened it. Nothing of yours was saved yet.")


def take_version(pk: UUID, expected: int) -> None:
    """Raise the record's version from what the writer has read; refuse if it is no longer that.

    One conditional UPDATE: on both databases it can't be outrun, which reading first and saving later can.
    """
    taken = (
        Record.objects.using(EDITORIAL)
        .filter(pk=pk, version=expected)
        .update(version=F("version") + 1, updated_at=timezone.now())
    )
    if not taken:
        raise Stale("Somebody else has saved this record since you opened it. Nothing of yours was saved yet.")


def record_saved(record: Kind, *, by: str, expected: int | None, note: str = "") -> Revision | None:
    """Keep a revision of a record whose rows were just written; None when the save changed nothing.

    `expected` is the version that the writer had read; None takes the version as it stands, which only suits writers
    that read and write under the same lock. Raises Stale; the caller's transaction then rolls the rows back.
    """
    with transaction.atomic(using=EDITORIAL):
        if expected is None:
            expected = Record.objects.using(EDITORIAL).values_list("version", flat=True).get(pk=record.pk)
        take_version(record.pk, expected)
        if kept := keep_revisions(type(record), [record.pk], by=by, note=note):
            record.version = expected + 1
            return kept[0]
        # Nothing changed, so nothing was updated.
        Record.objects.using(EDITORIAL).filter(pk=record.pk).update(version=expected, updated_at=record.updated_at)
        record.version = expected
        return None


def keep_revisions(kind: type[Kind], pks: Iterable[UUID], *, by: str, note: str = "") -> list[Revision]:
    """Keep a revision of each record that differs from its newest one. Constant in queries for many records."""
    documents = build(kind, pks, EDITORIAL)
    states = {state.record: state for state in State.objects.filter(record__in=list(documents))}
    now, revisions, changed, bodies_ = timezone.now(), [], [], {}
    for pk, document in documents.items():
        state = states.get(pk) or State(record=pk, kind=kind.kind_name())
        new = digest(document)
        if state.digest == new:
            continue
        state.revision += 1
        state.digest = new
        if state.review in (Review.IN_REVIEW, Review.APPROVED):
            state.review = Review.DRAFT  # what was approved was another text
        bodies_[new] = canonical(document)
        changed.append(state.settle())
        revisions.append(
            Revision(kind=state.kind, record=pk, number=state.revision, digest=new, at=now, by=by, note=note)
        )
    keep_documents(bodies_)
    Revision.objects.bulk_create(revisions, batch_size=500)
    State.objects.bulk_create(
        changed,
        update_conflicts=True,
        unique_fields=["record"],
        update_fields=["revision", "digest", "standing", "review"],
        batch_size=300,
    )
    return revisions


def document_of(revision: Revision) -> Document | None:
    """The document of a revision in its kind's present schema; None when it was taken down."""
    body = bodies([revision.digest]).get(revision.digest)
    return upgraded(json.loads(body)) if body else None


def write_document(document: Document) -> None:
    """Make the working rows of a record what a document says. The caller then calls `record_saved`."""
    parts, rows = instances(document)
    standing = Record.objects.using(EDITORIAL).filter(pk=parts[0].pk).values("version", "updated_at").first()
    for part in parts:
        if isinstance(part, Record) and standing:
            part.version, part.updated_at = standing["version"], standing["updated_at"]
        write(part, EDITORIAL)
    for name, model in owned_rows(KINDS[document["kind"]]).items():
        model._base_manager.using(EDITORIAL).filter(**{model.owner: parts[0].pk})._raw_delete(EDITORIAL)
        model._base_manager.using(EDITORIAL).bulk_create(rows[name], batch_size=300)


def _check_restorable(document: Document) -> None:
    if gone := references(document) - labels_of(references(document), EDITORIAL).keys():
        raise ValidationError(f"This revision points at {len(gone)} records that are no longer there.")
    restored = instances(document)[0][-1]
    restored._state.db, restored._state.adding = EDITORIAL, False
    restored.full_clean()


def restore(revision: Revision, *, by: str, expected: int | None = None) -> Revision | None:
    """Make an older revision the working copy again, as a new revision.

    Raises ValidationError when what it says is impossible by now: its slug is taken, or it points at what is gone.
    """
    document = document_of(revision)
    if document is None:
        raise ValueError("The text of this revision was taken down; it can't be restored.")
    with transaction.atomic(using=EDITORIAL):
        if expected is not None:
            hold(revision.record, expected)
        _check_restorable(document)
        write_document(document)
        record = KINDS[revision.kind]._base_manager.using(EDITORIAL).get(pk=revision.record)
        return record_saved(record, by=by, expected=expected, note=f"Restored from revision {revision.number}")


def discard(records: Iterable[Kind]) -> None:
    """Delete records that were never public. What is or was public can only be withdrawn: its address keeps an answer.

    Their revisions stay, because they say who wrote what. Their states stay too, because a state without its record is
    how a later load of the content knows that an editor removed it, and because numbers of revisions never come twice.
    Raises Refusal with a sentence; deleting what something else points at raises Django's ProtectedError.
    """
    records = list(records)
    with transaction.atomic(using=EDITORIAL):
        states = State.objects.select_for_update().filter(record__in=[record.pk for record in records])
        public = {state.record for state in states if state.public_version}
        if kept := [record.title for record in records if record.pk in public]:
            raise Refusal(f"{', '.join(kept)}: what was public can't be deleted, only withdrawn.")
        refuse_planned(record.pk for record in records)
        leave([record.pk for record in records])
        for record in records:
            record.delete()
