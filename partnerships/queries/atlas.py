"""All countries on a day at once: what the map, the matrix and comparisons ask."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from uuid import UUID

from partnerships.models import Framework, InForce, Membership, Partner, PartnerStatus, name_on, status_on
from partnerships.publishing.reading import public

from .records import Stub, stub_of
from .standing import strongest


@dataclass
class Country:
    """A country on a day: under its name of that day, with its memberships."""

    record: Partner
    day: date
    memberships: list[Membership] = field(default_factory=list)
    """All it ever had, in the order in which they began."""

    @property
    def link(self) -> Stub:
        return stub_of(self.record, title=self.title)

    @cached_property
    def title(self) -> str:
        return name_on(self.record, self.day)

    @cached_property
    def status(self) -> PartnerStatus:
        return PartnerStatus(status_on(self.memberships, self.day))

    @cached_property
    def held(self) -> dict[UUID, Membership]:
        """By framework the row that says most, of those in force on the day or possibly so; invitations left out."""
        rows: dict[UUID, list[Membership]] = {}
        for row in self.memberships:
            if row.counts and row.in_force(self.day) != InForce.NO:
                rows.setdefault(row.framework_id, []).append(row)
        return {framework: strongest(mine, self.day)[self.record.pk] for framework, mine in rows.items()}

    def once(self, framework: UUID) -> Membership | None:
        """The last row of a framework that had surely ended by the day."""
        ended = [
            row
            for row in self.memberships
            if row.framework_id == framework and row.counts and row.to_latest and row.to_latest <= self.day
        ]
        return max(ended, key=lambda row: row.to_latest or date.min, default=None)


def countries(day: date, partners: Iterable[UUID] | None = None) -> list[Country]:
    """Countries with a record, or some of them, in the order of their names of the day. Three queries, whatever there is."""
    records = public(Partner).prefetch_related("names")
    rows = public(Membership).order_by("start_earliest", "to_latest", "id")
    if partners is not None:
        records, rows = records.filter(pk__in=partners), rows.filter(partner__in=partners)
    found = {record.pk: Country(record, day) for record in records}
    for row in rows:
        found[row.partner_id].memberships.append(row)
    return sorted(found.values(), key=lambda country: country.title.casefold())


def frameworks() -> list[Framework]:
    """All frameworks, the oldest first; those without a known beginning last. One query."""
    rows = public(Framework).only("kind", "slug", "title", "short_title", "start", "start_earliest", "type", "end_is")
    return sorted(rows, key=lambda row: (row.start_earliest or date.max, row.title))
