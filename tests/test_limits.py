"""Every limit of the settings block is met exactly, and one past it is refused in the words that people get.

A trial goes through the door that people use. It is called with `over` 0 and 1: what it sends, how long it waits, or how
large the thing is that it brings lies at the limit, or one past it. It returns whether it was taken as a whole, and what
the portal said.
"""

from __future__ import annotations

import io
import re
import threading
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import time_machine
from django.conf import settings as portal
from django.contrib.auth.models import User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import transaction
from django.test import Client

from partnerships.admin.addresses import address, list_address
from partnerships.editorial.models import Autosave, Report
from partnerships.editorial.people import make_link
from partnerships.editorial.publication import publish
from partnerships.editorial.worker import Worker
from partnerships.management.commands.limits import PAST
from partnerships.models import Image, Partner
from partnerships.publishing import editions, shelf
from partnerships.publishing.feed import Refusal, wipe
from partnerships.publishing.following import Away, Origin
from partnerships.publishing.loading import load_snapshot
from partnerships.publishing.models import Change, Head, PublicDocument
from partnerships.publishing.snapshot import make
from partnerships.queries import search
from tests.admin.browser import add_row, typed
from tests.editorial.test_uploads import picture
from tests.world import World, save

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
Said = tuple[bool, str]
TRIALS: dict[str, tuple[Callable, str]] = {}
"""Limit → its trial, and what is said past it ({most}: the limit)."""


class Here:
    """Where a trial takes place: the small world, limits that can be lowered, a clock that stands still."""

    def __init__(self, settings, clock, monkeypatch, tmp_path: Path):
        self.settings, self.clock, self.monkeypatch, self.folder = settings, clock, monkeypatch, tmp_path
        self.world = World()

    def limit(self, **values: int) -> None:
        self.settings.LIMITS = self.settings.LIMITS | values

    def later(self, **delta: float) -> None:
        self.clock.shift(timedelta(**delta))

    def desk(self, name: str = "anna") -> Client:
        client = Client()
        client.force_login(User.objects.get(username=name))
        return client


@pytest.fixture
def here(world, settings, monkeypatch, tmp_path):
    settings.EDITIONS_ROOT, settings.SNAPSHOTS_ROOT = tmp_path / "editions", tmp_path / "snapshots"
    settings.BUCKETS_FILE = tmp_path / "buckets"
    with time_machine.travel(NOON, tick=False) as clock:
        yield Here(settings, clock, monkeypatch, tmp_path)


def trial(limit: str, says: str):
    def kept(door):
        TRIALS[limit] = (door, says)
        return door

    return kept


def answered(response, status: int = 200) -> Said:
    return response.status_code == status, response.content.decode()


@pytest.mark.parametrize("name", portal.LIMITS)
def test_at_the_limit_and_one_past_it(name, here):
    assert name in TRIALS, f"The limit “{name}” has no trial: write one."
    door, says = TRIALS[name]
    taken, said = door(here, 0)
    assert taken, said
    taken, said = door(here, 1)
    assert not taken
    assert says.format(most=here.settings.LIMITS[name]) in said


def test_nothing_is_tried_that_is_no_limit():
    assert TRIALS.keys() <= portal.LIMITS.keys()


def test_every_limit_is_printed_with_what_happens_past_it():
    out = io.StringIO()
    call_command("limits", stdout=out)
    lines = out.getvalue().splitlines()
    assert [line.split()[0] for line in lines] == list(portal.LIMITS)
    assert [int(line.split()[1]) for line in lines] == list(portal.LIMITS.values())
    assert PAST.keys() == portal.LIMITS.keys()


# Questions --------------------------------------------------------------------------------------------------------------


def asked(path: str, **parameters: str) -> Said:
    return answered(Client().get(path, parameters))


@trial("page_size_most", "is a whole number from 1 to {most}")
def _(here, over):
    return asked("/api/v1/partners/", page_size=str(here.settings.LIMITS["page_size_most"] + over))


@trial("query_length", "A search can have {most} characters; this has 201.")
def _(here, over):
    return asked("/search/", q="a" * (here.settings.LIMITS["query_length"] + over))


