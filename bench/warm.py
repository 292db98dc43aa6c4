"""How fast ready answers are: the portal against nginx serving the same bytes as files, in one run.

Server and client have a core each, targets take turns, and what is printed is a median with its spread. The ratio to
nginx is taken turn by turn, because machines are noisy. Needs `wrk` and `nginx`; the portal's data for it lies in var/bench.

    make bench              5 turns of 2 seconds
    make bench TURNS=2      a glance
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from urllib.request import Request, urlopen

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "bench"
SERVER, CLIENT = "0", "1"  # the cores
COLD_A_SECOND = 20


@dataclass
class Target:
    """What is asked for, and how fast it has to come, as a share of nginx serving the same bytes."""

    name: str
    path: str
    goal: float
    headers: dict[str, str] = field(default_factory=dict)
    etag: bool = False
    """Whether the caller has the bytes already, so that a 304 is the answer."""


TARGETS = [
    Target("partner page", "/partners/ukraine/", 0.35),
    Target("partner page, gzip", "/partners/ukraine/", 0.35, {"Accept-Encoding": "gzip"}),
    Target("API list of 25", "/api/v1/partners/?page_size=25", 0.35),
    Target("API detail", "/api/v1/partners/ukraine/", 0.35),
    Target("304", "/partners/ukraine/", 0.25, etag=True),
]
PROXIED = 0.70

NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 512; }}
http {{
  access_log off; sendfile on; tcp_nopush on; keepalive_requests 1000000; default_type text/html;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{ listen 127.0.0.1:{files}; root {folder}/files; open_file_cache max=100; gzip_static on; }}
  upstream portal {{ server 127.0.0.1:{portal}; keepalive 32; }}
  server {{ listen 127.0.0.1:{proxy};
    location / {{ proxy_pass http://portal; proxy_http_version 1.1; proxy_set_header Connection "";
                  proxy_set_header Host localhost; }} }}
}}
"""


