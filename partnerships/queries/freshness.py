"""Whether a record has been looked at in time: reckoned from `review_by` and the portal's day alone, with no job running."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

DUE = timedelta(days=30)
"""How long before the day of its review a record is due."""


class Freshness(StrEnum):
    FRESH = "fresh"
    DUE = "due"
    OVERDUE = "overdue"


def freshness(review_by: date | None, today: date) -> Freshness | None:
    """Fresh, due (within 30 days of the day of review, that day included) or overdue (after it); None without such a day.

    `today` is the portal's day, never the day that a page is turned to: a review is a matter of the portal, not of the
    world.
    """
    if review_by is None:
        return None
    if today > review_by:
        return Freshness.OVERDUE
    return Freshness.DUE if today >= review_by - DUE else Freshness.FRESH
