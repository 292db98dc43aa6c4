"""Making `published` anew from the log, and proving that it is what the log says."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from itertools import zip_longest

from django.db import connections, transaction

from .documents import canonical
from .dump import dumped_models, lines
from .edition import announce_at_commit
from .feed import apply, gather_statistics, load, pending, sync
from .log import EDITORIAL, PUBLISHED, bodies, broken_at, locked_head
from .models import Change, Head, LogDocument, Publication, PublicDocument
from .scratch import scratch


def rebuild() -> int:
    """Make `published` anew from the whole log while readers are served; returns the number of entries.

    PostgreSQL does it in one transaction: readers see the old rows until it commits. On SQLite the new rows are built in
    a file aside and then copied in one short transaction, because a long one would shut readers out when the journal is
    a rollback journal.
    """
    if connections[PUBLISHED].vendor != "sqlite":
        with transaction.atomic(using=PUBLISHED):
            locked_head(Head, PUBLISHED)
            return load(PUBLISHED)
    with scratch() as aside:
        count = load(aside)
        file = connections[aside].settings_dict["NAME"]
        connections[aside].close()
        _copy_in(file)
    return count + sync()


def _copy_in(file: str) -> None:
    """Replace the rows of `published` by those of another file, and catch up with the log, in one transaction."""
    connection = connections[PUBLISHED]
    with connection.cursor() as cursor:
        cursor.execute("ATTACH DATABASE %s AS built", [file])
        try:
            with transaction.atomic(using=PUBLISHED):
                for model in dumped_models():
                    table = connection.ops.quote_name(model._meta.db_table)
                    names = ", ".join(
                        connection.ops.quote_name(str(f.column)) for f in model._meta.local_concrete_fields
                    )
                    cursor.execute(f"DELETE FROM {table}")  # noqa: S608 (names of our own tables)
                    cursor.execute(f"INSERT INTO main.{table} ({names}) SELECT {names} FROM built.{table}")  # noqa: S608
                announce_at_commit(PUBLISHED, Head.objects.using(PUBLISHED).get(pk=1).seq)
                if entries := pending():
                    apply(entries, bodies(entry.digest for entry in entries))
        finally:
            cursor.execute("DETACH DATABASE built")
    gather_statistics(PUBLISHED)


def faults() -> Iterator[str]:
    """Sentences about everything that is not as it must be; nothing when all is well.

    Looked at: the chain of the log and of the public change log, every kept document against its digest, and every row of
    `published` against a database loaded from the log.
    """
    yield from broken_at(Publication.objects.using(EDITORIAL).iterator(chunk_size=1000))
    yield from (
        f"In the public change log: {said}"
        for said in broken_at(Change.objects.using(PUBLISHED).iterator(chunk_size=1000))
    )
    for name, documents in (
        ("editorial", LogDocument.objects.using(EDITORIAL)),
        ("published", PublicDocument.objects.using(PUBLISHED)),
    ):
        for document in documents.iterator(chunk_size=200):
            if hashlib.sha256(document.body.encode()).hexdigest() != document.digest:
                yield f"A document of the {name} database isn't what its digest {document.digest[:12]} says."
            elif canonical(json.loads(document.body)) != document.body:
                yield f"The document {document.digest[:12]} of the {name} database isn't in canonical form."
    seq = Head.objects.using(PUBLISHED).get(pk=1).seq
    if behind := Publication.objects.using(EDITORIAL).filter(seq__gt=seq).count():
        yield f"The published database is {behind} entries behind the log; `sync` applies them at the next publication."
    with scratch() as anew:
        if seq:
            load(anew, until=seq)
        yield from _differences(anew)


def _differences(anew: str, most: int = 20) -> Iterator[str]:
    """What only one of two databases holds. Memory holds the rows that differ, however many there are that don't."""
    only: dict[str, bool] = {}  # line → whether it is here
    for pair in zip_longest(lines(PUBLISHED), lines(anew)):
        for line, here in zip(pair, (True, False), strict=True):
            if line is not None and only.pop(line, here) == here:
                only[line] = here
    for said, is_here in (("isn't in the log", True), ("is missing", False)):
        rows = sorted(line for line, here in only.items() if here == is_here)
        for line in rows[:most]:
            table, values = json.loads(line)
            name = values.get("slug") or values.get("title") or values.get("seq") or values.get("id")
            yield f"A row of {table} ({name}) {said}."
        if len(rows) > most:
            yield f"… and {len(rows) - most} more."
