"""Pictures: taking an original, having its renditions made, and sweeping away files that nothing lists.

Originals are private and lie apart from what is served. A file stands under the digest of its bytes before any row names
it, so a crash leaves at most a file too many, which `sweep` finds.
"""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from partnerships.models import Image, Rendition
from partnerships.publishing.loading import keep_rendition
from partnerships.publishing.log import EDITORIAL
from partnerships.publishing.models import Action, LogDocument, Publication
from portal import media

from . import renditions_process
from .renditions_process import Refused, kind_of, name_of, room

PATIENCE = 30
"""Seconds after which the process is given up, however little it reckons."""
YOUNG = timedelta(hours=1)
"""For so long a file may be waiting for its row."""


def workplace() -> Path:
    """A private folder of this machine: the place of the lock and of copies; of the originals, unless a bucket has them."""
    return media.Folder("ORIGINALS_ROOT", 0o700).made()


@contextmanager
def steady() -> Iterator[None]:
    """Inside, no other process on this machine takes files away: a backup has what its databases name.

    Whoever takes files away holds it too, from before the rows go until the files are gone.
    """
    folder = os.open(workplace(), os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def take(upload: UploadedFile) -> str:
    """Keep an upload as an original; returns its name. Raises Refused before anything is decoded, media.Unreachable."""
    most = settings.LIMITS["image_bytes"]
    if not upload.size or upload.size > most:
        raise Refused(
            f"The file has to hold something, and at most {most // 10**6} MB. Make it smaller and choose it again."
        )
    data = upload.read()
    kind = kind_of(data[:16], upload.name or "")
    with room():
        return str(media.originals().save(name_of(data, renditions_process.KINDS[kind][0]), ContentFile(data)))


def renditions(original: str, focus: tuple[int, int]) -> list[Rendition]:
    """The renditions of an original, made by a process with bounded memory and time, as rows yet to be saved.

    The process reads and writes in a folder of its own. Raises Refused, FileNotFoundError, media.Unreachable.
    """
    with room(), TemporaryDirectory() as name:
        aside, source = Path(name), Path(name) / "original"
        if not media.originals().fetch(original, source):
            raise FileNotFoundError(original)
        made = _made(source, original, aside, focus)
        for row in made:
            keep_rendition(row.file, (aside / row.file).read_bytes())
    return made


def _made(source: Path, original: str, into: Path, focus: tuple[int, int]) -> list[Rendition]:
    limits = (settings.LIMITS["image_pixels"], settings.LIMITS["image_side"])
    command = [sys.executable, "-I", renditions_process.__file__, str(source), original, str(into)]
    command += [str(number) for number in (*focus, *limits)]
    too_much = Refused(
        "The picture takes more time or memory than is given to it. Make it smaller and choose it again."
    )
    try:
        done = subprocess.run(command, env={}, capture_output=True, timeout=PATIENCE, cwd="/")  # noqa: S603 (our own)
        said = json.loads(done.stdout) if done.returncode == 0 else None
    except (subprocess.TimeoutExpired, ValueError):
        raise too_much from None
    if said is None:
        raise too_much
    if "refused" in said:
        raise Refused(said["refused"])
    return [Rendition(**values) for values in said["made"]]


def replace(image: Image, made: Iterable[Rendition]) -> None:
    """Give a saved image its renditions in place of those it had. Call it in the transaction of the save."""
    image.renditions.all().delete()
    for row in made:
        row.image = image
        row.save(using=EDITORIAL)


# What nothing lists ---------------------------------------------------------------------------------------------------


def _said(using: str = EDITORIAL) -> Iterable[dict]:
    """The documents of images that are kept: revisions that may be restored, publications that may be rebuilt."""
    documents = LogDocument.objects.using(using).filter(body__contains='"kind":"image"')
    bodies = documents.values_list("body", flat=True)
    return (document for body in bodies if (document := json.loads(body))["kind"] == "image")


def _files(documents: Iterable[dict]) -> set[str]:
    names: set[str] = set()
    for document in documents:
        names |= {row["file"] for row in document["rows"]["renditions"]} | {document["fields"]["original"]}
    return names - {""}


def files_of(records: Iterable[UUID]) -> set[str]:
    """Every file that images ever listed, and no other image does. What a take-down deletes."""
    pks = list(records)
    ids = {str(pk) for pk in pks}
    documents = list(_said())
    mine = _files(document for document in documents if document["id"] in ids)
    mine |= set(Rendition.objects.using(EDITORIAL).filter(image_id__in=pks).values_list("file", flat=True))
    mine |= set(Image.objects.using(EDITORIAL).filter(pk__in=pks).values_list("original", flat=True))
    return mine - _files(document for document in documents if document["id"] not in ids) - {""}


def delete(names: Iterable[str]) -> None:
    """Delete files by name. What a document brought along as a name, and is a path, is left alone."""
    for name in names:
        if Path(name).name != name:
            continue
        for storage in (media.renditions(), media.originals()):
            storage.delete(name)


def listed(using: str = EDITORIAL) -> set[str]:
    """Every file that a working copy or a kept document lists, in the editorial database or in a copy of it.

    The working copy of what was taken down counts by its documents alone: those of before are gone, and so are its files.
    """
    names = _files(_said(using))
    down = Publication.objects.using(using).filter(action=Action.TAKE_DOWN).values("record")
    names |= set(Rendition.objects.using(using).exclude(image_id__in=down).values_list("file", flat=True))
    names |= set(Image.objects.using(using).exclude(pk__in=down).values_list("original", flat=True))
    return names - {""}


def orphans() -> list[str]:
    """Files, no longer young, that no working copy and no kept document lists."""
    names, old = listed(), timezone.now() - YOUNG
    return sorted(
        name
        for storage in (media.renditions(), media.originals())
        for name in storage.listdir("")[1]
        if name not in names and storage.get_modified_time(name) < old
    )
