"""Addresses of public pages. Whatever leads to a page, on any page, gets its path here."""

from __future__ import annotations

from django.conf import settings

from partnerships.models import Kind, Record
from partnerships.queries.addresses import absolute as absolute  # templates and modules here take it from this one
from partnerships.queries.addresses import list_path, page_path, with_query
from partnerships.queries.records import Stub

PLACES = {
    "home": "/",
    "about": "/about/",
    "method": "/about/method/",
    "glossary": "/glossary/",
    "search": "/search/",
    "suggestions": "/search/suggestions.json",
    "map": "/map/",
    "timeline": "/timeline/",
    "compare": "/compare/",
    "matrix": "/matrix/",
    "changes": "/changes/",
    "feed": "/changes/feed.atom",
    "corrections": "/corrections/",
    "corrections_feed": "/corrections/feed.atom",
    "data": "/data/",
    "api": "/api/v1/",
    "oembed": "/oembed",
}
"""Pages that are there once, and the door beside this one. In templates: `places.method`."""


def address(thing, *, series: str = "") -> str | None:
    """The path of a record's page (the record, or a Stub of it); of a kind's list, if a kind is given.

    None where there is no page. An edition needs its series: fetched with it, or given.
    """
    if isinstance(thing, type) and issubclass(thing, Kind):
        return list_path(thing._meta.model_name)
    if isinstance(thing, Stub):
        return thing.path
    if isinstance(thing, Record) and thing.kind == "edition" and not series and hasattr(thing, "series"):
        series = thing.series.slug
    return page_path(thing.kind, thing.slug, series)


MARKDOWN = ".md"


def markdown_path(path: str) -> str:
    """Where the page of a record at a path stands as Markdown."""
    return path.removesuffix("/") + MARKDOWN


def report_address(record: Record) -> str:
    """Where a reader reports an error in a record as it is shown; empty where nobody would read it."""
    where = settings.REPORT_URL
    if not where or where.startswith("mailto:"):
        return where
    return with_query(where, [("about", f"{record.kind}/{record.slug}"), ("version", str(record.version))])
