"""What every answer has in common, and what no public answer may do."""

from __future__ import annotations

from contextlib import ExitStack
from urllib.parse import unquote

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest

from partnerships.api.answers import CACHED
from partnerships.publishing.reading import snapshot

from .headers import SAFE

EDITORIAL_PATHS = ("/admin/", "/accounts/", "/feedback/", "/preview/")


def is_editorial(path: str) -> bool:
    return path.startswith(EDITORIAL_PATHS)


def is_public(path: str) -> bool:
    """Whether an address obeys the rules of public pages; the machines' questions see to themselves."""
    return not is_editorial(path) and path not in ("/healthz", "/readyz")


def kept(path: str, status: int) -> str:
    """What caches may do with an answer that doesn't say so itself."""
    return CACHED if status < 500 and is_public(path) else "no-store"


class Manners:
    """Headers of every answer."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        framed = getattr(response, "xframe_options_exempt", False)  # a card, by its decorator
        for name, value in SAFE.items():
            if not (framed and name == "X-Frame-Options"):
                response.headers.setdefault(name, value)
        if is_editorial(request.path):
            response.headers["Cache-Control"] = "no-store, private"
            response.headers.setdefault("X-Robots-Tag", "noindex")
        else:
            response.headers.setdefault("Cache-Control", kept(request.path, response.status_code))
        return response


class Readable:
    """Parameters that no text can hold are refused before anything of the desk reads them."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_editorial(request.path) and "\x00" in unquote(request.META.get("QUERY_STRING", "")):
            said = "The address holds a character that no text can hold."
            return HttpResponseBadRequest(said, content_type="text/plain")
        return self.get_response(request)


class EditorialQuery(RuntimeError):
    """A public request asked the editorial database. That is a fault of the code, never of the request."""


def _refuse(execute, sql, params, many, context):
    raise EditorialQuery(f"A public request asked the editorial database: {sql[:200]}")


def editorial_closed():
    """Inside, any query to the editorial database is an error."""
    return connections["default"].execute_wrapper(_refuse)


class PublicOnly:
    """During a public request all reading is from one edition, and any query to the editorial database is an error."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not is_public(request.path):
            return self.get_response(request)
        with ExitStack() as stack:
            if settings.HAS_EDITORIAL:
                stack.enter_context(editorial_closed())
            stack.enter_context(snapshot())
            response = self.get_response(request)
        return response
