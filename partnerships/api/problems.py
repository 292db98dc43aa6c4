"""What goes wrong, said in one shape: problem documents of RFC 9457.

Each problem has a name. Its `type` is the address of the section of the documentation that explains it, so names are
part of the contract: they are added to and never changed.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.log import log_response
from rest_framework import exceptions
from rest_framework.response import Response

from partnerships.publishing.models import Change, Tombstone
from partnerships.queries.as_of import BadDay
from partnerships.queries.known_at import Busy
from partnerships.queries.parameters import BadParameter

from .addresses import api

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True)
class ProblemType:
    """A kind of problem, as the documentation explains it."""

    name: str
    status: int
    title: str
    meaning: str

    @property
    def address(self) -> str:
        """Its `type` in documents."""
        return api(f"docs/#problem-{self.name}")


CATALOGUE = {
    kind.name: kind
    for kind in (
        ProblemType(
            "unknown-parameter",
            400,
            "Unknown parameter",
            "The address has a parameter that this list or record doesn't know. Nothing is ever ignored: a misspelt filter "
            "would otherwise answer with every row. `hint` names the parameter that was probably meant.",
        ),
        ProblemType(
            "repeated-parameter",
            400,
            "Repeated parameter",
            "A parameter is given more than once. Give it once; where a list is meant, separate the values by commas.",
        ),
        ProblemType(
            "missing-parameter",
            400,
            "Missing parameter",
            "A parameter without which the question can't be answered is missing.",
        ),
        ProblemType(
            "bad-value",
            400,
            "Value that can't be used",
            "The value of the parameter named by `parameter` is none of those it can have, names a record that isn't public, "
            "or is empty. `hint` says what was probably meant, where something is near.",
        ),
        ProblemType(
            "bad-day",
            400,
            "Day that can't be used",
            "`as_of` takes a day (2014-03-01), a month (2014-03: its last day) or a year (2014: its last day), from 4 April "
            "1949 to ten years ahead.",
        ),
        ProblemType(
            "too-long",
            400,
            "Value that is too long",
            "The value of a parameter, or the number of words in a search, is over the limit that `detail` names.",
        ),
        ProblemType(
            "bad-cursor",
            400,
            "Cursor that can't be used",
            "`cursor` isn't one that this list gave, or it belongs to another ordering. Follow `next` and `previous` as they "
            "are, or start again without a cursor.",
        ),
        ProblemType(
            "bad-request", 400, "Request that can't be read", "The request isn't one that the portal can read."
        ),
        ProblemType(
            "not-found",
            404,
            "No such record",
            "No record of this kind is public under this slug or id, and none ever was.",
        ),
        ProblemType(
            "unknown-address",
            404,
            "No such address",
            "The API has nothing at this address. The index lists all it has.",
        ),
        ProblemType("method-not-allowed", 405, "Method not allowed", "The API is read-only: GET, HEAD and OPTIONS."),
        ProblemType(
            "not-acceptable",
            406,
            "Format that isn't offered",
            "The Accept header asks only for formats that the API doesn't have. It answers in JSON.",
        ),
        ProblemType(
            "gone",
            410,
            "Withdrawn",
            "The record was public and has been withdrawn. `tombstone` says when and why.",
        ),
        ProblemType(
            "too-many-requests",
            429,
            "Too many requests",
            "More answers had to be made for your address than `RateLimit-Policy` allows. `Retry-After` says in how many "
            "seconds there is the next one. Answers that are kept ready, and 304s, are never counted: send `If-None-Match`.",
        ),
        ProblemType(
            "server-error",
            500,
            "Fault of the portal",
            "Something went wrong here, not in the request. It has been logged.",
        ),
        ProblemType(
            "being-made",
            503,
            "Being made",
            "`known_at` asks for what was public at an earlier moment. That is being put together, or something like it is, "
            "and one is made at a time. `Retry-After` says for how many seconds that will go on.",
        ),
        ProblemType(
            "unavailable",
            503,
            "Not reachable just now",
            "The portal's database doesn't answer. `Retry-After` says after how many seconds to ask again.",
        ),
    )
}


@dataclass
class Problem(Exception):
    """A problem on its way to the caller: its name in the catalogue, a sentence, and what else the document says."""

    name: str
    detail: str
    more: dict = field(default_factory=dict)
    headers: dict = field(default_factory=dict)

    @property
    def kind(self) -> ProblemType:
        return CATALOGUE[self.name]

    def document(self) -> dict:
        """The members of the document. Members without a value are left out."""
        kind = self.kind
        said = {"type": kind.address, "title": kind.title, "status": kind.status, "detail": self.detail}
        return said | {name: value for name, value in self.more.items() if value}


def tombstone(stone: Tombstone | Change) -> dict:
    """What stands in the place of what was withdrawn. An entry that took a record down is enough for one."""
    return {
        "title": getattr(stone, "title", "") or None,
        "action": stone.action,
        "note": stone.note,
        "at": stone.at,
        "versions": stone.version if isinstance(stone, Change) else stone.versions,
    }


def gone(detail: str, stone: Tombstone | Change, headers: dict | None = None) -> Problem:
    """The problem about what was withdrawn."""
    return Problem("gone", detail, {"tombstone": tombstone(stone)}, headers or {})


def handle(error: Exception, context: dict) -> Response:
    """The answer to whatever a view raised: REST framework's handler of exceptions.

    A fault of ours is logged and shown to whoever listens (the tests do), never to the caller. While debugging it is
    left to Django's own page.
    """
    if isinstance(error, (OperationalError, InterfaceError)):
        raise error  # the database is away: that is answered in one place for every address
    problem = _problem_of(error)
    request = context["request"]
    if problem is None:
        if settings.DEBUG:
            raise error
        got_request_exception.send(sender=None, request=request._request)
    answer = problem or Problem("server-error", "Something went wrong on our side. It has been logged.")
    response = Response(answer.document(), status=answer.kind.status, headers=answer.headers, content_type=MEDIA_TYPE)
    if problem is None:
        log_response(
            "Internal Server Error: %s", request.path, response=response, request=request._request, exception=error
        )
    return response


def _problem_of(error: Exception) -> Problem | None:
    match error:
        case Problem():
            return error
        case BadParameter():
            return Problem(error.kind, str(error), {"parameter": error.name, "hint": error.hint})
        case BadDay():
            return Problem("bad-day", str(error), {"parameter": "as_of"})
        case Busy():
            said = f"What was public then is being put together: ask again in {error.seconds} seconds."
            return Problem("being-made", said, headers={"Retry-After": str(error.seconds)})
        case exceptions.MethodNotAllowed():
            return Problem("method-not-allowed", "This can be read, not written to: use GET, HEAD or OPTIONS.")
        case exceptions.NotAcceptable():
            return Problem("not-acceptable", "The API answers in JSON: ask for application/json.")
        case Http404() | exceptions.NotFound():
            return Problem("not-found", "There is no such record.")
        case exceptions.ParseError() | SuspiciousOperation():
            return Problem("bad-request", "The request can't be read.")
    return None
