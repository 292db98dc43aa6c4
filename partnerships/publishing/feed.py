"""Applying: from entries of the log and their documents to the rows of `published`.

What goes in comes from the log (or is about to be appended to it), so the same entries give the same rows in any
database, whether they come one by one (`apply`, `sync`) or all at once (`load`). dump.py says what "the same" means.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import batched, pairwise
from uuid import UUID

from django.db import connections, models, transaction
from django.db.models import Max

from partnerships.models import KINDS, MARKDOWN, Record, Row, record_links

from . import search
from .documents import Document, Unreadable, instances, labels_of, owned_rows, pointed, pointers, tables, write
from .dump import dumped_models
from .edition import announce_at_commit
from .log import EDITORIAL, PUBLISHED, bodies, locked_head
from .models import (
    Action,
    Change,
    Entry,
    FormerSlug,
    Head,
    LogHead,
    Publication,
    PublicDocument,
    Tombstone,
)
from .upgrades import TooNew, upgraded


class Refusal(Exception):
    """What was asked can't be done. The message says why; `missing` and `pointing` name the records in the way."""

    def __init__(self, message: str, *, missing: Iterable[UUID] = (), pointing: Iterable[UUID] = ()):
        super().__init__(message)
        self.missing, self.pointing = sorted(missing), sorted(pointing)


class Stuck(Exception):
    """An entry of the log can't be applied. Nothing after it is, and publishing waits until it can."""


# What is in the way of a change of the public edition ------------------------------------------------------------------


def missing_references(documents: Iterable[Document], using: str = PUBLISHED) -> dict[UUID, set[str]]:
    """References of documents that lead to no public record (or to one of another kind): id → who points there."""
    wanted: dict[UUID, set[tuple[str, str]]] = {}
    for document in documents:
        for pk, target in pointed(document):
            wanted.setdefault(pk, set()).add((target, f"{document['kind']}/{document['slug']}"))
    there = {pk: label.split("/")[0] for pk, label in labels_of(wanted, using).items()}
    return {
        pk: {source for _, source in wants}
        for pk, wants in wanted.items()
        if pk not in there or any(target and target != there[pk] for target, _ in wants)
    }


def pointing_models() -> set[tuple[type[models.Model], str]]:
    """The models that may point at records, each with the attribute that holds the id of the record they belong to."""
    rows = {(row, f"{row.owner}_id") for kind in KINDS.values() for row in owned_rows(kind).values()}
    return {*rows, *((kind, "pk") for kind in KINDS.values())}


def pointing_at(ids: Iterable[UUID], using: str) -> dict[UUID, set[UUID]]:
    """Which records point at the given ones, by a field, an owned row or a text: id → ids of those that point.

    One query for each foreign key among the models and one for the texts, whatever the number of ids.
    """
    ids = set(ids)
    found: dict[UUID, set[UUID]] = {}
    for source, text in linking_texts(using):
        for target in (record_links(text) & ids) if source not in ids else ():
            found.setdefault(target, set()).add(source)
    for model, owner in pointing_models():
        for name in pointers(model):
            rows = model._base_manager.using(using).filter(**{f"{name}__in": ids}).values_list(f"{name}_id", owner)
            for target, source in rows:
                if source not in ids:
                    found.setdefault(target, set()).add(source)
    return found


def linking_texts(using: str) -> Iterator[tuple[UUID, str]]:
    """The texts that link to records, each with the id of its record. One query."""
    texts = [
        kind._base_manager.using(using).filter(**{f"{name}__contains": "](record:"}).order_by().values_list("pk", name)
        for kind in KINDS.values()
        for name in MARKDOWN
    ]
    yield from texts[0].union(*texts[1:], all=True).order_by()


def taken_values(documents: Sequence[Document], using: str = PUBLISHED) -> list[str]:
    """Sentences about unique values (slugs, codes, addresses) of the documents that another public record holds.

    Only records outside the batch count: within it, the last state is what has to be consistent. Queries: one for each
    constraint and 500 values.
    """
    batch = {UUID(document["id"]) for document in documents}
    wanted: dict[tuple[type[models.Model], tuple[str, ...]], dict[tuple, Document]] = {}
    for document in documents:
        said = document["fields"] | {"kind": document["kind"], "slug": document["slug"]}
        for table in tables(KINDS[document["kind"]]):
            for names in _unique_together(table):
                value = tuple(said[name] for name in names)
                if "" not in value:  # our constraints on what may be empty all leave out the empty value
                    wanted.setdefault((table, names), {})[value] = document
    sentences = []
    for (table, names), values in wanted.items():
        for some in batched(values, 500):
            rows = table._base_manager.using(using).filter(**{f"{names[-1]}__in": {value[-1] for value in some}})
            for pk, *value in rows.values_list("pk", *names):
                if pk not in batch and tuple(value) in values:
                    mine, holder = values[tuple(value)], labels_of([pk], using)[pk]
                    sentences.append(f"“{value[-1]}” of {mine['kind']}/{mine['slug']} is held by {holder} in public.")
    return sentences


