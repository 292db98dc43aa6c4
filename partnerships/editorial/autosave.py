"""What was typed and not saved is kept on the server: for after a crash, and on another computer too.

It is kept as it was typed, unchecked, beside the record and not in it: a half-typed sentence is no revision.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from partnerships.models import Kind, Record
from partnerships.publishing.feed import Refusal
from partnerships.publishing.log import EDITORIAL

from .models import Autosave
from .saving import Stale

NEW = "new"


def keep(kind: type[Kind], record: UUID | None, *, by: str, version: int, typed: str) -> Autosave:
    """Keep what somebody has typed into a form; what was kept of it before is replaced.

    Raises Stale when somebody else has saved the record since the form was opened: what is typed then belongs into a
    merge, and what was kept before stays. Raises Refusal when it is too long.
    """
    if len(typed) > settings.LIMITS["autosave_length"]:
        raise Refusal("This form is too long to be kept while you type. Save it now and then.")
    with transaction.atomic(using=EDITORIAL):
        if record and not Record.objects.using(EDITORIAL).filter(pk=record, version=version).exists():
            raise Stale("Somebody else has saved this record since you opened it. What you type is no longer kept.")
        kept, _ = Autosave.objects.update_or_create(
            by=by,
            kind=kind.kind_name(),
            place=str(record or NEW),
            defaults={"version": version, "typed": typed, "at": timezone.now()},
        )
    return kept


def kept(kind: type[Kind], record: UUID | None, *, by: str) -> Autosave | None:
    """What somebody typed into this form and did not save."""
    return Autosave.objects.filter(by=by, kind=kind.kind_name(), place=str(record or NEW)).first()


def forget(kind: type[Kind], record: UUID | None, *, by: str) -> None:
    """It was saved, or isn't wanted."""
    Autosave.objects.filter(by=by, kind=kind.kind_name(), place=str(record or NEW)).delete()
