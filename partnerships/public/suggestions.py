"""What a search is offered while it is typed: the names that begin so, as a small file for the pages' script."""

from __future__ import annotations

from django.db.models import Case, When
from django.http import HttpResponse, JsonResponse

from partnerships.models import KINDS, Record
from partnerships.publishing.models import SearchEntry
from partnerships.publishing.reading import public
from partnerships.queries.addresses import PAGELESS
from partnerships.queries.hits import Hits
from partnerships.queries.parameters import check_query
from partnerships.queries.reasons import reasons
from partnerships.queries.records import stubs
from partnerships.queries.search import NAMES, ranked
from partnerships.queries.spelling import corrected

from .serving import page
from .visits import Visit
from .wording import upfirst

MOST = 8
"""Names offered at once."""


@page("q")
def suggestions(visit: Visit) -> HttpResponse:
    """Records with the words in their title, another name or a code: title, kind, path, and the name where it is another.

    Nine queries at most, and four more for each word where a slip of the keys is corrected.
    """
    words = check_query(visit.given.get("q", ""))
    entries = _best(words)
    if words and not entries and (meant := corrected(words)):
        words, entries = meant, _best(meant)
    ends = stubs(public(Record).filter(pk__in=[entry.record for entry in entries]), visit.day.day)
    why = reasons(entries, Hits(words), visit.day.day)
    found = [
        {
            "title": end.title,
            "kind": upfirst(str(KINDS[entry.kind]._meta.verbose_name)),
            "path": visit.keep(end.path),
            "why": why[entry.record].said,
        }
        for entry in entries
        if (end := ends.get(entry.record)) and end.path
    ]
    response = JsonResponse({"suggestions": found}, json_dumps_params={"ensure_ascii": False})
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _best(words: str) -> list[SearchEntry]:
    entries = ranked(words, part=NAMES).exclude(kind__in=PAGELESS).defer("text")
    place = Case(*(When(kind=name, then=number) for number, name in enumerate(KINDS)), default=len(KINDS))
    return list(entries.order_by("rank", place, "title", "record")[:MOST])
