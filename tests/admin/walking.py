"""What the permission walk walks with: the table of pages, forged posts for each, and a scene with records in every state.

The answers are data: a page names the right that looking takes; a forged post names the right that it takes, and how a
record has to stand for it to do anything. Who has a right stands in the words of tests/editorial/test_permissions.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.contrib import admin
from django.contrib.auth.models import User
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone

from partnerships.admin.addresses import address, list_address
from partnerships.admin.exchange import SALT
from partnerships.editorial.exchange import plan, shown
from partnerships.editorial.exchange_forms import export
from partnerships.editorial.exchange_reading import read
from partnerships.editorial.models import Review, Standing, State
from partnerships.editorial.permissions import ORDER
from partnerships.editorial.publication import publish, withdraw
from partnerships.editorial.saving import record_saved
from partnerships.models import KINDS, Citation, Kind, Record
from tests import databases
from tests.editorial.test_permissions import expected
from tests.world import World, resave, save

from .browser import typed, watched, writes
from .records import required

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


# The table of pages ---------------------------------------------------------------------------------------------------

PAGES = """
page                    looking takes   answers
index                   desk            200
login                   open            200,302,403
logout                  open            405
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
kind previewed          preview         200
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

user changelist         people          200
user add                people          200
user change             people          200
user history            people          200
user delete             never           403
user link               people          200
user revoke             people          302
user sessions           people          200
"""
"""Each page of the desk, the right that looking at it takes, and the answers it then gives. Besides rights: "open" to
everybody; "desk": to every account of the desk; "post": only sent to; "never": nobody."""

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
    for app in ("partnerships", "publishing", "auth"):
        if name.startswith(f"{app}_"):
            model, _, page = name.removeprefix(f"{app}_").partition("_")
            return f"{'kind' if model in KINDS else model} {page}"
    return name


# The scene ------------------------------------------------------------------------------------------------------------


@dataclass
class Scene:
    """A world with one record of a kind for each standing, two that could be merged with them, and everybody signed in."""

    kind: str
    records: dict[str, Kind]
    twin: Kind
    clients: dict[str, Client]
    standing: str = "public"
    review: str = "draft"

    @property
    def record(self) -> Kind:
        return self.records[self.standing]

    @property
    def state(self) -> State:
        return State.objects.get(record=self.record.pk)

    @property
    def version(self) -> str:
        return str(Record.objects.get(pk=self.record.pk).version)

    def stand(self, standing: str, review: str) -> None:
        """Choose the record to walk over, and set how far its review is."""
        self.standing, self.review = standing, review
        state = self.state
        state.review, state.review_digest = review, state.digest
        state.submitted_by, state.reviewed_by = ("anna", "bruno") if review != Review.DRAFT else ("", "")
        state.review_note = "More of it." if review == Review.CHANGES else ""
        state.review_at = timezone.now()
        state.save()

    def where(self, page: str) -> str:
        """The address of a page about the record, or about its kind."""
        lists = {
            "changelist": "",
            "add": "add/",
            "export": "export/",
            "import": "import/",
            "autosave_new": "add/autosave/",
            "discard_new": "add/discard/",
            "file": "file/nothing.webp",
        }
        if page in lists:
            return list_address(self.kind) + lists[page]
        if page in ("restore", "previewed"):
            return address(self.record, page, number=1)
        return address(self.record, page)

    def form(self, page: str, **changes) -> dict:
        """The page's own form as an administrator's browser would send it."""
        return typed(self.clients["dag"].get(self.where(page)), **changes)


def _made(kind: str, slug: str) -> Kind:
    """A record of the scene by Anna, with a citation that can be verified."""
    record = save(KINDS[kind](slug=slug, title=f"{MARK} {kind}, {slug}", **required(kind)))
    if kind == "claim":
        record = resave(record, corrected_statement="It isn't so.", made_in=World().nato_topic)
    return record


def _cited(record: Kind) -> Kind:
    record = type(record).objects.get(pk=record.pk)
    whole = {"locator": "page 4", "quotation": "So it is.", "checked_on": "2026-11-01"}
    Citation.objects.create(record=record, source=World().nato_topic, **whole)
    record_saved(record, by="anna", expected=record.version)
    return type(record).objects.get(pk=record.pk)


def build(kind: str) -> Scene:
    """Fill the world with the scene of a kind."""
    made = {standing: _cited(_made(kind, f"walked-{standing}")) for standing in Standing.values}
    twin = _made(kind, "walked-twin")
    publish([*(record for standing, record in made.items() if standing != Standing.NEVER), twin], by="chiara")
    withdraw([made[Standing.WITHDRAWN]], by="chiara", note="It was wrong.")
    made[Standing.CHANGED] = resave(made[Standing.CHANGED], short_title="Changed")
    assert {standing: State.objects.get(record=one.pk).standing for standing, one in made.items()} == {
        standing: standing for standing in Standing.values
    }
    User.objects.create(username="rolf", is_staff=True)
    clients = {name: Client(raise_request_exception=True) for name in PEOPLE}
    for name, client in clients.items():
        if name != "nobody":
            client.force_login(User.objects.get(username=name))
    return Scene(kind, made, twin, clients)


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
    fields: Callable[[Scene], dict]
    works: tuple[str, ...] = ANY
    action: bool = False
    """An action of a list: whoever may not is told so by the list itself, which has no such action for them."""


def _publishing(**more) -> Callable[[Scene], dict]:
    def fields(scene: Scene) -> dict:
        seen = scene.clients["dag"].get(scene.where("publish")).context["seen"]
        why = {"change_kind": "new_evidence", "note": "It is known now."}
        return {"confirmed": "1", "seen": seen, "together": "1", "when": "now"} | why | more

    return fields


def _listed(action: str, **more) -> Callable[[Scene], dict]:
    """An action of the list, confirmed: first its page is opened by one who may, then sent as it stands."""

    def fields(scene: Scene) -> dict:
        chosen = {"action": action, "_selected_action": [str(scene.record.pk)], "select_across": "0"}
        page = scene.clients["dag"].post(scene.where("changelist"), chosen)
        seen = (page.context or {}).get("seen", "") if page.status_code == 200 else ""
        return chosen | {"confirmed": "1", "post": "yes", "seen": seen} | more

    return fields


def _merging(scene: Scene) -> dict:
    chosen = [str(scene.record.pk), str(scene.twin.pk)]
    return {
        "action": "merge_selected",
        "_selected_action": chosen,
        "confirmed": "1",
        "survivor": chosen[0],
        "note": "They are one.",
    }


def _reviewing(move: str) -> Callable[[Scene], dict]:
    return lambda scene: {"move": move, "note": "It is so.", "seen": scene.state.digest}


def _import_plan(scene: Scene) -> dict:
    """The plan of importing the record under another title, for `signed` to sign for whoever sends it."""
    out = BytesIO()
    export(KINDS[scene.kind], [scene.record.pk], "json", out)
    text = out.getvalue().decode().replace(scene.record.title, f"{MARK} in")
    entries, faults = read(KINDS[scene.kind], text.encode())
    made = plan(KINDS[scene.kind], entries, User.objects.get(username="dag"), faults)
    assert not made.faults, made.faults
    return {"plan": shown(made)}


def signed(fields: dict, scene: Scene, name: str) -> dict:
    """What a signed field is for one person: nobody else's would be accepted, whatever their rights."""
    if not isinstance(fields.get("plan"), list):
        return fields
    by = User.objects.get(username=name).pk if name != "nobody" else 0
    seen = {"kind": scene.kind, "by": by, "file": "forged.json", "records": fields["plan"]}
    return fields | {"plan": signing.dumps(seen, salt=SALT, compress=True)}


