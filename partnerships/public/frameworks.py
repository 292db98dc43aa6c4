"""The page of a framework: who belongs to it on the day, who is suspended, who joined and left, and when."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from uuid import UUID

from django.utils.translation import gettext as _

from partnerships.models import Framework, InForce, Kind, Membership, MembershipStatus, name_on
from partnerships.publishing.reading import public
from partnerships.queries import timeline
from partnerships.queries.as_of import Day
from partnerships.queries.notes import citations
from partnerships.queries.records import Stub, stub_of
from partnerships.queries.standing import Standing, reckon

from .details import RecordPage, Section
from .drawings import Steps, Strip, steps, strip
from .periods import Held, held

CHART_HEIGHT = 88


@dataclass(frozen=True)
class Member:
    """A country that belongs to the framework on the day, or may: its row then, the beginning of its stay, its strip."""

    country: Stub
    held: Held
    since: str
    strip: Strip


@dataclass
class Year:
    """Who joined and who left in a year, and how many were in force at its end (or on the day shown)."""

    year: int
    joined: list[str] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    """Names, each with the reason."""
    members: int = 0

    def reasons(self) -> list[tuple[str, list[str]]]:
        """Those who left, by reason."""
        reasons: dict[str, list[str]] = {}
        for name, reason in self.left:
            reasons.setdefault(reason, []).append(name)
        return list(reasons.items())


def memberships_of(frameworks: Iterable[UUID] | None = None) -> list[Membership]:
    """The memberships of some frameworks, or all, with the names of their countries. Two queries."""
    rows = public(Membership).counted()
    if frameworks is not None:
        rows = rows.filter(framework__in=list(frameworks))
    told = [f"partner__{name}" for name in ("kind", "slug", "title")]
    rows = rows.select_related("partner").only(*(f.name for f in Membership._meta.fields), *told)
    return list(rows.prefetch_related("partner__names").order_by("start_earliest", "id"))


def life(framework: Framework, day: Day) -> str:
    """What to say of a framework on a day on which it isn't surely in force; empty when it is.

    One whose start is unknown (a category has no founding act) is not doubted for that.
    """
    if framework.to_latest and framework.to_latest <= day.day:
        return _("closed")
    if framework.start_earliest and day.day < framework.start_earliest:
        return _("not yet founded")
    if framework.start and framework.in_force(day.day) == InForce.UNCERTAIN:
        return _("uncertain")
    return ""


class FrameworkPage(RecordPage):
    template = "records/framework.html"
    compared_as = "framework"
    turns = True

    @property
    def label(self) -> str:
        return _("Framework: %(type)s") % {"type": self.record.get_type_display().lower()}

    @cached_property
    def memberships(self) -> list[Membership]:
        return memberships_of([self.record.pk])

    @cached_property
    def names(self) -> dict[UUID, str]:
        """The names of the countries on the day."""
        return {row.partner_id: name_on(row.partner, self.day.day) for row in self.memberships}

    @cached_property
    def standing(self) -> Standing:
        day = self.day.day
        return reckon([row for row in self.memberships if row.in_force(day) != InForce.NO], day)

    @property
    def life(self) -> str:
        return life(self.record, self.day)

    @cached_property
    def _stays(self) -> list[list[Membership]]:
        stays = timeline.stays(self.memberships)
        return [stay for stay in stays if not self.day.dated or stay[0].begun(self.day.day)]

    # Who belongs to it ------------------------------------------------------------------------------------------------

    @cached_property
    def _members(self) -> list[Member]:
        of_partner: dict[UUID, list[Membership]] = {}
        for row in self.memberships:
            of_partner.setdefault(row.partner_id, []).append(row)
        begun = {row.pk: stay[0].start for stay in self._stays for row in stay}
        day = self.day.day
        members = [
            Member(
                stub_of(row.partner, title=self.names[row.partner_id]),
                held(row, self.day),
                begun.get(row.pk, row.start),
                strip(
                    self.scale,
                    timeline.in_force(of_partner[row.partner_id], day),
                    timeline.ends(of_partner[row.partner_id], day),
                    day,
                ),
            )
            for row in self.standing.rows
        ]
        return sorted(members, key=lambda member: member.country.title.casefold())

    @property
    def active(self) -> list[Member]:
        return [
            one for one in self._members if one.held.mark != "unsure" and one.held.row.status == MembershipStatus.ACTIVE
        ]

    @property
    def suspended(self) -> list[Member]:
        return [
            one
            for one in self._members
            if one.held.mark != "unsure" and one.held.row.status == MembershipStatus.SUSPENDED
        ]

    @property
    def uncertain(self) -> list[Member]:
        return [one for one in self._members if one.held.mark == "unsure"]

    # How that changed -------------------------------------------------------------------------------------------------

    @cached_property
    def counts(self) -> list[timeline.Count]:
        return timeline.counts(self.memberships, self.day.day)

    def chart(self) -> Steps:
        return steps(self.scale, self.counts, self.day.day, CHART_HEIGHT)

    @property
    def most(self) -> tuple[int, int]:
        """The highest number, and the year in which it was first reached."""
        top = max(self.counts, key=lambda count: count.members)
        return top.members, top.first.year

    @cached_property
    def years(self) -> list[Year]:
        """The years in which someone joined or left, up to the day; each in the order in which they did."""
        years: dict[int, Year] = {}
        joined = [(stay[0].start_earliest, self.names[stay[0].partner_id]) for stay in self._stays]
        for day, name in sorted(one for one in joined if one[0] and one[0] <= self.day.day):
            years.setdefault(day.year, Year(day.year)).joined.append(name)
        left = [
            (last.to_latest, self.names[last.partner_id], last.get_end_reason_display() if last.end_reason else "")
            for last in (stay[-1] for stay in self._stays)
        ]
        for day, name, reason in sorted(one for one in left if one[0] and one[0] <= self.day.day):
            years.setdefault(day.year, Year(day.year)).left.append((name, reason))
        for year in years.values():
            before = [count.members for count in self.counts if count.first.year <= year.year]
            year.members = before[-1] if before else 0
        return [years[year] for year in sorted(years)]

    @property
    def unknown_starts(self) -> list[str]:
        return sorted(self.names[stay[0].partner_id] for stay in self._stays if not stay[0].start)

    # The page ---------------------------------------------------------------------------------------------------------

    def rows(self) -> list[UUID]:
        return [one.held.row.pk for one in (*self.active, *self.suspended, *self.uncertain)]

    def citations(self):
        """The framework's own, and those of the memberships that the page shows: these belong to the countries."""
        rows = self.rows()
        countries = {row.partner_id for row in self.memberships}
        return [*super().citations(), *(citations(record__in=countries, row__in=rows) if rows else ())]

    def own_sections(self) -> Iterable[Section]:
        title = _("In force on %(day)s") % {"day": self.day.words} if self.day.dated else _("In force today")
        yield Section("members", title)
        yield Section("suspended", _("Suspended"))
        if self.uncertain:
            yield Section("uncertain", _("Uncertain on this day"))
        if self.years or self.unknown_starts:
            yield Section("years", _("Joined and left, up to this day") if self.day.dated else _("Joined and left"))


PAGE: dict[type[Kind], type[RecordPage]] = {Framework: FrameworkPage}
