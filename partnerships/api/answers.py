"""What every answer of the API has in common: bytes that depend on the question alone, and the headers that go with them."""

from __future__ import annotations

import hashlib

from django.http import HttpResponse, HttpResponseBase
from django.utils.http import parse_etags, parse_http_date, parse_http_date_safe

from .addresses import LICENCE, api

METHODS = "GET, HEAD, OPTIONS"

HEADERS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Allow, Deprecation, ETag, Last-Modified, Link, Location, Memento-Datetime, RateLimit, RateLimit-Policy, Retry-After, Sunset",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Accept",
}
"""Constant on every answer, errors included: anyone's page may read the API, and no answer depends on who asks."""

PREFLIGHT = {
    "Access-Control-Allow-Methods": METHODS,
    "Access-Control-Allow-Headers": "Accept, Content-Type, If-None-Match, If-Modified-Since, Range, User-Agent",
    "Access-Control-Max-Age": "86400",
    "Allow": METHODS,
}

CACHED = "public, max-age=0, stale-if-error=86400"
"""Ask again each time, which costs a 304; show what you have while the portal is down."""

ASKED_EACH_TIME = "no-cache"
"""Of answers that change without a publication: nobody keeps them ready."""


def link_header(links: dict[str, str]) -> str:
    """A Link header: relation → address. What every answer links to comes last."""
    constant = {"license": LICENCE, "describedby": api("schema/")}
    return ", ".join(f'<{address}>; rel="{relation}"' for relation, address in (links | constant).items())


def finish(request, response: HttpResponseBase) -> HttpResponseBase:
    """Give an answer (rendered already) its headers; turn it into a 304 where the caller has these very bytes."""
    for name, value in HEADERS.items():
        response.headers[name] = value
    response.headers.setdefault("Link", link_header({}))
    response.headers.setdefault("Cache-Control", "no-store" if response.status_code >= 500 else CACHED)
    if response.status_code != 200 or request.method not in ("GET", "HEAD"):
        return response
    if "ETag" not in response.headers:  # a file was digested as it was written
        response.headers["ETag"] = f'"{hashlib.sha256(response.content).hexdigest()}"'
    etag = response.headers["ETag"]
    return _not_modified(response) if _has_it(request.META, etag, response.get("Last-Modified", "")) else response


def _has_it(given: dict, etag: str, modified: str) -> bool:
    """Whether the caller has these very bytes. The moment counts only where it is said, and no ETag is given."""
    if "HTTP_IF_NONE_MATCH" in given:
        tags = parse_etags(given["HTTP_IF_NONE_MATCH"])
        return tags == ["*"] or etag in (tag.removeprefix("W/") for tag in tags)
    since = parse_http_date_safe(given.get("HTTP_IF_MODIFIED_SINCE", ""))
    return bool(modified and since) and parse_http_date(modified) <= since


def _not_modified(response: HttpResponseBase) -> HttpResponse:
    unchanged = HttpResponse(status=304)
    for name, value in response.headers.items():
        if name not in ("Content-Type", "Content-Length", "Allow"):
            unchanged.headers[name] = value
    del unchanged.headers["Content-Type"]
    return unchanged
