"""A portal and its mirror as processes of their own, over HTTP alone: the same bytes, however often the mirror is killed."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, contextmanager
from http.client import HTTPConnection

import pytest
from django.conf import settings

from partnerships.editorial.publication import publish, withdraw
from partnerships.publishing.models import Action, Head
from tests import databases
from tests.admin.live import _wait
from tests.world import World, resave

pytestmark = pytest.mark.slow

ASKED = (
    "",
    "partners/",
    "partners/malta/",
    "partners/japan/",
    "partners/japan/versions/",
    "partners/?framework=pfp&as_of=2014-05-01",
    "memberships.csv",
    "editions/sea-breeze-2021/",
    "milestones/malta-returns/",
    "claims/?fields=statement,verdict",
    "search/?q=malta",
    "changes/?include=document,patch",
    "corrections/",
)


@contextmanager
def serving(environment: dict[str, str]):
    """A server: the port at which it answers."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "granian", "portal.wsgi:application", "--interface", "wsgi", "--host", "127.0.0.1"]
    process = subprocess.Popen(
        [*command, "--port", str(port), "--log-level", "error"], cwd=settings.BASE_DIR, env=environment
    )
    try:
        _wait(f"http://127.0.0.1:{port}/healthz")
        yield port
    finally:
        process.terminate()
        process.wait(20)


def manage(environment: dict[str, str], *arguments: str) -> subprocess.Popen:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.Popen(
        command, cwd=settings.BASE_DIR, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def done(process: subprocess.Popen) -> str:
    said = process.communicate(timeout=900)[0].decode()
    assert process.returncode == 0, said
    return said


def said_by(port: int) -> dict[str, tuple[int, bytes]]:
    connection, said = HTTPConnection("localhost", port, timeout=60), {}
    for address in ASKED:
        connection.request("GET", f"/api/v1/{address}", headers={"Host": "localhost"})
        answer = connection.getresponse()
        said[address] = answer.status, answer.read()
    return said


def test_a_mirror_says_the_same_bytes_whatever_happens_to_it(own, world_template, tmp_path):
    if databases.on_postgresql():
        pytest.skip("the servers of this test read SQLite files")
    with own(world_template) as pair:
        common = os.environ | {"SITE_ORIGIN": settings.SITE_ORIGIN, "RUN_WORKER": "0", "MADE_ANSWERS": "0"}
        ours = common | {
            "DATABASE_URL": f"sqlite:///{pair['default']}",
            "PUBLISHED_DATABASE_URL": f"sqlite:///{pair['published']}",
            "EDITION_FILE": str(databases.edition_file(pair)),
            "VAR_DIR": str(tmp_path / "ours"),
        }
        theirs = common | {"PORTAL_ROLE": "mirror", "VAR_DIR": str(tmp_path / "theirs")}
        for folder in ("ours", "theirs"):
            (tmp_path / folder).mkdir()
        done(manage(theirs, "migrate", "--verbosity", "0"))
        with serving(ours) as origin, serving(theirs) as mirror:
            source = f"http://127.0.0.1:{origin}"
            done(manage(theirs, "follow", source, "--once"))
            assert said_by(mirror) == said_by(origin)

            world, killed = World(), 0
            following = manage(theirs, "follow", source, "--every", "1")
            for turn in range(6):
                publish(
                    [resave(world.japan, capital=f"Tokyo {turn}")],
                    by="chiara",
                    change_kind="new_evidence",
                    note="Named.",
                )
                if turn == 2:
                    withdraw([world.malta_returns], by="dag", note="A mistake.")
                if turn == 4:
                    withdraw([world.malta_returns], by="dag", note="By law.", action=Action.TAKE_DOWN)
                time.sleep(0.3 + 0.25 * turn)
                os.kill(following.pid, signal.SIGKILL)
                following.wait(10)
                killed += 1
                following = manage(theirs, "follow", source, "--every", "1")
            head, until = Head.objects.using("published").get(pk=1).seq, time.monotonic() + 300
            while (
                said_by(mirror)["changes/?include=document,patch"] != said_by(origin)["changes/?include=document,patch"]
            ):
                assert time.monotonic() < until, "the mirror doesn't catch up"
                time.sleep(0.5)
            following.kill()
            following.wait(10)
            assert said_by(mirror) == said_by(origin)
            print(f"mirror killed {killed} times / entries {head} / lost 0")
