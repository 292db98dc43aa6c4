"""The page of one record. What every kind has stands here; kinds whose questions differ have a module of their own."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partnerships.models import KINDS, Claim, Disclosure, Edition, Kind, Link, Milestone, Verdict, bounds, words
from partnerships.publishing.models import Change
from partnerships.publishing.reading import public
from partnerships.queries.addresses import past_path
from partnerships.queries.as_of import Day
from partnerships.queries.changes import corrections_of
from partnerships.queries.freshness import freshness
from partnerships.queries.glossary import Glossary
from partnerships.queries.notes import Notes, citations
from partnerships.queries.records import Stub, names_on, stubs

from .addresses import address, markdown_path, report_address
from .citing import FORMS, Cited, plain
from .days import text_fits
from .drawings import Scale, scale_for
from .facts import Fact, facts_of, texts_of
from .frame import Place, many, render
from .visits import Visit


class Section(NamedTuple):
    """A part of the page with a heading: its anchor, and what it is called there and in the contents list."""

    id: str
    title: str


@dataclass(frozen=True)
class Linked:
    """A record at the other end of a link, and what the link says."""

    record: Stub
    note: str = ""


class LinkGroup(NamedTuple):
    """Links under one heading."""

    title: str
    links: list[Linked]


@dataclass(frozen=True)
class Event:
    """A milestone as other pages list it."""

    record: Stub
    date: str
    summary: str


@dataclass(frozen=True)
class Statement:
    """A claim as other pages list it."""

    record: Stub
    verdict: str
    words: str
    explanation: str


PARAGRAPH = "\n\n"
"""Between the paragraphs of a plain text."""

RELATIONS = {  # in the order in which they are shown
    Link.Relation.CONCERNS: gettext_lazy("Concerns"),
    Link.Relation.AFFECTS: gettext_lazy("Affects"),
    Link.Relation.ABOUT: gettext_lazy("Is about"),
    Link.Relation.USES: gettext_lazy("Uses"),
    Link.Relation.RELATED: gettext_lazy("Related"),
}


class RecordPage:
    """What the page of a record says, on the day of the visit.

    A kind's own page adds sections and says which rows it shows; their citations become the page's notes.
    """

    template = "records/record.html"
    sentence = False
    """Whether titles of the kind are sentences, which stand smaller."""
    rests_on = True
    """Whether the notes of the record as a whole stand beside the text."""
    apart: tuple[str, ...] = ("milestone", "claim")
    """Kinds of records linking here that have a section of their own."""
    turns = False
    """Whether something on the page follows the day, besides the names of countries."""
    compared_as = ""
    """The parameter under which the record can be set beside others of its kind; empty where it can't."""

    def __init__(self, record: Kind, visit: Visit):
        self.record, self.visit, self.day = record, visit, visit.day

    @classmethod
    def records(cls, kind: type[Kind]) -> QuerySet:
        """The public records of the kind, with what the page reads from them in the same query."""
        keys = [f.name for f in kind._meta.local_fields if f.many_to_one]
        return public(kind).select_related(*keys) if keys else public(kind)

    @cached_property
    def scale(self) -> Scale:
        return scale_for(self.day.today)

    # Head -------------------------------------------------------------------------------------------------------------

    @property
    def title(self) -> str:
        return self.record.title

    @property
    def label(self) -> str:
        """The kind, above the title."""
        return self.record._meta.verbose_name.capitalize()

    @property
    def begins(self) -> str:
        """The date before which there is nothing to show, as written; empty when there is no such date."""
        for name in ("first_day", "first_held", "date", "opened", "start"):
            if hasattr(self.record, name):
                return getattr(self.record, name)
        return ""

    @property
    def not_yet(self) -> bool:
        """Whether the page is turned to a day before its record began."""
        return self.day.dated and bool(self.begins) and self.day.day < bounds(self.begins).earliest

    @property
    def maybe_yet(self) -> bool:
        """Whether the page is turned to a day on which it is unknown if its record had begun."""
        if not (self.day.dated and self.begins):
            return False
        days = bounds(self.begins)
        return days.earliest <= self.day.day < days.latest

    @property
    def timeless(self) -> bool:
        """Whether the kind has no dates of its own, so that it answers the same on every day."""
        return not self.turns and not hasattr(self.record, "end_is") and not self.begins

    @property
    def below(self) -> str:
        """Where the history of the record, its versions, its feed and its citations stand."""
        series = self.record.series.slug if isinstance(self.record, Edition) else ""
        return past_path(self.record.kind, self.record.slug, series)

    @property
    def history(self) -> str:
        """Where the published versions of the record are listed."""
        return f"{self.below}history/"

    @property
    def cited(self) -> Cited | None:
        """The version that the page shows, to be cited; none under another day, which no version's address says."""
        record = self.record
        if self.day.dated or not record.updated_at:
            return None
        path = f"{self.below}versions/{record.version}/"
        return Cited(record.title, record.kind, record.slug, record.version, record.updated_at.date(), path)

    @property
    def citation(self) -> str:
        """How to cite the page, in a sentence."""
        return plain(self.cited) if self.cited else ""

    # Text and facts ---------------------------------------------------------------------------------------------------

    @property
    def text_fits(self) -> bool:
        """Whether the text may stand under the day of the page."""
        return text_fits(self.record, self.day)

    @cached_property
    def facts(self) -> list[Fact]:
        facts = facts_of(self.record, self.day)
        countries = [fact.record.id for fact in facts if fact.record and fact.record.kind == "partner"]
        names = names_on(countries, self.day.day)
        return [
            replace(fact, record=replace(fact.record, title=names[fact.record.id]))
            if fact.record and fact.record.id in names
            else fact
            for fact in facts
        ]

    def texts(self) -> list[tuple[str, str, str]]:
        """The longer texts besides summary and body: label, field and text."""
        return texts_of(self.record)

    @cached_property
    def glossary(self) -> Glossary:
        """The words of the page's texts that the glossary explains."""
        record = self.record
        texts = [
            record.summary,
            *(part for *_rest, text in self.texts() for part in text.split(PARAGRAPH)),
            record.body,
        ]
        return Glossary([*texts, *(fact.words for fact in self.facts)], record)

    @property
    def unsourced(self) -> list[str]:
        """The fields for which no source was found."""
        return self.record.unsourced.split()

    def unsourced_words(self) -> list[str]:
        """The same as a reader would say them."""
        fields = {f.name: f for f in type(self.record)._meta.get_fields()}
        return [
            str(getattr(fields.get(name), "verbose_name", name.replace("_", " "))) if name in fields else name
            for name in self.unsourced
        ]

    @property
    def disclosure(self) -> str:
        """How the text came about, and whether a person has looked at it."""
        record = self.record
        if record.disclosure == Disclosure.HUMAN:
            return ""
        said = str(record.get_disclosure_display())
        if record.reviewed_on:
            return _("%(how)s, reviewed by a person on %(day)s") % {
                "how": said,
                "day": words(record.reviewed_on.isoformat()),
            }
        return _("%(how)s, not yet reviewed by a person") % {"how": said}

    @property
    def freshness(self) -> str:
        return freshness(self.record.review_by, self.day.today) or ""

    @property
    def report(self) -> str:
        """Where an error on the page is reported; empty where it can't be."""
        return report_address(self.record)

    # Links ------------------------------------------------------------------------------------------------------------

    @cached_property
    def _links(self) -> tuple[list[Link], list[Link]]:
        out = public(Link).filter(record=self.record.pk).select_related("other").order_by("position", "id")
        back = public(Link).filter(other=self.record.pk).select_related("record").order_by("record__title", "id")
        return list(out), list(back)

    @cached_property
    def _ends(self) -> dict[UUID, Stub]:
        out, back = self._links
        return stubs([*(link.other for link in out), *(link.record for link in back)], self.day.day)

    def _linked(self, link: Link, end: UUID) -> Linked:
        """The other end. What is noted of a link bears no date, so a page that is turned to a day leaves it out."""
        return Linked(self._ends[end], "" if self.day.dated else link.note)

    @cached_property
    def linked_to(self) -> dict[str, list[Linked]]:
        """What the record is linked to, by relation."""
        groups: dict[str, list[Linked]] = {}
        for link in self._links[0]:
            if link.other_id not in self._hidden:
                groups.setdefault(link.relation, []).append(self._linked(link, link.other_id))
        return groups

    @property
    def links(self) -> list[LinkGroup]:
        """The same under headings."""
        there = self.linked_to
        return [LinkGroup(str(title), there[relation]) for relation, title in RELATIONS.items() if relation in there]

    @cached_property
    def _linked_from(self) -> dict[str, list[Linked]]:
        """What links here, by kind, each record once."""
        groups: dict[str, dict[UUID, Linked]] = {}
        for link in self._links[1]:
            if link.record_id not in self._hidden:
                groups.setdefault(link.record.kind, {}).setdefault(link.record_id, self._linked(link, link.record_id))
        return {name: list(links.values()) for name, links in groups.items()}

    @property
    def linked_from(self) -> list[LinkGroup]:
        """What links here, under headings; kinds with a section of their own left out."""
        there = self._linked_from
        return [
            LinkGroup(many(kind), there[name])
            for name, kind in KINDS.items()
            if name in there and name not in self.apart
        ]

    def _of_kind(self, name: str) -> list[UUID]:
        return [link.record_id for link in self._links[1] if link.record.kind == name]

    @cached_property
    def _hidden(self) -> set[UUID]:
        """Linked events that came after the day of the page."""
        if not self.day.dated:
            return set()
        out, back = self._links
        ends = [*(link.other for link in out), *(link.record for link in back)]
        later: set[UUID] = set()
        for kind, name in ((Milestone, "date_earliest"), (Edition, "first_day_earliest")):
            if ids := {end.pk for end in ends if end.kind == kind._meta.model_name}:
                rows = public(kind).filter(pk__in=ids, **{f"{name}__gt": self.day.day})
                later |= set(rows.order_by().values_list("pk", flat=True))
        return later

    @cached_property
    def milestones(self) -> list[Event]:
        """Milestones that link here, the newest first; none later than the day of a page that is turned."""
        if not (ids := self._of_kind("milestone")):
            return []
        rows = public(Milestone).filter(pk__in=ids).order_by("-date_earliest", "title")
        return [Event(self._ends[row.pk], row.date, row.summary) for row in rows if row.pk not in self._hidden]

    @cached_property
    def claims(self) -> list[Statement]:
        """Claims that link here, those that are wrong in some way first."""
        return (
            statements(public(Claim).filter(pk__in=ids), self._ends, self.day)
            if (ids := self._of_kind("claim"))
            else []
        )

    @cached_property
    def corrections(self) -> list[Change]:
        """The corrections of the record. They follow the portal, not the world: a page that is turned leaves them out."""
        return [] if self.day.dated else corrections_of(self.record.pk)

    # Notes ------------------------------------------------------------------------------------------------------------

    def rows(self) -> Sequence[UUID]:
        """The owned rows that the page shows, in its order."""
        return ()

    def citations(self):
        return citations(record=self.record.pk)

    @cached_property
    def notes(self) -> Notes:
        return Notes(self.citations(), self.record, self.rows())

    # The page ---------------------------------------------------------------------------------------------------------

    def own_sections(self) -> Iterable[Section]:
        """The sections that only this kind has, in the order of the page."""
        return ()

    @cached_property
    def sections(self) -> list[Section]:
        """All sections with something in them: the contents list, and what the template may show."""
        found = list(self.own_sections())
        if self.milestones:
            found.append(Section("milestones", _("Milestones")))
        if self.claims:
            found.append(Section("claims", _("Claims checked")))
        if self.links or self.linked_from:
            found.append(Section("related", _("Related records")))
        if self.glossary.terms:
            found.append(Section("words", _("Words used here")))
        if self.corrections:
            found.append(Section("corrections", _("Corrections")))
        if self.notes.list or self.unsourced:
            found.append(Section("sources", _("Sources")))
        if self.cited:
            found.append(Section("cite", _("Cite this page")))
        return found

    def context(self) -> dict:
        """More of what the template reads, for kinds that have more to say."""
        return {}

    @property
    def forms(self) -> list[Place]:
        """The citation in the forms that other programs read."""
        return [Place(str(form.label), f"{self.below}cite/{name}") for name, form in FORMS.items()]

    def crumbs(self) -> list[Place]:
        kind = type(self.record)
        return [Place(many(kind), address(kind)), Place(self.title, "")]

    @property
    def markdown(self) -> str:
        """Where the page stands as Markdown, turned to the same day."""
        return self.visit.keep(markdown_path(self.visit.path))

    @property
    def shown(self) -> tuple[str, dict]:
        """The template of the page, and what it reads."""
        if self.not_yet:
            return "records/not_yet.html", {"page": self}
        return self.template, {"page": self, **self.context()}

    def response(self) -> HttpResponse:
        return render(self.visit, *self.shown, crumbs=self.crumbs())


def statements(claims: Iterable[Claim], ends: dict[UUID, Stub], day: Day) -> list[Statement]:
    """Claims as statements with their verdict, the wrong ones first, then in the order of their numbers.

    An explanation that describes another day than that of the page is left out.
    """
    order = [
        Verdict.CONTRADICTED,
        Verdict.MISLEADING,
        Verdict.OUTDATED,
        Verdict.PARTLY,
        Verdict.UNVERIFIABLE,
        Verdict.SUPPORTED,
    ]
    rows = sorted(claims, key=lambda claim: (order.index(Verdict(claim.verdict)), claim.slug))
    return [
        Statement(
            ends[row.pk],
            row.verdict,
            row.statement,
            (row.corrected_statement or row.explanation) if text_fits(row, day) else "",
        )
        for row in rows
    ]
