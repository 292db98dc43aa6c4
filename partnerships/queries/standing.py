"""Who belongs to a framework on a day, and how many. No count leaves here without its rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import cast
from uuid import UUID

from partnerships.models import Framework, InForce, Membership, MembershipStatus
from partnerships.models.partners import MembershipQuerySet
from partnerships.publishing.reading import public

RULE = (
    "Countries whose membership was surely in force on the day. A suspended membership counts as in force, an invitation "
    "does not. Countries of which it is uncertain are counted apart."
)


@dataclass(frozen=True)
class Standing:
    """A framework on a day: one membership of each country that belongs to it, or may, and how many these are."""

    day: date
    rows: tuple[Membership, ...] = ()
    """Of each country the row that says most (see `strongest`), in the order of their beginning."""
    active: int = 0
    suspended: int = 0
    uncertain: int = 0
    rule: str = RULE

    @property
    def in_force(self) -> int:
        """How many countries surely belong to it: the active and the suspended ones."""
        return self.active + self.suspended


def strongest(rows: Iterable[Membership], day: date) -> dict[UUID, Membership]:
    """Of each country (by id) the row that says what it was on the day: sure before uncertain, active before suspended."""
    order = (MembershipStatus.ACTIVE, MembershipStatus.SUSPENDED, MembershipStatus.INVITED)

    def rank(row: Membership) -> tuple:
        return row.in_force(day) != InForce.YES, order.index(MembershipStatus(row.status)), str(row.pk)

    found: dict[UUID, Membership] = {}
    for row in sorted(rows, key=rank):
        found.setdefault(row.partner_id, row)
    return found


def reckon(rows: Iterable[Membership], day: date) -> Standing:
    """The standing of one framework, from its rows that are or may be in force on the day. No query."""
    chosen = sorted(strongest(rows, day).values(), key=lambda row: (row.start_earliest or date.min, str(row.pk)))
    sure = [row.status for row in chosen if row.in_force(day) == InForce.YES]
    return Standing(
        day,
        tuple(chosen),
        active=sure.count(MembershipStatus.ACTIVE),
        suspended=sure.count(MembershipStatus.SUSPENDED),
        uncertain=len(chosen) - len(sure),
    )


def standings(frameworks: Iterable[Framework], day: date) -> dict[UUID, Standing]:
    """The standing of each of some frameworks on a day, by id. One query, however many they are.

    The rows know the ids of their countries only: a page that names them prefetches `partner` on them.
    """
    rows: dict[UUID, list[Membership]] = {framework.pk: [] for framework in frameworks}
    memberships = cast(MembershipQuerySet, public(Membership)).counted().possibly_on(day)
    for row in memberships.filter(framework__in=list(rows)):
        rows[row.framework_id].append(row)
    return {pk: reckon(mine, day) for pk, mine in rows.items()}


def standing(framework: Framework, day: date) -> Standing:
    """The standing of one framework on a day. One query."""
    return standings([framework], day)[framework.pk]
