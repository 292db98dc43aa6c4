"""Reading what is public. Every public query starts at `public(Model)`; every address is looked up by `find`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import connections, models, transaction

from partnerships.models import KINDS, Kind

from .log import PUBLISHED
from .models import FormerSlug, Head, Tombstone


def public[Model: models.Model](model: type[Model]) -> models.QuerySet[Model]:
    """The public rows of a model."""
    return model._default_manager.using(PUBLISHED)


@contextmanager
def snapshot() -> Iterator[None]:
    """All that is read inside comes from one edition, whatever is published meanwhile. Nothing may be written."""
    connection = connections[PUBLISHED]
    if connection.in_atomic_block:  # the caller has a transaction, and with it a snapshot
        yield
    elif connection.vendor == "sqlite":
        # Django's own atomic() would begin IMMEDIATE, as a writer.
        connection.ensure_connection()
        connection.connection.execute("BEGIN DEFERRED")
        try:
            yield
        finally:
            connection.connection.execute("ROLLBACK")
    else:
        with transaction.atomic(using=PUBLISHED):
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield


def head() -> Head:
    """How far `published` has come: its seq is one half of the edition, the portal's day the other."""
    return Head.objects.using(PUBLISHED).get(pk=1)


def edition() -> tuple[str, str] | None:
    """Which edition is read here: its database, and the chain hash of its head. None before anything is published."""
    connection = connections[PUBLISHED]
    with connection.cursor() as cursor:
        cursor.execute("SELECT chain FROM publishing_head WHERE id = 1")
        row = cursor.fetchone()
    return (str(connection.settings_dict["NAME"]), row[0]) if row and row[0] else None


@dataclass(frozen=True)
class Moved:
    """The address leads elsewhere for good: the slug is a former one, or the record was merged into another."""

    kind: str
    slug: str


@dataclass(frozen=True)
class Gone:
    """The record was withdrawn."""

    tombstone: Tombstone


def where_now(kind: type[Kind], slug: str) -> Moved | Gone | None:
    """What became of an address at which no record of the kind is public; None where there never was one.

    A draft and a slug that nobody ever used take the same queries and give the same answer.
    """
    name = kind.kind_name()
    stone = Tombstone.objects.using(PUBLISHED).filter(kind=name, slug=slug).order_by("-seq").first()
    former = FormerSlug.objects.using(PUBLISHED).filter(kind=name, slug=slug).order_by("-seq").first()
    if former and (not stone or former.seq > stone.seq):
        if record := public(kind).filter(pk=former.record).only("slug").first():
            return Moved(name, record.slug)
        stone = Tombstone.objects.using(PUBLISHED).filter(record=former.record).first() or stone
    hops = set()
    while stone and stone.into and stone.record not in hops:
        hops.add(stone.record)
        if record := public(kind).filter(pk=stone.into).only("slug").first():
            return Moved(name, record.slug)
        stone = Tombstone.objects.using(PUBLISHED).filter(record=stone.into).first()
    return Gone(stone) if stone else None


def kind_of(name: str) -> type[Kind]:
    return KINDS[name]
