"""Starting the portal: postures, refusals in a sentence, and a first start that can be interrupted."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import urlopen

import pytest

from portal import sqlite

ROOT = Path(__file__).resolve().parent.parent


def manage(*arguments, timeout=300, **environment):
    """Run manage.py in a process of its own."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "portal.settings", **environment},
        capture_output=True,
        text=True,
        timeout=timeout,
    )


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [
        ({"SITE_ORIGIN": "http://portal.example.org"}, "over https only"),
        ({"SITE_ORIGIN": "portal.example.org"}, "must look like https://"),
        (
            {"PORTAL_ROLE": "everything"},
            "PORTAL_ROLE is “everything”; it must be one of all, editorial, public, mirror.",
        ),
        ({"PORT": "eighty"}, "PORT is “eighty”"),
        ({"DATABASE_URL": "mysql://somewhere/else"}, "runs on SQLite and PostgreSQL"),
        ({"DEBUG": "yes"}, "DEBUG is “yes”"),
    ],
)
def test_a_setting_that_can_not_be_used_stops_the_start_with_a_sentence(environment, sentence, tmp_path):
    stopped = manage("check", VAR_DIR=str(tmp_path), **environment)
    assert stopped.returncode == 1
    assert sentence in stopped.stderr
    assert "Traceback" not in stopped.stderr


@pytest.mark.slow
def test_the_production_posture_passes_the_deployment_checks(tmp_path):
    checked = manage(
        "check", "--deploy", "--fail-level", "WARNING", VAR_DIR=str(tmp_path), SITE_ORIGIN="https://portal.example.org"
    )
    assert checked.returncode == 0, checked.stderr


def test_manage_py_under_an_older_python_says_one_sentence():
    older = next((path for name in ("3.11", "3.10", "3.9", "3.8") if (path := older_python(name))), None)
    text = (ROOT / "manage.py").read_text()
    if older is None:  # no older Python on this machine: the line itself is tried
        text = text.replace("sys.version_info < (3, 12)", "sys.version_info < (99, 0)")
        older = sys.executable
    said = subprocess.run([older, "-c", text], cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 1
    assert re.fullmatch(r"The portal needs Python 3\.12 or newer; this is \d+\.\d+\. .*\n", said.stderr)


def older_python(version: str) -> str | None:
    for candidate in (f"python{version}", *Path.home().glob(f".pyenv/versions/{version}*/bin/python")):
        path = shutil.which(str(candidate))
        if path and not subprocess.run([path, "-c", ""], capture_output=True).returncode:
            return path
    return None


def test_setup_finds_a_python_by_running_candidates(tmp_path):
    """`python3` is too old and a shim fails: the next candidate that runs is taken."""
    for name, body in {"python3": "exit 1", "python3.14": "echo 'command not found' >&2; exit 127"}.items():
        shim = tmp_path / name
        shim.write_text(f"#!/bin/sh\n{body}\n")
        shim.chmod(0o755)
    (tmp_path / "python3.13").symlink_to(sys._base_executable)
    found = subprocess.run(
        ["/bin/sh", "bin/setup", "--find"],
        cwd=ROOT,
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 0, found.stderr
    version = subprocess.run(
        [found.stdout.strip(), "-c", "import sys; print(sys.version_info >= (3, 12))"], capture_output=True
    )
    assert version.stdout == b"True\n"


def test_setup_without_any_python_says_what_to_do(tmp_path):
    for name in ("sh", "dirname", "cat", "printf", "true"):
        (tmp_path / name).symlink_to(shutil.which(name) or "/bin/true")
    found = subprocess.run(
        ["/bin/sh", "bin/setup", "--find"],
        cwd=ROOT,
        env={"PATH": str(tmp_path), "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert found.returncode == 1
    assert "needs Python 3.12 or newer" in found.stderr


# Serving --------------------------------------------------------------------------------------------------------------


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def serving(tmp_path):
    """A function that starts `manage.py serve` over the test's own var/ and stops it at the end."""
    started = []

    def serve(port: int):
        log = tmp_path / f"serve-{len(started)}.log"
        process = subprocess.Popen(
            [sys.executable, "manage.py", "serve"],
            cwd=ROOT,
            env={**os.environ, "VAR_DIR": str(tmp_path / "var"), "PORT": str(port)},
            stdout=log.open("w"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        started.append(process)
        return process, log

    yield serve
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def answers(port: int, path: str, process: subprocess.Popen, log: Path) -> bytes:
    """What the server says as soon as it answers. How long that takes is the machine's affair; that it ends, ours."""
    for _ in range(3000):
        try:
            with urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as response:
                return response.read()
        except OSError:
            assert process.poll() is None, log.read_text()
            time.sleep(0.2)
    raise AssertionError(f"It never answered. It said: {log.read_text()}")


@pytest.mark.slow
def test_a_first_start_that_is_killed_again_and_again_completes(serving, tmp_path):
    for seconds in (1.0, 2.0, 3.5, 5.0, 6.5):  # while migrating, and while loading or publishing
        process, _ = serving(free_port())
        time.sleep(seconds)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    port = free_port()
    process, log = serving(port)
    page = answers(port, "/", process, log).decode()
    assert "Partnerships" in page
    for file in re.findall(
        r'(?:href|src)="(/static/[^"]+)"', page
    ):  # one of them missing, and all were gathered in vain
        with urlopen(f"http://127.0.0.1:{port}{file}", timeout=5) as response:
            assert re.search(r"\.[0-9a-f]{12}\.", file)
            assert "immutable" in response.headers["Cache-Control"]
    said = log.read_text()
    assert f"http://localhost:{port}/" in said
    assert sqlite.in_force() in said
    verified = manage("verify", VAR_DIR=str(tmp_path / "var"))
    assert verified.returncode == 0, verified.stderr
    everything = "".join(file.read_text() for file in tmp_path.glob("serve-*.log"))
    assert everything.count("an administrator was made") >= 1


@pytest.mark.slow
def test_a_port_in_use_gets_a_sentence(serving):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process, log = serving(port)
        assert process.wait(120) == 1
    assert (
        log.read_text()
        == f"CommandError: Port {port} is in use. Stop what uses it, or choose another: make run PORT={port + 1}\n"
    )


def test_sqlite_is_set_as_measured(world):
    from django.db import connections

    with connections["default"].cursor() as cursor:
        cursor.connection.executescript(sqlite.options()["init_command"])  # the suite's own don't wait for the disk
        cursor.execute("PRAGMA journal_mode")
        assert cursor.fetchone() == (sqlite.journal_mode().lower(),)
        cursor.execute("PRAGMA synchronous")
        assert cursor.fetchone() == (2,)  # FULL
    assert connections["default"].transaction_mode == "IMMEDIATE"


@pytest.mark.parametrize(
    ("version", "fixed"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_which_sqlite_may_use_wal(version, fixed):
    assert sqlite.is_fixed(version) == fixed


def test_the_link_for_reports_is_an_address(tmp_path):
    stopped = manage("check", VAR_DIR=str(tmp_path), REPORT_URL="somewhere")
    assert stopped.returncode == 1
    assert "REPORT_URL is “somewhere”; it must begin with" in stopped.stderr


@pytest.mark.slow
@pytest.mark.parametrize("role", ["all", "editorial", "public", "mirror"])
def test_every_role_starts_with_what_it_has(role, tmp_path):
    checked = manage("check", PORTAL_ROLE=role, VAR_DIR=str(tmp_path))
    assert checked.returncode == 0, checked.stderr
