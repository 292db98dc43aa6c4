"""Documents: a record and all it owns as canonical JSON, read from the rows and written back to them.

A document has `kind`, `schema`, `id`, `slug`, `fields`, `rows` and `refs`. References are ids; `refs` says what each was
called ("kind/slug") when the document was made and is left out of the digest, so a rename elsewhere changes nothing here.
One module serves all kinds: a model only says what it owns (`Kind.owned`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import cast
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models

from partnerships.models import KINDS, MARKDOWN, EdgeField, Kind, Record, Row, record_links

Document = dict


class Unreadable(ValueError):
    """A document that doesn't fit its kind's fields; the message says what doesn't."""


# The shape of a kind --------------------------------------------------------------------------------------------------


def tables(model: type[models.Model]) -> list[type[models.Model]]:
    """The tables of a record, Record first; of an owned row, just its own."""
    return [*model._meta.all_parents, model]


@lru_cache
def columns(model: type[models.Model]) -> tuple[models.Field, ...]:
    """The fields that a document holds. Left out: identity, ownership, bookkeeping, and days derived from other fields."""
    bookkeeping = {"id"}
    if issubclass(model, Record):
        bookkeeping |= {"record", "kind", "slug", "version", "updated_at"}
    elif issubclass(model, Row):
        bookkeeping.add(model.owner)
    return tuple(
        field
        for field in sorted(model._meta.concrete_fields, key=lambda field: field.name)
        if field.name not in bookkeeping and not isinstance(field, EdgeField)
    )


@lru_cache
def owned_rows(kind: type[Kind]) -> dict[str, type[Row]]:
    """The models of the rows that a kind owns, by the name of their list."""
    return {name: cast(type[Row], kind._meta.get_field(name).related_model) for name in sorted(kind.owned())}


# Reading --------------------------------------------------------------------------------------------------------------


def value_of(field: models.Field, instance: models.Model):
    """The value of a field as a document says it."""
    value = getattr(instance, field.attname)
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(field, (models.CharField, models.TextField)):
        return str(value)
    if isinstance(value, UUID):
        return str(value)
    return field.value_to_string(instance)


def _values(instance: models.Model) -> dict:
    return {field.name: value_of(field, instance) for field in columns(type(instance))}


def build(kind: type[Kind], pks: Iterable[UUID], using: str) -> dict[UUID, Document]:
    """The documents of some records of one kind as they stand in a database, `refs` included.

    Queries: one for the records, one for each list of rows, one for the labels; constant in the number of records.
    """
    documents: dict[UUID, Document] = {}
    for record in kind._base_manager.using(using).filter(pk__in=list(pks)):
        documents[record.pk] = {
            "kind": kind.kind_name(),
            "schema": kind.schema,
            "id": str(record.pk),
            "slug": record.slug,
            "fields": _values(record),
            "rows": {name: [] for name in owned_rows(kind)},
        }
    for name, model in owned_rows(kind).items():
        owner = f"{model.owner}_id"
        for row in model._base_manager.using(using).filter(**{f"{owner}__in": list(documents)}).order_by("id"):
            documents[getattr(row, owner)]["rows"][name].append({"id": str(row.pk)} | _values(row))
    wanted = {pk: references(document) for pk, document in documents.items()}
    labels = labels_of(set().union(*wanted.values()), using)
    for pk, document in documents.items():
        document["refs"] = {str(ref): labels[ref] for ref in sorted(wanted[pk], key=str) if ref in labels}
    return documents


def build_one(record: Record, using: str) -> Document:
    """The document of one record, re-read from the database: what is in memory may hold more, or other, than was saved."""
    return build(KINDS[record.kind], [record.pk], using)[record.pk]


def labels_of(ids: Iterable[UUID], using: str) -> dict[UUID, str]:
    """What records are called: "kind/slug" by id. Ids that are no records are missing from the answer."""
    rows = Record._base_manager.using(using).filter(pk__in=list(ids)).values_list("pk", "kind", "slug")
    return {pk: f"{kind}/{slug}" for pk, kind, slug in rows}


# Saying the same in the same bytes ------------------------------------------------------------------------------------


