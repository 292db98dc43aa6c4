"""Lists and single objects of all kinds, and of the owned rows that have an address: one view for each shape of address."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import ClassVar
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from rest_framework.response import Response

from partnerships.models import Notice
from partnerships.publishing.models import Action
from partnerships.publishing.reading import Gone, Moved, public, where_now
from partnerships.queries import paging
from partnerships.queries.as_of import Day, read_day
from partnerships.queries.facets import facet_names
from partnerships.queries.filters import QUESTIONS
from partnerships.queries.known_at import Known, taken_down_since
from partnerships.queries.questions import Questions

from . import answers, formats
from .addresses import api, record_url, versions_path
from .door import Door
from .lists import around, counted, envelope, envelope_of, page_size
from .negotiation import FORMS, wanted_form
from .problems import Problem, gone
from .selection import chosen
from .serializers import Chosen, RowSerializer

BATCH = 200
"""Rows of a file that are made at a time."""


class Facts(Door):
    """An address of one kind of record or owned row. It can be turned to a day, and asked for what was known at a moment."""

    serializer: ClassVar[type[Chosen]] = Chosen
    form: str = ""
    """The form besides JSON that the end of the address asks for."""
    many: ClassVar[bool] = False
    """Whether it is a list."""
    possible: ClassVar[tuple[str, ...]] = ()
    """The forms that such an address can have."""

    @property
    def forms(self) -> tuple[str, ...]:
        """The forms besides JSON that this address has."""
        return forms_of(self.serializer, self.possible)

    def perform_content_negotiation(self, request, force=False):
        """A form by the end of the address holds whatever is accepted; else Accept may ask for one."""
        self.form = self.form or wanted_form(request.META.get("HTTP_ACCEPT", ""), self.forms)
        if self.form:
            return self.get_renderers()[0], FORMS[self.form]
        return super().perform_content_negotiation(request, force)

    @property
    def plural(self) -> str:
        one = self.serializer
        return one.endpoint if issubclass(one, RowSerializer) else one.model.plural

    @property
    def noun(self) -> str:
        return str(self.serializer.model._meta.verbose_name)

    @property
    def questions(self) -> type[Questions]:
        return QUESTIONS[self.serializer.model]

    def selecting(self) -> tuple[str, ...]:
        """The parameters that choose what of each object is shown."""
        return ("fields", "include") if self.serializer.includable() else ("fields",)

    def day(self) -> Day:
        return read_day(self.given.get("as_of", ""), self.today)


class FactList(Facts):
    """A list: narrowed by its filters, sorted, page by page; in other forms than JSON all of it at once."""

    many = True
    possible = ("csv", "jsonl", "geojson")

    @property
    def operation(self) -> str:
        return f"{self.plural}_{self.form or 'list'}".replace("-", "_")

    @property
    def description(self):
        how = "as one file" if self.form else "page by page"
        return f"All {self.serializer.model._meta.verbose_name_plural}, narrowed by filters, sorted, {how}."

    @property
    def answer(self):
        return envelope_of(self.serializer, facets=bool(facet_names(self.serializer.model)))

    def known_parameters(self):
        pages = () if self.form else ("page_size", "cursor")
        if facet_names(self.serializer.model) and not self.form:
            pages = ("facets", *pages)
        return ("as_of", "known_at", *self.questions.parameters(), *self.selecting(), "ordering", *pages)

    def get(self, request):
        given, serializer = self.given, self.serializer
        day, size = self.day(), page_size(given)
        shown = chosen(
            serializer,
            given.get("fields"),
            given.get("include"),
            single=False,
            extra=serializer.made_possible(given),
        )
        questions = self.questions(given, public(serializer.model), day=day.day, dated=day.dated)
        rows, ordering, keys = questions.sorted(given.get("ordering", ""))
        rows = serializer.fetched(rows, shown, day)
        if self.form:
            return self.file(shown, day, questions, paging.batches(rows, keys, BATCH))
        page = paging.page(rows, ordering, keys, given.get("cursor", ""), size, questions.qs)
        context = {"day": day} | serializer.prepared(page.rows, shown, day, questions)
        results = serializer(page.rows, many=True, chosen=shown, context=context).data
        links = around(f"{self.plural}/", given, page)
        more = counted(serializer.model, given, public(serializer.model), day)
        answer = envelope(page.count, links, results, meta(day, self.known, applies=serializer.turns), **more)
        links["alternate"] = api(
            f"{self.plural}.csv", {n: v for n, v in given.items() if n not in ("page_size", "cursor", "facets")}
        )
        return Response(answer, headers={"Link": answers.link_header(links)})

    def file(self, shown: list[str], day: Day, questions: Questions, batches: Iterable[list]) -> StreamingHttpResponse:
        """The whole list in the form asked for, some hundred rows at a time."""

        def results() -> Iterator[dict]:
            for rows in batches:
                context = {"day": day} | self.serializer.prepared(rows, shown, day, questions)
                yield from self.serializer(rows, many=True, chosen=shown, context=context).data

        fields = {name: field for name, field in self.serializer(chosen=shown).fields.items() if name != "meta"}
        return formats.file(self.form, fields, results(), f"{self.plural}-as-of-{day.day}")


class Single(Facts):
    """One object, with everything it has."""

    possible = ("geojson", "jsonld")

    @property
    def operation(self) -> str:
        return f"{self.plural}_retrieve{'_' if self.form else ''}{self.form}".replace("-", "_")

    @property
    def description(self):
        return f"One {self.noun}, with everything it has."

    @property
    def answer(self):
        return self.serializer

    def known_parameters(self):
        return ("as_of", "known_at", *self.selecting())

    def about(self, found: QuerySet) -> Response | None:
        """The answer about the only row of a queryset; None when there is none."""
        serializer, day = self.serializer, self.day()
        shown = chosen(serializer, self.given.get("fields"), self.given.get("include"), single=True)
        rows = list(serializer.fetched(found, shown, day))
        if not rows:
            return None
        context = {"day": day, "meta": meta(day, self.known, applies=serializer.turns)}
        context |= serializer.prepared(rows, shown, day)
        said = serializer(rows[0], chosen=shown, context=context).data
        if self.form:
            return Response(formats.SINGLE[self.form](said), content_type=FORMS[self.form])
        return Response(said)


class RecordDetail(Single):
    """A record by its slug."""

    refusals = (*Single.refusals, 404, 410)

    def get(self, request, slug: str):
        answer = self.about(public(self.serializer.model).filter(slug=slug))
        if not answer:
            return self.elsewhere(slug)
        answer.headers["Link"] = to_timemap(self.serializer.model.kind_name(), slug)
        return answer

    def elsewhere(self, slug: str) -> Response:
        """What became of an address without a public record. A draft and a slug never used are answered alike."""
        match where_now(self.serializer.model, slug):
            case Moved() as moved:
                query = f"?{urlencode(self.given)}" if self.given else ""
                address = record_url(moved.kind, moved.slug) + query
                return Response({"url": address}, status=301, headers={"Location": address})
            case Gone(stone):
                there = {} if stone.action == Action.TAKE_DOWN else {"Link": to_timemap(stone.kind, stone.slug)}
                raise gone(f"The {self.noun} “{slug}” was withdrawn.", stone, there)
        if self.known:
            self.inside.close()  # past editions don't know what was taken down since
            if entry := taken_down_since(self.serializer.model, slug, self.known.entry.seq):
                raise gone(f"The {self.noun} “{slug}” was taken down since.", entry)
        raise Problem("not-found", f"There is no {self.noun} “{slug}”.")


def forms_of(serializer: type[Chosen], possible: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the forms that a serializer's objects have: only what lies somewhere is a point, only records are linked data."""
    return tuple(
        form
        for form in possible
        if not (form == "geojson" and "iso2" not in serializer.names())
        and not (form == "jsonld" and issubclass(serializer, RowSerializer))
    )


