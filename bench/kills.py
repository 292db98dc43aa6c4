"""Kills the portal's processes with -9 while people and programs write, and counts what of the acknowledged is lost.

A write is acknowledged when its caller has read the answer. Written is all the time: edits, publications of two
records together and uploads of pictures at the desk over HTTP; edits, publications and planned publications by processes
of their own. Killed are the server as a whole, its inner process, a second process that publishes what is due, and the
writing processes; each at a random moment, if possible while a write is in flight there. In the end every acknowledged
write is looked for, and `verify` is asked.

    .venv/bin/python -m bench.kills --kills 200
    bin/with-postgres .venv/bin/python -m bench.kills --kills 200
"""

from __future__ import annotations

import argparse
import itertools
import logging
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import requests

if TYPE_CHECKING:
    from partnerships.models import Record

from .place import Desk, Server, enter, until

WRITERS = ("editor", "publisher", "planner")
AT_THE_DESK = ("edit", "publish", "upload")
WHY = {"change_kind": "new_evidence"}


class Ledger:
    """What was begun and what was acknowledged: kind, and a mark that only this write has."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.begun: dict[str, str] = {}
        self.acknowledged: list[tuple[str, str]] = []
        self.otherwise: Counter[str] = Counter()  # answers at the desk that were no acknowledgement
        self.unanswered = 0

    def begin(self, who: str, mark: str) -> None:
        with self.lock:
            self.begun[who] = mark

    def end(self, who: str, kind: str = "", mark: str = "") -> None:
        """It was answered: acknowledged if a kind is named."""
        with self.lock:
            self.begun.pop(who, None)
            if kind:
                self.acknowledged.append((kind, mark))

    def in_flight(self, *who: str) -> int:
        with self.lock:
            return sum(one in self.begun for one in who)

    def at_the_desk(self) -> int:
        """How many writes at the desk were acknowledged so far."""
        with self.lock:
            return sum(kind in AT_THE_DESK for kind, _ in self.acknowledged)


# Writing at the desk ----------------------------------------------------------------------------------------------------


def at_the_desk(
    kind: str, server: Server, ledger: Ledger, over: threading.Event, record: Record, name: str = ""
) -> None:
    """Somebody who does the same thing again and again, and comes back when the server is away."""
    from partnerships.admin.addresses import address, list_address
    from tests.editorial.test_uploads import picture

    anna, chiara = Desk(server, "anna"), Desk(server, "chiara")
    for number in itertools.count():
        if over.is_set():
            return
        mark = f"{name or kind}-{number}"
        ledger.begin(name or kind, mark)
        try:
            if kind == "upload":
                answer = anna.send(
                    f"{list_address('image')}add/", {"upload": ("sea.png", picture("PNG", (500 + number, 300)))},
                    title=mark, slug=mark, alt="The sea", credit="NATO", licence="CC BY 4.0",
                )  # fmt: skip
            else:
                answer = anna.send(address(record), capital=mark)
            if kind == "publish" and answer.status_code == 302:
                answer = chiara.send(address(record, "publish"), note=mark, **WHY)
        except requests.RequestException:
            ledger.end(name or kind)
            ledger.unanswered += 1
            until(lambda: over.is_set() or server.answers())
            continue
        if answer.status_code != 302:
            ledger.otherwise[f"{kind}: {answer.status_code}"] += 1
            time.sleep(0.2)
        ledger.end(name or kind, kind if answer.status_code == 302 else "", mark)


# Writing by processes of their own ----------------------------------------------------------------------------------------


def write(kind: str, generation: int, pks: list[UUID], pipe) -> None:
    """A process that writes through the verbs of the desk and says before and after each what it does."""
    from django.contrib.auth.models import User
    from django.db import transaction
    from django.utils import timezone

    from partnerships.editorial.models import ReleaseItem
    from partnerships.editorial.publication import Reason, publish
    from partnerships.editorial.releases import plan_records
    from partnerships.models import Partner
    from tests.world import resave

    chiara, chance = User.objects.get(username="chiara"), random.Random(generation)
    for number in itertools.count():
        mark, pair = f"{kind}-{generation}-{number}", chance.sample(pks, 2)
        waiting = ReleaseItem.objects.filter(record__in=pair, release__status="planned")
        if kind == "planner" and waiting.exists():
            time.sleep(0.05)
            continue
        pipe.send(("begin", mark))
        with transaction.atomic():
            records = [resave(Partner.objects.get(pk=pk), capital=mark) for pk in pair]
        if kind == "publisher":
            publish(records, by="chiara", note=mark, title=mark, **WHY)
        if kind == "planner":
            at = timezone.now() + timedelta(seconds=chance.uniform(0.3, 1.5))
            plan_records(records, at, by=chiara, title=mark, reason=Reason("new_evidence", mark))
        pipe.send(("end", mark))
        time.sleep(chance.uniform(0, 0.5))


def publish_due(pipe) -> None:
    """A second process that publishes what is due, beside the server's own."""
    from partnerships.editorial.worker import Worker

    logging.getLogger("portal.worker").setLevel("ERROR")
    Worker().run()


