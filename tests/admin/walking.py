"""What the permission walk walks with: who walks, the table of pages, how a page is asked, and what a forged post is.

The answers are data: a page names the right that looking takes; a forged post names the right that it takes, and how a
record has to stand for it to do anything. Who has a right stands in the words of tests/editorial/test_permissions.py.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.contrib import admin
from django.db import connections
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from partnerships.editorial.models import Standing
from partnerships.editorial.permissions import ORDER
from partnerships.models import KINDS
from tests import databases
from tests.editorial.test_permissions import expected

from .browser import watched, writes

WHOLE = os.environ.get("WALK") == "whole"
"""Whether all kinds and all states are walked (`make walk`), or a sample."""

PEOPLE = {
    "nobody": "",
    "sam": "no desk",
    "rolf": "no role",
    "anna": "Author",
    "bruno": "Reviewer",
    "chiara": "Publisher",
    "dag": "Administrator",
}
"""Who walks: nobody signed in, an account without the desk, one of the desk without a role, and the four roles."""
OUTSIDE = ("nobody", "sam")
MARK = "Walked"
"""Stands in the title of each record of the scene, so that a page that shows one is recognised."""


def has(name: str, verb: str) -> bool:
    """Whether somebody has a right at all, by the table of those who asked for it."""
    role = expected()[verb][0]
    return PEOPLE[name] in ORDER and ORDER.index(PEOPLE[name]) >= ORDER.index(role)


def fits(name: str, verb: str, standing: str, review: str, kind: str) -> bool:
    """Whether somebody may do it with a record of Anna's that stands so."""
    _, standings, reviews = expected()[verb]
    return (
        has(name, verb)
        and standings in ("any", *[standings] * (standing in standings.split(",")))
        and reviews in ("any", *[reviews] * (review in reviews.split(",")))
        and (verb != "switch" or kind == "notice")
        and (verb != "delete" or name in ("anna", "dag"))  # Anna alone has worked on it
    )


def walkers(verb: str) -> list[str]:
    """Who tries something: all without the right, and of those with it all in the sweep, by default the first and last."""
    able = [name for name in PEOPLE if name not in OUTSIDE and (verb not in expected() or has(name, verb))]
    return [name for name in PEOPLE if WHOLE or name not in able[1:-1]]


# The table of pages ---------------------------------------------------------------------------------------------------

PAGES = """
page                    looking takes   answers
index                   desk            200
login                   open            200,302,403
logout                  open            302,405
jsi18n                  desk            200
password_change         desk            302
password_change_done    desk            302
app_list                view            200
view_on_site            desk            404
autocomplete            view            200
queue                   view            200
releases                view            200
release                 view            200
preview_release         preview         200
calendar                view            200
calendar_ics            view            200
to_verify               view            200
writing_preview         post            405
writing_notes           post            405

kind changelist         view            200
kind add                add             200
kind change             change          200
kind history            view            200
kind delete             delete          200,302,403
kind export             export          200
kind import             import          200
kind publish            publish         200
kind withdraw           withdraw        200
kind changes            view            200
kind review             view            302
kind preview            preview         200
kind previewed          preview         200,409
kind restore            restore         200
kind uses               view            200
kind verify             view            200
kind presence           post            405
kind autosave           post            405
kind discard            post            405
kind autosave_new       post            405
kind discard_new        post            405
kind file               view            404

record changelist       view            200
record add              never           403
record change           view            302
record history          view            302
record delete           view            302
publication changelist  view            200
publication add         never           403
publication change      view            200
publication history     view            200
publication delete      never           403

report changelist       report          200
report add              never           403
report change           report          200
report history          report          200
report delete           never           403

user changelist         people          200
user add                people          200
user change             people          200
user history            people          200
user delete             never           403
user link               people          200
user revoke             people          302
user sessions           people          200
"""
"""Each page of the desk, the right that looking at it takes, and the answers it then gives (409: the kind has no page). Besides rights: "open" to
everybody; "desk": to every account of the desk; "post": only sent to; "never": nobody."""

HIDDEN = {
    "app_list": 404,
    "record change": 404,
    "record history": 404,
    "record delete": 404,
    "publication history": 302,
}
"""Pages that say to an account without a role that there is nothing, or lead it home, where others answer 403."""

