"""A portal of its own to be treated badly: the small world of the tests in a folder, its server, and people at its doors."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from socket import socket

import requests

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    with closing(socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(true, seconds: float = 120, *, every: float = 0.1) -> bool:
    """Wait until something is true; whether it became so in time."""
    end = time.monotonic() + seconds
    while not (found := true()) and time.monotonic() < end:
        time.sleep(every)
    return bool(found)


def enter(folder: Path, **environment: str) -> None:
    """Make this process one of the portal whose files lie in a folder, and the portal what it has to be: once a process.

    The databases are those that the environment names, else SQLite files in the folder.
    """
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "VAR_DIR": str(folder),
        "EDITION_FILE": str(folder / "edition"),
        "SITE_ORIGIN": f"http://localhost:{free_port()}",
        "EDITORIAL_FOUR_EYES": "off",
        "MADE_ANSWERS": "0",
        "DATABASE_POOL": "0",
    } | environment
    import django

    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from tests.world import make_world

    call_command("migrate", verbosity=0)
    if not User.objects.exists():
        make_world()


class Server:
    """The portal as `manage.py serve` starts it, in a group of processes of its own that can be killed."""

    def __init__(self, folder: Path, name: str = "server", **environment: str):
        from django.conf import settings

        self.port = int(settings.SITE_ORIGIN.rpartition(":")[2]) if name == "server" else free_port()
        self.log, self.environment = folder / f"{name}.log", environment
        self.application = ""  # another entry than the portal's own, started without setting up
        self.process: subprocess.Popen | None = None

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def start(self) -> None:
        command = [sys.executable, "manage.py", "serve", "--port", str(self.port)]
        if self.application:
            command = [
                sys.executable,
                "-m",
                "granian",
                self.application,
                "--interface",
                "wsgi",
                "--blocking-threads",
                "4",
            ]
            command += ["--host", "127.0.0.1", "--port", str(self.port), "--no-ws"]
        with self.log.open("a") as log:
            self.process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=os.environ | self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        if not until(self.answers):
            sys.exit(f"The server doesn't answer; {self.log} says why.")

    def answers(self) -> bool:
        try:
            return requests.get(f"{self.address}/healthz", timeout=5).ok
        except requests.RequestException:
            return False

    def kill(self) -> None:
        """kill -9 to all of it."""
        if self.process:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def inner(self) -> int | None:
        """The process within that answers and publishes; the one that leads starts another when it dies."""
        assert self.process
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return next((int(pid) for pid in children if b"granian" in Path(f"/proc/{pid}/cmdline").read_bytes()), None)


class Desk:
    """Somebody of the cast, signed in at the desk of a server, with a browser's habits. Raises RequestException."""

    def __init__(self, server: Server, name: str):
        from django.contrib.auth.models import User
        from django.test import Client

        client = Client()
        client.force_login(User.objects.get(username=name))
        session = client.session
        session.set_expiry(3 * 86_400)  # a drill puts the clock a day on
        session.save()
        self.server, self.browser = server, requests.Session()
        self.browser.cookies.set("sessionid", client.cookies["sessionid"].value)

    def get(self, path: str) -> requests.Response:
        return self.browser.get(self.server.address + path, timeout=90, allow_redirects=False)

    def send(self, path: str, files: dict | None = None, **changes: str) -> requests.Response:
        """The form of a page, sent with some fields filled in differently."""
        from tests.admin.browser import Form

        page = self.get(path)
        if page.status_code != 200:
            return page
        fields = Form(page.text).fields | {name: [value] for name, value in changes.items()}
        return self.browser.post(
            self.server.address + path, data=fields, files=files, timeout=90, allow_redirects=False
        )
