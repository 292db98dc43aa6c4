"""Servers of one's own over a copy of the small world, for browsers."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from urllib.request import urlopen

from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from tests import databases

CHROMIUM = shutil.which("chromium") or "/usr/bin/chromium"
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@contextmanager
def server(pair: dict, folder: Path, *, threads: bool = True, **more: str):
    """A process that serves the databases of `pair`: its address."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "manage.py", "runserver", f"127.0.0.1:{port}", "--noreload"]
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{pair['default']}",
        "PUBLISHED_DATABASE_URL": f"sqlite:///{pair['published']}",
        "EDITION_FILE": str(databases.edition_file(pair)),
        "PORT": str(port),
        "VAR_DIR": str(folder),
        "SECRET_KEY": settings.SECRET_KEY,  # sessions made here hold there
    }
    with open(folder / f"server-{port}.log", "w") as log:
        command += [] if threads else ["--nothreading"]
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=environment | more, stdout=log, stderr=log)
        try:
            _wait(f"http://localhost:{port}/healthz")
            yield f"http://localhost:{port}"
        finally:
            process.terminate()
            process.wait(60)


def _wait(where: str) -> None:
    for _ in range(900):
        try:
            with urlopen(where, timeout=5):
                return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("the server didn't start")


def session_of(name: str) -> dict:
    """The cookie with which somebody of the cast is signed in, on every server over these databases."""
    client = Client()
    client.force_login(User.objects.get(username=name))
    return {
        "name": settings.SESSION_COOKIE_NAME,
        "value": client.cookies[settings.SESSION_COOKIE_NAME].value,
        "domain": "localhost",
        "path": "/",
    }


@contextmanager
def chromium():
    """A browser."""
    import pytest

    playwright = pytest.importorskip("playwright.sync_api")
    with ExitStack() as stack:
        driver = stack.enter_context(playwright.sync_playwright())
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        stack.callback(browser.close)
        yield browser
