"""A public process over the real content, as consumers meet it."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.conf import settings

from tests import databases
from tests.admin.live import _wait


@contextmanager
def public_process(pair: dict, folder: Path, **more: str):
    """A process that answers readers from the published file of `pair`: its address."""
    if databases.on_postgresql():
        pytest.skip("the server of these tests reads an SQLite file")
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "PORTAL_ROLE": "public",
        "PUBLISHED_DATABASE_URL": f"sqlite:///{pair['published']}",
        "SITE_ORIGIN": f"http://localhost:{port}",
        "VAR_DIR": str(folder),
    }
    command = [sys.executable, "-m", "granian", "portal.wsgi:application", "--interface", "wsgi", "--host", "127.0.0.1"]
    with open(folder / "server.log", "w") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port)], cwd=settings.BASE_DIR, env=environment | more, stdout=log, stderr=log
        )
    try:
        _wait(f"http://localhost:{port}/healthz")
        yield f"http://localhost:{port}"
    finally:
        process.terminate()
        process.wait(10)


@pytest.fixture
def serving(content_template, tmp_path):
    """Its address. Nothing is kept ready, so every answer is made."""
    with public_process(content_template, tmp_path, STORE_MEGABYTES="0") as where:
        yield where
