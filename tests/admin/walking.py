"""What the permission walk walks with: the table of pages, forged posts for each, and a scene with records in every state.

The answers are data: a page names the right that looking takes; a forged post names the right that it takes, and how a
record has to stand for it to do anything. Who has a right stands in the words of tests/editorial/test_permissions.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.contrib import admin
from django.contrib.auth.models import User
from django.core import signing
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from partnerships.admin.addresses import address, list_address
from partnerships.admin.exchange import SALT
from partnerships.editorial import people, presence, preview, releases
from partnerships.editorial.exchange import plan, shown
from partnerships.editorial.exchange_forms import export
from partnerships.editorial.exchange_reading import read
from partnerships.editorial.models import Presence, PreviewLink, Release, Review, Revision, SavedFilter, Standing, State
from partnerships.editorial.permissions import ORDER
from partnerships.editorial.publication import publish, withdraw
from partnerships.editorial.review import submit
from partnerships.editorial.saving import record_saved
from partnerships.models import KINDS, Citation, Kind, Partner, Record, Region
from tests import databases
from tests.editorial.test_permissions import expected
from tests.editorial.test_uploads import picture
from tests.sweep import FULL
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


def walkers(verb: str) -> list[str]:
    """Who tries something: all without the right, and of those with it all in the sweep, by default the first and last."""
    able = [name for name in PEOPLE if name not in OUTSIDE and (verb not in expected() or has(name, verb))]
    return [name for name in PEOPLE if FULL or name not in able[1:-1]]


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

    def able(self, one: Forged, name: str) -> bool:
        """Whether a post changes something when this person sends it."""
        return (
            one.verb != "never"
            and fits(name, one.verb, self.standing, self.review, self.kind)
            and self.standing in one.works
        )

    def form(self, page: str, **changes) -> dict:
        """The page's own form as an administrator's browser would send it."""
        return typed(self.clients["dag"].get(self.where(page)), **changes)


def _made(kind: str, slug: str) -> Kind:
    """A record of the scene by Anna, with a citation that can be verified."""
    fields = required(kind) | ({"partner": World().malta} if kind == "casestudy" else {})
    record = save(KINDS[kind](slug=slug, title=f"{MARK} {kind}, {slug}", **fields))
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
    return Scene(kind, made, twin, signed_in())


def signed_in() -> dict[str, Client]:
    """Everybody's browser."""
    User.objects.create(username="rolf", is_staff=True)
    clients = {name: Client() for name in PEOPLE}
    for name, client in clients.items():
        if name != "nobody":
            client.force_login(User.objects.get(username=name))
    return clients


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
    fields: Callable[[Scene], dict]
    works: tuple[str, ...] = ANY
    who: tuple[str, ...] = ()
    """Who may, where the right alone doesn't say it: what belongs to somebody."""
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
    """What a form is for one person: a plan signed for them, as another's isn't taken, and files from their beginning."""
    for value in fields.values():
        if isinstance(value, SimpleUploadedFile):
            value.seek(0)
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
    file = {"upload": SimpleUploadedFile("sea.jpg", picture(size=(200, 150)))} if scene.kind == "image" else {}
    return new | fields | mine | file


# Pages about no record --------------------------------------------------------------------------------------------------


@dataclass
class Rest(Scene):
    """What the other pages are about: releases that stand in every way, somebody's link, somebody's filter."""

    releases: dict[str, Release] = field(default_factory=dict)
    link: PreviewLink | None = None
    filter: SavedFilter | None = None

    def able(self, one: Forged, name: str) -> bool:
        return bool(one.works) and (name in one.who if one.who else has(name, one.verb))

    def where(self, page: str) -> str:
        model, _, rest = page.partition(" ")
        if model == "release":
            return reverse("admin:release", args=[self.releases[rest or "open"].pk])
        if model in ("user", "publication", "record", "partner"):
            app = {"user": "auth", "publication": "publishing"}.get(model, "partnerships")
            subject = {"user": self.sam.pk, "publication": 1}.get(model, self.record.pk)
            return reverse(f"admin:{app}_{model}_{rest}", args=[] if rest in ("changelist", "add") else [subject])
        match page:
            case "preview_release":
                return reverse("admin:preview_release", args=[self.releases["open"].pk])
            case "app_list":
                return reverse("admin:app_list", args=["partnerships"])
            case "view_on_site":
                return reverse("admin:view_on_site", args=[1, self.record.pk])
            case "autocomplete":
                asked = {"app_label": "partnerships", "model_name": "partner", "field_name": "region", "term": MARK}
                return f"{reverse('admin:autocomplete')}?{urlencode(asked)}"
        return reverse(f"admin:{page}")

    @property
    def sam(self) -> User:
        return User.objects.get(username="sam")


