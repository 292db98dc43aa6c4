"""Records of one kind side by side: facts as rows. What is unknown, what doesn't apply and what isn't there differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import (
    EndIs,
    Framework,
    InForce,
    Kind,
    Membership,
    Participant,
    Participation,
    Partner,
    PartnerStatus,
    Period,
    Programme,
)
from partnerships.publishing.reading import public
from partnerships.queries import atlas, timeline
from partnerships.queries.notes import Notes, citations
from partnerships.queries.records import Stub, stub_of
from partnerships.queries.standing import reckon

from . import partners
from .atlas import MARKS, stay_began
from .days import shows, text_fits
from .facts import Fact, facts_of
from .frameworks import memberships_of
from .periods import held
from .visits import Visit
from .wording import number

UNKNOWN, NOT_APPLICABLE, NONE = "unknown", "na", "none"


@dataclass(frozen=True)
class Cell:
    """One fact of one record. `mark` says how it stands, or why there is none; `aside` says more."""

    words: str = ""
    mark: str = ""
    aside: str = ""
    since: str = ""
    """A partial date; of what has ended, that of its end."""
    fact: Fact | None = None
    notes: tuple[int, ...] = ()
    unsourced: bool = False


def unknown(aside: str = "") -> Cell:
    """There is an answer, and this portal doesn't know it."""
    return Cell(_("Unknown"), UNKNOWN, aside)


def not_applicable(aside: str = "") -> Cell:
    """There can be no answer."""
    return Cell(_("Not applicable"), NOT_APPLICABLE, aside)


def none(aside: str = "") -> Cell:
    """The answer is that there is none."""
    return Cell(_("None"), NONE, aside)


@dataclass(frozen=True)
class Line:
    """One row of the table. `link` leads to what it is about, where that is a record."""

    label: str
    cells: list[Cell]
    link: Stub | None = None


@dataclass(frozen=True)
class Column:
    """One record, with the notes on which it rests as a whole."""

    link: Stub
    notes: list[int]


@dataclass(frozen=True)
class Comparison:
    """The records compared, the rows of their table, and the notes."""

    columns: list[Column]
    lines: list[Line]
    notes: Notes


# Facts ----------------------------------------------------------------------------------------------------------------

Absent = Callable[[Any, Visit], Cell]
"""What to say of a record that has no value in a row."""
Fields = tuple[tuple[str, Any, Absent], ...]
"""Rows of facts: field, label, and what to say where there is no value."""


def _fact_lines(records: list[Any], visit: Visit, notes: Notes, fields: Fields) -> list[Line]:
    """On a page that is turned to a day, facts of another day's text aren't known."""
    facts = {record.pk: {fact.field: fact for fact in facts_of(record, visit.day)} for record in records}

    def cell(record: Any, name: str, absent: Absent) -> Cell:
        fact = facts[record.pk].get(name)
        if not fact:
            return absent(record, visit)
        if not fact.timeless and not text_fits(record, visit.day):
            return unknown(_("for this day"))
        return Cell(
            fact=fact,
            notes=tuple(notes.of_fact(record.pk, name)),
            unsourced=name in record.unsourced.split(),
        )

    return [Line(str(label), [cell(record, name, absent) for record in records]) for name, label, absent in fields]


def _unknown(record: Kind, visit: Visit) -> Cell:
    return unknown()


def _of_text(record: Kind, visit: Visit) -> Cell:
    """A fact of the day of the text: of another day it isn't known."""
    return unknown("" if text_fits(record, visit.day) else _("for this day"))


def _notes(ids: list[UUID], kind: type[Kind], fields: Iterable[str], rows: Iterable[UUID] = ()) -> Notes:
    """The citations of what the table shows, of all records. One query, and those for what is verified."""
    shown, rows = {"", *fields}, list(rows)
    known = set(rows)
    found = [one for one in citations(record__in=ids) if (one.row in known if one.row else one.field in shown)]
    return Notes(found, kind(), rows, kind)


def _columns(links: Iterable[Stub], notes: Notes) -> list[Column]:
    return [Column(link, notes.of_fact(link.id, "")) for link in links]


# Countries ------------------------------------------------------------------------------------------------------------


def _no_region(record: Partner, visit: Visit) -> Cell:
    return none(_("in none of the portal’s groups"))


def _no_relations(record: Partner, visit: Visit) -> Cell:
    return none(_("not yet on this day")) if record.relations_since else unknown()


def _no_wish(record: Partner, visit: Visit) -> Cell:
    return none(_("none recorded")) if text_fits(record, visit.day) else unknown(_("for this day"))


COUNTRY: Fields = (
    ("official_name", gettext_lazy("Official name"), _of_text),
    ("capital", gettext_lazy("Capital"), _of_text),
    ("region", gettext_lazy("Region"), _no_region),
    ("iso2", gettext_lazy("Codes"), _unknown),
    ("relations_since", gettext_lazy("Relations since"), _no_relations),
    ("aspiration", gettext_lazy("Wish to join"), _no_wish),
)


