"""The pages of an exercise series and of its editions: when, where, how large, and who took part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import Count
from django.http import HttpResponse
from django.utils.translation import gettext as _

from partnerships.models import (
    Edition,
    Exercise,
    Kind,
    Participant,
    Partner,
    PartnerStatus,
    name_on,
)
from partnerships.publishing.reading import public
from partnerships.queries.participants import name_then, status_then
from partnerships.queries.records import Stub, names_on, stub_of

from .addresses import address
from .days import by
from .details import RecordPage, Section
from .drawings import Column, columns
from .finding import find
from .frame import Place, many
from .visits import Elsewhere, Visit


@dataclass(frozen=True)
class Running:
    """An edition as the page of its series lists it."""

    edition: Edition
    stub: Stub
    hosts: list[str]


class ExercisePage(RecordPage):
    template = "records/exercise.html"
    turns = True

    @property
    def label(self) -> str:
        return _("Exercise series")

    @cached_property
    def editions(self) -> list[Running]:
        """The editions, the newest first; none that began after the day of a page that is turned."""
        rows = public(Edition).filter(series=self.record.pk).order_by("-first_day_earliest", "title")
        told = ("kind", "slug", "title", "first_day", "last_day", "place", "personnel", "nations")
        found = [row for row in rows.only(*told) if by(row.first_day, self.day)]
        hosts = self._hosts
        return [Running(row, stub_of(row, series=self.record.slug), hosts.get(row.pk, [])) for row in found]

    @cached_property
    def _hosts(self) -> dict[UUID, list[str]]:
        """The names of the hosts, as on the day of the page."""
        rows = public(Participant).filter(edition__series=self.record.pk, role=Participant.Role.HOST)
        rows = list(rows.order_by("position", "id"))
        names = names_on({row.partner_id for row in rows if row.partner_id}, self.day.day)
        hosts: dict[UUID, list[str]] = {}
        for row in rows:
            hosts.setdefault(row.edition_id, []).append(names.get(row.partner_id, row.name))
        return hosts

    def by_year(self) -> tuple[list[Column], int]:
        """Editions by the year of their first day."""
        years = Counter(int(one.edition.first_day[:4]) for one in self.editions if one.edition.first_day)
        return columns(self.scale, {"part": years}, 60)

    @cached_property
    def countries(self) -> list[tuple[Stub, int]]:
        """Countries with a record that took part, with the number of editions listed here, the most frequent first."""
        editions = [one.edition.pk for one in self.editions]
        rows = public(Participant).filter(edition__in=editions, partner__isnull=False).order_by()
        counted = dict(rows.values_list("partner").annotate(Count("edition", distinct=True)))
        partners = public(Partner).filter(pk__in=counted).only("kind", "slug", "title").prefetch_related("names")
        found = [(stub_of(one, title=name_on(one, self.day.day)), counted[one.pk]) for one in partners]
        return sorted(found, key=lambda pair: (-pair[1], pair[0].title.casefold()))

    def own_sections(self) -> Iterable[Section]:
        yield Section("editions", _("Editions"))
        if self.countries:
            yield Section("countries", _("Who took part"))


@dataclass(frozen=True)
class TookPart:
    """A country in an edition: its name and its status when it began. `status` is None where there is none to know."""

    row: Participant
    name: str
    record: Stub | None
    status: PartnerStatus | None


class EditionPage(RecordPage):
    template = "records/edition.html"

    @property
    def label(self) -> str:
        return _("Edition of an exercise")

    @property
    def begun(self) -> str:
        """The first day, as written: what the countries were then is what the page says of them."""
        return self.record.first_day

    @cached_property
    def participants(self) -> list[TookPart]:
        """By name, each country under the name and with the status it had when the edition began."""
        told = [f"partner__{name}" for name in ("kind", "slug", "title")]
        rows = public(Participant).filter(edition=self.record.pk).select_related("partner")
        rows = rows.only(*(f.name for f in Participant._meta.fields), *told)
        found = []
        for row in rows.prefetch_related("partner__names", "partner__memberships"):
            row.edition = self.record
            found.append(TookPart(row, name_then(row), stub_of(row.partner) if row.partner else None, status_then(row)))
        return sorted(found, key=lambda one: one.name.casefold())

    def by_role(self) -> list[tuple[str, list[TookPart]]]:
        return [
            (str(Participant.Role(role).label), there)
            for role in Participant.Role.values
            if (there := [one for one in self.participants if one.row.role == role])
        ]

    @property
    def partners_then(self) -> int:
        """How many countries were partners on the first day: with a membership in force that wasn't suspended."""
        return len({one.row.partner_id for one in self.participants if one.status == PartnerStatus.PARTNER})

    @property
    def countries(self) -> int:
        return len({one.row.partner_id or one.row.code for one in self.participants})

    def rows(self) -> list[UUID]:
        return [one.row.pk for one in self.participants]

    @property
    def noted(self) -> bool:
        """Whether some country has notes of its own; what supports the whole list is said once, above it."""
        return any(one.row.note or self.notes.of_row(one.row.pk) for one in self.participants)

    def own_sections(self) -> Iterable[Section]:
        yield Section("participants", _("Who took part"))

    def crumbs(self) -> list[Place]:
        series = self.record.series
        return [
            Place(many(Exercise), address(Exercise)),
            Place(series.title, address(series)),
            Place(self.title, ""),
        ]


def edition_page(visit: Visit, series: str, slug: str) -> EditionPage:
    """The page of an edition; under another series than its own it leads to its own address."""
    record = find(EditionPage.records(Edition), Edition, slug)
    if record.series.slug != series:
        raise Elsewhere(address(record))
    return EditionPage(record, visit)


def edition(visit: Visit, series: str, slug: str) -> HttpResponse:
    return edition_page(visit, series, slug).response()


PAGE: dict[type[Kind], type[RecordPage]] = {Exercise: ExercisePage}
