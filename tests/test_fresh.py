"""Several processes give ready answers while things are published: every answer is one that held during its request."""

from __future__ import annotations

import gzip
import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection

import brotli
import pytest
import time_machine
from django.conf import settings
from django.db import connections
from django.test import Client

from partnerships.editorial.publication import publish, withdraw
from tests import databases
from tests.world import World, resave, save

pytestmark = pytest.mark.slow

ADDRESSES = (
    "/",
    "/partners/",
    "/partners/malta/",
    "/partners/malta/?as_of=2000",
    "/partners/japan/",
    "/partners/new-zealand/",
    "/changes/",
    "/api/v1/partners/?fields=title,capital",
    "/api/v1/partners/malta/",
    "/api/v1/partners/new-zealand/",
)
LATE = 0.1  # seconds after `publish` has returned, from which on no answer may be old
DECODED = {"br": brotli.decompress, "gzip": gzip.decompress, "identity": bytes}


@pytest.fixture
def serving(own, world_template, tmp_path):
    """Starts a server over one copy of the small world, as a context: its port."""
    if databases.on_postgresql():
        pytest.skip("the servers of these tests read SQLite files")
    with own(world_template) as pair:

        @contextmanager
        def serve(application="portal.wsgi:application", **more: str):
            with closing(socket.socket()) as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            environment = os.environ | {
                "DATABASE_URL": f"sqlite:///{pair['default']}",
                "PUBLISHED_DATABASE_URL": f"sqlite:///{pair['published']}",
                "EDITION_FILE": str(databases.edition_file(pair)),
                "SITE_ORIGIN": settings.SITE_ORIGIN,
                "VAR_DIR": str(tmp_path),
                "RUN_WORKER": "0",
            }
            command = [sys.executable, "-m", "granian", application, "--interface", "wsgi", "--blocking-threads", "4"]
            with open(tmp_path / f"{port}.log", "w") as log:
                process = subprocess.Popen(
                    [*command, "--host", "127.0.0.1", "--port", str(port)],
                    cwd=settings.BASE_DIR,
                    env=environment | more,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
            try:
                for _ in range(300):
                    with closing(socket.socket()) as probe:
                        if probe.connect_ex(("127.0.0.1", port)) == 0:
                            break
                    time.sleep(0.1)
                yield port
            finally:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait(10)

        yield serve
        connections.close_all()


class Caller:
    """Somebody who asks one server over one connection, and remembers what was said when."""

    def __init__(self, port: int, seed: int):
        self.connection = HTTPConnection("localhost", port, timeout=30)
        self.random = random.Random(seed)
        self.heard: list[tuple] = []  # address, from, until, status, body
        self.tags: dict[tuple, tuple[str, bytes]] = {}

    def ask(self, address: str) -> tuple[int, bytes]:
        encoding = self.random.choice(list(DECODED))
        tag, known = self.tags.get((address, encoding), ("", b""))
        headers = {"Host": "localhost", "Accept-Encoding": encoding} | ({"If-None-Match": tag} if tag else {})
        began = time.monotonic()
        self.connection.request("GET", address, headers=headers)
        answer = self.connection.getresponse()
        body = DECODED[answer.headers.get("Content-Encoding", "identity")](answer.read())
        ended = time.monotonic()
        status = answer.status
        if status == 304:
            status, body = 200, known
        elif status == 200:
            self.tags[address, encoding] = answer.headers["ETag"], body
        self.heard.append((address, began, ended, status, body))
        return status, body


class Truth:
    """What the portal answers without any store, edition by edition, with the time from which and to which it may be said."""

    def __init__(self):
        self.editions: list[list] = []  # from, until, {address: (status, body)}
        self.note(time.monotonic())

    def note(self, began: float) -> None:
        """An edition began (its publishing at the earliest at `began`): the one before ends now."""
        now = time.monotonic()
        if self.editions:
            self.editions[-1][1] = now + LATE
        client = Client()
        said = {address: client.get(address) for address in ADDRESSES}
        self.editions.append([began, float("inf"), {a: (r.status_code, r.content) for a, r in said.items()}])

    def allows(self, address, began, ended, status, body) -> bool:
        return any(
            start <= ended and began <= until and said[address] == (status, body)
            for start, until, said in self.editions
        )


def test_every_answer_held_during_its_request(serving):
    with ExitStack() as stack:
        ports = [stack.enter_context(serving()) for _ in range(2)]
        callers = [Caller(port, seed) for seed, port in enumerate(ports * 2)]
        for caller in callers:
            caller.ask("/healthz")
            caller.heard.clear()
        truth, over = Truth(), threading.Event()

        def ask(caller: Caller) -> None:
            while not over.is_set():
                caller.ask(caller.random.choice(ADDRESSES))

        crowd = [threading.Thread(target=ask, args=(caller,)) for caller in callers]
        for one in crowd:
            one.start()
        try:
            time.sleep(0.5)
            for act in acts(random.Random(7), 14):
                began = time.monotonic()
                act()
                truth.note(began)
        finally:
            time.sleep(0.3)
            over.set()
            for one in crowd:
                one.join(30)
    heard = [one for caller in callers for one in caller.heard]
    assert len(heard) > 500
    assert {200, 410} <= {status for *_, status, _ in heard} <= {200, 404, 410}
    old = [(address, status) for address, began, ended, status, body in heard
           if not truth.allows(address, began, ended, status, body)]  # fmt: skip
    assert old == []


def acts(chance: random.Random, number: int):
    """Publications, withdrawals and returns of records of the small world, in some order."""
    world = World()
    new = save(world.japan.__class__(slug="new-zealand", title="New Zealand", iso2="NZ", iso3="NZL"))
    there = False
    for turn in range(number):
        if not there:
            there = True
            yield lambda turn=turn: publish([resave(new, capital=f"W{turn}")], by="chiara", note="New.",
                                            change_kind="new_evidence" if turn else "first_publication")  # fmt: skip
        elif chance.random() < 0.3:
            there = False
            yield lambda: withdraw([new], by="dag", note="A mistake.")
        else:
            record = chance.choice([world.malta, world.japan])
            yield lambda record=record, turn=turn: publish(
                [resave(record, capital=f"Town {turn}")], by="chiara", change_kind="new_evidence", note=f"Turn {turn}."
            )


def test_midnight_turns_the_undated_pages(serving):
    """On 1 April 2014 Russia's membership was suspended: its page says so from the first moment of that day."""
    shift = (datetime(2014, 3, 31, 23, 59, 45, tzinfo=UTC) - datetime.now(UTC)).total_seconds()
    with serving("tests.midnight:application", CLOCK_SHIFT=str(shift)) as port:
        midnight = datetime(2014, 4, 1, tzinfo=UTC).timestamp() - shift
        caller = Caller(port, 1)
        said = []
        while time.time() < midnight + 2:
            began = time.time()
            _, body = caller.ask("/partners/russia/")
            said.append((began, time.time(), body))
            time.sleep(0.03)
    with time_machine.travel(datetime(2014, 3, 31, 12, tzinfo=UTC), tick=False):
        before = Client().get("/partners/russia/").content
    with time_machine.travel(datetime(2014, 4, 1, 12, tzinfo=UTC), tick=False):
        after = Client().get("/partners/russia/").content
    assert before != after
    assert {body for _, ended, body in said if ended < midnight} == {before}
    assert {body for began, _, body in said if began > midnight + 0.5} == {after}