def _unique_together(table: type[models.Model]) -> list[tuple[str, ...]]:
    constraints = [c for c in table._meta.constraints if isinstance(c, models.UniqueConstraint)]
    return [tuple(constraint.fields) for constraint in constraints]


# Rows -----------------------------------------------------------------------------------------------------------------


def _insert(objects: list[models.Model], using: str) -> None:
    """Insert rows of one table in bulk; Django's own bulk_create refuses a kind because it has a parent table.

    `_insert` is what Model.save calls: private, so it is used here and nowhere else.
    """
    manager = type(objects[0])._base_manager
    for batch in batched(objects, 200):
        fields = manager.model._meta.local_concrete_fields
        manager._insert(list(batch), fields=fields, using=using, raw=True)  # type: ignore[attr-defined]


def _write_rows(published: list[tuple[Document, Entry, int]], using: str) -> None:
    """The rows of published documents: records written or updated, owned rows made anew."""
    ids = [entry.record for _, entry, _ in published]
    there = set(Record._base_manager.using(using).filter(pk__in=ids).values_list("pk", flat=True))
    fresh: dict[type, list[models.Model]] = {}
    owned: dict[type[Row], list[Row]] = {}
    for document, entry, version in published:
        parts, rows = instances(document, {"version": version, "updated_at": entry.at})
        for part in parts:
            if entry.record in there:
                write(part, using)
            else:
                fresh.setdefault(type(part), []).append(part)
        for name, model in owned_rows(KINDS[document["kind"]]).items():
            owned.setdefault(model, []).extend(rows[name])
    for table in sorted(fresh, key=lambda table: table is not Record):
        _insert(fresh[table], using)
    for model, made in owned.items():
        for batch in batched(there, 500):
            model._base_manager.using(using).filter(**{f"{model.owner}__in": batch})._raw_delete(using)
        model._base_manager.using(using).bulk_create(made, batch_size=300)


def _remove_rows(entries: Iterable[Entry], using: str) -> None:
    """Remove records' rows. Who points there is checked afterwards, for the batch as a whole."""
    for entry in entries:
        kind = KINDS[entry.kind]
        for model in owned_rows(kind).values():
            model._base_manager.using(using).filter(**{model.owner: entry.record})._raw_delete(using)
        for table in reversed(tables(kind)):
            table._base_manager.using(using).filter(pk=entry.record)._raw_delete(using)


def _free_slugs(documents: Iterable[Document], using: str) -> None:
    """A slug that moves between two records of a batch is free only after both have let go of it."""
    wanted = {UUID(document["id"]): document["slug"] for document in documents}
    for pk, slug in Record._base_manager.using(using).filter(pk__in=wanted).values_list("pk", "slug"):
        if slug != wanted[pk]:
            Record._base_manager.using(using).filter(pk=pk).update(slug=str(pk))


# Applying -------------------------------------------------------------------------------------------------------------


def apply(entries: Sequence[Entry], documents: dict[str, str], using: str = PUBLISHED) -> None:
    """Apply consecutive entries to `published`, then check every reference. Call it inside a transaction there.

    `documents` maps digests to bodies; a publication whose document was taken down since has none, and leaves no rows.
    Raises Refusal when the result would point at what isn't public, or take a value that another record holds.
    """
    last = {entry.record: entry.seq for entry in entries}
    read = _read(entries, documents)
    present = [read[seq] for seq in last.values() if seq in read]
    gone = [entry for entry in entries if last[entry.record] == entry.seq and entry.action != Action.PUBLISH]
    _remove_rows(gone, using)
    if taken := taken_values(present, using):
        raise Refusal(" ".join(taken))
    _free_slugs(present, using)
    _apply(entries, documents, read, last, using)
    if missing := missing_references(present, using):
        sources = sorted(set().union(*missing.values()))
        raise Refusal(f"{', '.join(sources)} would point at what isn't public.", missing=missing)
    if gone and (pointing := pointing_at([entry.record for entry in gone], using)):
        labels = labels_of(set().union(*pointing.values()), using)
        raise Refusal(f"Still pointed at by {', '.join(sorted(labels.values()))}.", pointing=labels)


