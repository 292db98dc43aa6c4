"""The edition in force: which one it is, and how every process hears within moments that it has changed.

The truth is the head row of `published`, together with the portal's day. Whoever has committed a change announces it in a
file of sixteen bytes that all processes of a machine have in their memory: a number that grows with each announcement, and
the seq announced. On PostgreSQL the transaction notifies the other machines as well. And every process compares the head
itself twice a second, for what was committed by somebody who died before the announcement, or on another machine.
"""

from __future__ import annotations

import fcntl
import logging
import mmap
import os
import struct
import threading
import time
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connections, transaction

from .log import PUBLISHED
from .models import Head

CHANNEL = "portal_edition"
LAYOUT = struct.Struct("<QQ")  # announcements so far; the seq of the last one
DAY = 24 * 3600
logger = logging.getLogger("portal.edition")


# Saying ---------------------------------------------------------------------------------------------------------------


def announce_at_commit(using: str, seq: int) -> None:
    """Once the transaction on `published` has committed, let every process know. Of no other database is anything said."""
    if using != PUBLISHED:
        return
    connection = connections[using]
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(seq)])
    transaction.on_commit(lambda: announce(seq), using=using)


def announce(seq: int) -> None:
    """Write the next announcement. What can't be written is noticed by the comparison with the head, a moment later."""
    try:
        with _opened(settings.EDITION_FILE) as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            count, _ = LAYOUT.unpack(file.read(LAYOUT.size))
            file.seek(0)
            file.write(LAYOUT.pack(count + 1, seq))
    except OSError as error:
        logger.warning("The new edition couldn't be announced in %s: %s", settings.EDITION_FILE, error)


def _opened(path: Path):
    """The file, made with zeros where there is none or where one was begun."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
    if os.fstat(descriptor).st_size < LAYOUT.size:
        os.ftruncate(descriptor, LAYOUT.size)
    return os.fdopen(descriptor, "r+b", buffering=0)


# Hearing --------------------------------------------------------------------------------------------------------------


class Watch:
    """What one process knows of the edition in force. `token()` names it, or is None while that can't be known.

    `changed` is called in the watch's own thread after a change was heard. `clock` gives seconds since 1970.
    """

    def __init__(self, *, clock: Callable[[], float] = time.time, changed: Callable[[], object] | None = None):
        self.clock, self.changed = clock, changed
        self.heard = 0  # changes of which the file knew nothing
        self.lost = False  # others may announce what can't reach us
        self.head: int | None = None
        self.stopped = threading.Event()
        self.memory = _mapped(settings.EDITION_FILE)

    def token(self) -> tuple | None:
        """The edition in force: the same token, the same public bytes. Reads memory only."""
        if self.lost:
            return None
        return self.memory[:] if self.memory is not None else b"", self.heard, int(self.clock() // DAY)

    def start(self) -> None:
        threading.Thread(target=self.run, name="edition", daemon=True).start()

    def stop(self) -> None:
        self.stopped.set()

    def run(self, every: float = 0.5) -> None:
        listens = connections[PUBLISHED].vendor == "postgresql"
        told = self.token()
        while not self.stopped.is_set():
            try:
                if listens:
                    self.listen(every)
                else:
                    self.compare(Head.objects.using(PUBLISHED).values_list("seq", flat=True).get(pk=1))
                    self.stopped.wait(every)
            except Exception as error:  # whatever it is: a watch that ends would leave old answers standing for ever
                self.lost = listens
                logger.warning("The head of the published database can't be read: %s", error)
                self.stopped.wait(1)
            finally:
                connections[PUBLISHED].close()
            if (now := self.token()) != told and now is not None and self.changed:
                told = now
                self.changed()

    def compare(self, seq: int) -> None:
        """Hear of a head that nobody announced here."""
        if seq != self.head:
            announced = LAYOUT.unpack(self.memory[:])[1] if self.memory is not None else 0
            if self.head is None or seq != announced:
                self.heard += 1
            self.head = seq

    def listen(self, every: float) -> None:
        """Wait for a notification, on a connection of its own, comparing the head in between; returns when it is told.

        A standby can't listen: there the comparison alone has to do.
        """
        import psycopg

        parameters = connections[PUBLISHED].get_connection_params()
        parameters.pop("cursor_factory", None)
        parameters.pop("context", None)
        with psycopg.connect(**parameters, autocommit=True) as connection:
            standby = one(connection.execute("SELECT pg_is_in_recovery()"))
            if not standby:
                connection.execute(f"LISTEN {CHANNEL}")
            if self.lost:
                self.heard, self.lost = self.heard + 1, False
            while not self.stopped.is_set():
                self.compare(one(connection.execute("SELECT seq FROM publishing_head WHERE id = 1")))
                before = self.token()
                for told in [None] if standby else connection.notifies(timeout=every, stop_after=1):
                    if told is not None:
                        self.compare(int(told.payload))
                if standby:
                    self.stopped.wait(every)
                if self.token() != before:
                    return


def one(cursor):
    """The value of an answer that has one."""
    row = cursor.fetchone()
    if row is None:
        raise DatabaseError("The published database has no head: it isn't migrated.")
    return row[0]


def _mapped(path: Path) -> mmap.mmap | None:
    """The file of announcements in this process's memory; None where it can't be had, and the comparison has to do."""
    try:
        if not path.exists() or path.stat().st_size < LAYOUT.size:
            _opened(path).close()
        with path.open("rb") as file:  # reading is all that a public process may be allowed
            return mmap.mmap(file.fileno(), LAYOUT.size, access=mmap.ACCESS_READ)
    except OSError as error:
        logger.warning("No announcements of new editions from %s: %s", path, error)
        return None