def _file(scene: Scene) -> dict:
    return {"file": SimpleUploadedFile("forged.csv", b"title,slug\nForged,forged\n", "text/csv")}


def _tomorrow() -> str:
    return f"{timezone.now() + timedelta(days=1):%Y-%m-%dT%H:%M}"


def _form(page: str, **changes) -> Callable[[Scene], dict]:
    return lambda scene: scene.form(page, **changes) | {"_continue": "1"}


FORGED = [
    Forged("save", "change", "change", _form("change", title=f"{MARK} on")),
    Forged("add", "add", "add", lambda scene: _added(scene)),
    Forged("delete", "delete", "delete", lambda scene: {"post": "yes"}, ("never",)),
    Forged("discard by saving as new", "change", "never", lambda scene: {"_saveasnew": "1", "title": "x"}, ()),
    Forged("publish", "publish", "publish", _publishing(), UNPUBLISHED),
    Forged("plan", "publish", "plan", lambda scene: _publishing(when="at", at=_tomorrow())(scene), UNPUBLISHED),
    Forged("collect", "publish", "release", _publishing(when="release", new_title="All of it"), UNPUBLISHED),
    Forged("withdraw", "withdraw", "withdraw", lambda scene: {"confirmed": "1", "how": "retract", "note": "Wrong."}),
    Forged("take down", "withdraw", "take_down", lambda scene: {"confirmed": "1", "how": "take_down", "note": "Law."}),
    *(
        Forged(move, "review", move, _reviewing(move))
        for move in ("submit", "reopen", "approve", "send_back", "comment")
    ),
    Forged("restore", "restore", "restore", lambda scene: {"version": scene.version}),
    Forged(
        "verify",
        "verify",
        "verify",
        lambda scene: {"citation": str(scene.record.citations.get().pk), "version": scene.version},
    ),
    Forged("share", "preview", "preview", lambda scene: {"days": "7"}, UNPUBLISHED),
    Forged("import", "import", "import", _file, ()),
    Forged("import, second step", "import", "import", _import_plan),
    Forged("presence", "presence", "view", lambda scene: {"tab": "a-tab-of-mine", "version": scene.version}),
    Forged("autosave", "autosave", "change", lambda scene: {"version": scene.version, "title": "Half"}),
    Forged("autosave, new", "autosave_new", "add", lambda scene: {"version": "", "title": "Half"}),
    Forged("discard", "discard", "change", lambda scene: {}, ()),
    Forged("discard, new", "discard_new", "add", lambda scene: {}, ()),
    Forged("keep a filter", "changelist", "view", lambda scene: {"save_filter": "1", "name": "M", "query": "q=x"}),
    # actions of the list
    Forged("submit_selected", "changelist", "submit", _listed("submit_selected"), action=True),
    Forged("collect_selected", "changelist", "release", _listed("collect_selected", new_title="R"), action=True),
    Forged(
        "publish_selected",
        "changelist",
        "publish",
        _listed("publish_selected", change_kind="new_evidence", note="Known.", when="now", together="1"),
        UNPUBLISHED,
        action=True,
    ),
    Forged(
        "withdraw_selected",
        "changelist",
        "withdraw",
        _listed("withdraw_selected", how="retract", note="x"),
        action=True,
    ),
    Forged(
        "withdraw_selected, taking down",
        "changelist",
        "take_down",
        _listed("withdraw_selected", how="take_down", note="x"),
        action=True,
    ),
    Forged("merge_selected", "changelist", "merge", _merging, ("public",), action=True),
    Forged("set_owner", "changelist", "assign", _listed("set_owner", owner="bruno"), action=True),
    Forged("set_review_day", "changelist", "change", _listed("set_review_day", review_by="2031-01-01"), action=True),
    Forged(
        "export_selected", "changelist", "export", _listed("export_selected", **{"as": "csv"}), works=(), action=True
    ),
    Forged("delete_selected", "changelist", "delete", _listed("delete_selected"), ("never",), action=True),
    Forged("no such action", "changelist", "never", _listed("nonsense"), (), action=True),
]
"""Every post of the pages about records. "never": nobody may."""


def _added(scene: Scene) -> dict:
    """The form of a new record, filled in as the one that is there."""
    new, there = scene.form("add"), scene.form("change")
    fields = {name: there[name] for name in new if name in there and "-" not in name}
    mine = {
        "title": [f"{MARK} anew"],
        "slug": ["walked-anew"],
        "keep_both": ["1"],
        "version": new.get("version", [""]),
        "_continue": "1",
    }
    return new | fields | mine