def free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running(command: list[str], port: int, **environment: str) -> Iterator[int]:
    """A process on the server's core, once it listens; its id."""
    with open(FOLDER / f"{Path(command[0]).name}.log", "w") as log:
        process = subprocess.Popen(
            ["taskset", "-c", SERVER, *command],
            cwd=ROOT,
            env=os.environ | environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        for _ in range(600):
            with closing(socket.socket()) as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield process.pid
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def portal(command: str, port: int, environment: dict[str, str]):
    """The portal under one of its servers, with one worker."""
    binary = str(Path(sys.executable).parent)
    commands = {
        "granian": [f"{binary}/granian", "portal.wsgi:application", "--interface", "wsgi", "--host", "127.0.0.1", "--port",
                    str(port), "--workers", "1", "--blocking-threads", "4", "--no-ws", "--http", "1", "--log-level", "warning"],
        "gunicorn": [f"{binary}/gunicorn", "portal.wsgi:application", "--bind", f"127.0.0.1:{port}", "--workers", "1",
                     "--worker-class", "gthread", "--threads", "4", "--keep-alive", "60", "--no-control-socket"],
    }  # fmt: skip
    return running(commands[command], port, **environment)


def prepared() -> dict[str, str]:
    """The portal's real content in a place of its own; the environment of a public process over it."""
    environment = {"VAR_DIR": str(FOLDER), "SITE_ORIGIN": "http://localhost:8000"}
    manage = [sys.executable, "manage.py"]
    for command in (
        ["migrate", "--verbosity", "0"],
        ["load_content", "--if-empty"],
        ["collectstatic", "--noinput", "--verbosity", "0", "--ignore", "rest_framework"],
    ):
        more = {"HASHED_STATIC": "1"} if command[0] == "collectstatic" else {}
        subprocess.run([*manage, *command], cwd=ROOT, env=os.environ | environment | more, check=True)
    return environment | {"PORTAL_ROLE": "public", "HASHED_STATIC": "1"}


def fetched(port: int, path: str, **headers: str) -> tuple[bytes, str]:
    with urlopen(Request(f"http://localhost:{port}{path}", headers=headers), timeout=60) as answer:
        return answer.read(), answer.headers["ETag"]


def wrk(port: int, path: str, seconds: int, headers: dict[str, str], *, threads: int = 16) -> dict[str, float]:
    """Requests a second, and the latencies in milliseconds below which half and 99 % of the answers came."""
    command = ["taskset", "-c", CLIENT, "wrk", "-t1", f"-c{threads}", f"-d{seconds}s", "--latency"]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    said = subprocess.run(
        [*command, f"http://127.0.0.1:{port}{path}"], capture_output=True, text=True, check=True
    ).stdout
    if wrong := re.search(r"Non-2xx or 3xx responses: (\d+)", said):
        sys.exit(f"{path} was answered wrongly {wrong[1]} times.")
    found = {name: _milliseconds(re.search(rf"^ +{name}%\s+(\S+)", said, re.MULTILINE)[1]) for name in ("50", "99")}
    return {"rate": float(re.search(r"Requests/sec:\s+(\S+)", said)[1]), "p50": found["50"], "p99": found["99"]}


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(us|ms|s)", text).groups()
    return float(number) * {"us": 0.001, "ms": 1, "s": 1000}[unit]


def memory(leader: int) -> int:
    """The most that a worker of the server has held so far, in megabytes (the largest VmHWM among its processes)."""
    most = 0
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
            if os.getsid(int(status.parent.name)) == leader:
                most = max(most, int(re.search(r"VmHWM:\s+(\d+)", text)[1]) // 1000)
        except (OSError, TypeError):
            continue
    return most


@contextmanager
def cold_renders(port: int):
    """Asks for a page that nobody has asked for before, so many times a second."""
    over = threading.Event()
    made = [0]

    def ask() -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        day = 0
        while not over.wait(1 / COLD_A_SECOND):
            day += 1
            path = f"/partners/malta/?as_of={1995 + day // 336}-{1 + day // 28 % 12:02d}-{1 + day % 28:02d}"
            connection.request("GET", path, headers={"Host": "localhost"})
            connection.getresponse().read()
            made[0] += 1

    asking = threading.Thread(target=ask)
    asking.start()
    began = time.monotonic()
    said: dict[str, float] = {}
    try:
        yield said
    finally:
        over.set()
        asking.join()
        said["cold a second"] = made[0] / (time.monotonic() - began)


def middle(values: list[float]) -> tuple[float, float, float]:
    return statistics.median(values), min(values), max(values)


def measured(server: str, turns: int, seconds: int) -> dict:
    """Every target from the portal, from nginx's files and through nginx in front of the portal, in turns."""
    environment = prepared()
    ports = {"portal": free_port(), "files": free_port(), "proxy": free_port()}
    (FOLDER / "nginx.conf").write_text(NGINX.format(folder=FOLDER, **ports))
    found: dict = {target.name: {} for target in TARGETS}
    with ExitStack() as stack:
        leader = stack.enter_context(portal(server, ports["portal"], environment))
        nginx = [shutil.which("nginx") or "/usr/sbin/nginx", "-c", str(FOLDER / "nginx.conf"), "-p", str(FOLDER)]
        stack.enter_context(running(nginx, ports["files"]))
        files = FOLDER / "files"
        files.mkdir(exist_ok=True)
        for number, target in enumerate(TARGETS):
            body, _ = fetched(ports["portal"], target.path, **target.headers)
            plain = files / f"{number}"
            plain.write_bytes(body)
            if target.headers:
                (files / f"{number}.gz").write_bytes(body)
        for target in TARGETS:
            found[target.name] = {"portal": [], "files": [], "proxy": []}
        for turn in range(turns + 1):  # the first is for warming up
            for number, target in enumerate(TARGETS):
                for place, port in ports.items():
                    path = f"/{number}" if place == "files" else target.path
                    headers = dict(target.headers)
                    if target.etag:
                        headers["If-None-Match"] = fetched(port, path)[1]
                    one = wrk(port, path, seconds if turn else 1, headers | {"Host": "localhost"})
                    if turn:
                        found[target.name][place].append(one)
        page = TARGETS[1]
        busy = []
        for _ in range(turns):
            with cold_renders(ports["portal"]) as said:
                one = wrk(ports["portal"], page.path, max(seconds, 3), page.headers | {"Host": "localhost"})
            busy.append(one | said)
        found["busy"], found["memory"] = busy, memory(leader)
    return found


def table(found: dict) -> Iterator[str]:
    yield "| target | portal, answers/s | p50 / p99 ms | nginx files, answers/s | ratio (spread) | goal | nginx in front (spread) | goal |"
    yield "|---|---:|---:|---:|---:|---:|---:|---:|"
    for target in TARGETS:
        one = found[target.name]
        rates = {place: [turn["rate"] for turn in one[place]] for place in one}
        ratio = middle([a / b for a, b in zip(rates["portal"], rates["files"], strict=True)])
        front = middle([a / b for a, b in zip(rates["proxy"], rates["portal"], strict=True)])
        p50, p99 = (statistics.median(turn[name] for turn in one["portal"]) for name in ("p50", "p99"))
        yield (
            f"| {target.name} | {middle(rates['portal'])[0]:,.0f} | {p50:.2f} / {p99:.2f} | {middle(rates['files'])[0]:,.0f} "
            f"| {ratio[0]:.2f} ({ratio[1]:.2f}–{ratio[2]:.2f}) | {target.goal} "
            f"| {front[0]:.2f} ({front[1]:.2f}–{front[2]:.2f}) | {PROXIED} |"
        )
    busy = found["busy"]
    p99 = middle([turn["p99"] for turn in busy])
    yield ""
    yield (
        f"With {statistics.median(turn['cold a second'] for turn in busy):.0f} cold renders a second beside: "
        f"{statistics.median(turn['rate'] for turn in busy):,.0f} answers/s, p99 {p99[0]:.1f} ms "
        f"({p99[1]:.1f}–{p99[2]:.1f}; goal 15). Memory of the worker at its height: {found['memory']} MB (goal 150)."
    )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--turns", type=int, default=5)
    asked.add_argument("--seconds", type=int, default=2)
    asked.add_argument("--server", choices=("granian", "gunicorn"), default="granian")
    given = asked.parse_args()
    for tool in ("wrk", "nginx", "taskset"):
        if not shutil.which(tool, path=os.environ["PATH"] + ":/usr/sbin"):
            sys.exit(f"`{tool}` is needed: apt-get install wrk nginx util-linux")
    FOLDER.mkdir(parents=True, exist_ok=True)
    found = measured(given.server, given.turns, given.seconds)
    (FOLDER / f"warm-{given.server}.json").write_text(json.dumps(found))
    print("\n".join(table(found)))


if __name__ == "__main__":
    main()