class Victim:
    """A process that can be killed and is started anew."""

    def __init__(self, name: str, ledger: Ledger, target: Callable, *given):
        self.name, self.ledger, self.target, self.given = name, ledger, target, given
        self.generation = 0
        self.start()

    def start(self) -> None:
        context = get_context("forkserver")
        self.generation += 1
        mine, its = context.Pipe(duplex=False)
        given = (self.name, self.generation, *self.given) if self.name in WRITERS else ()
        self.process = context.Process(target=self.target, args=(*given, its), daemon=True)
        self.process.start()
        its.close()
        self.reader = threading.Thread(target=self.listen, args=(mine,))
        self.reader.start()

    def listen(self, pipe) -> None:
        try:
            while True:
                said, mark = pipe.recv()
                if said == "begin":
                    self.ledger.begin(self.name, mark)
                else:
                    self.ledger.end(self.name, self.name, mark)
        except (EOFError, OSError):
            self.ledger.end(self.name)

    def kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.reader.join()


# Killing ------------------------------------------------------------------------------------------------------------------


def due() -> bool:
    """Whether an acknowledged plan is to be published just now."""
    from django.utils import timezone

    from partnerships.editorial.models import Release

    return Release.objects.filter(status="planned", due_at__lte=timezone.now()).exists()


def rampage(kills: int, server: Server, victims: dict[str, Victim], ledger: Ledger, seed: int) -> Iterator[bool]:
    """Kill so many times; yields of each whether a write was in flight at the victim."""
    chance = random.Random(seed)
    order = itertools.chain.from_iterable(
        chance.sample(whom, len(whom)) for whom in itertools.repeat(["server", "inner", "due", *WRITERS])
    )
    served = 0
    for name in itertools.islice(order, kills):
        asked = AT_THE_DESK if name in ("server", "inner") else (name,)

        def busy(name=name, asked=asked) -> bool:
            return due() if name == "due" else bool(ledger.in_flight(*asked))

        if name in ("server", "inner"):  # each server has to have done something before it is killed
            until(lambda before=served: ledger.at_the_desk() > before, 30)
            served = ledger.at_the_desk()
        until(busy, 20, every=0.01)
        time.sleep(chance.uniform(0, 0.3))
        until(busy, 5, every=0.001)  # the one that was in flight may be over
        pid = server.inner() if name == "inner" else None
        in_flight = busy()
        if name == "server":
            server.kill()
            server.start()
        elif pid:
            os.kill(pid, signal.SIGKILL)
            until(lambda dead=pid: server.inner() not in (None, dead) and server.answers())
        elif name == "inner":
            raise SystemExit("The server has no inner process.")
        else:
            victims[name].kill()
            victims[name].start()
        yield in_flight


# What is there in the end -------------------------------------------------------------------------------------------------


