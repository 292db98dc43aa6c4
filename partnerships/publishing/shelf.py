"""The snapshots that there are: files whose names say what they hold, and from when.

A name carries the day and the number of the last entry, and a digest of the take-downs of anything published by then.
So nothing has to be marked: a file under a name that would be another today holds something that was taken down since.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.db.models import Min

from .log import PUBLISHED
from .models import Action, Change

NAME = re.compile(r"portal-(?P<day>\d{4}-\d{2}-\d{2})-seq(?P<seq>[1-9]\d{0,14})-(?P<taken>[0-9a-f]{8})\.zip", re.ASCII)


@dataclass(frozen=True)
class Snapshot:
    """A file of the shelf."""

    name: str
    day: str
    seq: int
    digest: str
    """SHA-256 of its bytes."""
    bytes: int
    at: datetime
    """The moment of its last entry."""
    withdrawn: bool
    """Whether it holds something that was taken down since: then nobody gets it any more."""

    @property
    def file(self) -> Path:
        return folder() / self.name

    @property
    def path(self) -> str:
        return f"/data/{self.name}"


def folder() -> Path:
    return Path(settings.SNAPSHOTS_ROOT)


def name_of(entry: Change) -> str:
    """What the snapshot is called that ends with an entry, by what has been taken down up to now."""
    return f"portal-{entry.at.astimezone(UTC).date()}-seq{entry.seq}-{_TakenDown().digest(entry.seq)}.zip"


class _TakenDown:
    """All take-downs, each with the first entry about its record. Two queries."""

    def __init__(self) -> None:
        changes = Change.objects.using(PUBLISHED)
        stones = list(changes.filter(action=Action.TAKE_DOWN).order_by("seq").values_list("seq", "record", "chain"))
        first = dict(
            changes.filter(record__in={record for _, record, _ in stones})
            .order_by()
            .values_list("record")
            .annotate(Min("seq"))
        )
        self.said = [(chain, first[record]) for _, record, chain in stones]

    def digest(self, seq: int) -> str:
        """A digest of the take-downs of records that were first published by a seq."""
        chains = [chain for chain, first in self.said if first <= seq]
        return hashlib.sha256(" ".join(chains).encode()).hexdigest()[:8]


def snapshots() -> list[Snapshot]:
    """What is on the shelf, the newest first. Two queries."""
    return _read(folder().glob("portal-*.zip"))


def one(name: str) -> Snapshot | None:
    """The snapshot of a name. Two queries where the file is there."""
    found = _read([folder() / name]) if NAME.fullmatch(name) else []
    return found[0] if found else None


def _read(files: Iterable[Path]) -> list[Snapshot]:
    taken, found = None, []
    for file in files:
        said = NAME.fullmatch(file.name)
        try:
            digest, stat = _note(file).read_text().strip(), file.stat()
        except FileNotFoundError:
            continue  # half made, or deleted just now
        if said:
            taken = taken or _TakenDown()
            seq = int(said["seq"])
            at = datetime.fromtimestamp(int(stat.st_mtime), UTC)
            gone = taken.digest(seq) != said["taken"]
            found.append(Snapshot(file.name, said["day"], seq, digest, stat.st_size, at, gone))
    return sorted(found, key=lambda one: (one.seq, not one.withdrawn, one.name), reverse=True)


def _note(file: Path) -> Path:
    """The file that says the digest of another: written last, so a snapshot without one isn't there yet."""
    return file.with_name(f"{file.name}.sha256")


def note(file: Path) -> str:
    """Write down the digest of a complete file; returns it."""
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    _note(file).write_text(f"{digest}\n")
    return digest
