"""Upkeep: who looks after records, and by which day somebody looks at them again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import transaction

from partnerships.models import Kind, Record
from partnerships.publishing.feed import Refusal
from partnerships.publishing.log import EDITORIAL

from .audit import note_moves, of
from .models import Event, Revision, State
from .permissions import may, people_who_may
from .saving import hold, record_saved


def assign(records: Sequence[Record], owner: str, *, by) -> list[Event]:
    """Give records to an account to look after ("": to nobody); one event for each whose owner changes.

    Raises Refusal when `by` may not, or when the owner is nobody of the desk.
    """
    if not may(by, "assign"):
        raise Refusal("Your account can't say who looks after records.")
    if owner and owner not in {person.get_username() for person in people_who_may("change")}:
        raise Refusal(f"{owner} has no account that may change records. Choose somebody else.")
    events = []
    with transaction.atomic(using=EDITORIAL):
        states = {s.record: s for s in State.objects.select_for_update().filter(record__in=[r.pk for r in records])}
        for record in records:
            state = states.get(record.pk)
            if state is None:
                raise Refusal(f"{record.title}: it was deleted, or never saved.")
            if state.owner == owner:
                continue
            told = {"before": state.owner[:40], "after": owner[:40], "digest": state.digest}
            events.append(Event(by=by.get_username(), verb="assign", **told, **of(record)))
            state.owner = owner
        State.objects.bulk_update(states.values(), ["owner"], batch_size=100)
        note_moves(events)
    return events


def set_review_day(records: Sequence[Kind], day: date | None, *, by) -> list[Revision]:
    """Save another day of review in records, all or none; a revision for each that changes.

    Each is saved on the version that was read with it. Raises Stale when somebody saved one of them since, Refusal when
    `by` may not.
    """
    kept = []
    with transaction.atomic(using=EDITORIAL):
        for record in records:
            if not may(by, "change", record):
                raise Refusal(f"{record.title}: your account can't change it.")
            hold(record.pk, record.version)
            record.review_by = day
            record.save(using=EDITORIAL)
            note = f"Review by {day:%-d %B %Y}" if day else "No day of review"
            if revision := record_saved(record, by=by.get_username(), expected=record.version, note=note):
                kept.append(revision)
    return kept
