"""Processes are killed and what the portal stands on is taken away: a dozen kills and some drills of `bench/`."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connections

from bench import kills
from partnerships.editorial.publication import publish
from tests import databases
from tests.world import resave


@pytest.fixture
def run(own, world_template, tmp_path):
    """Runs a command of bench/ over a copy of the small world: what it printed."""

    def run(*words: str) -> str:
        with own(world_template):
            environment = os.environ | databases.addresses() | {"TMPDIR": str(tmp_path)}
            connections.close_all()
            done = subprocess.run(
                [sys.executable, "-m", *words],
                cwd=settings.BASE_DIR,
                env=environment,
                capture_output=True,
                text=True,
            )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def test_what_is_lost_or_half_published_is_found(world):
    writes = [(kind, f"{kind}-1-0") for kind in ("edit", "editor", "publish", "publisher", "planner", "upload")]
    assert kills.lost(writes) == [mark for _, mark in writes]
    japan = resave(world.japan, capital="edit-1-0")
    publish([japan], by="chiara", change_kind="new_evidence", note="publish-1-0")
    assert kills.lost(writes) == ["editor-1-0", "publisher-1-0", "planner-1-0", "upload-1-0"]
    assert kills.faults() == []
    publish([resave(japan, capital="Nara")], by="chiara", change_kind="new_evidence", note="publisher-1-0")
    assert kills.faults() == ["“publisher-1-0” stands 1 times in the log."]
    assert "publisher-1-0" in kills.lost(writes)


@pytest.mark.slow
@pytest.mark.services
def test_a_dozen_kills_lose_nothing(run):
    said = run("bench.kills", "--kills", "12")
    found = re.search(r"^kills 12 / .* in flight (\d+) / acknowledged (\d+) / lost 0 / verify passes$", said, re.M)
    assert found, said
    in_flight, acknowledged = map(int, found.groups())
    assert in_flight > 6
    assert acknowledged > 12


@pytest.mark.slow
@pytest.mark.parametrize("drill", ["Redis away", "two schedulers", "clock jump"])
def test_a_drill_is_survived(run, drill):
    assert "drills 1 / survived 1" in run("bench.drills", "--without-root", drill)


def test_a_drill_that_nobody_knows_is_refused(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "bench.drills", "--without-root", "flood"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert "there is no drill “flood”; there are: disk full" in done.stderr