NAMELESS = {
    "<path:object_id>/": "leads to the page of changes of the same object",
    "(?P<url>.*)$": "adds the slash, or finds nothing",
}


def table() -> dict[str, tuple[str, tuple[int, ...]]]:
    lines = [line.split() for line in PAGES.strip().splitlines()[1:] if line]
    return {" ".join(names): (verb, tuple(map(int, codes.split(",")))) for *names, verb, codes in lines}


def patterns(resolver=None, prefix: str = "/admin/") -> Iterator[tuple[str, str]]:
    """All addresses of the desk as the URLconf has them: (pattern, name)."""
    for entry in resolver.url_patterns if resolver else admin.site.get_urls():
        if isinstance(entry, URLResolver):
            yield from patterns(entry, prefix + str(entry.pattern))
        elif isinstance(entry, URLPattern):
            yield prefix + str(entry.pattern), entry.name or ""


def patterns_below(prefix: str) -> Iterator[tuple[str, str]]:
    """All addresses that begin so, as the URLconf has them."""
    for entry in get_resolver().url_patterns:
        if isinstance(entry, URLResolver) and str(entry.pattern) == prefix:
            yield from patterns(entry, f"/{prefix}")


def page_of(pattern: str, name: str) -> str:
    """The line of the table that a pattern belongs to; empty for those without a page of their own."""
    if not name:
        assert any(pattern.endswith(end) for end in NAMELESS), pattern
        return ""
    for app in ("partnerships", "publishing", "editorial", "auth"):
        if name.startswith(f"{app}_"):
            model, _, page = name.removeprefix(f"{app}_").partition("_")
            return f"{'kind' if model in KINDS else model} {page}"
    return name


# Asking ---------------------------------------------------------------------------------------------------------------


@contextmanager
def copied(pair: databases.Pair, folder: Path) -> Iterator[None]:
    """A copy of two databases to do something in."""
    other = databases.copy(pair, folder / uuid4().hex)
    with databases.using(other):
        try:
            yield
        finally:
            connections.close_all()
            databases.drop(other)


FLEETING = ("django_session", "editorial_counter", "sqlite_")
"""Tables that say nothing of the portal: sessions, and how often somebody tried to sign in."""


def everything() -> str:
    """One digest of all that both databases hold, sessions excepted."""
    found = hashlib.sha256()
    for alias in databases.ALIASES:
        with connections[alias].cursor() as cursor:
            for name in sorted(connections[alias].introspection.table_names(cursor)):
                if not name.startswith(FLEETING):
                    cursor.execute(f'SELECT * FROM "{name}"')  # noqa: S608 (the database's own names)
                    found.update(f"{name}{sorted(map(repr, cursor.fetchall()))}".encode())
    return found.hexdigest()


@dataclass(frozen=True)
class Answer:
    code: int
    body: str
    changed: bool
    wrote: tuple[str, ...]
    response: Any


def ask(client: Client, method: str, where: str, fields: dict | None = None, before: str = "") -> Answer:
    """What the desk answers, and whether anything is different now. `before` is the digest of all there was."""
    for alias in databases.ALIASES:
        connections[alias].queries_log.clear()  # it holds 9000
    with watched() as statements:
        response = getattr(client, method)(where, fields or {})
        body = "" if response.streaming else response.content.decode(errors="replace")
    wrote = tuple(sql for sql in writes(statements) if "editorial_counter" not in sql)
    return Answer(response.status_code, body, bool(wrote) and everything() != before, wrote, response)


# Forged posts ---------------------------------------------------------------------------------------------------------

ANY = tuple(Standing.values)
UNPUBLISHED = ("never", "changed", "withdrawn")


@dataclass(frozen=True)
class Forged:
    """A post as the page's own form sends it: the right that it takes, and the standings in which it does anything."""

    name: str
    page: str
    verb: str
    fields: Callable[[Any], dict]
    """The form in a scene."""
    works: tuple[str, ...] = ANY
    who: tuple[str, ...] = ()
    """Who may, where the right alone doesn't say it: what belongs to somebody."""
    action: bool = False
    """An action of a list: whoever may not is told so by the list itself, which has no such action for them."""
