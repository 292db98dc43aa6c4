"""Takes away what the portal stands on, one thing after the other, and prints what users saw.

Readers shall see the page or 503 in the site's look, consumers the answer or a problem with Retry-After, editors that it
is saved or a sentence; and when the thing is back, everybody is served, publishing works and `verify` passes.

    .venv/bin/python -m bench.drills
    bin/with-postgres .venv/bin/python -m bench.drills

Needs root, because a disk that fills up has to be a small one that is mounted for it; `--without-root` leaves that out.
"""

from __future__ import annotations

import argparse
import itertools
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import date, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import requests

from .place import ROOT, Desk, Server, enter, free_port, until

ROOM = "64m"
"""Of the small disk: 13 MB of static files, the databases, and room to fill."""
DAY = 86_400
numbers = itertools.count(1)


def new_day() -> date:
    """One that nobody has asked for yet."""
    return date(1995, 1, 1) + timedelta(days=next(numbers))


class Drill:
    """One thing that is taken away: who saw what, and whether that is what they shall see."""

    def __init__(self, folder: Path, **environment: str):
        self.folder, self.fine = folder, True
        self.server = Server(folder, MADE_ANSWERS="600", TRUSTED_PROXIES="1", DATABASE_POOL="4", **environment)

    def note(self, when: str, who: str, saw: str, fine: bool = True) -> None:
        self.fine &= fine
        print(f"    {when + ':':<9} {who:<26} {saw}{'' if fine else '   ← not as it should be'}")

    def start(self) -> None:
        from tests.world import World

        self.server.start()
        self.anna, self.record = Desk(self.server, "anna"), World().japan
        self.open()
        assert self.reader(KNOWN) == ("the page", True)

    def open(self) -> None:
        """An editor opens the form of a country."""
        from partnerships.admin.addresses import address
        from tests.admin.browser import Form

        self.form = Form(self.anna.get(address(self.record)).text).fields

    def ask(self, path: str) -> requests.Response:
        """Somebody new asks, as a proxy passes it on."""
        number = next(numbers)
        return requests.get(
            f"{self.server.address}{path}",
            headers={"X-Forwarded-For": f"203.0.{number // 250}.{number % 250}"},
            timeout=90,
        )

    def reader(self, path: str) -> tuple[str, bool]:
        try:
            answer = self.ask(path)
        except requests.RequestException as error:
            return f"no answer ({type(error).__name__})", False
        if answer.status_code == 503:
            site = "Not reachable just now" in answer.text and "Retry-After" in answer.headers
            return "503 in the site's look", site
        return ("the page", True) if answer.ok else (f"{answer.status_code}", False)

    def consumer(self) -> tuple[str, bool]:
        try:
            answer = self.ask(f"/api/v1/partners/?as_of={new_day()}")
        except requests.RequestException as error:
            return f"no answer ({type(error).__name__})", False
        if answer.status_code == 503:
            problem = answer.headers["Content-Type"] == "application/problem+json"
            return f"503, problem document, Retry-After {answer.headers.get('Retry-After')}", problem
        return ("the answer", True) if answer.ok else (f"{answer.status_code}", False)

    def editor(self, mark: str, upload: bytes = b"", **more: str) -> tuple[str, bool]:
        """A form that was opened before is sent: of a country, or of a new picture."""
        from partnerships.admin.addresses import address, list_address

        try:
            if upload:
                answer = self.anna.send(
                    f"{list_address('image')}add/", {"upload": ("sea.png", upload)},
                    title=mark, slug=mark, alt="The sea", credit="NATO", licence="CC BY 4.0",
                )  # fmt: skip
            else:
                answer = self.anna.browser.post(
                    self.server.address + address(self.record), data=self.form | {"capital": mark} | more,
                    timeout=90, allow_redirects=False,
                )  # fmt: skip
        except requests.RequestException as error:
            return f"no answer ({type(error).__name__})", False
        if answer.status_code == 302:
            if "/login/" in answer.headers["Location"]:
                return "is asked to sign in", False
            self.open()
            return "saved", True
        said = re.search(r'<p class="le[ad]+e?">(.*?)</p>|class="errorlist[^>]*><li>(.*?)</li>', answer.text, re.DOTALL)
        sentence = unescape(re.sub("<.*?>", "", (said[1] or said[2]).strip())) if said else ""
        return f"{answer.status_code}: {sentence or 'no sentence'}", bool(sentence)

    def everybody(self, when: str, *, at_the_desk: bool = True) -> None:
        self.note(when, "reader, page asked before", *self.reader(KNOWN))
        self.note(when, "reader, page never asked", *self.reader(f"/partners/malta/?as_of={new_day()}"))
        self.note(when, "consumer", *self.consumer())
        if at_the_desk:
            self.note(when, "editor who saves", *self.editor(f"Town {next(numbers)}"))

    def recovered(self) -> None:
        """When it is back everybody is served, an editor's work becomes public, and log and pages agree."""
        from django.db import connections

        from partnerships.admin.addresses import address

        back = until(lambda: self.reader("/partners/finland/")[0] == "the page" and self.ask("/readyz").ok, 60)
        self.note("after", "the portal", "is ready again" if back else "isn't ready", back)
        self.open()
        mark = f"Town {next(numbers)}"
        saw, fine = self.editor(mark)
        self.note("after", "editor who saves", saw, fine and saw == "saved")
        Desk(self.server, "chiara").send(address(self.record, "publish"), change_kind="new_evidence", note=mark)
        seen = until(lambda: mark in self.ask(KNOWN).text, 15)
        self.note("after", "reader", "the page with the new text" if seen else "the old page", seen)
        self.server.kill()
        connections.close_all()
        self.verify()

    def verify(self) -> None:
        from partnerships.editorial import audit
        from partnerships.publishing import rebuild

        found = [*rebuild.faults(), *audit.faults()]
        self.note("after", "verify", "; ".join(found) or "passes", not found)


