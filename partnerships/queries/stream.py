"""The public change log as programs follow it: every entry, in order and without gaps, with the documents it published.

A document that was taken down since is withheld: its entry stays, because the chain covers it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

import jsonpatch
from django.conf import settings
from django.db.models.functions import Length

from partnerships.publishing.documents import Document
from partnerships.publishing.log import PUBLISHED
from partnerships.publishing.models import Action, Change, PublicDocument


@dataclass(frozen=True)
class Item:
    """An entry of the log with what it published."""

    change: Change
    withheld: bool = False
    """Whether the entry published a document that was taken down since."""
    document: Document | None = None
    patch: list[dict] | None = None
    """RFC 6902, from the document of the version before to this one; None where either of them isn't there."""


@dataclass(frozen=True)
class Stretch:
    """Consecutive entries of the log, and whether there are more."""

    items: list[Item]
    more: bool


def stretch(since: int, size: int, *, documents: bool = False, patches: bool = False) -> Stretch:
    """At most `size` entries after a seq. With documents or patches it ends earlier where those would be too long.

    With patches alone, documents stand only where there is nothing to patch. Three queries; two without documents and
    patches.
    """
    changes = list(Change.objects.using(PUBLISHED).filter(seq__gt=since).order_by("seq")[: size + 1])
    found = changes[:size]
    lengths = _lengths(change.digest for change in found)
    if documents or patches:
        found = found[: _bounded([lengths.get(change.digest, 0) for change in found])]
    told: dict[str, Document] = {}
    if documents or patches:
        before = (change.previous for change in found if patches and change.action == Action.PUBLISH)
        told = _documents({*before, *(change.digest for change in found)})
    items = []
    for change in found:
        after = told.get(change.digest)
        patch = patch_of(told.get(change.previous), after) if patches else None
        items.append(
            Item(
                change,
                withheld=bool(change.digest) and change.digest not in lengths,
                document=after if documents or patch is None else None,
                patch=patch,
            )
        )
    return Stretch(items, len(changes) > len(found))


def _bounded(lengths: list[int]) -> int:
    """How many documents of these lengths a page can hold: at least one, so that following always comes to an end."""
    total = 0
    for number, length in enumerate(lengths):
        total += length
        if number and total > settings.LIMITS["stream_length"]:
            return number
    return len(lengths)


def _lengths(digests: Iterable[str]) -> dict[str, int]:
    """The lengths of the documents that can still be read, by digest. One query."""
    rows = PublicDocument.objects.using(PUBLISHED).filter(digest__in=set(digests) - {""})
    return dict(rows.values_list("digest", Length("body")))


def _documents(digests: set[str]) -> dict[str, Document]:
    """Documents as they were published, whatever schema they have: their digests cover just these. One query."""
    rows = PublicDocument.objects.using(PUBLISHED).filter(digest__in=digests - {""})
    return {digest: json.loads(body) for digest, body in rows.values_list("digest", "body")}


def patch_of(before: Document | None, after: Document | None) -> list[dict] | None:
    """What makes one document of another (RFC 6902), never longer than the document itself; None if either is missing."""
    if before is None or after is None:
        return None
    patch = jsonpatch.make_patch(before, after).patch
    whole = [{"op": "replace", "path": "", "value": after}]
    return patch if len(json.dumps(patch)) <= len(json.dumps(whole)) else whole
