"""Many at once: 8 writers and 50 readers, of whom none shall be turned away that could have waited; and slow clients.

    .venv/bin/python -m bench.load crowd --seconds 30
    bin/with-postgres .venv/bin/python -m bench.load crowd --seconds 30
    .venv/bin/python -m bench.load slow                    a dozen slow clients of each kind, with and without the proxy

Of the slow, a dozen send the head of a request a byte a second, a dozen a form, and a dozen read a large file so. Beside
them four readers go on, and something is published five times. The proxy is nginx with the configuration of deploy/.
"""

from __future__ import annotations

import argparse
import contextlib
import itertools
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

import requests

from .kills import Ledger, Victim, at_the_desk, faults, lost, write
from .place import ROOT, Server, enter, free_port, until

PAGES = (
    "/partners/malta/",
    "/partners/",
    "/frameworks/pfp/",
    "/api/v1/partners/",
    "/api/v1/partners/malta/",
    "/changes/",
)
days = itertools.count()


class Readers:
    """People who read, each one page after the other: known ones, and every fourth as of a day that nobody has asked for."""

    def __init__(self, address: str, number: int, pause: float = 0.0, certificate: Path | None = None):
        self.address, self.pause, self.trusts = address, pause, str(certificate) if certificate else True
        self.said: Counter[str] = Counter()
        self.slowest, self.over, self.lock = 0.0, threading.Event(), threading.Lock()
        self.threads = [threading.Thread(target=self.read, args=(n,)) for n in range(number)]

    def __enter__(self):
        for one in self.threads:
            one.start()
        return self

    def __exit__(self, *what):
        self.over.set()
        for one in self.threads:
            one.join()

    def read(self, first: int) -> None:
        browser = self.browser()
        for number in itertools.count(first):
            if self.over.wait(self.pause):
                return
            path, began = PAGES[number % len(PAGES)], time.monotonic()
            if number % 4 == 0:
                path = f"/partners/malta/?as_of={date(1995, 1, 1) + timedelta(days=next(days) % 11_000)}"
            try:
                said = str(browser.get(self.address + path, timeout=90).status_code)
            except requests.RequestException as error:
                said = type(error).__name__
            with self.lock:
                self.said[said] += 1
                self.slowest = max(self.slowest, time.monotonic() - began)

    def browser(self) -> requests.Session:
        made = requests.Session()
        made.trust_env, made.verify = False, self.trusts  # the machine's own list of certificates would go before
        return made

    @property
    def failed(self) -> int:
        return sum(self.said.values()) - self.said["200"]


def at_risk(number: int) -> list:
    """New public records to write at."""
    from partnerships.editorial.publication import publish
    from partnerships.models import Partner
    from tests.world import save

    records = [save(Partner(slug=f"at-risk-{n}", title=f"At risk {n}")) for n in range(number)]
    publish(records, by="chiara", title="At risk")
    return records


# Many at once -----------------------------------------------------------------------------------------------------------


def crowd(folder: Path, seconds: int) -> bool:
    """Whether nobody was turned away, and everything acknowledged is there."""
    records, server, ledger, over = at_risk(15), Server(folder), Ledger(), threading.Event()
    pks = [record.pk for record in records]
    get_context("forkserver").set_forkserver_preload(["bench.portal"])
    server.start()
    desk = ["edit", "edit", "edit", "publish", "publish"]
    people = [
        threading.Thread(target=at_the_desk, args=(kind, server, ledger, over, records[n], f"{kind}{n}"))
        for n, kind in enumerate(desk)
    ]
    with Readers(server.address, 50) as readers:
        programs = [
            Victim(name, ledger, write, pks[5 + 3 * n : 8 + 3 * n])
            for n, name in enumerate(("editor", "publisher", "planner"))
        ]
        for one in people:
            one.start()
        time.sleep(seconds)
        died = [one.name for one in programs if not one.process.is_alive()]
        over.set()
        for one in people:
            one.join()
        for one in programs:
            one.kill()
    until(lambda: requests.get(f"{server.address}/readyz", timeout=60).ok)
    server.kill()
    kinds = Counter(kind for kind, _ in ledger.acknowledged)
    for said in died:
        print(f"The {said} ended with an error.")
    turned_away = sum(ledger.otherwise.values()) + ledger.unanswered + len(died)
    print(
        "written:",
        ", ".join(f"{kind} {number}" for kind, number in sorted(kinds.items())),
        dict(ledger.otherwise) or "",
    )
    print("read:", dict(readers.said), f"slowest answer {readers.slowest:.1f} s")
    gone = [mark for mark in lost([one for one in ledger.acknowledged if one[0] != "planner"])]
    broken = faults()
    print(
        f"8 writers, {sum(kinds.values())} writes, turned away {turned_away} / 50 readers, {sum(readers.said.values())} "
        f"answers, turned away {readers.failed} / lost {len(gone)} / verify {'finds faults' if broken else 'passes'}"
    )
    return not (turned_away or readers.failed or gone or broken)


# Slow clients -----------------------------------------------------------------------------------------------------------


