"""Figures on an address of their own: of all workers together, of nobody in particular, and never at the public address."""

from __future__ import annotations

import importlib
import os
import re
import signal
import subprocess
import sys
from collections import Counter
from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from socket import create_connection, socket

import pytest
from django.conf import settings as portal
from django.db import OperationalError, connections
from django.test import Client, override_settings
from django.utils import timezone

from partnerships.editorial import worker
from partnerships.editorial.models import Release
from partnerships.publishing.models import Head
from portal import environment
from portal.store import ORIGIN
from tests import databases
from tests.editorial.test_running import wait
from tests.test_store import Portal

LABELS = {
    "status": {"1xx", "2xx", "3xx", "4xx", "5xx"},
    "origin": {"store", "made", "apart"},
    "database": {"default", "published"},
}


def read(text: str) -> dict[tuple[str, frozenset], float]:
    """Samples by name and labels; a line of another form is a fault."""
    samples = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line).groups()
        samples[name, frozenset(re.findall(r'(\w+)="([^"]*)"', labels or ""))] = float(value)
    return samples


def total(samples: dict, name: str, **labels: str) -> float:
    return sum(value for (other, said), value in samples.items() if other == name and set(labels.items()) <= said)


# The address ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "address"),
    [
        ("", None),
        ("127.0.0.1:9400", ("127.0.0.1", 9400)),
        ("[::1]:9400", ("::1", 9400)),
        ("10.1.2.3:9400", ("10.1.2.3", 9400)),
    ],
)
def test_a_private_address(monkeypatch, value, address):
    monkeypatch.setenv("METRICS_ADDRESS", value)
    assert environment.private_address("METRICS_ADDRESS") == address


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ("9400", "must look like"),
        (":9400", "must look like"),
        ("127.0.0.1", "must look like"),
        ("127.0.0.1:0", "must look like"),
        ("127.0.0.1:99999", "must look like"),
        ("0.0.0.0:9400", "of this machine or of its private network"),
        ("[::]:9400", "of this machine or of its private network"),
        ("8.8.8.8:9400", "of this machine or of its private network"),
        ("no-such-host.invalid:9400", "no such host"),
    ],
)
def test_any_other_address_stops_the_start_with_a_sentence(monkeypatch, value, sentence):
    monkeypatch.setenv("METRICS_ADDRESS", value)
    with pytest.raises(SystemExit, match=sentence):
        environment.private_address("METRICS_ADDRESS")


# What is said ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def metrics(tmp_path_factory):
    """The module, its files in a folder of the tests' own: it asks for one when it is imported."""
    with override_settings(METRICS_FOLDER=tmp_path_factory.mktemp("metrics")):
        return importlib.import_module("portal.metrics")


def said(metrics) -> dict[str, float]:
    families = list(metrics.Databases().collect())
    samples = [sample for family in families for sample in family.samples]
    return {" ".join([sample.name, *sample.labels.values()]): sample.value for sample in samples}


@pytest.mark.services
def test_databases_say_how_far_they_are_and_what_waits(world, metrics):
    seq = Head.objects.get(pk=1).seq
    well = {
        "portal_database_up default": 1,
        "portal_database_up published": 1,
        "portal_head_seq": seq,
        "portal_lag_entries": 0,
        "portal_planned_releases": 0,
        "portal_overdue_releases": 0,
    }
    assert said(metrics) == well
    now = timezone.now()
    for minutes in (-5, 60):
        due = now + timedelta(minutes=minutes)
        Release.objects.create(title="SECRET", status="planned", made_by="anna", made_at=now, due_at=due)
    worker.note_run(now - timedelta(seconds=70))
    Head.objects.using("published").update(seq=seq - 2)
    changed = said(metrics)
    assert 70 <= changed.pop("portal_worker_seconds") < 200
    assert changed == well | {
        "portal_head_seq": seq - 2,
        "portal_lag_entries": 2,
        "portal_planned_releases": 2,
        "portal_overdue_releases": 1,
    }


def test_a_database_that_is_away_is_said_to_be(world, metrics, monkeypatch):
    def away(self):
        raise OperationalError("SECRET")

    monkeypatch.setattr(metrics.Databases, "published", away)
    found = said(metrics)
    assert found["portal_database_up published"] == 0
    assert found["portal_database_up default"] == 1
    assert "portal_head_seq" not in found
    assert "portal_lag_entries" not in found


def test_an_answer_says_where_it_came_from(metrics):
    portal, origins = Portal(), []

    def application(environ, start_response):
        parts = portal.store(environ, start_response)
        origins.append(environ.get(ORIGIN))
        return parts

    for path in ("/partners/", "/partners/", "/admin/"):
        list(metrics.Measured(application)(asked(path), lambda status, headers, error=None: None))
    assert origins == ["made", "store", None]
    assert portal.store.size > 0


def asked(path: str) -> dict:
    return {
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "REQUEST_METHOD": "GET",
        "HTTP_HOST": "127.0.0.1",
        "wsgi.url_scheme": "http",
    }


