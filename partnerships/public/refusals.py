"""Answers to what can't be answered: 400, 404, 410, 429, 500 and 503, in the site's own look.

Each is a page like the others, for today; the last three ask no database.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from partnerships.models import KINDS, Record
from partnerships.publishing.reading import public
from partnerships.queries.addresses import PAGELESS, past_path, with_query
from partnerships.queries.as_of import BadDay, Day, portal_day
from partnerships.queries.parameters import BadParameter, is_text
from partnerships.queries.records import Stub, stubs
from partnerships.queries.search import ranked
from partnerships.queries.spelling import corrected

from .frame import render
from .visits import Visit

NEAR = 5
"""Records that are offered where an address leads nowhere."""


def _visit(request: HttpRequest, today: date) -> Visit:
    return Visit(request.path, Day(today, today))


def bad_request(request: HttpRequest, error: BadParameter | BadDay, today: date) -> HttpResponse:
    """The sentence that says what is wrong, what was perhaps meant, and for a day the form with what was typed."""
    given = list(request.GET.items())
    meant = ""
    if isinstance(error, BadParameter) and error.kind == "unknown-parameter" and error.hint:
        meant = with_query(request.path, [(error.hint if name == error.name else name, value) for name, value in given])
    context = {
        "sentence": str(error),
        "meant": meant,
        "typed": request.GET.get("as_of", "") if isinstance(error, BadDay) else None,
        "others": {} if isinstance(error, BadParameter) else dict(pair for pair in given if pair[0] != "as_of"),
        "path": request.path,
    }
    return render(_visit(request, today), "errors/400.html", context, status=400)


def not_found(request: HttpRequest, exception: Exception | None = None, *, today: date | None = None) -> HttpResponse:
    """Nothing public is, or ever was, here. A draft and a slug that nobody used get this same page."""
    words = request.path.strip("/").rpartition("/")[2].replace("-", " ")[:80]
    visit = _visit(request, today or portal_day())
    context = {"words": words, "near": near_matches(words, visit.day.day)}
    return render(visit, "errors/404.html", context, status=404)


def near_matches(words: str, day: date) -> list[tuple[Stub, str]]:
    """Up to `NEAR` public records that the last part of an address may have meant, with their kinds, the best first."""
    words = " ".join(words.split()[: settings.LIMITS["query_words"]])
    if not words or not is_text(words):
        return []
    found = _best(words) or _best(corrected(words))
    ends = stubs(public(Record).filter(pk__in=found), day)
    return [(ends[pk], str(KINDS[ends[pk].kind]._meta.verbose_name)) for pk in found if pk in ends and ends[pk].path]


def _best(words: str) -> list[UUID]:
    entries = ranked(words).exclude(kind__in=PAGELESS).order_by("rank", "title", "record")
    return list(entries.values_list("record", flat=True)[:NEAR])


def gone(request: HttpRequest, tombstone, today: date) -> HttpResponse:
    """A record was withdrawn: what it was, and why it is here no more."""
    series = request.path.split("/")[2] if tombstone.kind == "edition" else ""
    context = {
        "tombstone": tombstone,
        "kind": KINDS[tombstone.kind]._meta.verbose_name,
        "past": past_path(tombstone.kind, tombstone.slug, series) + "history/",
    }
    return render(_visit(request, today), "errors/410.html", context, status=410)


def bad_address(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What Django itself refuses (a host it doesn't serve, an address no text can hold). No query."""
    return HttpResponse(render_to_string("errors/plain_400.html", using="site"), status=400)


def broken(request: HttpRequest) -> HttpResponse:
    """Something failed on our side. No query: the fault may lie with the database."""
    return HttpResponse(render_to_string("errors/500.html", using="site"), status=500)


def unavailable(request: HttpRequest, wait: int, *, sent: bool = False) -> HttpResponse:
    """The database is away; `wait` is the number of seconds after which to try again, `sent` whether somebody sent
    something that shall not be lost. No query."""
    return HttpResponse(render_to_string("errors/503.html", {"wait": wait, "sent": sent}, using="site"), status=503)


def too_many(request: HttpRequest, wait: int) -> HttpResponse:
    """Much was made for this caller lately: `wait` is the number of seconds until there is something again. No query."""
    return HttpResponse(render_to_string("errors/429.html", {"wait": wait}, using="site"), status=429)


def withdrawn_snapshot(request: HttpRequest) -> HttpResponse:
    """A snapshot holds what was taken down since. No query."""
    return HttpResponse(render_to_string("errors/plain_410.html", using="site"), status=410)