class Slow(threading.Thread):
    """A client that sends or reads a byte a second."""

    def __init__(self, port: int, tls: bool, kind: str, over: threading.Event):
        super().__init__(daemon=True)
        self.kind, self.over = kind, over
        plain = socket.socket()
        if kind == "reads":
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        plain.connect(("127.0.0.1", port))
        plain.settimeout(30)
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        self.wire = context.wrap_socket(plain, server_hostname="localhost") if tls else plain
        self.start()

    def run(self) -> None:
        head = "{} HTTP/1.1\r\nHost: localhost\r\n"
        with contextlib.suppress(OSError):
            if self.kind == "heads":
                self.drip(head.format("GET /partners/malta/").encode() + b"X-Slow: " + b"x" * 300)
            elif self.kind == "forms":
                form = "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n"
                self.wire.sendall((head.format("POST /feedback/") + form).encode())
                self.drip(b"text=" + b"x" * 900)
            else:
                self.wire.sendall((head.format("GET /static/site/map.svg") + "\r\n").encode())
                while not self.over.wait(1) and self.wire.recv(1):
                    pass
        self.wire.close()

    def drip(self, data: bytes) -> None:
        for byte in data:
            if self.over.wait(1):
                return
            self.wire.sendall(bytes([byte]))


@contextmanager
def proxy(folder: Path, port: int):
    """nginx with the configuration of deploy/ in front of the portal at a port; the port it listens on, and its certificate."""
    place, https = folder / "nginx", free_port()
    place.mkdir()
    place.chmod(0o755)
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj"]
    made += [
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
        "-keyout",
        str(place / "privkey.pem"),
        "-out",
        str(place / "fullchain.pem"),
    ]
    subprocess.run(made, check=True, capture_output=True)
    deploy = ROOT / "deploy" / "nginx"
    shutil.copy(deploy / "portal-static-headers.conf", place)
    (place / "mime.types").write_text("types { text/css css; image/svg+xml svg; }\n")
    (place / "portal-upstreams.conf").write_text(
        "".join(f"upstream portal_{side} {{ server 127.0.0.1:{port}; }}\n" for side in ("editorial", "public"))
    )
    text = (deploy / "nginx.conf").read_text()
    for was, now in {
        "/etc/nginx/tls/": f"{place}/",
        "/etc/nginx/": f"{place}/",
        "/var/cache/nginx": str(place),
        "/run/nginx.pid": f"{place}/pid",
        "/var/lib/portal": str(folder),
        "listen 443": f"listen 127.0.0.1:{https}",
        "listen 80": f"listen 127.0.0.1:{free_port()}",
        "portal.example.org": "localhost",
    }.items():
        text = text.replace(was, now)
    (place / "nginx.conf").write_text("daemon off;\n" + text)
    log = (place / "log").open("w")
    process = subprocess.Popen(["nginx", "-p", str(place), "-c", str(place / "nginx.conf")], stdout=log, stderr=log)
    try:
        time.sleep(2)
        yield https, place / "fullchain.pem"
    finally:
        process.terminate()
        process.wait()


def beside(address: str, record, number: int, certificate: Path | None) -> tuple[int, int, int]:
    """Four readers for a while, and five publications: answers, failures, publications that were seen in time."""
    from partnerships.editorial.publication import publish
    from tests.world import resave

    seen, where = 0, f"{address}/partners/{record.slug}/"
    with Readers(address, 4, 0.1, certificate) as readers:
        one = readers.browser()
        for turn in range(5):
            mark = f"Town {number}-{turn}"
            publish([resave(record, capital=mark)], by="chiara", change_kind="new_evidence", note=mark)
            with contextlib.suppress(requests.RequestException):
                seen += until(lambda mark=mark: mark in one.get(where, timeout=10).text, 10)
            time.sleep(3)
    return sum(readers.said.values()), readers.failed, seen


def slow(folder: Path, seconds: int) -> bool:
    """Whether behind the proxy nobody noticed the slow clients. Prints the same for the portal alone."""
    [record], server = at_risk(1), Server(folder)
    server.start()
    fine, numbers = True, itertools.count()
    for behind in (True, False):
        with ExitStack() as stack:
            port, certificate = server.port, None
            if behind:
                port, certificate = stack.enter_context(proxy(folder, server.port))
            address = f"{'https' if behind else 'http'}://localhost:{port}"
            where = "behind nginx" if behind else "the portal alone"
            answers, failed, seen = beside(address, record, next(numbers), certificate)
            print(f"{where}, nobody slow: {answers} answers, {failed} failed, {seen} of 5 publications seen")
            for kind in ("heads", "forms", "reads"):
                over = threading.Event()
                crowd = [Slow(port, behind, kind, over) for _ in range(12)]
                time.sleep(2)
                now, failed, seen = beside(address, record, next(numbers), certificate)
                over.set()
                for one in crowd:
                    one.join(35)
                print(
                    f"{where}, 12 slow {kind}: {now} answers ({now / max(answers, 1):.2f} of those before), {failed} failed, "
                    f"{seen} of 5 publications seen"
                )
                fine &= not behind or (failed == 0 and seen == 5)
    server.kill()
    return fine


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("what", choices=("crowd", "slow"))
    asked.add_argument("--seconds", type=int, default=30)
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="load-") as temporary:
        folder = Path(temporary)
        folder.chmod(0o755)
        enter(folder)
        fine = {"crowd": crowd, "slow": slow}[given.what](folder, given.seconds)
    sys.exit(not fine)


if __name__ == "__main__":
    main()
