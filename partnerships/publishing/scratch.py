"""A published database to throw away: for building one aside, and for comparing with one that was built anew."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.core.management import call_command
from django.db import connections

from portal import sqlite

SCRATCH = "scratch"


@contextmanager
def scratch() -> Iterator[str]:
    """An empty published database in a temporary SQLite file; yields its alias."""
    empty = blank()
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        file = Path(folder) / "published.sqlite3"
        file.write_bytes(empty)
        with _connected(file):
            yield SCRATCH


@contextmanager
def _connected(file: Path) -> Iterator[None]:
    connections.settings[SCRATCH] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": sqlite.options(),
    }
    connections.configure_settings(connections.settings)
    try:
        yield
    finally:
        connections[SCRATCH].close()
        del connections[SCRATCH]
        del connections.settings[SCRATCH]


@cache
def blank() -> bytes:
    """The bytes of a migrated, empty published database: made once, because migrating takes seconds."""
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        file = Path(folder) / "published.sqlite3"
        with _connected(file):
            call_command("migrate", database=SCRATCH, verbosity=0)
        return file.read_bytes()
