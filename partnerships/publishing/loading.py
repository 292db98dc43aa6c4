"""Filling an empty `published` from a snapshot: every sum, every digest and the chain are checked before anything is kept."""

from __future__ import annotations

import hashlib
import json
import zipfile
from collections.abc import Iterable
from datetime import datetime
from itertools import batched
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile

from partnerships.models.images import RENDITION_NAME
from portal import media

from .documents import canonical
from .editions import drop_pointing_nowhere
from .feed import Refusal, load
from .log import CHAINED, PUBLISHED, broken_at
from .models import Change, Head, PublicDocument
from .scratch import scratch


def load_snapshot(file: Path) -> int:
    """Fill `published`, which has to be empty, from a snapshot; returns the number of its last entry. Raises Refusal."""
    if Head.objects.using(PUBLISHED).get(pk=1).seq:
        raise Refusal("Something is published here already: a snapshot is loaded into an empty portal.")
    try:
        with zipfile.ZipFile(file) as archive:
            _check(archive)
            return _load(archive)
    except (OSError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise Refusal(f"{file} is no snapshot that can be read: {error}") from error


def _check(archive: zipfile.ZipFile) -> None:
    """Every file against SHA256SUMS, which has to name all of them."""
    if sum(info.file_size for info in archive.infolist()) > settings.LIMITS["snapshot_bytes"]:
        raise Refusal(f"The snapshot is larger than {settings.LIMITS['snapshot_bytes']} bytes.")
    sums = {}
    for text in archive.read("SHA256SUMS").decode().splitlines():
        digest, _, name = text.partition("  ")
        sums[name] = digest
    if odd := sorted({*sums, "SHA256SUMS"} ^ set(archive.namelist())):
        raise Refusal(f"SHA256SUMS and the files of the snapshot don't agree: {', '.join(odd[:5])}.")
    for name, digest in sums.items():
        with archive.open(name) as opened:
            if hashlib.file_digest(opened, "sha256").hexdigest() != digest:  # type: ignore[arg-type]
                raise Refusal(f"{name} isn't what SHA256SUMS says.")


def entry_read(said: dict) -> Change:
    """An entry as a line of `changes.jsonl` says it."""
    ids = {name: said[name] and UUID(said[name]) for name in ("record", "into", "release")}
    shared = {name: said[name] for name in (*CHAINED, "chain", "version", "previous")}
    return Change(**shared | ids | {"at": datetime.fromisoformat(said["at"])})


def _load(archive: zipfile.ZipFile) -> int:
    told = json.loads(archive.read("datapackage.json"))["portal"]
    with archive.open("changes.jsonl") as lines:
        entries = [entry_read(json.loads(line)) for line in lines]
    if broken := list(broken_at(entries)):
        raise Refusal(broken[0])
    if not entries or (entries[-1].seq, entries[-1].chain) != (told["seq"], told["chain"]):
        raise Refusal("The change log doesn't end where the snapshot says.")
    with scratch() as aside:
        for some in batched(entries, 300):
            Change.objects.using(aside).bulk_create(some)
        with archive.open("documents.jsonl") as lines:
            for documents in batched(map(_document, lines), 200):
                PublicDocument.objects.using(aside).bulk_create(documents)

        def bodies(digests: Iterable[str]) -> dict[str, str]:
            rows = PublicDocument.objects.using(aside).filter(digest__in=set(digests) - {""})
            return dict(rows.values_list("digest", "body"))

        _keep_renditions(archive)
        load(PUBLISHED, log=Change.objects.using(aside), documents=bodies, complete=_complete)
    return entries[-1].seq


def _complete(using: str) -> None:
    """What was taken down after the last entry is in no document: what pointed there is dropped, as in a past edition."""
    drop_pointing_nowhere(using)


def _document(line: bytes) -> PublicDocument:
    said = json.loads(line)
    return checked(said["digest"], said["document"])


def checked(digest: str, document: dict) -> PublicDocument:
    """A document that is what its digest says. Raises Refusal."""
    body = canonical(document)
    if hashlib.sha256(body.encode()).hexdigest() != digest:
        raise Refusal(f"The document {digest[:12]} isn't what its digest says.")
    return PublicDocument(digest=digest, body=body)


def _keep_renditions(archive: zipfile.ZipFile) -> None:
    for path in archive.namelist():
        if path.startswith("media/"):
            keep_rendition(path.removeprefix("media/"), archive.read(path))


def keep_rendition(name: str, content: bytes) -> None:
    """Keep a picture's file under its name, which is the digest of its bytes. Raises Refusal, media.Unreachable."""
    if not RENDITION_NAME.fullmatch(name) or hashlib.sha256(content).hexdigest() != Path(name).stem:
        raise Refusal(f"The rendition {name} isn't what its name says.")
    media.renditions().save(name, ContentFile(content))