def countries(visit: Visit, ids: list[UUID]) -> Comparison:
    """Countries: status, facts, and what each is in all that one of them was ever in. Nine queries at most."""
    day = visit.day
    by_id = {country.record.pk: country for country in atlas.countries(day.day, ids)}
    there = [by_id[pk] for pk in ids]
    known = atlas.frameworks()
    memberships = {
        (country.record.pk, framework.pk): row
        for country in there
        for framework in known
        if (row := country.held.get(framework.pk) or country.once(framework.pk)) and shows(row, day)
    }
    parts = _participations(ids, visit)
    rows = [row.pk for row in (*memberships.values(), *parts.values())]
    fields = ("memberships", "participations", *(name for name, *_rest in COUNTRY))
    notes = _notes(ids, Partner, fields, rows)

    def period(row: Period | None, owner: UUID, name: str, began: str) -> Cell:
        if row is None:
            return none(_("up to this day"))
        said = held(row, day)
        cited = notes.of_row(row.pk) or notes.of_fact(owner, name)
        since = row.end if said.mark == "ended" else began
        return Cell(said.words, said.mark, said.aside, since, notes=tuple(cited), unsourced=not cited)

    standings = [partners.standing(country.memberships, day.day) for country in there]
    status = [Cell(one.short, MARKS[one.status], since=one.since) for one in standings]
    lines = [Line(_("Status"), status)]
    for line in _fact_lines([country.record for country in there], visit, notes, COUNTRY):
        if line.label == str(COUNTRY[-1][1]):
            allies = [country.status == PartnerStatus.ALLY for country in there]
            cells = [
                not_applicable(_("an Ally")) if ally else cell for ally, cell in zip(allies, line.cells, strict=True)
            ]
            line = replace(line, cells=cells)
        lines.append(line)
    for framework in known:
        mine = [memberships.get((pk, framework.pk)) for pk in ids]
        if any(mine):
            cells = [
                period(row, country.record.pk, "memberships", stay_began(country, row) if row else "")
                for country, row in zip(there, mine, strict=True)
            ]
            lines.append(Line(framework.title, cells, stub_of(framework)))
    for programme in {row.programme_id: row.programme for row in parts.values()}.values():
        held_parts = [parts.get((pk, programme.pk)) for pk in ids]
        cells = [
            period(row, pk, "participations", row.start if row else "") for pk, row in zip(ids, held_parts, strict=True)
        ]
        lines.append(Line(programme.title, cells, stub_of(programme)))
    editions = _editions(ids, visit)
    counted = [Cell(number(editions[pk])) if editions.get(pk) else none(_("none recorded")) for pk in ids]
    lines.append(Line(_("Editions of exercises"), counted))
    return Comparison(_columns((country.link for country in there), notes), lines, notes)


def _participations(ids: list[UUID], visit: Visit) -> dict[tuple[UUID, UUID], Participation]:
    """Of each country and programme the row that says most: in force, else possibly so, else the last. One query."""
    told = [f"programme__{name}" for name in ("kind", "slug", "title", "short_title")]
    rows = public(Participation).filter(partner__in=ids).select_related("programme")
    rows = rows.only(*(f.name for f in Participation._meta.fields), *told)
    order = (InForce.NO, InForce.UNCERTAIN, InForce.YES)
    found: dict[tuple[UUID, UUID], Participation] = {}
    for row in sorted(
        (row for row in rows.order_by("programme__title", "start_earliest", "id") if shows(row, visit.day)),
        key=lambda row: order.index(row.in_force(visit.day.day)),
    ):
        found[row.partner_id, row.programme_id] = row
    return dict(sorted(found.items(), key=lambda one: one[1].programme.title.casefold()))


def _editions(ids: list[UUID], visit: Visit) -> dict[UUID, int]:
    """In how many editions each country took part; none that began after the day of a page that is turned. One query."""
    rows = public(Participant).filter(partner__in=ids)
    if visit.day.dated:
        begun = Q(edition__first_day_earliest__lte=visit.day.day) | Q(edition__first_day_earliest__isnull=True)
        rows = rows.filter(begun)
    return dict(rows.order_by().values_list("partner").annotate(Count("edition", distinct=True)))


# Frameworks and programmes --------------------------------------------------------------------------------------------


def _before(record: Period, visit: Visit) -> bool:
    """Whether the record surely hadn't begun on the day."""
    return bool(record.start_earliest and visit.day.day < record.start_earliest)


def _no_end(record: Period, visit: Visit) -> Cell:
    return unknown() if record.end_is == EndIs.UNKNOWN else none(_("open"))


def _no_document(record: Framework, visit: Visit) -> Cell:
    return not_applicable(_("a category")) if record.type == Framework.Type.CATEGORY else unknown()