KNOWN = "/partners/japan/"


# The disk -----------------------------------------------------------------------------------------------------------------


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    """A file system of its own at the folder, as long as it is needed."""
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM},mode=0700", "tmpfs", str(folder)], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def disk_full(drill: Drill) -> None:
    from django.db import connections

    from tests.editorial.test_uploads import picture

    drill.start()
    if connections["default"].vendor == "sqlite":
        with connections["default"].cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connections.close_all()
    fill = drill.folder / "fill"
    with fill.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 65_536)
        except OSError:
            pass
    for number in range(40):  # some room is left in what the databases have already
        last = drill.editor(f"Full {number}", body="x" * 50_000)
        if last[0] != "saved":
            break
    drill.everybody("meanwhile", at_the_desk=False)
    drill.note("meanwhile", "editor who saves", *last)
    drill.note("meanwhile", "editor with a picture", *drill.editor("full", picture("PNG", (900, 600))))
    fill.unlink()
    drill.recovered()


# Databases ----------------------------------------------------------------------------------------------------------------


def sqlite_files_away() -> Callable[[], None]:
    """Nobody can open the files any more; returns what brings them back."""
    from django.db import connections

    files = [Path(connections[alias].settings_dict["NAME"]) for alias in ("default", "published")]
    connections.close_all()
    for file in files:
        file.rename(file.with_suffix(".away"))
        file.mkdir()  # root may read everything, but no folder as a file

    def back() -> None:
        for file in files:
            file.rmdir()
            file.with_suffix(".away").rename(file)

    return back


def postgresql_stopped() -> Callable[[], None]:
    """The server of bin/with-postgres is stopped; returns what starts it again."""
    from django.db import connections

    connections.close_all()
    data = Path(unquote(urlsplit(os.environ["DATABASE_URL"]).hostname or "")) / "data"
    if not data.is_dir():
        sys.exit("The server can only be stopped here if bin/with-postgres has started it.")
    pid, owner = int((data / "postmaster.pid").read_text().split()[0]), data.stat().st_uid
    command = shlex.split((data / "postmaster.opts").read_text())
    os.kill(pid, signal.SIGINT)
    until(lambda: not (data / "postmaster.pid").exists())

    def back() -> None:
        more = {"user": owner} if os.geteuid() != owner else {}
        with (data / "log").open("a") as log:
            subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **more)

    return back


def database_away(drill: Drill) -> None:
    from django.db import connections

    drill.start()
    back = (sqlite_files_away if connections["default"].vendor == "sqlite" else postgresql_stopped)()
    time.sleep(2)  # until everybody has noticed
    drill.everybody("meanwhile")
    drill.note("meanwhile", "/healthz", f"{drill.ask('/healthz').status_code}", drill.ask("/healthz").ok)
    ready = drill.ask("/readyz").status_code
    drill.note("meanwhile", "/readyz", f"{ready}", ready == 503)
    back()
    drill.recovered()


# Redis --------------------------------------------------------------------------------------------------------------------


class Redis:
    def __init__(self, folder: Path):
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)],
            stdout=subprocess.DEVNULL,
        )

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


