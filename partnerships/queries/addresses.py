"""Where the page of a record is: the one rule from kind and slug to a path, for pages and API alike."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings

from partnerships.models import KINDS

OWN_PAGES = {"home": "/", "about": "/about/", "method": "/about/method/"}
"""Pages of the portal with an address of their own; any other stands at /pages/<slug>/."""

PAGELESS = frozenset({"notice", "image"})
"""Kinds that stand on other records' pages and have none of their own."""


def absolute(path: str) -> str:
    """An address of this portal as others write it. It comes from SITE_ORIGIN, never from a request."""
    return settings.SITE_ORIGIN + path


def page_path(kind: str, slug: str, series: str = "") -> str | None:
    """The path of a record's public page; None where there is none. An edition needs the slug of its series."""
    match kind:
        case "page":
            return OWN_PAGES.get(slug, f"/pages/{slug}/")
        case "term":
            return f"/glossary/#{slug}"
        case "edition":
            return f"/exercises/{series}/{slug}/" if series else None
        case _ if kind in PAGELESS:
            return None
        case _:
            return f"/{KINDS[kind].plural}/{slug}/"


def past_path(kind: str, slug: str, series: str = "") -> str:
    """Where the history and the versions of a record stand, below its page.

    Pages with an address of their own keep theirs under their slug, so that an address never depends on what is there.
    """
    return f"/pages/{slug}/" if kind == "page" else page_path(kind, slug, series) or ""


def list_path(kind: str) -> str | None:
    """The path of the page that lists a kind; None where there is none. Editions are listed with their series."""
    if kind in PAGELESS or kind in ("page", "edition"):
        return None
    return "/glossary/" if kind == "term" else f"/{KINDS[kind].plural}/"


def with_query(path: str, query: list[tuple[str, str]]) -> str:
    """A path with parameters added, before its fragment. Commas and colons stay readable."""
    if not query:
        return path
    path, _, fragment = path.partition("#")
    return f"{path}{'&' if '?' in path else '?'}{urlencode(query, safe=',:')}" + (f"#{fragment}" if fragment else "")
