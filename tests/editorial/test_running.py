"""Planned publications by the server's own processes, as `make run` starts them: nobody touches anything."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from urllib.request import urlopen

import pytest
from django.conf import settings
from django.db import connections
from django.utils import timezone

from partnerships.editorial.models import Release
from partnerships.editorial.publication import Reason
from partnerships.editorial.releases import plan_records
from partnerships.publishing.models import Publication
from tests import databases
from tests.world import World, resave

pytestmark = pytest.mark.slow

PAGE = "partners/japan/"


@pytest.fixture
def serving(own, world_template, tmp_path) -> Iterator[Callable]:
    """Starts a server over a copy of the small world, as a context: its address, and the process that leads it."""
    if databases.on_postgresql():
        pytest.skip("the servers of these tests read SQLite files")
    with own(world_template) as pair:

        @contextmanager
        def serve(name: str):
            with closing(socket.socket()) as free:
                free.bind(("127.0.0.1", 0))
                port = free.getsockname()[1]
            environment = os.environ | {
                "DATABASE_URL": f"sqlite:///{pair['default']}",
                "PUBLISHED_DATABASE_URL": f"sqlite:///{pair['published']}",
                "EDITION_FILE": str(databases.edition_file(pair)),
                "PORT": str(port),
                "VAR_DIR": str(tmp_path / name),
            }
            (tmp_path / name).mkdir(exist_ok=True)
            with open(tmp_path / f"{name}.log", "a") as log:
                server = subprocess.Popen(
                    [sys.executable, "manage.py", "serve", "--port", str(port)],
                    cwd=settings.BASE_DIR,
                    env=environment,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
                try:
                    address = f"http://localhost:{port}/"
                    wait(lambda: read(address + "healthz") is not None, 90)
                    yield address
                finally:
                    os.killpg(server.pid, signal.SIGKILL)  # its workers too, without a chance to tidy up
                    server.wait(10)

        yield serve
        connections.close_all()


def read(address: str) -> str | None:
    try:
        with urlopen(address, timeout=5) as answer:
            return answer.read().decode()
    except OSError:
        return None


def wait(until: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not until():
        assert time.monotonic() < end, "it didn't happen in time"
        time.sleep(0.1)


def planned_in(seconds: float) -> Release:
    """Japan's capital, planned for a moment in so many seconds."""
    world = World()
    record = resave(world.japan, by="anna", capital="Tokyo")
    at = timezone.now() + timedelta(seconds=seconds)
    why = Reason("new_evidence", "The capital is named.")
    return plan_records([record], at, by=world.user("chiara"), reason=why)


def public_within(address: str, moment: datetime, seconds: float) -> None:
    """The page changes no earlier than the moment, and no later than so many seconds after it."""
    assert "Tokyo" not in (read(address + PAGE) or "")
    left = (moment - timezone.now()).total_seconds()
    wait(lambda: "Tokyo" in (read(address + PAGE) or ""), max(left, 0) + seconds)
    assert timezone.now() >= moment


def test_it_is_public_within_five_seconds_of_the_moment(serving):
    with serving("one") as address:
        one = planned_in(4)
        public_within(address, one.due_at, 5)
    entry = Publication.objects.latest("seq")
    assert (entry.by, entry.scheduled_for) == ("chiara", one.due_at)
    assert entry.at >= one.due_at


def test_two_servers_publish_it_once(serving):
    with serving("one") as first, serving("two") as second:
        one = planned_in(4)
        public_within(first, one.due_at, 5)
        wait(lambda: "Tokyo" in (read(second + PAGE) or ""), 5)
        time.sleep(3)  # past the patience of the one that doesn't hold the lease
    assert Publication.objects.filter(record=World().japan.pk).count() == 2
    assert Release.objects.get(pk=one.pk).status == "done"


def test_killed_before_the_moment_and_started_after_it(serving):
    with serving("one") as address:
        one = planned_in(3)
        assert "Tokyo" not in (read(address + PAGE) or "")
    time.sleep(max((one.due_at - timezone.now()).total_seconds(), 0) + 1)
    assert Release.objects.get(pk=one.pk).status == "planned"
    with serving("one") as address:
        wait(lambda: "Tokyo" in (read(address + PAGE) or ""), 5)
    assert Publication.objects.filter(record=World().japan.pk).count() == 2