def to_timemap(kind: str, slug: str) -> str:
    """The Link header that leads from a record to the map of its versions."""
    return answers.link_header({"timemap": api(versions_path(kind, slug, "timemap/"))})


class RowDetail(Single):
    """An owned row by its id."""

    refusals = (*Single.refusals, 404)

    def get(self, request, pk: UUID):
        if answer := self.about(public(self.serializer.model).filter(pk=pk)):
            return answer
        raise Problem("not-found", f"There is no {self.noun} {pk}.")


def _then(known: Known) -> dict:
    withheld = known.withheld
    return {
        "known_at": {"asked": known.asked, "seq": known.entry.seq, "at": known.entry.at},
        "withheld": {"records": withheld.records, "references": withheld.references},
    }


def meta(day: Day, known: Known | None, *, applies: bool) -> dict:
    """What is to be known about an answer: the day it shows, and the notices that go with everything. One query."""
    active = public(Notice).filter(active=True, placement__in=(Notice.Placement.EVERYWHERE, Notice.Placement.API))
    return {
        "as_of": {"day": day.day.isoformat(), "asked": day.asked or None, "applies": applies},
        **(_then(known) if known else {}),
        "notices": [
            {
                "type": notice.type,
                "severity": notice.severity,
                "title": notice.title,
                "text": notice.summary or None,
                "url": record_url(notice.kind, notice.slug),
            }
            for notice in active.order_by("position", "id").defer("body")
        ],
    }
