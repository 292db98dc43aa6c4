"""The tables of a snapshot: each kind and each sort of owned row, under plain names, with the type of every column."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from django.db import models
from django.utils.text import slugify

from partnerships.models import KINDS, Image, Kind, Record, Source
from partnerships.models.cells import safe

from .documents import columns, owned_rows, pointers, value_of
from .log import PUBLISHED

LICENCE = "CC-BY-4.0"
SQL = {"string": "TEXT", "integer": "INTEGER", "boolean": "INTEGER"}


@dataclass(frozen=True)
class Column:
    """A column: its name, its type (of Table Schema), what it means."""

    name: str
    type: str
    title: str
    about: str = ""
    refers: str = ""
    """The table in whose `id` the value stands."""

    def field(self) -> dict:
        said = {"name": self.name, "type": self.type, "title": self.title, "description": self.about}
        return {name: value for name, value in said.items() if value}


class Table:
    """A table: its name, columns, and rows in a fixed order whatever the database's collation."""

    key = "id"

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.title = str(model._meta.verbose_name_plural).capitalize()
        self.of_record = issubclass(model, Kind)
        self.name = (model.plural if issubclass(model, Kind) else slugify(self.title)).replace("-", "_")
        self.fields = columns(model)
        self.columns = [Column("id", "string", "id"), *self._before(), *map(self._column, self.fields)]

    def _before(self) -> list[Column]:
        if self.of_record:
            return [
                Column("slug", "string", "slug"),
                Column("version", "integer", "number of the published version"),
                Column("updated_at", "string", "moment of its publication"),
            ]
        owner = self.model._meta.get_field(self.model.owner)  # type: ignore[attr-defined]
        target = cast(type[models.Model], owner.related_model)
        refers = target.plural.replace("-", "_") if issubclass(target, Kind) else ""
        return [Column(self.model.owner, "string", "id of the record it belongs to", refers=refers)]  # type: ignore[attr-defined]

    def _column(self, field: models.Field) -> Column:
        kind = "string"
        if isinstance(field, models.BooleanField):
            kind = "boolean"
        elif isinstance(field, models.IntegerField):
            kind = "integer"
        target = pointers(self.model).get(field.name, "")
        refers = KINDS[target].plural.replace("-", "_") if target else ""
        return Column(field.name, kind, str(field.verbose_name), str(field.help_text), refers)

    def rows(self) -> Iterator[list[Any]]:
        for row in self.model._base_manager.using(PUBLISHED).order_by("pk").iterator(chunk_size=500):
            if isinstance(row, Record):
                before = [row.slug, row.version, row.updated_at and row.updated_at.isoformat()]
            else:
                before = [str(getattr(row, f"{self.model.owner}_id"))]  # type: ignore[attr-defined]
            values = [value_of(field, row) for field in self.fields]
            yield [str(row.pk), *before, *(None if value == "" else value for value in values)]


class Licences(Table):
    """What is under which licence: the portal's words on a record, a cited work, a picture."""

    def __init__(self) -> None:
        self.name, self.title = "licences", "Licences"
        self.columns = [
            Column("id", "string", "id of the record"),
            Column("kind", "string", "kind of the record"),
            Column("slug", "string", "slug of the record"),
            Column("licence", "string", "licence of what the portal says of it"),
            Column("work_licence", "string", "licence of the cited work, or of the picture, as far as it is known"),
            Column("credit", "string", "whom a picture has to name"),
        ]

    def rows(self) -> Iterator[list[Any]]:
        works = dict(Source._base_manager.using(PUBLISHED).values_list("pk", "licence"))
        pictures = {
            pk: said for pk, *said in Image._base_manager.using(PUBLISHED).values_list("pk", "licence", "credit")
        }
        for pk, kind, slug in Record._base_manager.using(PUBLISHED).order_by("pk").values_list("pk", "kind", "slug"):
            licence, credit = pictures.get(pk, (works.get(pk), None))
            yield [str(pk), kind, slug, LICENCE, licence or None, credit or None]


def all_tables() -> list[Table]:
    """Every table, in the order of their names."""
    owned = {model for kind in KINDS.values() for model in owned_rows(kind).values()}
    return sorted([*map(Table, [*KINDS.values(), *owned]), Licences()], key=lambda table: table.name)


def line(said: dict) -> str:
    """A line of JSON Lines, its members in the order in which they are given."""
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")) + "\n"


def write_tables(into: Path, database: Path) -> list[Table]:
    """Write each table as CSV and JSON Lines into a folder, and all of them into a SQLite file."""
    tables = all_tables()
    connection = sqlite3.connect(database, isolation_level=None)
    try:
        connection.execute("PRAGMA page_size=4096")
        connection.execute("PRAGMA journal_mode=OFF")
        connection.execute("PRAGMA synchronous=OFF")
        connection.execute("BEGIN")
        for table in tables:
            _write(table, into, connection)
        connection.execute("COMMIT")
        connection.execute("VACUUM")
    finally:
        connection.close()
    return tables


def _write(table: Table, into: Path, connection: sqlite3.Connection) -> None:
    names = [column.name for column in table.columns]
    said = []
    for column in table.columns:
        key = " PRIMARY KEY NOT NULL" if column.name == table.key else ""
        refers = f' REFERENCES "{column.refers}"(id)' if column.refers else ""
        said.append(f'"{column.name}" {SQL[column.type]}{key}{refers}')
    connection.execute(f'CREATE TABLE "{table.name}" ({", ".join(said)}) WITHOUT ROWID')
    places = ", ".join("?" for _ in names)
    with (
        (into / f"{table.name}.csv").open("w", encoding="utf-8", newline="") as flat,
        (into / f"{table.name}.jsonl").open("w", encoding="utf-8", newline="\n") as lines,
    ):
        writer = csv.writer(flat, lineterminator="\r\n")
        writer.writerow(names)
        for row in table.rows():
            writer.writerow([_cell(value) for value in row])
            lines.write(line(dict(zip(names, row))))
            connection.execute(f'INSERT INTO "{table.name}" VALUES ({places})', row)  # noqa: S608 (our own names)


def _cell(value: str | int | bool | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else safe(value) if isinstance(value, str) else str(value)