def test_what_fails_before_it_says_anything_is_counted_as_a_fault(world, metrics):
    def broken(environ, start_response):
        raise RuntimeError("SECRET")

    before = total(read(metrics.text().decode()), "portal_requests_total", status="5xx")
    with pytest.raises(RuntimeError):
        metrics.Measured(broken)(asked("/"), None)
    text = metrics.text().decode()
    assert total(read(text), "portal_requests_total", status="5xx") == before + 1
    assert "SECRET" not in text


def test_the_site_has_no_such_address(world):
    for path in ("/metrics", "/metrics/"):
        assert Client().get(path).status_code == 404


# A real server --------------------------------------------------------------------------------------------------------


def free_port() -> int:
    with closing(socket()) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def get(port: int, path: str) -> tuple[int, str, dict]:
    """An answer over a connection of its own; status 0 when there is none."""
    connection = HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"Host": "localhost", "Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), dict(answer.headers)
    except OSError:
        return 0, "", {}
    finally:
        connection.close()


@pytest.fixture
def served(own, world_template, tmp_path):
    """Two workers over a copy of the small world: their port, that of the figures, and the process that leads them."""
    if databases.on_postgresql():
        pytest.skip("the server of this test reads SQLite files")
    with own(world_template) as pair:
        port, figures = free_port(), free_port()
        environment = os.environ | {
            "DATABASE_URL": f"sqlite:///{pair['default']}",
            "PUBLISHED_DATABASE_URL": f"sqlite:///{pair['published']}",
            "EDITION_FILE": str(databases.edition_file(pair)),
            "METRICS_ADDRESS": f"127.0.0.1:{figures}",
            "VAR_DIR": str(tmp_path / "var"),
        }
        command = [sys.executable, "manage.py", "serve", "--port", str(port), "--workers", "2"]
        with (tmp_path / "log").open("w") as log:
            server = subprocess.Popen(
                command, cwd=portal.BASE_DIR, env=environment, stdout=log, stderr=log, start_new_session=True
            )
            try:
                wait(lambda: get(port, "/healthz")[0] == 200 and get(figures, "/metrics")[0] == 200, 180)
                yield port, figures, server
            finally:
                os.killpg(server.pid, signal.SIGKILL)
                server.wait(10)
        connections.close_all()


def workers(server: subprocess.Popen) -> list[int]:
    threads = Path(f"/proc/{server.pid}/task").glob("*/children")
    return [int(child) for children in threads for child in children.read_text().split()]


@pytest.mark.slow
def test_two_workers_give_their_figures_together_and_keep_them_when_one_dies(served):
    port, figures, server = served
    before = read(get(figures, "/metrics")[1])
    wanted = ["/partners/"] * 40 + ["/SECRETWORD/?q=SECRETWORD"] * 5 + ["/admin/"] * 3 + ["/metrics"] * 2
    statuses = Counter(get(port, path)[0] for path in wanted)
    assert statuses == {200: 40, 404: 7, 302: 3}
    status, text, headers = get(figures, "/metrics")
    assert status == 200
    assert headers["Content-Type"].startswith("text/plain; version=")
    assert "python" not in str(headers).lower()
    samples = read(text)
    ready, made = (
        sum(
            sign * total(some, "portal_requests_total", status="2xx", origin=one)
            for sign, some in ((1, samples), (-1, before))
        )
        for one in ("store", "made")
    )
    assert ready + made == 40
    assert 1 <= made <= 2  # once in each worker
    assert total(samples, "portal_requests_total", status="4xx") == 7
    assert total(samples, "portal_requests_total", status="3xx", origin="apart") == 3
    assert total(samples, "portal_request_seconds_count", origin="store") == ready
    assert total(samples, "portal_database_up") == 2
    assert total(samples, "portal_head_seq") > 0
    for secret in ("SECRETWORD", "partners", "127.0.0.1", "localhost"):
        assert secret not in text
    for _, labels in samples:
        for name, value in labels:
            assert name == "le" or value in LABELS[name]
    wait(lambda: total(read(get(figures, "/metrics")[1]), "portal_store_bytes") > 0, 60)
    assert get(figures, "/partners/")[0] == 404
    with create_connection(("127.0.0.1", figures), timeout=30) as idle:  # holds nobody up for ever
        assert get(figures, "/metrics")[0] == 200
        idle.recv(1)
    with pytest.raises(ConnectionRefusedError):
        create_connection(("127.0.0.2", figures), timeout=30)  # another address of this machine
    both = workers(server)
    assert len(both) == 2
    for one in both:
        os.kill(one, signal.SIGKILL)
        wait(lambda: get(port, "/healthz")[0] == 200 and get(figures, "/metrics")[0] == 200, 120)
        after = read(get(figures, "/metrics")[1])
        assert total(after, "portal_request_seconds_count", origin="store") >= ready
        assert total(after, "portal_requests_total", status="4xx") == 7


def test_the_same_port_for_both_is_refused(tmp_path):
    port = free_port()
    said = os.environ | {"VAR_DIR": str(tmp_path), "METRICS_ADDRESS": f"127.0.0.1:{port}"}
    command = [sys.executable, "manage.py", "serve", "--port", str(port)]
    done = subprocess.run(command, cwd=portal.BASE_DIR, env=said, capture_output=True, text=True)
    assert done.returncode == 1
    assert f"METRICS_ADDRESS names port {port}" in done.stderr
