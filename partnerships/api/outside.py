"""Errors that happened before a view of the API could answer: an unknown host, a fault in what stands around the views."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from rest_framework.renderers import JSONRenderer

from . import answers
from .problems import MEDIA_TYPE, Problem


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, Problem("bad-request", "The request can't be read."))


def server_error(request: HttpRequest) -> HttpResponse:
    return _answer(request, Problem("server-error", "Something went wrong on our side. It has been logged."))


def unavailable(request: HttpRequest, wait: int) -> HttpResponse:
    """The database is away; `wait` is the number of seconds after which to ask again."""
    return _answer(request, Problem("unavailable", f"The database doesn't answer: ask again in {wait} seconds."))


def too_many(request: HttpRequest, wait: int) -> HttpResponse:
    """Much was made for this caller lately: `wait` is the number of seconds until there is something again."""
    said = (
        f"Too much was asked for from your address. Ask again in {wait} seconds; what you have already costs nothing."
    )
    return _answer(request, Problem("too-many-requests", said))


def _answer(request: HttpRequest, problem: Problem) -> HttpResponse:
    body = JSONRenderer().render(problem.document())
    return answers.finish(request, HttpResponse(body, status=problem.kind.status, content_type=MEDIA_TYPE))