def lost(acknowledged: list[tuple[str, str]]) -> list[str]:
    """The marks of acknowledged writes that aren't there, or not whole."""
    from partnerships.editorial.models import Release, Revision
    from partnerships.models import Image
    from partnerships.publishing.models import LogDocument, Publication
    from portal import media

    digests = Revision.objects.values_list("digest", flat=True)
    saved = " ".join(LogDocument.objects.filter(digest__in=list(digests)).values_list("body", flat=True))
    logged = Counter(Publication.objects.values_list("note", flat=True))
    done = set(Release.objects.filter(status="done").values_list("title", flat=True))

    def whole(mark: str) -> bool:
        image = Image.objects.filter(slug=mark).first()
        files = image and [(Path(media.renditions().path(row.file)), row.bytes) for row in image.renditions.all()]
        return bool(files) and media.originals().exists(image.original) and all(
            file.is_file() and file.stat().st_size == size for file, size in files
        )  # fmt: skip

    there = {
        "edit": lambda mark: f'"{mark}"' in saved,
        "editor": lambda mark: f'"{mark}"' in saved,
        "publish": lambda mark: logged[mark] == 1,
        "publisher": lambda mark: logged[mark] == 2,
        "planner": lambda mark: logged[mark] == 2 and mark in done,
        "upload": whole,
    }
    return [mark for kind, mark in acknowledged if not there[kind](mark)]


def faults() -> list[str]:
    """What `verify` finds, and publications of two records of which one is missing or there twice."""
    from partnerships.editorial import audit
    from partnerships.publishing import rebuild
    from partnerships.publishing.models import Publication

    notes = Publication.objects.filter(note__regex="^(publisher|planner)-").values_list("note", flat=True)
    halves = [f"“{note}” stands {times} times in the log." for note, times in Counter(notes).items() if times != 2]
    return [*rebuild.faults(), *audit.faults(), *halves]


def run(kills: int, seed: int, folder: Path) -> int:
    """The whole of it; prints what came of it. The exit code: 1 when something was lost or is broken."""
    from django.db import connections

    from partnerships.editorial.models import Release
    from partnerships.editorial.publication import publish
    from partnerships.models import Partner
    from tests.world import save

    records = [save(Partner(slug=f"at-risk-{n}", title=f"At risk {n}")) for n in range(13)]
    publish(records, by="chiara", title="At risk")
    pks = [record.pk for record in records]
    ledger, over, server = Ledger(), threading.Event(), Server(folder)
    get_context("forkserver").set_forkserver_preload(["bench.portal"])
    server.start()
    victims = {
        "editor": Victim("editor", ledger, write, pks[0:3]),
        "publisher": Victim("publisher", ledger, write, pks[3:6]),
        "planner": Victim("planner", ledger, write, pks[6:10]),
        "due": Victim("due", ledger, publish_due),
    }
    people = [
        threading.Thread(target=at_the_desk, args=(kind, server, ledger, over, records[10 + n]))
        for n, kind in enumerate(AT_THE_DESK)
    ]
    for one in people:
        one.start()
    in_flight = 0
    try:
        for number, during in enumerate(rampage(kills, server, victims, ledger, seed), 1):
            in_flight += during
            if number % 20 == 0:
                print(f"{number} kills, {len(ledger.acknowledged)} acknowledged …", file=sys.stderr)
    finally:
        over.set()
        for victim in victims.values():
            victim.kill()
        for one in people:
            one.join()
        until(lambda: not Release.objects.filter(status="planned").exists())
        until(lambda: requests.get(f"{server.address}/readyz", timeout=30).ok)
        server.kill()
        connections.close_all()
    gone, broken = lost(ledger.acknowledged), faults()
    for sentence in [*(f"Lost: {mark}" for mark in gone), *broken]:
        print(sentence)
    kinds = Counter(kind for kind, _ in ledger.acknowledged)
    print("acknowledged:", ", ".join(f"{kind} {number}" for kind, number in sorted(kinds.items())))
    if ledger.otherwise:
        print("answered otherwise:", ", ".join(f"{said} × {n}" for said, n in sorted(ledger.otherwise.items())))
    print(
        f"kills {kills} / while an acknowledged write was in flight {in_flight} / acknowledged {sum(kinds.values())} "
        f"/ lost {len(gone)} / verify {'finds faults' if broken else 'passes'}"
    )
    return bool(gone or broken)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--kills", type=int, default=200)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument(
        "--folder", type=Path, help="where its files go; by default a temporary folder, deleted afterwards"
    )
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="kills-") as temporary:
        folder = given.folder or Path(temporary)
        enter(folder)
        code = run(given.kills, given.seed, folder)
    sys.exit(code)


if __name__ == "__main__":
    main()
