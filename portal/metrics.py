"""Figures for whoever watches over the portal, in Prometheus's text format, on an address of their own.

Every worker counts its requests into a file of its own in `METRICS_FOLDER` (the library's way with several processes). One of
them has the address and answers for all; when it ends, another takes the address. No figure says who asked, or for what:
labels are the few words that stand here.
"""

from __future__ import annotations

import errno
import logging
import os
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import TCPServer

from django.conf import settings
from django.db import DatabaseError, connections
from django.utils import timezone

from partnerships.publishing.models import Head, LogHead

from .health import age
from .store import ORIGIN, Store

settings.METRICS_FOLDER.mkdir(parents=True, exist_ok=True)
os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.METRICS_FOLDER)  # read while the library is imported

from prometheus_client import (  # noqa: E402
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead  # noqa: E402

if settings.HAS_EDITORIAL:
    from partnerships.editorial import worker
    from partnerships.editorial.models import Release

PAUSE = 5.0
"""Seconds between two attempts to take the address, and between two notes of what the store holds."""
PATIENCE = 5
"""Seconds that somebody who asks has for saying what they want."""
APART = "apart"
"""Origin of an answer that went past the store: the desk, static files, pictures, whoever is signed in."""
logger = logging.getLogger("portal.metrics")

REQUESTS = Counter("portal_requests", "Requests answered, by class of status and origin.", ["status", "origin"])
SECONDS = Histogram(
    "portal_request_seconds",
    "Seconds until an answer began.",
    ["origin"],
    buckets=(0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
STORE = Gauge("portal_store_bytes", "Bytes of ready answers, of all workers.", multiprocess_mode="livesum")


# Counting -------------------------------------------------------------------------------------------------------------


@cache
def counted(status: str, origin: str) -> tuple[Counter, Histogram]:
    """Where answers of a class and origin are counted; found once, because finding takes longer than counting."""
    return REQUESTS.labels(f"{status}xx", origin), SECONDS.labels(origin)


class Measured:
    """`app`, with its answers counted."""

    def __init__(self, app):
        self.app = app

    def __call__(self, environ: dict, start_response) -> Iterable[bytes]:
        began, status = time.perf_counter(), "5"  # of what raises before it says anything

        def noted(said: str, headers: list, *error):
            nonlocal status
            status = said[:1]
            return start_response(said, headers, *error)

        try:
            return self.app(environ, noted)
        finally:
            answers, seconds = counted(status, environ.get(ORIGIN, APART))
            answers.inc()
            seconds.observe(time.perf_counter() - began)


class Databases:
    """What the databases say when they are asked for figures. One that is away has `portal_database_up` 0 and no others."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        up = GaugeMetricFamily("portal_database_up", "Whether a database answers.", labels=["database"])
        figures: dict[str, tuple[str, float]] = {}
        for alias, ask in self.questions().items():
            try:
                figures |= ask()
                up.add_metric([alias], 1)
            except DatabaseError:
                up.add_metric([alias], 0)
            finally:
                connections[alias].close()
        yield up
        log = figures.pop("portal_log_seq", None)
        if log and "portal_head_seq" in figures:
            lag = max(log[1] - figures["portal_head_seq"][1], 0)
            figures["portal_lag_entries"] = "Entries of the log that aren't public yet.", lag
        for name, (meaning, value) in figures.items():
            yield GaugeMetricFamily(name, meaning, value)

    def questions(self) -> dict[str, Callable[[], dict]]:
        return {"published": self.published} | ({"default": self.editorial} if settings.HAS_EDITORIAL else {})

    def published(self) -> dict[str, tuple[str, float]]:
        seq = Head.objects.using("published").values_list("seq", flat=True).get(pk=1)
        return {"portal_head_seq": ("The last entry of the log that is public.", seq)}

    def editorial(self) -> dict[str, tuple[str, float]]:
        seq = LogHead.objects.using("default").values_list("seq", flat=True).get(pk=1)
        planned, now = Release.objects.filter(status=Release.Status.PLANNED), timezone.now()
        said = {
            "portal_log_seq": ("The last entry of the log.", seq),
            "portal_planned_releases": ("Publications that wait for their time.", planned.count()),
            "portal_overdue_releases": ("Those whose time has come.", planned.filter(due_at__lte=now).count()),
        }
        if (seconds := age(worker.last_run())) is not None:
            said["portal_worker_seconds"] = "Seconds since a worker renewed its lease or a timer looked.", seconds
        return said


def text() -> bytes:
    """All figures, of all workers of this service."""
    for file in settings.METRICS_FOLDER.glob("gauge_live*.db"):
        owner = file.stem.rpartition("_")[2]
        if owner.isdecimal() and not Path(f"/proc/{owner}").exists():
            mark_process_dead(int(owner))
    registry = CollectorRegistry()
    MultiProcessCollector(registry)
    registry.register(Databases())
    return generate_latest(registry)


# Answering ------------------------------------------------------------------------------------------------------------


class Answer(BaseHTTPRequestHandler):
    timeout = PATIENCE

    def do_GET(self) -> None:
        if self.path != "/metrics":
            self.send_error(404)
            return
        body = text()
        self.send_response(200)
        self.send_header("Content-Type", CONTENT_TYPE_LATEST)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        return "portal"

    def log_message(self, *said) -> None:
        """Nothing: whoever watches asks every few seconds."""


class Server(TCPServer):
    allow_reuse_address = True
    timeout = PAUSE

    def __init__(self, address: tuple[str, int]):
        self.address_family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        super().__init__(address, Answer)

    def handle_error(self, request, client_address) -> None:
        logger.warning("Figures were asked for and couldn't be given.", exc_info=True)


class Listener(threading.Thread):
    """Notes what this worker's store holds, and answers at the address as long as no other worker does."""

    def __init__(self, address: tuple[str, int], store: Store | None):
        super().__init__(name="metrics", daemon=True)
        self.address, self.store, self.server = address, store, None
        self.stopping = threading.Event()

    def run(self) -> None:
        while not self.stopping.is_set():
            if self.store is not None:
                STORE.set(self.store.size)
            if self.server is None:
                self.server = self.taken()
            if self.server is None:
                self.stopping.wait(PAUSE)
            else:
                self.server.handle_request()

    def taken(self) -> Server | None:
        """The address, if it is free."""
        try:
            return Server(self.address)
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                logger.warning("Figures can't be given at %s:%d: %s", *self.address, error)
            return None
