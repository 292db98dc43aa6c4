"""Loading the content of `fixtures/`: the first time it is published as one release, later it becomes working copies."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.db import transaction
from django.db.models import F

from partnerships.models import KINDS, Record
from partnerships.publishing.documents import columns, digest, owned_rows, references, tables
from partnerships.publishing.log import EDITORIAL
from partnerships.publishing.models import LogHead, Publication

from .models import State
from .publication import SYSTEM, publish
from .saving import keep_revisions, write_document

FIRST_RELEASE = "Initial content"
FIRST_NOTE = "Loaded from the reference data by the system, without review by a person."


@dataclass
class Report:
    """What a load did, record by record: titles."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    unchanged: int = 0
    skipped: list[str] = field(default_factory=list)
    """Records that an editor has changed or removed since the content last brought them."""
    published: int = 0


def read(files: Iterable[Path]) -> dict[UUID, dict]:
    """The documents that fixture files (stock `loaddata` JSON) stand for, by id."""
    rows: dict[str, list[dict]] = {}
    for file in files:
        for item in json.loads(file.read_text("utf-8")):
            rows.setdefault(item["model"], []).append(item)
    parts = {label: {item["pk"]: item["fields"] for item in items} for label, items in rows.items()}
    documents = {}
    for name, kind in KINDS.items():
        for pk in parts.get(kind._meta.label_lower, {}):
            values: dict = {}
            for table in tables(kind):
                values |= parts[table._meta.label_lower][pk]
            documents[UUID(pk)] = {
                "kind": name,
                "schema": kind.schema,
                "id": pk,
                "slug": values["slug"],
                "fields": {column.name: values[column.name] for column in columns(kind)},
                "rows": {name: [] for name in owned_rows(kind)},
            }
    for kind in KINDS.values():
        for name, model in owned_rows(kind).items():
            for pk, values in sorted(parts.get(model._meta.label_lower, {}).items()):
                document = documents[UUID(values[model.owner])]
                if document["kind"] == kind.kind_name():
                    row = {column.name: values[column.name] for column in columns(model)}
                    document["rows"][name].append({"id": pk} | row)
    return documents


def load_content(files: Iterable[Path], *, by: str = SYSTEM) -> Report:
    """Bring the fixtures' records into the working copies; on a portal that never published, publish them all.

    A record that an editor has touched since the content last brought it is left as it is and named in the report.
    Interrupted at any point and called again, it completes.
    """
    report = Report()
    documents = read(files)
    with transaction.atomic(using=EDITORIAL):
        wanted = _wanted(documents, report)
        for pk in wanted:
            write_document(documents[pk])
        for name, kind in KINDS.items():
            keep_revisions(kind, [pk for pk in wanted if documents[pk]["kind"] == name], by=by, note=FIRST_RELEASE)
        states = State.objects.filter(record__in=wanted).in_bulk()
        for state in states.values():
            state.content_digest = state.digest
        State.objects.bulk_update(states.values(), ["content_digest"], batch_size=300)
    if LogHead.objects.get(pk=1).seq == 0:
        report.published = len(publish_all(by))
    return report


def _wanted(documents: dict[UUID, dict], report: Report) -> list[UUID]:
    """The records that the load writes: new ones, and untouched ones for which the content has something new."""
    _adopt(documents)
    states = State.objects.in_bulk()
    there = set(Record.objects.values_list("pk", flat=True))
    holders = {(kind, slug): pk for pk, kind, slug in Record.objects.values_list("pk", "kind", "slug")}
    wanted: dict[UUID, list[str]] = {}
    for pk, document in documents.items():
        state, title = states.get(pk), document["fields"]["title"]
        if state is None and holders.get((document["kind"], document["slug"]), pk) == pk:
            wanted[pk] = report.created
        elif state is None or pk not in there or state.digest != state.content_digest:
            report.skipped.append(title)
        elif state.digest == digest(document):
            report.unchanged += 1
        else:
            wanted[pk] = report.updated
    while dangling := [pk for pk in wanted if references(documents[pk]) - there - wanted.keys()]:
        for pk in dangling:  # it points at a record that is skipped and isn't there
            del wanted[pk]
            report.skipped.append(documents[pk]["fields"]["title"])
    for pk, said in wanted.items():
        said.append(documents[pk]["fields"]["title"])
    return list(wanted)


def _adopt(documents: dict[UUID, dict]) -> None:
    """Give rows that came by stock `loaddata`, past every path of ours, the revision they lack."""
    known = State.objects.filter(record__in=list(documents)).values("record")
    strays = Record.objects.filter(pk__in=list(documents)).exclude(pk__in=known).values_list("kind", "pk")
    for name in {kind for kind, _ in strays}:
        pks = [pk for kind, pk in strays if kind == name]
        keep_revisions(KINDS[name], pks, by=SYSTEM, note=FIRST_RELEASE)
        State.objects.filter(record__in=pks).update(content_digest=F("digest"))


def publish_all(by: str) -> list[Publication]:
    """Publish every working copy as the first release."""
    return publish(list(Record.objects.all()), by=by, note=FIRST_NOTE, title=FIRST_RELEASE)
