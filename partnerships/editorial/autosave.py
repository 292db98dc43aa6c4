"""What was typed and not saved is kept on the server: for after a crash, and on another computer too.

It is kept as it was typed, unchecked, beside the record and not in it: a half-typed sentence is no revision. Each tab has
a place of its own, so that two tabs of one person never write over each other.
"""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from partnerships.models import Kind, Record
from partnerships.publishing.feed import Refusal
from partnerships.publishing.log import EDITORIAL

from .models import Autosave
from .saving import Stale

NEW = "new"


def keep(
    kind: type[Kind], record: UUID | None, *, by: str, version: int, typed: str, tab: str = "", brought: str = ""
) -> Autosave:
    """Keep what somebody has typed into a form; what was kept before of the same tab is replaced.

    So is what this form was brought back from (its `mark`), because the form has it now. Raises Stale when somebody else
    has saved the record since the form was opened: what is typed then belongs into a merge, and what was kept before
    stays. Raises Refusal when it is too long.
    """
    if len(typed) > settings.LIMITS["autosave_length"]:
        raise Refusal("This form is too long to be kept while you type. Save it now and then.")
    with transaction.atomic(using=EDITORIAL):
        if record and not Record.objects.using(EDITORIAL).filter(pk=record, version=version).exists():
            raise Stale("Somebody else has saved this record since you opened it. What you type is no longer kept.")
        mine = _of(kind, record, by)
        _forget_marked(mine, brought)
        one, _ = mine.update_or_create(
            by=by,
            kind=kind.kind_name(),
            place=str(record or NEW),
            tab=tab,
            defaults={"version": version, "typed": typed, "at": timezone.now()},
        )
        if oldest := list(mine.values_list("pk", flat=True)[settings.LIMITS["autosaves"] :]):
            Autosave.objects.filter(pk__in=oldest).delete()
    return one


def kept(kind: type[Kind], record: UUID | None, *, by: str) -> list[Autosave]:
    """What somebody typed into this form and did not save, in each of their tabs: the newest first."""
    return list(_of(kind, record, by))


def forget(kind: type[Kind], record: UUID | None, *, by: str, tab: str = "", brought: str = "") -> None:
    """It was saved in this tab, or isn't wanted; so was what its form was brought back from, unless that was kept anew."""
    mine = _of(kind, record, by)
    mine.filter(tab=tab).delete()
    _forget_marked(mine, brought)


def throw_away(kind: type[Kind], record: UUID | None, *, by: str, mark: str) -> bool:
    """Forget one of them, unless its tab has kept something newer; whether it was there."""
    return _forget_marked(_of(kind, record, by), mark)


def _of(kind: type[Kind], record: UUID | None, by: str) -> QuerySet[Autosave]:
    return Autosave.objects.filter(by=by, kind=kind.kind_name(), place=str(record or NEW)).order_by("-at", "-pk")


def _forget_marked(mine: QuerySet[Autosave], mark: str) -> bool:
    found = [one.pk for one in mine if one.mark == mark] if mark else []
    if found:
        mine.filter(pk__in=found).delete()
    return bool(found)
