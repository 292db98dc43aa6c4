"""The addresses that are about everything: the index, the search, and whatever is nowhere."""

from __future__ import annotations

from django.conf import settings
from django.urls import Resolver404, resolve
from rest_framework.response import Response

from partnerships.models import Claim
from partnerships.publishing.models import SearchEntry
from partnerships.publishing.reading import public
from partnerships.queries import paging
from partnerships.queries.as_of import Day, read_day
from partnerships.queries.filters import SearchQuestions
from partnerships.queries.hits import Hits
from partnerships.queries.parameters import nearest
from partnerships.queries.reasons import reasons
from partnerships.queries.records import series_of
from partnerships.queries.spelling import corrected

from . import answers
from .addresses import ROOT, absolute, api
from .door import Door
from .facts import meta
from .lists import around, counted, envelope, envelope_of, page_size
from .problems import Problem
from .serializers import RECORDS, ROWS
from .serializers.everything import FoundSerializer, IndexSerializer

SPECIAL = ("search", "changes", "corrections", "snapshots", "schema", "docs")


def endpoints() -> dict[str, str]:
    """Every list and every other address, by name."""
    names = [*(one.model.plural for one in RECORDS), *(one.endpoint for one in ROWS), *SPECIAL]
    return {name: api(f"{name}/") for name in names}


class Index(Door):
    """All that the API has."""

    operation = "index"
    answer = IndexSerializer

    def get(self, request):
        return Response(
            {
                "title": settings.SPECTACULAR_SETTINGS["TITLE"],
                "description": settings.SPECTACULAR_SETTINGS["DESCRIPTION"],
                "licence": answers.LICENCE,
                "endpoints": endpoints(),
            }
        )


class Search(Door):
    """Records of all kinds in which every word of `q` is found, the best first."""

    operation = "search"
    answer = envelope_of(FoundSerializer, facets=True, corrected=True)
    questions = SearchQuestions
    needed = ("q",)
    parameters = ("q", "kind", "region", "framework", "as_of", "known_at", "ordering", "facets", "page_size", "cursor")

    def get(self, request):
        day, size = read_day(self.given.get("as_of", ""), self.today), page_size(self.given)
        asked, meant = self.given, ""
        page = self.page(asked, day, size)
        if not page.count and (meant := corrected(asked["q"])):
            asked = asked | {"q": meant}
            page = self.page(asked, day, size)
        hits = Hits(asked["q"])
        claims = [entry.record for entry in page.rows if entry.kind == "claim"]
        verdicts = dict(public(Claim).filter(pk__in=claims).order_by().values_list("pk", "verdict"))
        why = reasons(page.rows, hits, day.day)
        for entry in page.rows:
            entry.why, entry.verdict = why[entry.record], verdicts.get(entry.record)
            entry.excerpt = "".join(piece.text for piece in hits.excerpt(entry.text))
        series = series_of(entry.record for entry in page.rows if entry.kind == "edition")
        results = FoundSerializer(page.rows, many=True, context={"series": series}).data
        links = around("search/", self.given, page)
        more = counted(SearchEntry, asked, public(SearchEntry), day) | {
            "corrected": (meant or None) if page.count else None
        }
        answer = envelope(page.count, links, results, meta(day, self.known, applies=True), **more)
        return Response(answer, headers={"Link": answers.link_header(links)})

    def page(self, given: dict[str, str], day: Day, size: int) -> paging.Page:
        questions = SearchQuestions(given, public(SearchEntry), day=day.day)
        rows, ordering, keys = questions.sorted(given.get("ordering", ""))
        return paging.page(rows, ordering, keys, given.get("cursor", ""), size)


class Nowhere(Door):
    """Everything below /api/ that isn't anything else."""

    schema = None

    def initial(self, request, *args, **kwargs):
        """No parameter is read: the address is wrong, whatever it is asked."""
        super(Door, self).initial(request, *args, **kwargs)

    def get(self, request, path: str):
        if leads_to := _meant(f"/api/{path}"):
            query = f"?{request.GET.urlencode()}" if request.GET else ""
            address = absolute(leads_to) + query
            return Response({"url": address}, status=301, headers={"Location": address})
        known = endpoints()
        name = nearest(path.removeprefix("v1/").split("/")[0], known)
        raise Problem("unknown-address", "There is nothing at this address.", {"hint": known.get(name)})


def _meant(path: str) -> str:
    """The address that was surely meant: the index, or the same with a “/” at its end. Empty if there is none."""
    if path == "/api/":
        return ROOT
    if path.endswith("/"):
        return ""
    try:
        return "" if resolve(f"{path}/").func.cls is Nowhere else f"{path}/"
    except Resolver404:
        return ""