@trial("query_words", "A search can have {most} words; this has 9.")
def _(here, over):
    return asked("/search/", q=" ".join("a" * (here.settings.LIMITS["query_words"] + over)))


@trial("parameter_length", "is longer than {most} characters")
def _(here, over):
    return asked("/api/v1/partners/", status="ally,".ljust(here.settings.LIMITS["parameter_length"] + over, ","))


@trial("cursor_length", "is longer than {most} characters")
def _(here, over):
    _, said = asked("/api/v1/partners/", cursor="a" * (here.settings.LIMITS["cursor_length"] + over))
    return "This cursor can't be read" in said, said  # it was looked at: one so long isn't made by any list


@trial("search_candidates", "More may match")
def _(here, over):
    every = search.matching("breeze").count()  # all by their names
    here.limit(search_candidates=every - over)
    _, said = asked("/search/", q="breeze")
    return "/sea-breeze/" in said and "/sea-breeze-2021/" in said, said


@trial("page_size", '"next":"http')
def _(here, over):
    here.limit(page_size=4)
    if over:
        publish([save(Partner(slug="jordan", title="Jordan", iso2="JO", iso3="JOR"))], by="chiara")
    _, said = asked("/api/v1/partners/")
    return '"next":null' in said and said.count('"iso3"') == 4 + over, said


@trial("stream_length", '"next":"http')
def _(here, over):
    lengths = [len(found) for found in _documents()]
    here.limit(stream_length=sum(lengths) - over)
    _, said = asked("/api/v1/changes/", include="document", page_size="200")
    return '"next":null' in said, said


def _documents() -> list[str]:
    digests = Change.objects.using("published").values_list("digest", flat=True)
    bodies = dict(PublicDocument.objects.using("published").values_list("digest", "body"))
    return [bodies[digest] for digest in digests if digest]


@trial("made_answers", "Too many requests")
def _(here, over):
    here.limit(made_answers=3)
    reader = Client(REMOTE_ADDR=f"203.0.113.{over}")
    return answered([reader.get("/partners/malta/") for _ in range(3 + over)][-1])


@trial("made_seconds", "Too many requests")
def _(here, over):
    """Waiting as long as the limit says is enough, one second less isn't."""
    here.limit(made_answers=1)
    reader = Client(REMOTE_ADDR=f"203.0.113.{over}")
    assert reader.get("/partners/malta/").status_code == 200
    here.later(seconds=here.settings.LIMITS["made_seconds"] - over)
    return answered(reader.get("/partners/malta/"))


# Past editions, snapshots, mirrors ----------------------------------------------------------------------------------------


def _editions(here, number: int) -> list[Path]:
    """So many past editions, asked for one after the other; the files that are there then."""
    head = Head.objects.using("published").get(pk=1).seq
    for seq in range(head - number, head):
        here.later(seconds=1)
        assert Client().get(f"/api/v1/partners/?known_at={seq}").status_code == 200
    return sorted(editions.folder().glob("*.sqlite3"))


@trial("editions", "1 file")
def _(here, over):
    here.limit(editions=1)
    there = _editions(here, 1 + over)
    return len(there) == 1 + over, f"{len(there)} file"


@trial("editions_bytes", "1 file")
def _(here, over):
    there = _editions(here, 2)
    here.limit(editions_bytes=sum(file.stat().st_size for file in there) - over)
    there[-1].unlink()
    there = _editions(here, 2)
    return len(there) == 2, f"{len(there)} file"


@trial("edition_seconds", "being-made")
def _(here, over):
    begun = []
    here.monkeypatch.setattr(editions, "_make_aside", lambda *words: begun.append(words))
    here.monkeypatch.setattr(editions, "GUESSED", (5 + over, 0))
    here.limit(edition_seconds=5)
    seq = Head.objects.using("published").get(pk=1).seq - 1 - over
    taken, said = asked("/api/v1/partners/", known_at=str(seq))
    assert bool(begun) is bool(over)
    return taken, said


