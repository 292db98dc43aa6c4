"""Databases for tests: prepared once, copied for each test, with real commits.

The log can't be emptied (a trigger protects it), so nothing is rolled back or truncated: each test gets its own pair of
databases, copied from a template. On SQLite that is a file copy, on PostgreSQL `CREATE DATABASE … TEMPLATE`.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import time_machine
from django.conf import settings
from django.core.management import call_command
from django.db import connections

ALIASES = ("default", "published")
Pair = dict[str, str]  # alias → NAME


def on_postgresql() -> bool:
    return connections["published"].vendor == "postgresql"


@contextmanager
def using(pair: Pair) -> Iterator[None]:
    """Point the connections at a pair of databases for a while."""
    before = {alias: connections[alias].settings_dict["NAME"] for alias in pair}
    announced_in = settings.EDITION_FILE
    _point(pair)
    settings.EDITION_FILE = edition_file(pair)
    try:
        yield
    finally:
        settings.EDITION_FILE = announced_in
        _point(before)


def addresses() -> dict[str, str]:
    """For other processes: the settings that name the databases of this test."""
    found = {}
    for variable, alias in (("DATABASE_URL", "default"), ("PUBLISHED_DATABASE_URL", "published")):
        name = connections[alias].settings_dict["NAME"]
        if on_postgresql():
            found[variable] = urlsplit(os.environ[variable])._replace(path=f"/{name}").geturl()
        else:
            found[variable] = f"sqlite:///{name}"
    return found


def edition_file(pair: Pair) -> Path:
    """Where the processes over a pair announce new editions to each other."""
    name = Path(pair["published"])
    return name.with_name("edition") if name.is_absolute() else Path(tempfile.gettempdir()) / f"edition-{name}"


def forget_power_failures() -> None:
    """Let SQLite commit without waiting for the disk: no test pulls the plug, and a commit would take ten times as long."""
    if not on_postgresql():
        for alias in ALIASES:
            options = connections[alias].settings_dict["OPTIONS"]
            options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=OFF")


def _point(pair: Pair) -> None:
    for alias, name in pair.items():
        connection = connections[alias]
        connection.close()
        connection.settings_dict["NAME"] = name


MADE_ON = datetime(2026, 11, 25, 8, tzinfo=UTC)
"""When all that is in a template was saved and published: in the morning of the tests' day, whatever day it is."""

# Templates ------------------------------------------------------------------------------------------------------------


def template(root: Path, name: str, fill: Callable[[], None], base: Pair | None = None) -> Pair:
    """The pair called `name`, made once for all workers of the run: a copy of `base` (or empty), then filled."""
    with open(root / f"{name}.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        note = root / f"{name}.json"
        if note.exists():
            return json.loads(note.read_text())
        pair = copy(base, root / name) if base else fresh(root / name)
        with using(pair), time_machine.travel(MADE_ON):
            fill()
            if not on_postgresql():
                for alias in pair:
                    with connections[alias].cursor() as cursor:
                        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        note.write_text(json.dumps(pair))
        return pair


def fresh(folder: Path) -> Pair:
    return {alias: _create(alias, folder, None) for alias in ALIASES}


def copy(pair: Pair, folder: Path) -> Pair:
    return {alias: _create(alias, folder, name) for alias, name in pair.items()}


def _create(alias: str, folder: Path, source: str | None) -> str:
    if not on_postgresql():
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{alias}.sqlite3"
        if source:
            shutil.copyfile(source, file)
        return str(file)
    name = f"t_{uuid4().hex[:16]}"
    _administer(f'CREATE DATABASE "{name}"' + (f' TEMPLATE "{source}"' if source else ""))
    return name


def drop(pair: Pair) -> None:
    edition_file(pair).unlink(missing_ok=True)
    for alias, name in pair.items():
        if on_postgresql():
            _administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        else:
            shutil.rmtree(Path(pair[alias]).parent, ignore_errors=True)


def _administer(statement: str) -> None:
    import psycopg

    settings = connections["default"].settings_dict
    with psycopg.connect(
        host=settings["HOST"],
        port=settings["PORT"] or None,
        user=settings["USER"],
        password=settings["PASSWORD"] or None,
        dbname="postgres",
        autocommit=True,
    ) as connection:
        connection.execute(statement)


def migrate() -> None:
    for alias in ALIASES:
        call_command("migrate", database=alias, verbosity=0)


def worker_root(base: Path) -> Path:
    """A folder that all workers of one run share."""
    return base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
