"""Each request is watched: how long it took, how many queries it asked, which of them were slow. See logs.py for what is
never written."""

from __future__ import annotations

import logging
import re
import time
from contextlib import ExitStack
from uuid import uuid4

from django.conf import settings
from django.db import connections
from django.http import HttpRequest, HttpResponse

from .middleware import is_editorial, is_public

requests = logging.getLogger("portal.request")
queries = logging.getLogger("portal.query")
REQUEST_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{7,63}")
KNOWN = frozenset(("GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"))
PLAIN_NAME = re.compile(r"[a-z_]{1,40}")
LONGEST_SQL = 2000


def request_id(request: HttpRequest) -> str:
    """The one that the proxy gave, if it has the form of one; else a new one."""
    given = request.headers.get("X-Request-ID", "")
    return given if REQUEST_ID.fullmatch(given) else uuid4().hex


def spoken_path(request: HttpRequest) -> str:
    """The path as it may be written: public ones as they are, others as their pattern."""
    if not is_editorial(request.path):
        return request.path[:500]
    match = request.resolver_match
    return f"/{match.route}" if match else f"/{request.path.split('/')[1]}/…"


class Asked:
    """Counts the queries of one request and writes down the slow ones, without parameters."""

    def __init__(self, ident: str):
        self.ident, self.count = ident, 0

    def __call__(self, execute, sql, params, many, context):
        self.count += 1
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            took = (time.perf_counter() - began) * 1000
            if took >= settings.SLOW_QUERY_MS:
                said = {"request": self.ident, "milliseconds": round(took), "sql": str(sql)[:LONGEST_SQL]}
                said["database"] = context["connection"].alias
                queries.warning("A query took %d ms.", took, extra={"said": said})


class Requests:
    """Writes a line about each request. The id goes back where an answer is nobody else's: not with public pages, whose
    bytes and headers are the same for all who ask."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        began, asked = time.perf_counter(), Asked(request_id(request))
        with ExitStack() as stack:
            for alias in ("default", "published") if settings.HAS_EDITORIAL else ("published",):
                stack.enter_context(connections[alias].execute_wrapper(asked))
            response = self.get_response(request)
        if not is_public(request.path):
            response.headers["X-Request-ID"] = asked.ident
        if requests.isEnabledFor(logging.INFO):
            said = {
                "request": asked.ident,
                "method": request.method if request.method in KNOWN else "other",
                "path": spoken_path(request),
                "parameters": sorted(name[:40] for name in request.GET if PLAIN_NAME.fullmatch(name))[:20],
                "status": response.status_code,
                "milliseconds": round((time.perf_counter() - began) * 1000, 1),
                "queries": asked.count,
            }
            requests.info("request", extra={"said": said})
        return response
