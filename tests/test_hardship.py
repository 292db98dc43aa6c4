"""Processes are killed and what the portal stands on is taken away: a dozen kills and some drills of `bench/`."""

from __future__ import annotations

import os
import re
import subprocess
import sys

import pytest
from django.conf import settings
from django.db import connections

from tests import databases

pytestmark = [pytest.mark.slow, pytest.mark.services]


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


def test_a_dozen_kills_lose_nothing(run):
    said = run("bench.kills", "--kills", "12")
    found = re.search(r"^kills 12 / .* in flight (\d+) / acknowledged (\d+) / lost 0 / verify passes$", said, re.M)
    assert found, said
    in_flight, acknowledged = map(int, found.groups())
    assert in_flight > 6
    assert acknowledged > 12


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
