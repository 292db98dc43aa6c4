"""What a working copy must be to be saved, asked of many documents at once: what a form asks of one record.

The models' own rules (fields, `clean`, constraints) decide; only the way of asking differs. Whatever needs the database is
asked once for all documents, so 500 records take the queries of one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, cast
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models

from partnerships.models import KINDS, Citation, Focus, Kind, Membership, Record, Row, first_overlap
from partnerships.publishing.documents import (
    Document,
    columns,
    instances,
    labels_of,
    owned_rows,
    pointers,
    references,
    tables,
)
from partnerships.publishing.log import EDITORIAL

from .differences import said

TOPICS = ("objective", "threat", "activity")
"""The kinds that the focus of a partner may be."""


class Complaint(NamedTuple):
    """What is wrong with a document: in which field or list ("" for the record as a whole), in which row of it, and why."""

    record: UUID
    name: str
    row: int | None
    sentence: str


def complaints(documents: Sequence[Document]) -> list[Complaint]:
    """All that is wrong with documents of one kind as working copies. Four kinds of queries, whatever their number."""
    if not documents:
        return []
    own = {UUID(document["id"]): f"{document['kind']}/{document['slug']}" for document in documents}
    wanted = set().union(*(references(document) for document in documents))
    labels = labels_of(wanted - own.keys(), EDITORIAL) | own
    titles = dict(Record.objects.using(EDITORIAL).filter(pk__in=wanted).values_list("pk", "title"))
    names = {str(pk): title for pk, title in titles.items()}
    found = []
    for document in documents:
        pk = UUID(document["id"])
        found += [Complaint(pk, *rest) for rest in _of_one(document, labels, names)]
    return found + list(_taken(documents))


# One document -----------------------------------------------------------------------------------------------------------

Said = tuple[str, int | None, str]


def _of_one(document: Document, labels: Mapping[UUID, str], names: Mapping[str, str]) -> Iterator[Said]:
    kind = KINDS[document["kind"]]
    parts, lists = instances(document)
    record = parts[-1]
    for name, sentence in _of_instance(record, labels):
        yield name, None, sentence
    for name, rows in lists.items():
        most = settings.LIMITS["owned_rows"]
        if len(rows) > most:
            yield name, None, f"A record can have at most {most} rows of this kind."
            continue
        for number, row in enumerate(rows):
            setattr(row, row.owner, record)  # so that a row's own check finds its record without a query
            for field, sentence in _of_instance(row, labels):
                yield name, number, f"{field}: {sentence}" if field else sentence
        for constraint in owned_rows(kind)[name]._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and (twin := first_twin(constraint, rows)):
                yield name, rows.index(twin), str(constraint.violation_error_message)
    there = {row.pk for rows in lists.values() for row in rows}
    for number, row in enumerate(lists["citations"]):
        if isinstance(row, Citation) and row.row and row.row not in there:
            yield "citations", number, "row: The citation supports a row that isn't one of the record's."
    memberships = [row for row in lists.get("memberships", ()) if isinstance(row, Membership)]
    if pair := first_overlap(memberships):
        earlier, later = (said(row, names) for row in pair)
        yield (
            "memberships",
            None,
            f"Two periods of {earlier.name} overlap: “{earlier.words}” and “{later.words}”. End the earlier where the "
            "later begins.",
        )


def _of_instance(instance: models.Model, labels: Mapping[UUID, str]) -> Iterator[tuple[str, str]]:
    """What is wrong with one row of a table, by field. Asks no query."""
    model = type(instance)
    keys = {field.name for field in model._meta.concrete_fields if field.is_relation}
    for check in (lambda: instance.clean_fields(exclude=keys), instance.clean):
        try:
            check()
        except ValidationError as error:
            yield from _sentences(model, error)
    for name, target in pointers(model).items():
        key = cast(models.Field, model._meta.get_field(name))
        pk = getattr(instance, key.attname)
        if pk is None and not key.null:
            yield name, "This field is required."
        elif pk is not None and pk not in labels:
            yield name, "The record it leads to is no longer there."
        elif pk is not None and target and labels[pk].partition("/")[0] != target:
            yield name, f"“{labels[pk]}” is no {KINDS[target]._meta.verbose_name}."
        elif isinstance(instance, Focus) and name == "topic" and labels.get(pk, "").partition("/")[0] not in TOPICS:
            yield name, f"A focus is one of these kinds: {', '.join(TOPICS)}."
    for field in columns(model):
        if (
            isinstance(field, models.TextField)
            and len(getattr(instance, field.attname)) > settings.LIMITS["text_length"]
        ):
            yield field.name, f"A text has at most {settings.LIMITS['text_length']} characters."
    for constraint in model._meta.constraints:
        if (
            isinstance(constraint, models.CheckConstraint)
            and holds(cast(models.Q, constraint.condition), instance) is False
        ):
            yield "", str(constraint.violation_error_message)


def _sentences(model: type[models.Model], error: ValidationError) -> Iterator[tuple[str, str]]:
    if not hasattr(error, "error_dict"):
        yield from (("", message) for message in error.messages)
        return
    for name, errors in error.error_dict.items():
        for one in errors:
            if one.code == "invalid_choice":
                known = dict(cast(models.Field, model._meta.get_field(name)).flatchoices)
                yield (
                    name,
                    f"“{(one.params or {}).get('value')}” can't stand here: choose from {', '.join(filter(None, known))}.",
                )
            else:
                yield name, " ".join(one.messages)


# Constraints, without the database --------------------------------------------------------------------------------------


def holds(condition: models.Q, row: models.Model) -> bool | None:
    """Whether a row fulfils the condition of a check constraint; None, as in SQL, where something unknown decides.

    Django asks the database, once for each row. Reads the lookups that our constraints use; raises KeyError for others.
    """
    answers = [holds(one, row) if isinstance(one, models.Q) else _compared(row, *one) for one in condition.children]  # type: ignore[misc]
    ends = condition.connector != models.Q.AND  # one answer of this kind settles it
    answer = ends if ends in answers else None if None in answers else not ends
    return answer if answer is None or not condition.negated else not answer


LOOKUPS = {
    "exact": lambda one, other: one == other,
    "gt": lambda one, other: one > other,
    "in": lambda one, other: one in other,
}


def _compared(row: models.Model, lookup: str, other: Any) -> bool | None:
    name, _, how = lookup.partition("__")
    value = _value(row, name)
    if isinstance(other, models.F):
        other = _value(row, other.name)  # type: ignore[attr-defined]
    if how == "isnull":
        return (value is None) == other
    return None if value is None or other is None else LOOKUPS[how or "exact"](value, other)


def _value(row: models.Model, name: str) -> Any:
    return getattr(row, cast(models.Field, row._meta.get_field(name)).attname)


def first_twin(constraint: models.UniqueConstraint, rows: Iterable[Row]) -> Row | None:
    """The first of a record's rows that repeats what must be unique among them."""
    seen = set()
    for row in rows:
        key = tuple(_value(row, name) for name in constraint.fields if name != row.owner)
        if constraint.condition and any(value in (None, "") for value in key):
            continue  # our conditions all leave out what is empty
        if key in seen:
            return row
        seen.add(key)
    return None


