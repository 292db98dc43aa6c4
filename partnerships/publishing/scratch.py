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
    blank = _blank()
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        file = Path(folder) / "published.sqlite3"
        file.write_bytes(blank)
        with connected(file):
            yield SCRATCH


@contextmanager
def connected(file: Path, alias: str = SCRATCH, *, read_only: bool = False) -> Iterator[str]:
    """A database file under an alias of its own for a while; yields the alias."""
    connections.settings[alias] = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(file),
        "OPTIONS": sqlite.options(read_only=read_only),
    }
    connections.configure_settings(connections.settings)
    try:
        yield alias
    finally:
        connections[alias].close()
        del connections[alias]
        del connections.settings[alias]


@cache
def _blank() -> bytes:
    """The bytes of a migrated, empty database: made once, because migrating takes seconds."""
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        file = Path(folder) / "published.sqlite3"
        with connected(file):
            call_command("migrate", database=SCRATCH, verbosity=0)
        return file.read_bytes()
