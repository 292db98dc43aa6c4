"""Who else has the form of a record open: no lock, just knowing of each other before both have typed for an hour."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from partnerships.publishing.log import EDITORIAL

from .models import Presence

PINGS = 5
"""Seconds between two words from a tab that is looked at; one in the background says every other."""
COUNTS = timedelta(seconds=20)
"""How long a word counts: whoever leaves without one is gone after this."""
COUNTS_HIDDEN = timedelta(seconds=150)
"""The same for a tab in the background that says that its browser lets it speak only once a minute."""


class Present(NamedTuple):
    """Somebody else with the form open."""

    name: str
    """Empty: oneself, in another tab."""
    dirty: bool


def here(tab: str, record: UUID, user, *, dirty: bool, hidden: bool = False) -> None:
    """A tab says that it has the form open; what is long over is swept along. Somebody else's tab stays theirs."""
    now, by = timezone.now(), user.get_username()
    said = {
        "record": record,
        "name": user.get_full_name() or by,
        "dirty": dirty,
        "until": now + (COUNTS_HIDDEN if hidden else COUNTS),
    }
    with transaction.atomic(using=EDITORIAL):
        over = Q(until__lt=now - timedelta(hours=1)) | Q(tab=tab, until__lt=now)
        Presence.objects.filter(over).delete()
        if not Presence.objects.filter(tab=tab, by=by).update(**said):
            Presence.objects.bulk_create([Presence(tab=tab, by=by, **said)], ignore_conflicts=True)


def gone(tab: str, user) -> None:
    """A tab says that its form is closed."""
    Presence.objects.filter(tab=tab, by=user.get_username()).delete()


def others(record: UUID, tab: str, user) -> list[Present]:
    """The others with the form open, each once; oneself in another tab among them."""
    found: dict[str, Present] = {}
    for row in Presence.objects.filter(record=record, until__gt=timezone.now()).exclude(tab=tab).order_by("name"):
        name = "" if row.by == user.get_username() else row.name
        before = found.get(row.by)
        found[row.by] = Present(name, row.dirty or (before.dirty if before else False))
    return list(found.values())


def open_tabs(tabs: Iterable[str]) -> set[str]:
    """Those of some tabs that have a form open now."""
    if not (named := [tab for tab in tabs if tab]):
        return set()
    return set(Presence.objects.filter(tab__in=named, until__gt=timezone.now()).values_list("tab", flat=True))
