"""What readers report about public pages: taken in, answered once, and the reader's address forgotten after a while."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from partnerships.models import Kind, Record
from partnerships.publishing.feed import Refusal
from partnerships.publishing.log import EDITORIAL
from partnerships.publishing.models import ChangeKind, Publication

from .audit import note_move
from .models import Report
from .permissions import may

RECENT = 20
"""So many publications of a record are offered as the one that corrected it."""


def take_in(record: Kind, *, version: int, text: str, contact: str = "") -> Report:
    """Keep what a reader says of a record as it is public. `version` is the one that the reader saw; 0: not known."""
    return Report.objects.create(
        kind=record.kind,
        record=record.pk,
        title=record.title,
        version=version,
        text=text,
        contact=contact,
        at=timezone.now(),
    )


def corrections(report: Report) -> list[Publication]:
    """The publications that may have corrected what was reported, the latest first."""
    later = Publication.objects.filter(record=report.record).exclude(change_kind=ChangeKind.FIRST)
    return list(later.order_by("-seq")[:RECENT])


def close(report: Report, *, by, note: str, corrected_by: int | None = None) -> None:
    """Close a report with an answer to its reader, and the publication that corrected the record, if one did.

    Raises Refusal when `by` may not, when nothing is said, when the publication is another record's, or when the report
    is closed already.
    """
    if not may(by, "report"):
        raise Refusal("Your account can't close reports of readers.")
    if not note.strip():
        raise Refusal("Say what came of it: the reader sees it under the link of the report.")
    if corrected_by and not Publication.objects.filter(seq=corrected_by, record=report.record).exists():
        raise Refusal("This publication isn't one of the record that the report is about. Choose another.")
    closed = {
        "status": Report.Status.CLOSED,
        "closing_note": note.strip(),
        "closed_by": by.get_username(),
        "closed_at": timezone.now(),
        "corrected_by": corrected_by,
    }
    with transaction.atomic(using=EDITORIAL):
        if not Report.objects.filter(pk=report.pk, status=Report.Status.OPEN).update(**closed):
            raise Refusal("Somebody else closed this report meanwhile. What you wrote was not kept; theirs is shown.")
        record = Record.objects.using(EDITORIAL).filter(pk=report.record).first()
        after = f"corrected by entry {corrected_by}" if corrected_by else "closed"
        note_move(
            by.get_username(),
            "close_report",
            record,
            title=report.title,
            before="open",
            after=after,
            note=note.strip(),
        )
    report.refresh_from_db()


def forget_contacts(now: datetime | None = None) -> int:
    """Delete the addresses of readers whose reports are old enough; returns how many."""
    old = (now or timezone.now()) - timedelta(days=settings.LIMITS["contact_days"])
    return Report.objects.filter(at__lt=old).exclude(contact="").update(contact="")