def _read(entries: Iterable[Entry], documents: dict[str, str]) -> dict[int, Document]:
    return {e.seq: upgraded(json.loads(documents[e.digest])) for e in entries if e.digest in documents}


def _apply(
    entries: Sequence[Entry], documents: dict[str, str], read: dict[int, Document], last: dict[UUID, int], using: str
) -> None:
    """What applying and loading share. Rows are written for the entry that has the last word about its record."""
    changes = _chronicle(entries, read, using)
    PublicDocument.objects.using(using).bulk_create(
        (PublicDocument(digest=e.digest, body=documents[e.digest]) for e in entries if e.digest in documents),
        ignore_conflicts=True,
        batch_size=200,
    )
    for entry in entries:
        if entry.action == Action.TAKE_DOWN:
            _forget(entry, using)
    final = [entry for entry in entries if last[entry.record] == entry.seq]
    present = [(read[e.seq], e, changes[e.seq].version) for e in final if e.seq in read]
    _write_rows(present, using)
    search.forget([entry.record for entry in final], using)
    search.index([document for document, _, _ in present], using)
    head = entries[-1]
    Head.objects.using(using).filter(pk=1).update(seq=head.seq, chain=head.chain, at=head.at)
    announce_at_commit(using, head.seq)


def _chronicle(entries: Sequence[Entry], read: dict[int, Document], using: str) -> dict[int, Change]:
    """The public change log, tombstones and former addresses after these entries; returns the changes by seq."""
    before = {change.record: change for change in _latest_changes({entry.record for entry in entries}, using)}
    changes, former, stones = {}, {}, {}
    fields = [field.attname for field in Entry._meta.fields]
    for entry in entries:
        earlier = before.get(entry.record)
        version = (earlier.version if earlier else 0) + (entry.action == Action.PUBLISH)
        change = Change(
            version=version,
            previous=(earlier.digest or earlier.previous) if earlier else "",
            **{name: getattr(entry, name) for name in fields},
        )
        changes[entry.seq] = before[entry.record] = change
        if earlier and earlier.slug != entry.slug:
            former[entry.kind, earlier.slug, entry.record] = entry.seq
        for alias in read[entry.seq]["rows"]["aliases"] if entry.seq in read else ():
            former[entry.kind, alias["slug"], entry.record] = entry.seq
        stones[entry.record] = change if entry.action != Action.PUBLISH else None
    Change.objects.using(using).bulk_create(changes.values(), batch_size=300)
    FormerSlug.objects.using(using).bulk_create(
        (FormerSlug(kind=k, slug=s, record=r, seq=seq) for (k, s, r), seq in former.items()),
        update_conflicts=True,
        unique_fields=["kind", "slug", "record"],
        update_fields=["seq"],
        batch_size=300,
    )
    titles = {document["id"]: document["fields"]["title"] for document in read.values()}
    _bury(stones, titles, using)
    return changes


def _latest_changes(records: set[UUID], using: str) -> list[Change]:
    latest = Change.objects.using(using).filter(record__in=records).values("record").annotate(last=Max("seq"))
    return list(Change.objects.using(using).filter(seq__in=latest.values("last")))


def _bury(stones: dict[UUID, Change | None], titles: dict[str, str], using: str) -> None:
    """Put tombstones where records were withdrawn, and remove those of records that are public again.

    A tombstone's title is that of the last published version, unless that was taken down.
    """
    Tombstone.objects.using(using).filter(record__in=stones).delete()
    withdrawn = [change for change in stones.values() if change]
    named = {change.previous for change in withdrawn if change.action != Action.TAKE_DOWN}
    kept = PublicDocument.objects.using(using).filter(digest__in=named).values_list("body", flat=True)
    titles = titles | {document["id"]: document["fields"]["title"] for document in map(json.loads, kept)}
    Tombstone.objects.using(using).bulk_create(
        Tombstone(
            record=change.record,
            kind=change.kind,
            slug=change.slug,
            action=change.action,
            note=change.note,
            title="" if change.action == Action.TAKE_DOWN else titles.get(str(change.record), ""),
            into=change.into,
            versions=change.version,
            seq=change.seq,
            at=change.at,
        )
        for change in withdrawn
    )


