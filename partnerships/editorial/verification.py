"""Verification: a second person finds the quotation of a citation at its place, and says so.

It holds while the value that the citation supports stays what it was (`queries.evidence`); a changed citation has to be
verified again (the form takes the mark away).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from itertools import batched
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.text import get_text_list

from partnerships.models import Citation, Kind
from partnerships.publishing.documents import Document, build_one, value_digest
from partnerships.publishing.feed import Refusal
from partnerships.publishing.log import EDITORIAL, bodies

from .audit import note_move
from .models import Revision
from .permissions import may
from .saving import hold, record_saved

MARK = ("verified_on", "value_digest", "position")
"""What of a citation's row isn't the citation itself."""


def lacking(citation: Citation) -> list[str]:
    """What a citation needs before it can be verified, in words; empty when it has all."""
    needs = {
        "a locator": citation.locator,
        "a quotation": citation.quotation,
        "the day on which it was checked": citation.checked_on,
    }
    return [words for words, there in needs.items() if not there]


def entered_by(record: UUID, citations: Iterable[Citation]) -> dict[UUID, str]:
    """Who entered citations as they stand, by id: the account of the first revision that has each without a change since.

    Reads the record's revisions from the newest back, a batch at a time, until all are found.
    """
    wanted: dict[str, dict | None] = {str(citation.pk): None for citation in citations}
    found: dict[UUID, str] = {}
    revisions = Revision.objects.filter(record=record).order_by("-number").values_list("digest", "by")
    for part in batched(revisions.iterator(chunk_size=50), 50):
        texts = bodies({digest for digest, _ in part})
        for digest, by in part:
            rows = _rows(json.loads(texts[digest])) if digest in texts else {}
            for pk in list(wanted):
                now = rows.get(pk)
                if now is None or (wanted[pk] is not None and wanted[pk] != now):
                    del wanted[pk]
                else:
                    wanted[pk], found[UUID(pk)] = now, by
        if not wanted:
            break
    return found


def _rows(document: Document) -> dict[str, dict]:
    rows = document["rows"].get("citations", ())
    return {row["id"]: {name: value for name, value in row.items() if name not in MARK} for row in rows}


def why_not(citation: Citation, entered: Mapping[UUID, str], *, by, holds: bool) -> str:
    """Why a person can't verify a citation, as a sentence; empty when nothing is in the way."""
    if not may(by, "verify"):
        return "Your account can't verify citations: a reviewer can."
    if holds:
        return "It is verified already."
    if needs := lacking(citation):
        return f"It can't be verified yet: it needs {get_text_list(needs, 'and')}."
    if entered.get(citation.pk) == by.get_username():
        return "You entered this citation, so another person has to verify it."
    return ""


def verify(record: Kind, citation: UUID, *, by, expected: int) -> Citation:
    """Mark one citation of a record as verified, for a person who has found the quotation in the source.

    A save like any other: it keeps a revision and takes the version. Raises Refusal with a sentence, or Stale.
    """
    with transaction.atomic(using=EDITORIAL):
        hold(record.pk, expected)
        row = Citation.objects.using(EDITORIAL).filter(pk=citation, record=record.pk).select_related("source").first()
        if row is None:
            raise Refusal("This citation isn't there any more.")
        document = build_one(record, EDITORIAL)
        value = value_digest(document, field=row.field, row=str(row.row or ""))
        holds = bool(row.verified_on) and row.value_digest == value
        if refusal := why_not(row, entered_by(record.pk, [row]), by=by, holds=holds):
            raise Refusal(refusal)
        row.verified_on, row.value_digest = timezone.now().date(), value
        row.save(using=EDITORIAL, update_fields=["verified_on", "value_digest"])
        kept = record_saved(record, by=by.get_username(), expected=expected, note=f"Verified: {row}"[:300])
        digest = kept.digest if kept else ""
        note_move(by.get_username(), "verify", record, before="sourced", after="verified", digest=digest, note=str(row))
    return row