@trial("snapshot_bytes", "larger than {most} bytes")
def _(here, over):
    file = here.settings.SNAPSHOTS_ROOT / (shelf.snapshots()[0] if over else make()).name
    with zipfile.ZipFile(file) as archive:
        here.limit(snapshot_bytes=sum(info.file_size for info in archive.infolist()) - over)
    with transaction.atomic(using="published"):
        wipe("published")
    try:
        return load_snapshot(file) > 0, ""
    except Refusal as refusal:
        return False, str(refusal)


class Answering(BaseHTTPRequestHandler):
    """Another portal that always answers the same."""

    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"results": [], "head": {"seq": 0}}')

    def log_message(self, *args):
        pass


@trial("follow_bytes", "answers more than {most} bytes")
def _(here, over):
    here.limit(follow_bytes=len(b'{"results": [], "head": {"seq": 0}}') - over)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    threading.Thread(target=server.serve_forever).start()
    try:
        return Origin(f"http://localhost:{server.server_port}").changes(0)["results"] == [], ""
    except Refusal as refusal:
        return False, str(refusal)
    finally:
        server.shutdown()
        server.server_close()


@trial("follow_seconds", "can't be reached: timed out")
def _(here, over):
    """The clock of the wire is a stand-in: an answer takes as long as the limit allows, or a second longer."""
    takes = here.settings.LIMITS["follow_seconds"] + over

    def opened(request, timeout):
        if takes > timeout:
            raise TimeoutError("timed out")
        return io.BytesIO(b'{"results": [], "head": {"seq": 0}}')

    origin = Origin("http://localhost")
    here.monkeypatch.setattr(origin.opener, "open", opened)
    try:
        return origin.changes(0)["results"] == [], ""
    except Away as away:
        return False, str(away)


# The desk -----------------------------------------------------------------------------------------------------------------


def _saved(here, **values) -> Said:
    """Japan's form, saved with other values."""
    anna = here.desk()
    response = anna.post(address(here.world.japan), typed(anna.get(address(here.world.japan)), **values))
    return answered(response, 302)


@trial("text_length", "{most} characters")
def _(here, over):
    return _saved(here, body="a" * (here.settings.LIMITS["text_length"] + over))


@trial("owned_rows", "at most {most} rows")
def _(here, over):
    here.limit(owned_rows=3)
    anna, record = here.desk(), here.world.russia if over else here.world.japan
    fields = typed(anna.get(address(record)))
    for number in range(3 + over):
        add_row(fields, "names", name=f"Name {number}", type="short", end_is="open")
    return answered(anna.post(address(record), fields), 302)


def _kept(here, tab: str = "tab", **values):
    anna = here.desk()
    fields = typed(anna.get(address(here.world.japan)), **values)
    return anna.post(address(here.world.japan, "autosave"), fields | {"from_tab": tab})


@trial("autosave_length", "too long to be kept")
def _(here, over):
    _kept(here)
    here.limit(autosave_length=len(Autosave.objects.get().typed) - over)
    return answered(_kept(here))


@trial("autosaves", "tab-1, tab-2")
def _(here, over):
    here.limit(autosaves=2)
    for number in range(2 + over):
        here.later(seconds=1)
        assert _kept(here, tab=f"tab-{number}").status_code == 200
    there = sorted(Autosave.objects.values_list("tab", flat=True))
    return len(there) == 2 + over, ", ".join(there)


def _imported(here, data: bytes) -> Said:
    response = here.desk().post(f"{list_address('source')}import/", {"file": SimpleUploadedFile("sources.csv", data)})
    said = response.content.decode()
    return 'name="plan"' in said, said


@trial("import_rows", "more than {most} records")
def _(here, over):
    here.limit(import_rows=3)
    rows = [f"slug-{n},Title {n},https://example.org/{n}" for n in range(3 + over)]
    return _imported(here, "\n".join(["slug,title,web_address", *rows, ""]).encode())


@trial("import_bytes", "The file is larger than")
def _(here, over):
    data = b"slug,title,web_address\none,One,https://example.org/1\n"
    here.limit(import_bytes=len(data) - over)
    return _imported(here, data)


