"""Following another portal: its change stream, over HTTP alone, becomes this portal's `published`.

Nothing is believed: entries are checked against the chain, documents and pictures against their digests. What was read is
applied in whole steps, each in one transaction, so an interruption costs at most one of them. Where a document was taken
down since, nothing is applied before the take-down is there too, because what lies between can't be shown any more.
"""

from __future__ import annotations

import json
from datetime import datetime
from http.client import HTTPException
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener
from uuid import UUID

from django.conf import settings
from django.db import transaction

from partnerships.models import Rendition
from partnerships.models.images import RENDITION_NAME
from portal import media

from .feed import Refusal, apply
from .loading import checked, keep_rendition
from .log import PUBLISHED, link, locked_head
from .models import Change, Head


class Away(Exception):
    """The other portal can't be reached, or has no time. Trying again later may help."""


class _SameHost(HTTPRedirectHandler):
    def redirect_request(self, request, fp, code, msg, headers, newurl):
        if urlsplit(newurl)[:2] != urlsplit(request.full_url)[:2]:
            raise Refusal(f"{request.full_url} leads to another host, {newurl}: that isn't followed.")
        return super().redirect_request(request, fp, code, msg, headers, newurl)


class Origin:
    """The portal that is followed."""

    def __init__(self, address: str) -> None:
        said = urlsplit(address)
        if said.scheme not in ("http", "https") or not said.hostname:
            raise Refusal(f"“{address}” is no address of a portal: it begins with https:// or http://.")
        self.root = f"{said.scheme}://{said.netloc}"
        self.opener = build_opener(_SameHost)

    def read(self, path: str, most: int) -> bytes | None:
        """The bytes at an address, `most` of them; None where there is nothing. Raises Away, Refusal."""
        headers = {"User-Agent": "partnerships-portal-mirror", "Host": urlsplit(self.root).netloc}
        request = Request(self.root + path, headers=headers)  # noqa: S310 (http and https alone, see above)
        try:
            with self.opener.open(request, timeout=settings.LIMITS["follow_seconds"]) as answer:
                content = answer.read(most + 1)
        except HTTPError as error:
            if error.code in (404, 410):
                return None
            if error.code == 429 or error.code >= 500:
                raise Away(f"{self.root} answers {error.code}.") from error
            raise Refusal(f"{self.root}{path} answers {error.code}.") from error
        except (URLError, OSError, HTTPException) as error:
            raise Away(f"{self.root} can't be reached: {error}") from error
        if len(content) > most:
            raise Refusal(f"{self.root}{path} answers more than {most} bytes.")
        return content

    def changes(self, since: int) -> dict:
        """A stretch of the change stream, with documents."""
        content = self.read(
            f"/api/v1/changes/?since={since}&include=document&page_size=200", settings.LIMITS["follow_bytes"]
        )
        try:
            page = json.loads(content or b"")
            if not isinstance(page["results"], list) or not isinstance(page["head"]["seq"], int):
                raise ValueError("that is no stretch of a change stream")
        except (ValueError, KeyError, TypeError) as error:
            raise Refusal(f"What {self.root} answers can't be read: {error}") from error
        return page

    def rendition(self, name: str) -> bytes | None:
        return self.read(f"/media/{name}", settings.LIMITS["image_bytes"])


def follow(origin: Origin) -> int:
    """Apply what the other portal has and this one hasn't; returns the number of entries. Raises Refusal, Away."""
    mine = Head.objects.using(PUBLISHED).get(pk=1)
    _same_history(origin, mine)
    seq, chain, applied = mine.seq, mine.chain, 0
    entries: list[Change] = []
    documents: dict[str, str] = {}
    more = True
    while more:
        page = origin.changes(seq)
        for item in page["results"]:
            entry = _entry(item)
            if entry.seq != seq + 1 or entry.chain != link(chain, entry):
                raise Refusal(
                    f"Entry {entry.seq} of {origin.root} doesn't fit the chain: nothing after {seq} is taken."
                )
            seq, chain = entry.seq, entry.chain
            entries.append(entry)
            if item.get("document") is not None:
                documents[entry.digest] = checked(entry.digest, item["document"]).body
        more = bool(page["results"]) and seq < page["head"]["seq"]
        ready = entries if not more else _whole(entries, documents)
        if ready:
            _apply(origin, ready, documents)
            applied += len(ready)
            entries = entries[len(ready) :]
            kept = {entry.digest for entry in entries}
            documents = {digest: body for digest, body in documents.items() if digest in kept}
    _tidy(origin)
    return applied


def _same_history(origin: Origin, mine: Head) -> None:
    if not mine.seq:
        return
    page = origin.changes(mine.seq - 1)
    there = page["results"][0] if page["results"] else {}
    if (there.get("seq"), there.get("chain")) != (mine.seq, mine.chain):
        raise Refusal(f"{origin.root} has another history than this portal: entry {mine.seq} isn't the same there.")


def _entry(item: dict) -> Change:
    """An entry, of what the stream says."""
    try:
        release = item["release"] or {"id": None, "title": None}
        return Change(
            **{name: item[name] for name in ("seq", "action", "change_kind", "kind", "slug", "refs", "chain")},
            **{name: item[name] or "" for name in ("digest", "note", "wrong", "wrong_since")},
            record=UUID(item["id"]),
            into=item["into"] and UUID(item["into"]),
            release=release["id"] and UUID(release["id"]),
            release_title=release["title"] or "",
            at=datetime.fromisoformat(item["at"]),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Refusal(f"An entry of the stream can't be read: {error!r}") from error


def _whole(entries: list[Change], documents: dict[str, str]) -> list[Change]:
    """The entries that can be applied before the rest is there: up to the last complete step, none if a document is missing."""
    if any(entry.digest and entry.digest not in documents for entry in entries):
        return []
    last = entries[-1].release
    until = len(entries)
    while last and until and entries[until - 1].release == last:
        until -= 1
    return entries[:until]


def _apply(origin: Origin, entries: list[Change], documents: dict[str, str]) -> None:
    """One transaction. The pictures are fetched before: no page shall show one that isn't there."""
    for entry in entries:
        if entry.kind == "image" and entry.digest in documents:
            rows = json.loads(documents[entry.digest])["rows"].get("renditions", ())
            _fetch(origin, {row["file"] for row in rows})
    with transaction.atomic(using=PUBLISHED):
        if locked_head(Head, PUBLISHED).seq != entries[0].seq - 1:
            raise Refusal("Another process follows too.")
        apply(entries, documents)


def _fetch(origin: Origin, names: set[str]) -> set[str]:
    """Fetch the pictures' files that aren't here; returns those that aren't there either (any more)."""
    lacking = set()
    for name in sorted(names):
        if not RENDITION_NAME.fullmatch(name):
            raise Refusal(f"“{name[:80]}” is no name of a rendition.")
        if media.renditions().exists(name):
            continue
        if (content := origin.rendition(name)) is None:
            lacking.add(name)
        else:
            keep_rendition(name, content)
    return lacking


def _tidy(origin: Origin) -> None:
    """At the head: every public picture is here, and files that no public picture lists are deleted."""
    names = set(Rendition._base_manager.using(PUBLISHED).values_list("file", flat=True))
    here = set(media.renditions().listdir("")[1])
    if lacking := _fetch(origin, names - here):
        raise Away(f"{origin.root} doesn't have the rendition {min(lacking)} (any more).")
    for name in here - names:
        if RENDITION_NAME.fullmatch(name):
            media.renditions().delete(name)
