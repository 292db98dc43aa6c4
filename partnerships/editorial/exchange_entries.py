"""From what an entry of a file says to the document that it asks for, and a sentence for each value that can't be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import models

from partnerships.models import Kind, Record, Row, SeveralField, uuid7
from partnerships.publishing.documents import Document, build, canonical, columns, owned_rows, pointers
from partnerships.publishing.log import EDITORIAL

from .differences import Differences
from .exchange_forms import default_of, fields, lists
from .exchange_reading import Entry, Fault

NEW, CHANGED, SAME = "new", "changed", "same"
CITED = ("source", "field", "row", "locator", "quotation", "checked_on")
"""What a verified citation says. With one of these changed, what was verified was something else."""


@dataclass
class Line:
    """What the import does to one record. `version` is the one that the file was made from; None for a new record."""

    row: int
    sign: str
    document: Document
    version: int | None
    differences: Differences | None = None

    @property
    def title(self) -> str:
        return self.document["fields"]["title"] or self.document["slug"]


class Standing(NamedTuple):
    """A record as it stands in the database."""

    document: Document
    version: int


class Found:
    """What the entries speak of, asked for at once: the records they change, and those they point at by label."""

    def __init__(self, kind: type[Kind], entries: Sequence[Entry]):
        self.kind = kind
        pks = {pk for entry in entries if (pk := _uuid(entry.values.get("id")))}
        versions = dict(kind._base_manager.using(EDITORIAL).filter(pk__in=pks).values_list("pk", "version"))
        self.standing = {
            pk: Standing(document, versions[pk])
            for pk, document in build(kind, versions, EDITORIAL).items()
            if pk in versions
        }
        self.fresh = {entry.row: uuid7() for entry in entries}
        labels = {label for entry in entries for label in _labels(kind, entry)}
        slugs = {label.partition("/")[2] for label in labels}
        rows = Record.objects.using(EDITORIAL).filter(slug__in=slugs).values_list("kind", "slug", "pk")
        self.labels = {f"{kind}/{slug}": str(pk) for kind, slug, pk in rows}
        for entry in entries:  # the records of one file may point at each other
            if not entry.values.get("id") and isinstance(slug := entry.values.get("slug"), str):
                self.labels.setdefault(f"{kind.kind_name()}/{slug}", str(self.fresh[entry.row]))


def _uuid(raw: Any) -> UUID | None:
    try:
        return UUID(raw) if isinstance(raw, str) else None
    except ValueError:
        return None


def _labels(kind: type[Kind], entry: Entry) -> Iterator[str]:
    """The labels of all records that an entry points at, as far as they can be read."""
    parts: list[tuple[type[models.Model], Any]] = [(kind, entry.values)]
    for name, model in lists(kind).items():
        rows = entry.values.get(name)
        parts += [(model, row) for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    for part, values in parts:
        for name in pointers(part):
            if isinstance(raw := values.get(name), str) and raw.strip():
                yield _label(part, name, raw)


def _label(model: type[models.Model], name: str, raw: str) -> str:
    """ "kind/slug" of what somebody wrote; where the kind is fixed, the slug is enough."""
    raw, target = raw.strip(), pointers(model)[name]
    return raw if "/" in raw or not target else f"{target}/{raw}"


class Reader:
    """Makes the document that an entry asks for, and keeps what can't be read."""

    def __init__(self, kind: type[Kind], entry: Entry, found: Found):
        self.kind, self.entry, self.found = kind, entry, found
        self.faults: list[Fault] = []

    def fault(self, column: str, sentence: str) -> None:
        self.faults.append(Fault(self.entry.row, column, sentence))

    def line(self, seen: set[UUID]) -> Line | None:
        """What becomes of the record; None when there is no telling which one is meant."""
        values = self.entry.values
        raw = values.get("id") or ""
        pk = _uuid(raw)
        if raw and pk is None:
            self.fault("id", f"“{str(raw)[:60]}” is no id. Leave it empty for a new record.")
            return None
        if pk and pk not in self.found.standing:
            self.fault(
                "id",
                f"There is no such {self.kind._meta.verbose_name} (any more). Empty id and version to add it anew.",
            )
            return None
        if pk in seen:
            self.fault("id", "This record stands more than once in the file.")
            return None
        standing = self.found.standing[pk] if pk else None
        document = self._document(standing.document if standing else blank(self.kind, self.found.fresh[self.entry.row]))
        version = self._version(values.get("version")) if standing else None
        if standing is None:
            return Line(self.entry.row, NEW, document, None)
        same = canonical(document) == canonical(standing.document)
        return Line(self.entry.row, SAME if same else CHANGED, document, version)

    def _version(self, raw: Any) -> int | None:
        text = str(raw if raw is not None else "").strip()
        if not text:
            return None
        if text.isascii() and text.isdigit() and len(text) < 10 and not isinstance(raw, bool):
            return int(text)
        self.fault("version", f"“{text[:60]}” is no version.")
        return None

    def _document(self, base: Document) -> Document:
        values = self.entry.values
        document = {name: value for name, value in base.items() if name != "refs"}
        if "slug" in values:
            document["slug"] = self._value("slug", Record._meta.get_field("slug"), values["slug"], base["slug"])
        document["fields"] = base["fields"] | self._values("", self.kind, values, base["fields"])
        document["rows"] = base["rows"] | {
            name: self._rows(name, model, values[name], base["rows"][name])
            for name, model in lists(self.kind).items()
            if name in values
        }
        return document

    def _rows(self, name: str, model: type[Row], raw: Any, standing: list[dict]) -> list[dict]:
        if raw is None:
            return standing  # it couldn't be read, and that was said
        if not isinstance(raw, list):
            self.fault(name, "The rows are a list in square brackets.")
            return standing
        mine, made = {row["id"]: row for row in standing}, {}
        known = {"id", *(field.name for field in fields(model))}
        for number, said in enumerate(raw, start=1):
            place = f"{name}, row {number}"
            if not isinstance(said, dict):
                self.fault(place, "A row is an object in curly brackets.")
                continue
            if surplus := said.keys() - known:
                self.fault(place, f"There is no “{min(surplus)}”. It can be: {', '.join(sorted(known))}.")
                continue
            pk = str(_uuid(said.get("id")) or said.get("id") or uuid7())
            if said.get("id") and pk not in mine:
                self.fault(place, "The id is none of the record's rows: leave it out for a new row.")
                continue
            if pk in made:
                self.fault(place, "The same row stands there twice.")
                continue
            base = mine.get(pk) or {"id": pk} | {field.name: default_of(field) for field in columns(model)}
            complete = {field.name: default_of(field) for field in fields(model)} | said
            row = base | self._values(place, model, complete, base)
            if "verified_on" in row and any(row[field] != base[field] for field in CITED):
                row |= {"verified_on": None, "value_digest": ""}
            made[pk] = row
        return [made[pk] for pk in sorted(made)]

    def _values(self, place: str, model: type[models.Model], values: dict, base: dict) -> dict:
        """The fields that are there, as a document holds them."""
        return {
            one.name: self._value(f"{place}: {one.name}" if place else one.name, one, values[one.name], base[one.name])
            for one in fields(model)
            if one.name in values
        }

    def _value(self, column: str, one: models.Field, raw: Any, base: Any) -> Any:
        try:
            value = self._read(one, raw)
        except ValidationError as error:
            self.fault(column, " ".join(error.messages))
            return base
        if isinstance(value, str) and isinstance(base, str) and _unified(value) == _unified(base):
            return base  # a spreadsheet ends lines in its own way
        return value

    def _read(self, one: models.Field, raw: Any) -> Any:
        """A cell, or a value of a JSON file, as a document holds it. Raises ValidationError."""
        if isinstance(raw, list | dict | float) or (isinstance(raw, bool) and not isinstance(one, models.BooleanField)):
            raise ValidationError("A single word, text or whole number belongs here.")
        if isinstance(raw, bool):
            return raw
        text = "" if raw is None else str(raw)
        if "\0" in text or any("\ud800" <= sign <= "\udfff" for sign in text):
            raise ValidationError("The text holds characters that can't be kept.")
        if isinstance(one, models.BooleanField):
            return _yes_or_no(text)
        if one.is_relation:
            return self._record(one, text)
        if isinstance(one, SeveralField):
            return one.to_python(";".join(word.strip() for word in text.split(";")))
        if isinstance(one, models.CharField | models.TextField):
            return str(one.to_python(text))
        if not text.strip():
            return None
        value = one.to_python(text.strip())
        return value if isinstance(value, int) else str(value)

    def _record(self, one: models.Field, text: str) -> str | None:
        if not text.strip():
            return None
        label = _label(one.model, one.name, text)
        if label not in self.found.labels:
            raise ValidationError(f"There is no record “{label}”.")
        return self.found.labels[label]


def _unified(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _yes_or_no(text: str) -> bool:
    match text.strip().lower():
        case "yes" | "true" | "1":
            return True
        case "no" | "false" | "0":
            return False
    raise ValidationError(f"“{text[:60]}” is neither yes nor no.")


def blank(kind: type[Kind], pk: UUID) -> Document:
    """The document of a record of which nothing was said yet."""
    return {
        "kind": kind.kind_name(),
        "schema": kind.schema,
        "id": str(pk),
        "slug": "",
        "fields": {field.name: default_of(field) for field in columns(kind)},
        "rows": {name: [] for name in owned_rows(kind)},
    }
