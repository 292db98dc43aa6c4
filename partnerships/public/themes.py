"""The pages of programmes, regions, objectives, threats and activities: which countries they have to do with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import (
    Activity,
    Focus,
    Kind,
    Objective,
    Participation,
    Partner,
    PartnerStatus,
    Programme,
    Region,
    Threat,
    name_on,
)
from partnerships.publishing.reading import public
from partnerships.queries.notes import citations
from partnerships.queries.records import Stub, stub_of

from .days import shows, text_fits
from .details import RecordPage, Section
from .periods import Held, held


@dataclass(frozen=True)
class Country:
    """A country on such a page: the row that brings it here, or its status on the day."""

    record: Stub
    held: Held | None = None
    status: PartnerStatus | None = None
    rows: str = ""
    """The list, among those of the country, that the row is in."""


class PagedByCountry(RecordPage):
    """A record with a table of countries."""

    template = "records/countries.html"
    turns = True
    heading = ""

    @cached_property
    def countries(self) -> list[Country]:
        raise NotImplementedError

    def _of_rows(self, model: type, name: str, **lookups) -> list[Country]:
        """The countries of owned rows (participations, focus), each row with its period."""
        told = [f"partner__{one}" for one in ("kind", "slug", "title")]
        rows = public(model).filter(**lookups).select_related("partner").prefetch_related("partner__names")
        rows = rows.only(*(f.name for f in model._meta.fields), *told)
        found = [
            Country(stub_of(row.partner, title=name_on(row.partner, self.day.day)), held(row, self.day), rows=name)
            for row in rows
            if shows(row, self.day)
        ]
        return sorted(found, key=lambda one: one.record.title.casefold())

    @property
    def undated(self) -> bool:
        """Whether of none of the rows it is recorded since when, or until when."""
        rows = [one.held.row for one in self.countries if one.held]
        return bool(rows) and not any(row.start or row.end for row in rows)

    def rows(self) -> list[UUID]:
        return [one.held.row.pk for one in self.countries if one.held]

    def citations(self):
        """The record's own, and those of the rows that the page shows: these belong to the countries."""
        rows = self.rows()
        countries = {one.record.id for one in self.countries}
        return [*super().citations(), *(citations(record__in=countries, row__in=rows) if rows else ())]

    def own_sections(self) -> Iterable[Section]:
        if self.countries:
            yield Section("countries", str(self.heading))


class ProgrammePage(PagedByCountry):
    heading = gettext_lazy("Who takes part")
    compared_as = "programme"

    @cached_property
    def countries(self) -> list[Country]:
        return self._of_rows(Participation, "participations", programme=self.record.pk)


class TopicPage(PagedByCountry):
    """An objective, a threat or an activity."""

    heading = gettext_lazy("Countries with which the work is about this")
    turns = False

    @cached_property
    def countries(self) -> list[Country]:
        return self._of_rows(Focus, "focus", topic=self.record.pk)

    @cached_property
    def parts(self) -> list[Objective]:
        if not isinstance(self.record, Objective):
            return []
        return list(public(Objective).filter(parent=self.record.pk).order_by("position", "title"))

    def text_fits_of(self, part: Objective) -> bool:
        return text_fits(part, self.day)

    def own_sections(self) -> Iterable[Section]:
        if self.parts:
            yield Section("parts", _("Parts"))
        yield from super().own_sections()


class RegionPage(PagedByCountry):
    heading = gettext_lazy("Countries")

    @cached_property
    def countries(self) -> list[Country]:
        """All countries of the region, with what each is on the day."""
        rows = public(Partner).filter(region=self.record.pk).with_status(self.day.day).prefetch_related("names")
        found = [
            Country(stub_of(row, title=name_on(row, self.day.day)), status=PartnerStatus(row.status))
            for row in rows.only("kind", "slug", "title")
        ]
        return sorted(found, key=lambda one: one.record.title.casefold())


PAGE: dict[type[Kind], type[RecordPage]] = {
    Programme: ProgrammePage,
    Region: RegionPage,
    Objective: TopicPage,
    Threat: TopicPage,
    Activity: TopicPage,
}
