"""Published databases beside the one that is served: for building one aside, and for comparing with one built anew.

They are known to the thread that opens them, and to no setting.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import load_backend

from portal import sqlite

SCRATCH = "scratch"
SQLITE = "django.db.backends.sqlite3"


@contextmanager
def scratch() -> Iterator[str]:
    """An empty published database in a temporary SQLite file; yields its alias."""
    empty = blank()
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        file = Path(folder) / "published.sqlite3"
        file.write_bytes(empty)
        with opened(str(file), SCRATCH, sqlite.options()):
            yield SCRATCH


@contextmanager
def opened(name: str, alias: str, options: dict) -> Iterator[BaseDatabaseWrapper]:
    """Inside, an alias means an SQLite file for this thread, whatever it means for others."""
    said = {"ENGINE": SQLITE, "NAME": name, "OPTIONS": options}
    settings = connections.configure_settings({"default": {}, alias: said})[alias]
    before = connections[alias] if alias in connections.settings else None
    connection = connections[alias] = load_backend(SQLITE).DatabaseWrapper(settings, alias)
    try:
        yield connection
    finally:
        connection.close()
        if before:
            connections[alias] = before
        else:
            del connections[alias]


@cache
def blank() -> bytes:
    """The bytes of a migrated, empty published database: made once, because migrating takes seconds."""
    with tempfile.TemporaryDirectory(prefix="portal-") as folder:
        file = Path(folder) / "published.sqlite3"
        with opened(str(file), SCRATCH, sqlite.options()) as connection:
            executor = MigrationExecutor(connection)
            executor.migrate(executor.loader.graph.leaf_nodes())
        return file.read_bytes()
