"""Dumps of a PostgreSQL database by its own programs, from one moment, and loading them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections, transaction

from partnerships.publishing.feed import Refusal


@contextmanager
def snapshot(alias: str) -> Iterator[str]:
    """Inside, the connection reads the database as it stands now; yields the name under which a dump reads the same."""
    with transaction.atomic(using=alias, durable=True), connections[alias].cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")  # it waits while the dump is written
        cursor.execute("SELECT pg_export_snapshot()")
        yield cursor.fetchone()[0]


def dump(alias: str, file: Path, moment: str) -> None:
    """Write the database to a file in PostgreSQL's custom format, as it stood at a snapshot."""
    file.touch(0o600)
    _run("pg_dump", alias, "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={moment}", f"--file={file}")


def load(alias: str, file: Path) -> None:
    """Load a dump into an empty database, all or nothing."""
    connections[alias].close()
    options = ("--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction")
    _run("pg_restore", alias, *options, f"--dbname={connections[alias].settings_dict['NAME']}", str(file))


def _run(name: str, alias: str, *options: str) -> None:
    where = connections[alias].settings_dict
    given = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    environment = {variable: str(where[key]) for variable, key in given.items() if where.get(key)}
    if mode := where.get("OPTIONS", {}).get("sslmode"):
        environment["PGSSLMODE"] = mode
    command = [program(name), "--no-password", *options]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)  # noqa: S603 (our own)
    if done.returncode:
        raise Refusal(f"{name} failed: {(done.stderr.strip().splitlines() or ['it said nothing'])[-1]}")


def program(name: str) -> str:
    """The newest of PostgreSQL's programs on this machine: one reads servers of its own version and older ones."""
    found = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"),
        key=lambda path: int(re.sub(r"\D", "", path.parent.parent.name) or 0),
    )
    if where := str(found[-1]) if found else shutil.which(name):
        return where
    raise Refusal(f"{name} isn't installed here; it comes with PostgreSQL's client programs.")
