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
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from partnerships.models import Image, Rendition
from partnerships.publishing.log import EDITORIAL
from partnerships.publishing.models import LogDocument

from . import renditions_process
from .renditions_process import Refused, keep, kind_of

PATIENCE = 30
"""Seconds after which the process is given up, however little it reckons."""
YOUNG = 3600
"""Seconds for which a file may be waiting for its row."""


def originals() -> Path:
    return _folder(Path(settings.ORIGINALS_ROOT), 0o700)


def media() -> Path:
    return _folder(Path(settings.MEDIA_ROOT), 0o755)


def _folder(folder: Path, mode: int) -> Path:
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(mode)
    return folder


@contextmanager
def steady() -> Iterator[None]:
    """Inside, no other process on this machine takes files away: a backup has what its databases name.

    Whoever takes files away holds it too, from before the rows go until the files are gone.
    """
    folder = os.open(originals(), os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def take(upload: UploadedFile) -> str:
    """Keep an upload as an original; returns its name. Raises Refused before anything is decoded."""
    most = settings.LIMITS["image_bytes"]
    if not upload.size or upload.size > most:
        raise Refused(
            f"The file has to hold something, and at most {most // 10**6} MB. Make it smaller and choose it again."
        )
    data = upload.read()
    kind = kind_of(data[:16], upload.name or "")
    return keep(originals(), renditions_process.KINDS[kind][0], data)


def renditions(original: str, focus: tuple[int, int]) -> list[Rendition]:
    """The renditions of an original, made by a process with bounded memory and time, as rows yet to be saved."""
    limits = (settings.LIMITS["image_pixels"], settings.LIMITS["image_side"])
    command = [sys.executable, "-I", renditions_process.__file__, str(originals() / original), original, str(media())]
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
        for folder in (media(), originals()):
            (folder / name).unlink(missing_ok=True)


def listed(using: str = EDITORIAL) -> set[str]:
    """Every file that a working copy or a kept document lists, in the editorial database or in a copy of it."""
    names = _files(_said(using))
    names |= set(Rendition.objects.using(using).values_list("file", flat=True))
    names |= set(Image.objects.using(using).values_list("original", flat=True))
    return names - {""}


def orphans() -> list[str]:
    """Files, no longer young, that no working copy and no kept document lists."""
    names = listed()
    old = time.time() - YOUNG
    files = [file for folder in (media(), originals()) for file in folder.iterdir() if file.is_file()]
    return sorted(file.name for file in files if file.name not in names and file.stat().st_mtime < old)
