"""Periods in words: what a page says of a row on the day it shows."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from partnerships.models import InForce, Membership, MembershipStatus, Period
from partnerships.queries.as_of import Day

from .days import end_shown, note_shown


@dataclass(frozen=True)
class Held:
    """A row on a day: how it stands (mark and words), whether the page may speak of its end, and what is noted of it."""

    row: Period
    mark: str
    words: str
    aside: str = ""
    end_shown: bool = True
    note: str = ""


def held(row: Period, day: Day) -> Held:
    """How a row stands on the day: in force, suspended, ended, uncertain or not begun."""
    note = row.note if note_shown(row, day) else ""
    return Held(row, *_standing(row, day), end_shown=end_shown(row, day), note=note)


def _standing(row: Period, day: Day) -> tuple[str, str, str]:
    answer = row.in_force(day.day)
    if answer == InForce.UNCERTAIN:
        return "unsure", _("Uncertain"), ""
    if answer == InForce.YES:
        return _in_force(row)
    if row.to_latest and row.to_latest <= day.day:
        return "ended", _("Ended"), row.get_end_reason_display() if isinstance(row, Membership) else ""
    return "none", _("Not yet"), ""


def _in_force(row: Period) -> tuple[str, str, str]:
    match getattr(row, "status", MembershipStatus.ACTIVE):
        case MembershipStatus.SUSPENDED:
            return "paused", _("Suspended"), row.get_scope_display() if row.scope else ""
        case MembershipStatus.INVITED:
            return "invited", _("Invited"), ""
        case _:
            return "held", _("In force"), ""