def _forget(entry: Entry, using: str) -> None:
    """A take-down deletes the record's documents so far, and the former addresses that only they knew.

    Entries after it may have been chronicled already (they come in batches): what they brought stays.
    """
    told = list(Change.objects.using(using).filter(record=entry.record).order_by("seq"))
    until = [change for change in told if change.seq <= entry.seq]
    kept = {change.digest for change in told if change.seq > entry.seq} | {""}
    PublicDocument.objects.using(using).filter(digest__in={change.digest for change in until} - kept).delete()
    FormerSlug.objects.using(using).filter(record=entry.record, seq__lte=entry.seq).delete()
    left = {earlier.slug: later.seq for earlier, later in pairwise(until) if earlier.slug != later.slug}
    FormerSlug.objects.using(using).bulk_create(
        (FormerSlug(kind=entry.kind, slug=slug, record=entry.record, seq=seq) for slug, seq in left.items()),
        ignore_conflicts=True,
    )


# Following the log ----------------------------------------------------------------------------------------------------


def sync(using: str = PUBLISHED) -> int:
    """Apply what the log has and `published` hasn't: after a crash between two commits, and at each start.

    Each entry, or release, in a transaction of its own. Returns the number of entries applied; raises Stuck, saying
    which entry can't be applied and why.
    """
    applied = 0
    while LogHead.objects.using(EDITORIAL).get(pk=1).seq > Head.objects.using(using).get(pk=1).seq:
        with transaction.atomic(using=using):
            entries = _next_together(locked_head(Head, using).seq)
            if not entries:  # another process was quicker
                continue
            try:
                apply(entries, bodies(entry.digest for entry in entries), using)
            except (Refusal, Unreadable, TooNew) as error:
                raise Stuck(f"Entry {entries[0].seq} of the log can't be applied: {error}") from error
        applied += len(entries)
    return applied


def pending(using: str = PUBLISHED) -> list[Publication]:
    """The entries of the log that `published` hasn't seen."""
    seq = Head.objects.using(using).get(pk=1).seq
    return list(Publication.objects.using(EDITORIAL).filter(seq__gt=seq))


def _next_together(seq: int) -> list[Publication]:
    """The entry after `seq`, with all that was published together with it: those may refer to each other in any order."""
    log = Publication.objects.using(EDITORIAL)
    first = log.filter(seq=seq + 1).first()
    if not first or not first.release:
        return [first] if first else []
    return list(log.filter(seq__gt=seq, release=first.release))


def wipe(using: str) -> None:
    """Empty every table of `published` that applying fills. Call it inside a transaction."""
    for model in dumped_models():
        if model is not Head:
            model._base_manager.using(using).all()._raw_delete(using)
    Head.objects.using(using).update(seq=0, chain="", at=None)


def load(
    using: str,
    *,
    until: int | None = None,
    batch: int = 500,
    log: models.QuerySet | None = None,
    documents: Callable[[Iterable[str]], dict[str, str]] = bodies,
    complete: Callable[[str], None] | None = None,
) -> int:
    """Fill an empty `published` from the whole log (or up to a seq) in bounded memory, inside one transaction.

    Each record's rows are written once, from its last document. Returns the number of entries. `log` and `documents` are
    other places to read from; `complete` is called before references are checked, with `using`.
    """
    log = Publication.objects.using(EDITORIAL) if log is None else log
    log = log.filter(**{"seq__lte": until} if until else {}).order_by("seq")
    last = dict(log.order_by().values_list("record").annotate(Max("seq")))
    with transaction.atomic(using=using):
        wipe(using)
        count = 0
        for entries in batched(log.iterator(chunk_size=batch), batch):
            told = documents(entry.digest for entry in entries)
            _apply(entries, told, _read(entries, told), last, using)
            count += len(entries)
        if complete:
            complete(using)
        connections[using].check_constraints()
    gather_statistics(using)
    return count


def gather_statistics(using: str) -> None:
    """Tell the planner of queries how many rows there are of what: without it a query of a large database may read all."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for model in dumped_models():
            cursor.execute(f"ANALYZE {connection.ops.quote_name(model._meta.db_table)}")