def redis_away(drill: Drill) -> None:
    program = shutil.which("redis-server")
    if not program:
        sys.exit("redis-server is needed: apt-get install redis-server")
    redis = Redis(drill.folder)
    try:
        drill.server.environment["REDIS_URL"] = redis.url
        drill.start()
        redis.stop()
        drill.everybody("stopped")
        redis.start()
        drill.everybody("back")
        redis.process.send_signal(signal.SIGSTOP)
        time.sleep(6)  # the pause in which it isn't asked is over
        drill.everybody("paused")
        redis.process.send_signal(signal.SIGCONT)
        drill.recovered()
    finally:
        redis.process.send_signal(signal.SIGCONT)
        redis.stop()


# Clocks and schedulers ------------------------------------------------------------------------------------------------------


def planned(number: int, seconds: float, title: str) -> list:
    """So many releases of new records, planned for a moment in so many seconds."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    from partnerships.editorial.releases import plan_records
    from partnerships.models import Partner
    from tests.world import save

    at, chiara = timezone.now() + timedelta(seconds=seconds), User.objects.get(username="chiara")
    made = [save(Partner(slug=f"drill-{next(numbers)}", title=f"{title} {n}")) for n in range(number)]
    return [plan_records([record], at, by=chiara, title=f"{title} {n}") for n, record in enumerate(made)]


def published(releases: list) -> list[int]:
    """How often each was published."""
    from partnerships.publishing.models import Publication

    return [Publication.objects.filter(record=one.items.get().record).count() for one in releases]


def clock_jump(drill: Drill) -> None:
    clock = drill.folder / "clock"
    clock.write_text("0")
    drill.server.application, drill.server.environment["CLOCK_FILE"] = "bench.clock:application", str(clock)
    drill.start()
    for shift, said in ((DAY, "a day on"), (DAY - 3600, "hour back")):
        clock.write_text(str(shift))
        time.sleep(2)
        drill.everybody(said)
        soon = planned(2, shift + 3, said)
        once = until(lambda soon=soon: published(soon) == [1, 1], 60)
        drill.note(said, "what is planned", "is published once" if once else f"is published {published(soon)}", once)
    drill.recovered()


def two_schedulers(drill: Drill) -> None:
    other = Server(drill.folder, "second", DATABASE_POOL="4")
    drill.start()
    other.start()
    soon = planned(8, 4, "Two schedulers")
    until(lambda: 0 not in published(soon), 60)
    time.sleep(4)  # past the patience of the one that doesn't hold the lease
    times = published(soon)
    drill.note("meanwhile", "what is planned", f"{len(soon)} releases, published {sum(times)} times", set(times) == {1})
    drill.server.kill()
    soon = planned(2, 2, "One of two")
    once = until(lambda: published(soon) == [1, 1], 60)
    drill.note("one dies", "what is planned", "the other publishes it" if once else "it waits", once)
    other.kill()
    drill.server.start()
    drill.recovered()


DRILLS: dict[str, Callable[[Drill], None]] = {
    "disk full": disk_full,
    "database away": database_away,
    "Redis away": redis_away,
    "clock jump": clock_jump,
    "two schedulers": two_schedulers,
}


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("drills", nargs="*", metavar="drill", help=f"one or several of: {', '.join(DRILLS)}")
    asked.add_argument("--without-root", action="store_true", help="leave out what needs a file system of its own")
    given = asked.parse_args()
    names = given.drills or list(DRILLS)
    if unknown := set(names) - DRILLS.keys():
        asked.error(f"there is no drill “{unknown.pop()}”; there are: {', '.join(DRILLS)}")
    if given.without_root:
        names = [name for name in names if name != "disk full"]
        print("disk full: left out by --without-root")
    elif os.geteuid():
        sys.exit("“disk full” needs root, to mount a small file system. Leave it out with --without-root.")
    survived = []
    with tempfile.TemporaryDirectory(prefix="drills-") as temporary:
        folder = Path(temporary)
        with small_disk(folder) if "disk full" in names else nullcontext():
            os.chdir(ROOT)
            enter(folder)
            for name in names:
                print(name)
                drill = Drill(folder)
                try:
                    DRILLS[name](drill)
                finally:
                    drill.server.kill()
                survived += [name] * drill.fine
            from django.db import connections

            connections.close_all()
    print(f"drills {len(names)} / survived {len(survived)}")
    sys.exit(len(survived) != len(names))


if __name__ == "__main__":
    main()
