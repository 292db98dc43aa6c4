"""What happens by itself, without cron: due publications, and once a day the upkeep.

Every editorial process runs one of these in a thread. A lease in the database says which of them does the work; another
steps in when something has been due for a while. Being published twice is prevented elsewhere (releases mark themselves
done in the transaction of the log), so the lease only saves work.
"""

from __future__ import annotations

import logging
import os
import socket
import threading
from datetime import date, datetime, timedelta

from django.db import DatabaseError, connections
from django.db.models import Q
from django.utils import timezone

from partnerships.publishing.documents import Unreadable
from partnerships.publishing.feed import Refusal, Stuck, sync
from partnerships.publishing.upgrades import TooNew

from .models import Lease, Release
from .releases import due, run_due
from .reports import forget_contacts

log = logging.getLogger("portal.worker")

NAME = "publishing"
PAUSE = 1.0  # seconds between two looks
HELD = timedelta(seconds=15)  # a lease lasts this long …
RENEWED = timedelta(seconds=10)  # … and is renewed when less than this is left
PATIENCE = timedelta(seconds=2)  # how long another's work may be overdue before this one does it


stuck = ""
"""Why this process can't make public what the log has; empty when it can. Says nothing of what is in the entry."""
REASONS = {
    Refusal: "it refers to what isn't public",
    Unreadable: "its document can't be read",
    TooNew: "its document is of a newer portal",
}


def note_stuck(error: BaseException | None) -> None:
    """Remember, for those who ask whether the portal is ready, what the last look met."""
    global stuck
    stuck = REASONS.get(type(error.__cause__), "it can't be applied") if isinstance(error, Stuck) else ""


def holder() -> str:
    return f"{socket.gethostname()[:40]}:{os.getpid()}"


def take_lease(now: datetime, me: str, name: str = NAME) -> bool:
    """Take or renew the lease; whether it is ours now. Writes only when there is little left of it."""
    mine = Lease.objects.filter(name=name).first() or Lease.objects.get_or_create(name=name)[0]
    if mine.holder == me and mine.until and mine.until - now > RENEWED:
        return True
    if mine.holder != me and mine.until and mine.until > now:
        return False
    free = Q(holder=me) | Q(until__isnull=True) | Q(until__lte=now)
    return bool(Lease.objects.filter(free, name=name).update(holder=me, until=now + HELD, last_run=now))


def look(now: datetime | None = None, me: str | None = None) -> list[Release]:
    """One look: what is due is published if the lease is ours, or if its holder has let it lie.

    What a crash between two commits left logged but not public is made public as well. Raises Stuck when that can't be.
    """
    now = now or timezone.now()
    ours = take_lease(now, me or holder())
    if not ours and not due(now - PATIENCE):
        return []
    sync()
    return run_due(now)


def last_run() -> datetime | None:
    """When a worker last renewed its lease, or a timer looked; None when none ever did."""
    return Lease.objects.filter(name=NAME).values_list("last_run", flat=True).first()


def note_run(now: datetime) -> None:
    """Write down that what was due was looked at, by whoever does it without the lease (a timer)."""
    Lease.objects.get_or_create(name=NAME)
    Lease.objects.filter(name=NAME).update(last_run=now)


def first_of_day(name: str, now: datetime) -> bool:
    """Whether a job that is done once a day (UTC) is still to do; the one who is told so has taken it."""
    Lease.objects.get_or_create(name=name)
    began = now.replace(hour=0, minute=0, second=0, microsecond=0)
    undone = Q(last_run__isnull=True) | Q(last_run__lt=began)
    return bool(Lease.objects.filter(undone, name=name).update(last_run=now))


class Worker(threading.Thread):
    """Looks once a second until it is told to stop. A failing database is waited for, not given up on."""

    def __init__(self):
        super().__init__(name="portal-worker", daemon=True)
        self.stopping = threading.Event()
        self.tended: date | None = None

    def tend(self, now: datetime | None = None) -> None:
        """What is done once a day, by whichever process comes first: readers' addresses are forgotten."""
        now = now or timezone.now()
        if self.tended == now.date():
            return
        if first_of_day("upkeep", now):
            forget_contacts(now)
        self.tended = now.date()

    def run(self):
        while not self.stopping.wait(PAUSE):
            try:
                for one in look():
                    log.info("%s: %s %s", one.title, one.get_status_display().lower(), one.trouble)
                note_stuck(None)
                self.tend()
            except (DatabaseError, Stuck) as error:
                note_stuck(error)
                log.warning("What is due waits: %s", error)
                self.stopping.wait(5)
            except Exception:  # the thread must outlive whatever goes wrong in one look
                log.exception("What was due could not be done.")
                self.stopping.wait(5)
            finally:
                connections.close_all()
