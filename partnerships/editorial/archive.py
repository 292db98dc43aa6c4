"""The file of a backup: a plain tar whose first member, `manifest.json`, names every other one, in order.

Nothing here knows databases. An archive is read twice: once to check all of it, once to take it out; so nothing of an
archive that isn't whole is ever written. The digests find damage and accidents. They don't prove who made the archive:
whoever can write to the place where backups lie can make one.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from portal.media import sync_folder

FORMAT = 1
MANIFEST = "manifest.json"
MEMBER = re.compile(r"(databases|originals|media)/[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
BY_CONTENT = re.compile(r"([0-9a-f]{64})\.[a-z0-9]{2,5}")
MANIFEST_MOST = 64_000_000
"""Bytes of a manifest: a quarter of a million files."""
PIECE = 1 << 20


class Damaged(Exception):
    """The archive can't be trusted, or isn't one of ours. The message is a sentence that says why."""


@dataclass(frozen=True)
class Member:
    name: str
    size: int
    sha256: str


def canonical(manifest: dict[str, Any]) -> bytes:
    return json.dumps(manifest, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def digest_of(manifest: dict[str, Any]) -> str:
    """The digest over everything that a manifest says but the digest itself."""
    return hashlib.sha256(canonical({key: said for key, said in manifest.items() if key != "digest"})).hexdigest()


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece


def hashed(file: IO[bytes]) -> str:
    known = hashlib.sha256()
    for piece in _pieces(file):
        known.update(piece)
    return known.hexdigest()


# Writing --------------------------------------------------------------------------------------------------------------


def write(target: Path, said: dict[str, Any], files: dict[str, Path]) -> dict[str, Any]:
    """Write an archive (readable by its owner only) and return its manifest.

    It is written beside `target` and renamed when it is safe on the disk: under its name stands a whole archive or none.
    """
    members = []
    for name, path in sorted(files.items()):
        with path.open("rb") as file:
            members.append(Member(name, path.stat().st_size, hashed(file)))
    manifest = {"format": FORMAT, **said, "members": [asdict(member) for member in members]}
    manifest["digest"] = digest_of(manifest)
    aside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
            with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
                body = canonical(manifest)
                tar.addfile(_header(MANIFEST, len(body)), BytesIO(body))
                for member in members:
                    with files[member.name].open("rb") as file:
                        tar.addfile(_header(member.name, member.size), file)
            out.flush()
            os.fsync(out.fileno())
        aside.rename(target)
        sync_folder(target.parent)
    finally:
        aside.unlink(missing_ok=True)
    return manifest


def _header(name: str, size: int) -> tarfile.TarInfo:
    header = tarfile.TarInfo(name)
    header.size, header.mode = size, 0o600
    return header


# Reading --------------------------------------------------------------------------------------------------------------


def check(source: Path) -> dict[str, Any]:
    """Read a whole archive and return its manifest; raises Damaged, and writes nothing."""
    reading = _Reading(source)
    for _ in reading:
        pass
    return reading.manifest


def contents(source: Path) -> Iterator[tuple[Member, Watched]]:
    """Each member with its content, to be read before the next. What was read is compared once more."""
    yield from _Reading(source)


class _Reading:
    """One pass over an archive: every member is where the manifest has it and, when the next is asked for, what it says."""

    manifest: dict[str, Any]

    def __init__(self, source: Path):
        self.source = source

    def __iter__(self) -> Iterator[tuple[Member, Watched]]:
        try:
            with self.source.open("rb") as file, tarfile.open(fileobj=file, mode="r:") as tar:
                self.manifest = _manifest(tar)
                for member in (Member(**values) for values in self.manifest["members"]):
                    yield member, (content := Watched(_next(tar, member)))
                    if content.finish() != (member.size, member.sha256):
                        raise Damaged(f"The content of {member.name} isn't what the manifest says: it was altered.")
                if extra := tar.next():
                    raise Damaged(f"The archive holds {extra.name!r}, which its manifest doesn't name.")
                file.seek(tar.offset)
                rest = b"".join(_pieces(file))
                if len(rest) < tarfile.BLOCKSIZE or rest.strip(b"\0"):
                    raise Damaged("Behind the last member comes no clean end: the archive was cut short or added to.")
        except (tarfile.TarError, EOFError) as error:
            raise Damaged(f"This is no whole archive: it was cut short or damaged ({error}).") from error
        except OSError as error:
            if error.filename is None:
                raise Damaged(f"The archive can't be read ({error}).") from error
            raise Damaged(f"The archive can't be read ({error.strerror}).") from error


class Watched:
    """The content of a member; knows the digest of what was read."""

    def __init__(self, file: IO[bytes]):
        self.file, self.known, self.size = file, hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        piece = self.file.read(size)
        self.known.update(piece)
        self.size += len(piece)
        return piece

    def finish(self) -> tuple[int, str]:
        while self.read(PIECE):
            pass
        return self.size, self.known.hexdigest()


def _next(tar: tarfile.TarFile, member: Member) -> IO[bytes]:
    header = tar.next()
    if header is None:
        raise Damaged(f"The archive ends before {member.name}: it was cut short.")
    if header.name != member.name or not header.isreg():
        raise Damaged(f"Where {member.name} must come, the archive has {header.name!r}: it was put together otherwise.")
    if header.size != member.size:
        raise Damaged(f"{member.name} has another size than the manifest says: it was altered.")
    content = tar.extractfile(header)
    assert content is not None  # it is a regular file
    return content


def _manifest(tar: tarfile.TarFile) -> dict[str, Any]:
    header = tar.next()
    if header is None or header.name != MANIFEST or not header.isreg() or header.size > MANIFEST_MOST:
        raise Damaged("This is no backup of the portal: it doesn't begin with a manifest.")
    content = tar.extractfile(header)
    assert content is not None
    try:
        manifest = json.loads(content.read())
        version, digest = manifest["format"], manifest["digest"]
    except (ValueError, KeyError, TypeError):
        raise Damaged("This is no backup of the portal: its manifest can't be read.") from None
    if not isinstance(version, int) or version > FORMAT:
        raise Damaged(
            f"The archive has format {version!r}; this portal reads format {FORMAT}. Use the one that made it."
        )
    if digest != digest_of(manifest):
        raise Damaged("The manifest was altered: it doesn't have the digest that it names.")
    try:
        listed = [Member(**values) for values in manifest["members"]]
    except (KeyError, TypeError):
        raise Damaged("The manifest doesn't list its members.") from None
    for member in listed:
        if not MEMBER.fullmatch(str(member.name)):
            raise Damaged(f"The archive names {member.name!r}, which no backup of the portal holds.")
        if (named := BY_CONTENT.fullmatch(member.name.partition("/")[2])) and named[1] != member.sha256:
            raise Damaged(f"{member.name} isn't the file that its name says.")
    if len({member.name for member in listed}) != len(listed):
        raise Damaged("The archive holds one name twice.")
    return dict(manifest)
