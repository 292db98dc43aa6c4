"""Below the code: the public role of PostgreSQL serves every public test, and can touch nothing but what is published."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from contextlib import contextmanager
from urllib.parse import quote
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.db import connections

from tests import databases

pytestmark = [pytest.mark.services, pytest.mark.slow]

GRANTS = settings.BASE_DIR / "deploy" / "postgresql" / "public-role.sql"


def connected(database: str, user: str = ""):
    said = connections["default"].settings_dict
    return psycopg.connect(
        host=said["HOST"], port=said["PORT"] or None, user=user or said["USER"], dbname=database, autocommit=True
    )


@contextmanager
def role_for(pair: databases.Pair):
    """The role as deploy/postgresql/public-role.sql makes it, for two databases."""
    role, owner = f"public_{uuid4().hex[:12]}", connections["default"].settings_dict["USER"]
    names = {"portal_public": role, "portal": owner, "editorial": pair["default"], "published": pair["published"]}
    script = re.sub(r'"(\w+)"', lambda found: f'"{names[found[1]]}"', re.sub(r"(?m)^--.*$", "", GRANTS.read_text()))
    with connected(pair["published"]) as owning:
        for statement in filter(str.strip, script.split(";")):
            owning.execute(statement)
        try:
            yield role
        finally:
            owning.execute(f'REASSIGN OWNED BY "{role}" TO "{owner}"')
            owning.execute(f'DROP OWNED BY "{role}"')
            owning.execute(f'DROP ROLE "{role}"')


@pytest.fixture
def role(own, content_template):
    """The role over the real content: its name, and the databases."""
    if not databases.on_postgresql():
        pytest.skip("SQLite has no roles: its half is `make test-public`, on a file opened for reading only")
    with own(content_template) as pair:
        connections.close_all()
        with role_for(pair) as name:
            yield name, pair


def test_the_public_tests_pass_under_the_public_role(role):
    name, pair = role
    host = quote(connections["default"].settings_dict["HOST"], safe="")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "DATABASE_URL"))}
    tests = sorted(str(path) for path in (settings.BASE_DIR / "tests").glob("*/test_reading_*.py"))
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not e2e", *tests],
        cwd=settings.BASE_DIR,
        env=kept | {"PORTAL_ROLE": "public", "PUBLISHED_DATABASE_URL": f"postgres://{name}@{host}/{pair['published']}"},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-2000:]
    print("\nunder the public role:", ran.stdout.strip().splitlines()[-1])
    assert re.search(r"\d{2,} passed", ran.stdout)
    assert "skipped" not in ran.stdout


def test_the_public_role_can_do_nothing_else(role):
    name, pair = role
    with pytest.raises(psycopg.OperationalError, match=r"permission denied|User does not have CONNECT"):
        connected(pair["default"], name)
    refused = 0
    with connected(pair["published"], name) as reading:
        reading.execute("SET default_transaction_read_only = off")  # anybody may say so; the rights stay
        found = reading.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        tables = sorted(table for (table,) in found)
        assert len(tables) > 30
        for table in tables:
            reading.execute(f'SELECT * FROM "{table}" LIMIT 1')  # noqa: S608 (the database's own names)
            (column,) = reading.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s LIMIT 1", [table]
            ).fetchone()
            for statement in (
                f'INSERT INTO "{table}" DEFAULT VALUES',
                f'UPDATE "{table}" SET "{column}" = NULL',  # noqa: S608
                f'DELETE FROM "{table}"',  # noqa: S608
                f'TRUNCATE "{table}"',
                f'DO $$ BEGIN LOCK TABLE "{table}" IN EXCLUSIVE MODE; END $$',
                f'ALTER TABLE "{table}" ADD COLUMN x integer',
                f'DROP TABLE "{table}"',
            ):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    reading.execute(statement)
                refused += 1
        for statement in (
            "CREATE TABLE mine (id integer)",
            "CREATE TEMPORARY TABLE mine (id integer)",
            "CREATE SCHEMA mine",
            "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
            "CREATE ROLE mine",
            "CREATE DATABASE mine",
            "CREATE EXTENSION dblink",
            "COPY partnerships_partner TO PROGRAM 'true'",
            "COPY partnerships_partner TO '/tmp/x'",
            "SELECT pg_read_file('/etc/passwd')",
            "SELECT passwd FROM pg_shadow",
            "SELECT lo_import('/etc/passwd')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                reading.execute(statement)
            refused += 1
    print(f"\nthe public role: {len(tables)} tables read, statements refused {refused} / allowed 0")


def test_there_is_nothing_in_the_published_database_but_what_is_published(role):
    """No table of accounts, sessions, drafts or revisions is where the public role can read."""
    _, pair = role
    with connected(pair["published"]) as owning:
        found = owning.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    strange = {t for (t,) in found if not t.startswith(("partnerships_", "publishing_")) and t != "django_migrations"}
    assert strange == set()
    assert not {t for (t,) in found if re.search("publication$|logdocument|loghead", t)}