def canonical(document: Document) -> str:
    """Sorted, compact JSON without `refs`: the bytes that the digest covers, and what the stores keep."""
    return json.dumps(
        {name: value for name, value in document.items() if name != "refs"},
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )


def digest(document: Document) -> str:
    return hashlib.sha256(canonical(document).encode()).hexdigest()


def value_digest(document: Document, *, field: str = "", row: str = "") -> str:
    """The digest of what a citation supports: a field, a list of rows, one row, or (by default) all facts."""
    if row:
        value = next((r for rows in document["rows"].values() for r in rows if r["id"] == row), None)
    elif field:
        value = document["fields"].get(field, document["rows"].get(field))
    else:
        facts = KINDS[document["kind"]].facts()
        value = {
            name: document["fields"].get(name, document["rows"].get(name)) for name in sorted(facts - {"citations"})
        }
    return hashlib.sha256(json.dumps(value, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


# What a document points at ----------------------------------------------------------------------------------------------


@lru_cache
def pointers(model: type[models.Model]) -> dict[str, str]:
    """The foreign keys among a model's document fields: name → the kind they must lead to ("" for any record)."""
    return {
        field.name: "" if field.related_model is Record else cast(type[Kind], field.related_model).kind_name()
        for field in columns(model)
        if field.is_relation
    }


def pointed(document: Document) -> Iterator[tuple[UUID, str]]:
    """Every (id, kind or "") that the document's fields, rows and texts point at."""
    kind = KINDS[document["kind"]]
    parts: list[tuple[type[models.Model], dict]] = [(kind, document["fields"])]
    parts += [(model, row) for name, model in owned_rows(kind).items() for row in document["rows"].get(name, ())]
    for model, values in parts:
        for name, target in pointers(model).items():
            if values.get(name):
                yield UUID(values[name]), target
    for name in MARKDOWN:
        for pk in record_links(document["fields"].get(name) or ""):
            yield pk, ""


def references(document: Document) -> set[UUID]:
    """The ids of all records that the document points at, itself left out."""
    return {pk for pk, _ in pointed(document)} - {UUID(document["id"])}


# Writing --------------------------------------------------------------------------------------------------------------


def _python(model: type[models.Model], values: dict) -> dict:
    """The values of a document as a model's attributes."""
    known = {field.name: field for field in columns(model)}
    if surplus := values.keys() - known.keys() - {"id"}:
        raise Unreadable(f"{model._meta.verbose_name} has no field {', '.join(sorted(surplus))}.")
    read = {}
    for name, field in known.items():
        if name not in values:
            raise Unreadable(f"{model._meta.verbose_name} lacks the field {name}.")
        try:
            read[field.attname] = None if values[name] is None else field.to_python(values[name])
        except ValidationError as error:
            raise Unreadable(f"{model._meta.verbose_name}: {name}: {'; '.join(error.messages)}") from error
    return read


def instances(document: Document, extra: dict | None = None) -> tuple[list[models.Model], dict[str, list[Row]]]:
    """The rows that a document stands for: one instance per table of the record, and the owned rows by list.

    Raises `Unreadable` for a document of another shape (an older schema is upgraded before, see upgrades).
    """
    kind = KINDS[document["kind"]]
    pk = UUID(document["id"])
    values = _python(kind, document["fields"]) | {"kind": document["kind"], "slug": document["slug"]} | (extra or {})
    parts = []
    for table in tables(kind):
        mine = {field.attname for field in table._meta.concrete_fields}
        # `id` as well as `pk`: setting only pk leaves a kind's id at a fresh default.
        identity = {"pk": pk, "id": pk} if table is not Record else {"id": pk}
        parts.append(table(**identity, **{name: value for name, value in values.items() if name in mine}))
    rows = {
        name: [
            model(id=UUID(row["id"]), **{f"{model.owner}_id": pk}, **_python(model, row))
            for row in document["rows"].get(name, ())
        ]
        for name, model in owned_rows(kind).items()
    }
    return parts, rows


def write(instance: models.Model, using: str) -> None:
    """Write exactly one table's row: update it if it is there, else insert it. Nothing else happens (no signals' work)."""
    instance._state.db = using
    instance.save_base(raw=True, using=using)
