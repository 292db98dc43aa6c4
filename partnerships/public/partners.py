"""The page of a country: what it is on the day and by which rule, what it belongs to, and what it did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import (
    CaseStudy,
    EndReason,
    Focus,
    Framework,
    InForce,
    Institution,
    Kind,
    Membership,
    Participant,
    Participation,
    Partner,
    PartnerStatus,
    name_on,
    status_on,
)
from partnerships.publishing.reading import public
from partnerships.queries import timeline
from partnerships.queries.records import Stub, stub_of
from partnerships.queries.timeline import Span

from .days import by, shows
from .details import Linked, RecordPage, Section
from .drawings import Column, Scale, Strip, columns, strip
from .periods import Held, held

RULES = {
    PartnerStatus.PARTNER: gettext_lazy(
        "A country is a partner on a day when at least one of its memberships is in force and not suspended."
    ),
    PartnerStatus.SUSPENDED: gettext_lazy(
        "A country is suspended on a day when memberships of it are in force and all of these are suspended. A suspension "
        "is not an end."
    ),
    PartnerStatus.ALLY: gettext_lazy(
        "A country is an Ally on a day when a membership of it ended because it joined the Alliance, and none is in force."
    ),
    PartnerStatus.FORMER: gettext_lazy(
        "A country is a former partner on a day when it had memberships and none of them is in force any more."
    ),
    PartnerStatus.NONE: gettext_lazy("No membership of this country in any framework had begun by this day."),
    PartnerStatus.UNCERTAIN: gettext_lazy(
        "It is not known to the day when a membership of this country began or ended, and on this day that decides."
    ),
}
"""What each derived status means, in the words that stand beside it."""

SHORT = {PartnerStatus.SUSPENDED: gettext_lazy("Suspended"), PartnerStatus.ALLY: gettext_lazy("Ally")}
"""Shorter words for lists, where the rule stands below."""


class Standing(NamedTuple):
    """What a country is on a day, since when (a partial date, "" unknown), and how its status went."""

    status: PartnerStatus
    since: str
    spans: list[Span]

    @property
    def label(self) -> str:
        return self.status.label

    @property
    def short(self) -> str:
        return str(SHORT.get(self.status, self.status.label))

    @property
    def rule(self) -> str:
        return str(RULES[self.status])


def standing(memberships: Iterable[Membership], day: date) -> Standing:
    """The standing of one country, from its memberships. No query."""
    rows = list(memberships)
    spans = timeline.statuses(rows, day)
    status = PartnerStatus(status_on(rows, day))
    since = spans[-1].since if spans and spans[-1].status == status else ""
    return Standing(status, since, spans)


def status_strip(scale: Scale, spans: list[Span], day: date) -> Strip:
    """The status of a country over time as a strip; it ends where the country became a former partner."""
    return strip(scale, spans, [span.first for span in spans if span.status == PartnerStatus.FORMER], day)


@dataclass(frozen=True)
class Lane:
    """One framework's lane in the drawing of memberships."""

    name: str
    strip: Strip


@dataclass(frozen=True)
class PartIn:
    """A country's part in an edition."""

    edition: Stub
    first_day: str
    last_day: str
    role: str
    place: str
    personnel: int | None


