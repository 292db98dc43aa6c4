"""From the address of a public page to its record: what an editor pastes into a search."""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

from django.db.models import Q

from partnerships.models import KINDS, Record
from partnerships.models.base import RESERVED_SLUGS
from partnerships.publishing.log import EDITORIAL
from partnerships.queries.addresses import OWN_PAGES

PLURALS = {kind.plural: name for name, kind in KINDS.items()}
HOST = re.compile(r"(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?/|localhost(?::\d+)?/", re.IGNORECASE)


def address_in(text: str) -> tuple[str, str] | None:
    """Kind and slug that an address names ("https://host/partners/malta/?as_of=…", "/glossary/#slug"); None for other words.

    An address that names no record gives an empty kind.
    """
    text = text.strip()
    if len(text) > 500 or not text or any(c.isspace() for c in text):
        return None
    if HOST.match(text):
        text = f"https://{text}"
    if not text.startswith(("http://", "https://", "/")):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    steps = [unquote(step) for step in parts.path.split("/") if step]
    if steps[:2] == ["api", "v1"]:
        steps = steps[2:]
    for slug, path in OWN_PAGES.items():
        if steps == [step for step in path.split("/") if step]:
            return "page", slug
    if steps == ["glossary"] and parts.fragment:
        return "term", unquote(parts.fragment)
    cut = next((n for n, step in enumerate(steps) if step in RESERVED_SLUGS), len(steps))
    match steps[:cut]:
        case ["exercises", _, edition]:
            return "edition", edition
        case [plural, slug] if plural in PLURALS:
            return PLURALS[plural], slug
    return "", ""


def found_at(named: tuple[str, str]) -> list[Record]:
    """The records with that address: those of the slug, else those that once had it."""
    kind, slug = named
    records = Record.objects.using(EDITORIAL).filter(kind=kind)
    if not kind or "\x00" in slug:
        return []
    return list(records.filter(slug=slug)[:2]) or list(
        records.filter(Q(pk__in=records.filter(aliases__slug=slug).values("pk")))[:2]
    )