def build_rest() -> Rest:
    """Fill the world with what the other pages are about."""

    def partner(number: int, **more) -> Partner:
        return save(Partner(slug=f"walked-{number}", title=f"{MARK} {number}", iso2=f"X{'ABCDE'[number]}", **more))

    dag, chiara = World().user("dag"), World().user("chiara")
    found = {name: releases.make(f"{MARK}, {name}", by=chiara) for name in ("open", "review", "planned", "done")}
    found["lacking"] = releases.make(f"{MARK}, lacking", by=chiara)
    europe = save(Region(slug="walked-region", title=f"{MARK} region"))
    held = {name: partner(n, **({"region": europe} if name == "lacking" else {})) for n, name in enumerate(found)}
    for name, one in found.items():
        releases.collect(one, [held[name]], by=chiara)
    submit([held["review"]], by=World().user("anna"))
    releases.plan(found["planned"], timezone.now() + timedelta(days=1), by=chiara)
    releases.publish_now(found["done"], by=chiara)
    revision = Revision.objects.get(record=held["open"].pk)
    link, _ = preview.make_link(revision, by=World().user("anna"))
    people.make_link(World().user("sam"), by=dag)
    kept = SavedFilter.objects.create(owner="anna", kind="partner", name="Mine", query="q=x", shared=True)
    presence.here("a-tab-of-annas", held["open"].pk, World().user("anna"), dirty=False)
    Presence.objects.update(until=timezone.now() + timedelta(hours=1))  # the walk may take longer than a tab counts
    found = {name: Release.objects.get(pk=one.pk) for name, one in found.items()}
    return Rest("partner", {"public": held["open"]}, held["open"], signed_in(), releases=found, link=link, filter=kept)


def _moving(do: str, which: str = "open", **more) -> Forged:
    verbs = {"submit": "submit", "approve": "approve", "publish": "publish", "plan": "plan", "cancel": "plan"}

    def fields(scene: Scene) -> dict:
        page = scene.clients["dag"].get(scene.where(f"release {which}"))
        return {"do": do, "seen": page.context["seen"], "record": str(scene.record.pk), "note": "So it is."} | more

    return Forged(f"{do} a release", f"release {which}", verbs.get(do, "release"), fields)


FORGED_ELSEWHERE = [
    Forged("open a release", "releases", "release", lambda scene: {"title": "New", "note": ""}),
    _moving("rename", title="Other"),
    _moving("reason", change_kind="new_evidence"),
    _moving("drop"),
    _moving("companions", "lacking"),
    _moving("submit"),
    _moving("approve", "review"),
    _moving("publish"),
    _moving("plan", at="2031-01-01T09:00"),
    _moving("cancel", "planned"),
    _moving("give_up"),
    _moving("undo", "done"),
    Forged("no such move", "release", "never", lambda scene: {"do": "nonsense"}, ()),
    Forged("share a release", "preview_release", "preview", lambda scene: {"days": "7"}),
    Forged(
        "revoke another's link",
        "preview_release",
        "preview",
        lambda scene: {"revoke": str(scene.link.pk)},
        who=("anna", "dag"),
    ),
    Forged(
        "remove another's filter",
        "partner changelist",
        "view",
        lambda scene: {"save_filter": "remove", "number": str(scene.filter.pk)},
        who=("anna",),
    ),
    Forged(
        "leave for another",
        "partner presence",
        "view",
        lambda scene: {"tab": "a-tab-of-annas", "gone": "1"},
        who=("anna",),
    ),
    Forged("stay for another", "partner presence", "view", lambda scene: {"tab": "a-tab-of-annas"}, who=("anna",)),
    Forged("preview a text", "writing_preview", "change", lambda scene: {"text": "So it is."}, ()),
    Forged("notes of a text", "writing_notes", "change", lambda scene: {}, ()),
    Forged("verify from the list", "to_verify", "view", lambda scene: {"citation": "1"}, ()),
    Forged("an account", "user add", "people", _form("user add", username="new", role="Administrator")),
    Forged("a role", "user change", "people", _form("user change", role="Administrator")),
    Forged("a way in", "user link", "people", lambda scene: {"what": "password"}),
    Forged("no way in", "user revoke", "people", lambda scene: {"post": "yes"}),
    Forged("the end of sessions", "user sessions", "people", lambda scene: {"post": "yes"}),
    Forged("the end of an account", "user delete", "never", lambda scene: {"post": "yes"}, ()),
    Forged("the end of a publication", "publication delete", "never", lambda scene: {"post": "yes"}, ()),
    Forged("another publication", "publication change", "never", lambda scene: {"note": "x", "_save": "1"}, ()),
]
"""Every post of the other pages."""