def _picture(here, number: int, size: tuple[int, int] = (60, 40)) -> Said:
    anna, where = here.desk(), f"{list_address('image')}add/"
    fields = typed(
        anna.get(where), title="Sea", slug=f"sea-{number}", alt="The sea", credit="NATO", licence="CC BY 4.0"
    )
    response = anna.post(where, fields | {"upload": SimpleUploadedFile("sea.jpg", picture(size=size))})
    taken, said = answered(response, 302)
    assert taken is Image.objects.filter(slug=f"sea-{number}").exists()
    return taken, said


@trial("image_bytes", "The file has to hold something, and at most")
def _(here, over):
    here.limit(image_bytes=len(picture(size=(60, 40))) - over)
    return _picture(here, over)


@trial("image_pixels", "million pixels. Make it smaller.")
def _(here, over):
    here.limit(image_pixels=60 * 40 - over)
    return _picture(here, over)


@trial("image_side", "and {most} on a side, are taken")
def _(here, over):
    here.limit(image_side=60)
    return _picture(here, over, (60 + over, 40))


@trial("preview_days", "lasts from 1 to {most} days")
def _(here, over):
    days = here.settings.LIMITS["preview_days"] + over
    response = here.desk().post(address(here.world.malta, "preview"), {"days": str(days)}, follow=True)
    said = response.content.decode()
    return bool(re.search(r"/preview/[\w-]{43}/", said)), said


# Sessions and links -------------------------------------------------------------------------------------------------------


def _session(here) -> Client:
    """Somebody who has just come to the desk."""
    here.settings.STRICT_SIGN_IN = True
    here.monkeypatch.setattr("partnerships.admin.signin.proved", lambda request: True)
    client = here.desk("dag")
    assert client.get("/admin/").status_code == 200
    return client


def _at_the_desk(client: Client) -> Said:
    response = client.get("/admin/")
    return response.status_code == 200, response.headers.get("Location", "")


@trial("session_idle", "/admin/login/")
def _(here, over):
    client = _session(here)
    here.later(seconds=here.settings.LIMITS["session_idle"] + over)
    return _at_the_desk(client)


@trial("session_life", "/admin/login/")
def _(here, over):
    here.limit(session_life=3000)
    client, left = _session(here), 3000 + over
    while left:
        here.later(seconds=(step := min(left, here.settings.LIMITS["session_idle"])))
        left -= step
        taken, said = _at_the_desk(client)
    return taken, said


@trial("link_life", "")
def _(here, over):
    """In its last second a link opens, with the next it is over: then it looks like one that never was."""
    token = make_link(here.world.user("bruno"), by=here.world.user("dag"))[1]
    here.later(seconds=here.settings.LIMITS["link_life"] - 1 + over)
    taken, said = answered(Client().get(f"/accounts/start/{token}/"))
    never = Client().get(f"/accounts/start/{'A' * 43}/")
    assert taken or (never.status_code, never.content.decode()) == (404, said)
    return taken, said


# Readers' reports -----------------------------------------------------------------------------------------------------------


def _reported(reader: Client, **given: str) -> Said:
    where = "/feedback/?about=partner/malta&version=1"
    return answered(reader.post(where, {"text": "It left in 1996.", "contact": "", "website": ""} | given), 302)


@trial("report_length", "at most {most} characters")
def _(here, over):
    return _reported(Client(), text="x" * (here.settings.LIMITS["report_length"] + over))


@trial("reports_per_hour", "hour")
def _(here, over):
    reader = Client(REMOTE_ADDR=f"203.0.113.{over}")
    return [_reported(reader) for _ in range(here.settings.LIMITS["reports_per_hour"] + over)][-1]


@trial("contact_days", "forgotten")
def _(here, over):
    Report.objects.all().delete()
    assert _reported(Client(), contact="reader@example.org")[0]
    here.later(days=here.settings.LIMITS["contact_days"], seconds=over)
    Worker().tend()
    there = Report.objects.get().contact == "reader@example.org"
    return there, "kept" if there else "forgotten"
