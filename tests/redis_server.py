"""A real Redis for a test: one that can be killed, and one that can be made to hang."""

from __future__ import annotations

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from socket import socket

import pytest

from tests import databases


class Server:
    """A redis-server on a port of its own, which stays the same when it comes back."""

    def __init__(self, folder: Path):
        with closing(socket()) as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.address = folder, f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        command = ["redis-server", "--port", str(self.port), "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        while self.process.poll() is None:
            with closing(socket()) as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        pytest.fail("redis-server ended before it answered")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def pause(self) -> None:
        self.process.send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self.process.send_signal(signal.SIGCONT)


@contextmanager
def redis_server(folder: Path) -> Iterator[Server]:
    if not shutil.which("redis-server"):
        missing = pytest.fail if databases.on_postgresql() else pytest.skip  # the run with services has it
        missing("redis-server is needed: apt-get install redis-server")
    server = Server(folder)
    try:
        yield server
    finally:
        server.kill()