def _taken(documents: Sequence[Document]) -> Iterator[Complaint]:
    """Slugs, codes and addresses that another record has, in the database or among these. A query for each constraint."""
    kind = KINDS[documents[0]["kind"]]
    batch = {UUID(document["id"]) for document in documents}
    for table in tables(kind):
        for constraint in table._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint):
                yield from _taken_by(kind, table, constraint, documents, batch)


def _taken_by(
    kind: type[Kind],
    table: type[models.Model],
    constraint: models.UniqueConstraint,
    documents: Sequence[Document],
    batch: set[UUID],
) -> Iterator[Complaint]:
    name = constraint.fields[-1]  # before it only ever stands the kind
    mine = {UUID(document["id"]): (document["fields"] | {"slug": document["slug"]})[name] for document in documents}
    values = {value for value in mine.values() if value}
    narrowed = {"kind": kind.kind_name()} if len(constraint.fields) > 1 else {}
    rows = table._base_manager.using(EDITORIAL).filter(**{f"{name}__in": values}, **narrowed).exclude(pk__in=batch)
    held = dict(rows.values_list(name, "title" if table is Record else "record__title"))
    times = Counter(mine.values())
    for pk, value in mine.items():
        if value in held:
            yield Complaint(pk, name, None, f"{constraint.violation_error_message} (It is “{held[value]}”.)")
        elif value and times[value] > 1:
            yield Complaint(pk, name, None, f"“{value}” stands more than once in this file.")
