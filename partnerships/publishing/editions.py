"""Past editions: what was public when the log stood at an entry, each in a read-only SQLite file of its own.

They are made from the public change log, so they need no editorial side, and whatever reads the present edition reads a
past one as well. What was taken down since is in none: its documents are gone, and what pointed there is dropped and
counted. A file's name says which log, which take-downs and which shape of tables it was made of; others are deleted.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, cast
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, connections, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import Max

from partnerships.models import KINDS, Kind, Record, record_links
from portal import sqlite

from . import search
from .documents import owned_rows, pointers, tables
from .feed import linking_texts, load, pointing_models
from .log import PUBLISHED
from .models import Action, Change, PublicDocument
from .scratch import blank, opened

MAKING = "edition"
"""The alias under which a file is filled, in the thread that does it."""
GUESSED = (3.0, 0.003)
"""How long making takes before it was ever measured: seconds to begin with, and for each entry of the log."""


class Busy(Exception):
    """Another process is making an edition; `seconds` is how long that will still take, as far as is known."""

    def __init__(self, seconds: int):
        super().__init__("A past edition is being made.")
        self.seconds = seconds


@dataclass(frozen=True)
class Withheld:
    """What a past edition lacks because it was taken down since."""

    records: int
    references: int


@contextmanager
def past(entry: Change) -> Iterator[Withheld]:
    """Inside, whatever this thread reads of the public edition is as it was after an entry. Nothing can be written.

    Raises Busy while another edition is being made; otherwise the one that is asked for is made first, if need be.
    """
    suffix = _suffix()
    forget_stale(suffix)
    file = folder() / f"{entry.seq}-{entry.chain[:16]}{suffix}"
    if not file.exists():
        _make_alone(entry.seq, file)
    with opened(f"file:{file}?mode=ro&immutable=1", PUBLISHED, sqlite.options(read_only=True)) as connection:
        try:
            with connection.cursor() as cursor:
                withheld = Withheld(*cursor.execute("SELECT records, pointers FROM withheld").fetchone())
        except OperationalError:  # deleted just now, because there are too many
            raise Busy(1) from None
        with suppress(FileNotFoundError):
            os.utime(file)
        yield withheld


# Files ----------------------------------------------------------------------------------------------------------------


def folder() -> Path:
    return Path(settings.EDITIONS_ROOT)


def _suffix() -> str:
    """What the names of all files end with that may still be read: the last take-down, and the shape of the tables."""
    taken = Change.objects.using(PUBLISHED).filter(action=Action.TAKE_DOWN).order_by("-seq").only("chain").first()
    return f"-{taken.chain[:16] if taken else 'none'}-{_shape()}.sqlite3"


@cache
def _shape() -> str:
    """A digest of what decides how documents become rows: the migrations, and the schemas of the kinds."""
    disk = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    migrations = sorted(name for name in disk if name[0] in ("partnerships", "publishing"))
    schemas = sorted((name, kind.schema) for name, kind in KINDS.items())
    return hashlib.sha256(json.dumps([migrations, schemas]).encode()).hexdigest()[:8]


def forget_stale(suffix: str = "") -> None:
    """Delete the files that may not be read any more: after a take-down, and after an update of the portal."""
    suffix = suffix or _suffix()
    for file in folder().glob("*.sqlite3"):
        if not file.name.endswith(suffix):
            file.unlink(missing_ok=True)


def _keep_few(newest: Path) -> None:
    """Delete the files that were not asked for longest, so that neither number nor bytes go over the limits."""
    total = 0
    files = {file: file.stat() for file in folder().glob("*.sqlite3") if file.exists()}
    for number, (file, said) in enumerate(sorted(files.items(), key=lambda one: one[1].st_mtime, reverse=True), 1):
        total += said.st_size
        if file != newest and (number > settings.LIMITS["editions"] or total > settings.LIMITS["editions_bytes"]):
            file.unlink(missing_ok=True)


# Making ---------------------------------------------------------------------------------------------------------------


def _make_alone(seq: int, file: Path) -> None:
    """Make a file, one at a time on this machine: here if that is quick, else in a process of its own.

    Raises Busy where it isn't there afterwards, because another process or thread is at one.
    """
    folder().mkdir(parents=True, exist_ok=True)
    with open(folder() / "making.lock", "a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(_left(lock)) from None
        if file.exists():
            return
        each = _read(lock).get("each", GUESSED[1])
        takes = GUESSED[0] + seq * each
        _note(lock, since=time.time(), takes=takes, each=each)
        if takes > settings.LIMITS["edition_seconds"]:
            _make_aside(seq, file, lock)
            raise Busy(math.ceil(takes))
        make(seq, file, lock)


def _make_aside(seq: int, file: Path, lock: IO[str]) -> None:
    """Let another process make a file. It inherits the lock, which is free again when it ends, however it does."""
    words = ["make_edition", str(seq), str(file), str(lock.fileno())]
    subprocess.Popen(  # noqa: S603 (our own command; nothing in it comes from a request)
        [sys.executable, str(settings.BASE_DIR / "manage.py"), *words],
        cwd=settings.BASE_DIR,
        stdin=subprocess.DEVNULL,
        pass_fds=[lock.fileno()],
        start_new_session=True,
    )


def make(seq: int, file: Path, lock: IO[str]) -> None:
    """Make a file, by whoever holds the lock, and note how long it took."""
    since = time.time()
    _fill(seq, file)
    _note(lock, since=since, takes=0, each=(time.time() - since) / seq)
    _keep_few(file)


def _read(lock: IO[str]) -> dict:
    lock.seek(0)
    try:
        return json.loads(lock.read())
    except ValueError:  # nothing noted yet, or half a note
        return {}


def _left(lock: IO[str]) -> int:
    """Whole seconds until what is being made will be there, going by how long the last one took."""
    said = _read(lock)
    return max(1, math.ceil(said["since"] + said["takes"] - time.time())) if said else math.ceil(GUESSED[0])


def _note(lock: IO[str], **said: float) -> None:
    lock.truncate(0)
    lock.write(json.dumps(said))
    lock.flush()


def _fill(seq: int, file: Path) -> None:
    fresh = folder() / "making"
    fresh.write_bytes(blank())
    # What breaks off is thrown away, so nothing has to be kept safe meanwhile.
    options = sqlite.options() | {"init_command": "PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF;"}
    with opened(str(fresh), MAKING, options):
        load(MAKING, until=seq, log=Change.objects.using(PUBLISHED), documents=_bodies, complete=_complete)
    os.replace(fresh, file)


def _bodies(digests: Iterable[str]) -> dict[str, str]:
    rows = PublicDocument.objects.using(PUBLISHED).filter(digest__in=set(digests) - {""})
    return dict(rows.values_list("digest", "body"))


# What was taken down since --------------------------------------------------------------------------------------------


def _complete(using: str) -> None:
    """Drop what points at nothing, and write down how much that was."""
    pointing = drop_pointing_nowhere(using)
    there = set(Record._base_manager.using(using).values_list("pk", flat=True))
    pointing += sum(len(record_links(text) - there) for _, text in linking_texts(using))
    changes = Change.objects.using(using)
    last = changes.order_by().values("record").annotate(last=Max("seq")).values("last")
    missing = changes.filter(seq__in=last, action=Action.PUBLISH).count() - len(there)
    with connections[using].cursor() as cursor:
        cursor.execute("CREATE TABLE withheld (records INTEGER NOT NULL, pointers INTEGER NOT NULL)")
        cursor.execute("INSERT INTO withheld VALUES (%s, %s)", [missing, pointing])


def drop_pointing_nowhere(using: str) -> int:
    """Rows that point at a record that isn't there go, optional fields are emptied, and a record that can't be without
    the other goes too, with all that points at it. Returns how many references those were."""
    dropped, lost = 0, True
    while lost:
        lost = False
        for model, name in sorted(_references(), key=lambda one: (one[0]._meta.label, one[1])):
            field = model._meta.get_field(name)
            target = cast(type[models.Model], field.related_model)
            there = target._base_manager.using(using).values("pk")
            rows = model._base_manager.using(using).filter(**{f"{name}__isnull": False})
            if not (ids := list(rows.exclude(**{f"{name}__in": there}).values_list("pk", flat=True))):
                continue
            dropped += len(ids)
            found = model._base_manager.using(using).filter(pk__in=ids)
            if not issubclass(model, Kind):
                found._raw_delete(using)
            elif field.null:
                found.update(**{name: None})
            else:
                _remove(model, ids, using)
                lost = True
    return dropped


def _references() -> Iterator[tuple[type[models.Model], str]]:
    yield from ((model, name) for model, _ in pointing_models() for name in pointers(model))


def _remove(kind: type[Kind], ids: list[UUID], using: str) -> None:
    for row in owned_rows(kind).values():
        row._base_manager.using(using).filter(**{f"{row.owner}__in": ids})._raw_delete(using)
    for table in reversed(tables(kind)):
        table._base_manager.using(using).filter(pk__in=ids)._raw_delete(using)
    search.forget(ids, using)