def _no_successor(record: Framework, visit: Visit) -> Cell:
    if record.in_force(visit.day.day) != InForce.NO or _before(record, visit):
        return not_applicable(_("not closed"))
    return none()


FRAMEWORK: Fields = (
    ("type", gettext_lazy("Type"), _unknown),
    ("start", gettext_lazy("Founded"), _unknown),
    ("end", gettext_lazy("Closed"), _no_end),
    ("founding_document", gettext_lazy("Founding document"), _no_document),
    ("scope", gettext_lazy("Area"), _unknown),
    ("mutual_defence", gettext_lazy("Mutual defence"), _unknown),
    ("successor", gettext_lazy("Followed by"), _no_successor),
    ("instrument", gettext_lazy("Instrument"), _unknown),
    ("official_address", gettext_lazy("Official page"), _unknown),
)


def _lives(records: list[Any], visit: Visit, notes: Notes, fields: Fields) -> list[Line]:
    """The facts of frameworks or programmes. Of one that hadn't begun by the day there is nothing to say yet."""
    lines = []
    for (name, *_rest), line in zip(fields, _fact_lines(records, visit, notes, fields), strict=True):
        cells = []
        for record, cell in zip(records, line.cells, strict=True):
            if name == "start" and not record.start:
                category = getattr(record, "type", "") == Framework.Type.CATEGORY
                cell = not_applicable(_("a category has no founding act")) if category else unknown()
            elif _before(record, visit):
                cell = none(_("not yet on this day")) if name == "start" else not_applicable(_("not yet there"))
            elif name == "mutual_defence" and not record.mutual_defence and not record.mutual_defence_note:
                cell = replace(none(), notes=cell.notes, unsourced=cell.unsourced)
            cells.append(cell)
        lines.append(Line(line.label, cells))
    return lines


def frameworks(visit: Visit, ids: list[UUID]) -> Comparison:
    """Frameworks: facts, and how many countries they hold. Six queries at most."""
    day = visit.day.day
    by_id = {row.pk: row for row in public(Framework).filter(pk__in=ids).select_related("successor")}
    records = [by_id[pk] for pk in ids]
    rows: dict[UUID, list[Membership]] = {pk: [] for pk in ids}
    for row in memberships_of(ids):
        rows[row.framework_id].append(row)
    notes = _notes(ids, Framework, [name for name, *_rest in FRAMEWORK])
    numbers: list[list[Cell]] = [[], [], [], []]
    for record in records:
        standing = reckon([row for row in rows[record.pk] if row.in_force(day) != InForce.NO], day)
        most = max((count.members for count in timeline.counts(rows[record.pk], day)), default=0)
        if _before(record, visit):
            cells = [not_applicable(_("not yet founded"))] * 4
        else:
            counts = (standing.in_force, standing.suspended, standing.uncertain, most)
            cells = [Cell(number(one)) if one else none() for one in counts]
        for line, cell in zip(numbers, cells, strict=True):
            line.append(cell)
    labels = (_("Countries in force"), _("of them suspended"), _("more, uncertain"), _("Most at one time, so far"))
    lines = _lives(records, visit, notes, FRAMEWORK)
    lines += [Line(label, cells) for label, cells in zip(labels, numbers, strict=True)]
    return Comparison(_columns(map(stub_of, records), notes), lines, notes)


PROGRAMME: Fields = (
    ("instrument", gettext_lazy("Instrument"), _unknown),
    ("start", gettext_lazy("Started"), _unknown),
    ("end", gettext_lazy("Closed"), _no_end),
    ("official_address", gettext_lazy("Official page"), _unknown),
)


def programmes(visit: Visit, ids: list[UUID]) -> Comparison:
    """Programmes: facts, and how many countries take part. Three queries, and those of the notes."""
    by_id = {row.pk: row for row in public(Programme).filter(pk__in=ids)}
    records = [by_id[pk] for pk in ids]
    sure: dict[UUID, set] = {pk: set() for pk in ids}
    unsure: dict[UUID, set] = {pk: set() for pk in ids}
    for row in public(Participation).filter(programme__in=ids).possibly_on(visit.day.day):
        (sure if row.in_force(visit.day.day) == InForce.YES else unsure)[row.programme_id].add(row.partner_id)
    notes = _notes(ids, Programme, [name for name, *_rest in PROGRAMME])

    def counted(pk: UUID, countries: set) -> Cell:
        if _before(by_id[pk], visit):
            return not_applicable(_("not yet started"))
        return Cell(number(len(countries))) if countries else none()

    lines = _lives(records, visit, notes, PROGRAMME)
    lines.append(Line(_("Countries surely taking part"), [counted(pk, sure[pk]) for pk in ids]))
    lines.append(Line(_("more, uncertain"), [counted(pk, unsure[pk] - sure[pk]) for pk in ids]))
    return Comparison(_columns(map(stub_of, records), notes), lines, notes)