class PartnerPage(RecordPage):
    template = "records/partner.html"
    apart = ("milestone", "claim", "challenge")
    compared_as = "partner"
    turns = True

    @classmethod
    def records(cls, kind: type[Kind]) -> QuerySet:
        return super().records(kind).prefetch_related("names")

    @cached_property
    def title(self) -> str:
        """The name that the country bore on the day."""
        return name_on(self.record, self.day.day)

    @property
    def label(self) -> str:
        return _("Partner country")

    # Status and frameworks --------------------------------------------------------------------------------------------

    @cached_property
    def _memberships(self) -> list[Membership]:
        rows = public(Membership).filter(partner=self.record.pk).select_related("framework")
        told = [f"framework__{name}" for name in ("kind", "slug", "title", "short_title")]
        rows = rows.only(*(f.name for f in Membership._meta.fields), *told)
        return list(rows.order_by("start_earliest", "to_latest", "id"))

    @cached_property
    def memberships(self) -> list[Held]:
        return [held(row, self.day) for row in self._memberships if shows(row, self.day)]

    @cached_property
    def standing(self) -> Standing:
        return standing(self._memberships, self.day.day)

    @property
    def frameworks(self) -> list[Framework]:
        """The frameworks of which a membership is surely in force, each once."""
        day = self.day.day
        sure = [row.framework for row in self._memberships if row.counts and row.in_force(day) == InForce.YES]
        return list({framework.pk: framework for framework in sure}.values())

    def lanes(self) -> list[Lane]:
        """A lane for each framework, in the order in which the country came to them."""
        rows: dict[UUID, list[Membership]] = {}
        for row in self._memberships:
            if row.counts and row.begun(self.day.day):
                rows.setdefault(row.framework_id, []).append(row)
        return [
            Lane(
                mine[0].framework.short_title or mine[0].framework.title,
                strip(
                    self.scale,
                    timeline.in_force(mine, self.day.day),
                    timeline.ends(mine, self.day.day),
                    self.day.day,
                ),
            )
            for mine in rows.values()
        ]

    def strip(self) -> Strip:
        return status_strip(self.scale, self.standing.spans, self.day.day)

    @property
    def joined_alliance(self) -> bool:
        return any(row.end_reason == EndReason.ACCEDED for row in self._memberships)

    # Programmes, names, focus -----------------------------------------------------------------------------------------

    @cached_property
    def participations(self) -> list[Held]:
        rows = public(Participation).filter(partner=self.record.pk).select_related("programme")
        told = [f"programme__{name}" for name in ("kind", "slug", "title", "short_title")]
        rows = rows.only(*(f.name for f in Participation._meta.fields), *told).order_by("start_earliest", "id")
        return [held(row, self.day) for row in rows if shows(row, self.day)]

    @cached_property
    def names(self) -> list[Held]:
        return [held(row, self.day) for row in self.record.names.all() if shows(row, self.day)]

    @cached_property
    def focus(self) -> list[Held]:
        rows = public(Focus).filter(partner=self.record.pk).select_related("topic").order_by("position", "id")
        return [held(row, self.day) for row in rows if shows(row, self.day)]

    # Exercises --------------------------------------------------------------------------------------------------------

    @cached_property
    def exercises(self) -> list[PartIn]:
        """The editions it took part in, the newest first; none that began after the day of a page that is turned."""
        told = (
            *("kind", "slug", "title", "first_day", "last_day", "place", "personnel"),
            *("series__kind", "series__slug"),
        )
        rows = public(Participant).filter(partner=self.record.pk).select_related("edition__series")
        rows = rows.only("role", "partner", *(f"edition__{name}" for name in told))
        rows = rows.order_by("-edition__first_day_earliest", "edition__title", "role")
        return [
            PartIn(
                stub_of(row.edition, series=row.edition.series.slug),
                row.edition.first_day,
                row.edition.last_day,
                row.role,
                row.edition.place,
                row.edition.personnel,
            )
            for row in rows
            if not self.day.dated
            or not row.edition.first_day_earliest
            or row.edition.first_day_earliest <= self.day.day
        ]

    @property
    def editions(self) -> int:
        return len({part.edition.id for part in self.exercises})

    @property
    def hosted(self) -> int:
        return len({part.edition.id for part in self.exercises if part.role == Participant.Role.HOST})

    def by_year(self) -> tuple[list[Column], int]:
        """Editions by the year of their first day, those it hosted at the foot of each column."""
        stacks: dict[str, Counter[int]] = {"host": Counter(), "part": Counter()}
        hosted = {part.edition.id for part in self.exercises if part.role == Participant.Role.HOST}
        for edition, first_day in {part.edition.id: part.first_day for part in self.exercises}.items():
            if first_day:
                stacks["host" if edition in hosted else "part"][int(first_day[:4])] += 1
        return columns(self.scale, stacks, 60)

    @property
    def challenges(self) -> list[Linked]:
        return self._linked_from.get("challenge", [])

    # Hosts and studies ------------------------------------------------------------------------------------------------

    @cached_property
    def institutions(self) -> list[Institution]:
        rows = public(Institution).filter(host=self.record.pk).only("kind", "slug", "title", "opened", "summary")
        return [row for row in rows if by(row.opened, self.day)]

    @cached_property
    def studies(self) -> list[CaseStudy]:
        return list(public(CaseStudy).filter(partner=self.record.pk).only("kind", "slug", "title", "summary"))

    # The page ---------------------------------------------------------------------------------------------------------

    def rows(self) -> list[UUID]:
        return [one.row.pk for one in (*self.memberships, *self.participations, *self.names, *self.focus)]

    def own_sections(self) -> Iterable[Section]:
        yield Section("status", _("Status and frameworks"))
        if self.participations:
            yield Section("programmes", _("Programmes"))
        if self.exercises:
            yield Section("exercises", _("Exercises by year"))
        if self.focus:
            yield Section("focus", _("What the work is about"))
        if self.challenges:
            yield Section("challenges", _("Challenges"))
        if self.names:
            yield Section("names", _("Names over time"))
        if self.institutions or self.studies:
            yield Section("hosts", _("Institutions and case studies"))


PAGE: dict[type[Kind], type[RecordPage]] = {Partner: PartnerPage}
