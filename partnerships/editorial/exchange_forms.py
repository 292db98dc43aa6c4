"""The forms in which records of a kind leave the desk and come back: CSV, JSON, and a workbook for reading.

Flat (CSV): one line for each record; a column for each field that editors write, and one for each list of owned rows, which
holds the rows as JSON (what has its default is left out). References are slugs ("kind/slug" where any kind may stand),
partial dates stand as written, several values are joined by "; ", yes and no are words. JSON: the document with
references as labels. Workbook: as flat, but each list of rows has a sheet of its own. `version` is the lock: it says
which save of a record the file was made from.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import batched
from typing import IO, Any
from uuid import UUID

from django.db import models
from django.utils.text import capfirst
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font

from partnerships.models import Kind, Record, Row, SeveralField
from partnerships.models.cells import DANGEROUS, safe
from partnerships.publishing.documents import Document, build, columns, owned_rows, pointers
from partnerships.publishing.log import EDITORIAL

KEYS = ("id", "version", "slug")
MADE = frozenset({"renditions"})
"""Lists of rows that the portal makes by itself: they aren't exchanged."""
FORMATS = {
    "csv": ("CSV", "text/csv; charset=utf-8"),
    "excel": ("CSV for Excel", "text/csv; charset=utf-8"),
    "json": ("JSON", "application/json"),
    "xlsx": ("Spreadsheet (XLSX)", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
"""What an export can be: its name and media type. "CSV for Excel" begins with a mark by which Excel knows UTF-8."""
BATCH = 1000
MOST_SHOWN = 12
"""Of more records than these, a preview shows what changes only when asked, one by one."""
MOST_IN_CELL = 32_767
CUT = " … (cut here: a cell of a spreadsheet holds no more. CSV and JSON have the whole text.)"


# What is exchanged ------------------------------------------------------------------------------------------------------


@lru_cache
def fields(model: type[models.Model]) -> tuple[models.Field, ...]:
    """The fields of a kind or a row that a file holds: those that editors write. Names first, then the kind's own."""
    first = {"title": 0, "short_title": 1}
    held = [field for field in model._meta.concrete_fields if field in columns(model) and field.editable]
    return tuple(sorted(held, key=lambda field: first.get(field.name, 3 if field.model is Record else 2)))


@lru_cache
def lists(kind: type[Kind]) -> dict[str, type[Row]]:
    """The lists of owned rows that a file holds, by name."""
    return {name: model for name, model in owned_rows(kind).items() if name not in MADE}


@lru_cache
def column_names(kind: type[Kind]) -> tuple[str, ...]:
    return (*KEYS, *(field.name for field in fields(kind)), *lists(kind))


def required(kind: type[Kind]) -> list[str]:
    """The columns without which there can be no new record."""
    return ["slug", *(f.name for f in fields(kind) if not f.blank and not f.has_default())]


def column_help(kind: type[Kind]) -> list[tuple[str, str, str]]:
    """What stands in each column, for people: name, whether a new record needs it, meaning."""
    needed = required(kind)
    said = {
        "id": "Whose row it is. Empty: a new record.",
        "version": "The save that the file was made from. If somebody saved since, the row is refused.",
        "slug": str(Record._meta.get_field("slug").help_text),
    }
    said |= {field.name: _meaning(field) for field in fields(kind)}
    for name, model in lists(kind).items():
        said[name] = f"All rows of the list, as JSON: {', '.join(field.name for field in fields(model))}."
    return [(name, "needed" if name in needed else "", said[name]) for name in column_names(kind)]


def _meaning(field: models.Field) -> str:
    said = [str(field.help_text)] if field.help_text else [f"{capfirst(str(field.verbose_name))}."]
    if isinstance(field, SeveralField) and field.of:
        said.append(f"Some of: {'; '.join(field.of.values)}.")
    elif field.choices:
        said.append(f"One of: {', '.join(str(value) for value, _ in field.flatchoices if value)}.")
    elif field.is_relation:
        said.append("The slug of the record." if pointers(field.model)[field.name] else "A record, as kind/slug.")
    elif isinstance(field, models.BooleanField):
        said.append("yes or no.")
    return " ".join(said)


def default_of(field: models.Field) -> Any:
    """What a document says where nobody said anything."""
    return plain(field.get_default())


def plain(value: Any) -> Any:
    """A value as documents hold it."""
    return value if value is None or isinstance(value, bool | int) else str(value)


# Values -----------------------------------------------------------------------------------------------------------------


def named(field: models.Field, value: Any, labels: dict[str, str]) -> Any:
    """A document's value with the label of a record in the place of its id."""
    return labels[value] if field.is_relation and value is not None else value


def flat(field: models.Field, value: Any, labels: dict[str, str]) -> str:
    """A document's value as the text of one cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if field.is_relation:
        label = labels[value]
        return label.partition("/")[2] if pointers(field.model)[field.name] else label
    if isinstance(field, SeveralField):
        return "; ".join(filter(None, value.split(";")))
    return str(value)


# Writing ----------------------------------------------------------------------------------------------------------------


def export(kind: type[Kind], pks: Iterable[UUID], form: str, out: IO[bytes]) -> None:
    """Write records to a file, in the order given, as they stand now. As many queries for 1000 records as for one."""
    match form:
        case "json":
            _write_json(kind, pks, out)
        case "xlsx":
            _write_workbook(kind, pks, out)
        case _:
            _write_csv(kind, pks, out, "utf-8-sig" if form == "excel" else "utf-8")


def _documents(kind: type[Kind], pks: Iterable[UUID]) -> Iterator[tuple[Document, int, dict[str, str]]]:
    """The records that are still there: document, version, and labels by id (its own included)."""
    for some in batched(pks, BATCH):
        versions = dict(Record.objects.using(EDITORIAL).filter(pk__in=some).values_list("pk", "version"))
        found = build(kind, some, EDITORIAL)
        for pk in some:
            if document := found.get(pk):
                own = {document["id"]: f"{document['kind']}/{document['slug']}"}
                yield document, versions[pk], document["refs"] | own


def _write_csv(kind: type[Kind], pks: Iterable[UUID], out: IO[bytes], encoding: str) -> None:
    text = io.TextIOWrapper(out, encoding, newline="")
    lines = csv.writer(text)
    lines.writerow(column_names(kind))
    for document, version, labels in _documents(kind, pks):
        cells = [document["id"], str(version), document["slug"]]
        cells += [flat(field, document["fields"][field.name], labels) for field in fields(kind)]
        cells += [_compact(model, document["rows"][name], labels) for name, model in lists(kind).items()]
        lines.writerow([safe(cell) for cell in cells])
    text.detach()


def _compact(model: type[Row], rows: list[dict], labels: dict[str, str]) -> str:
    """Owned rows in one cell: JSON without what has its default; empty for none."""
    said = [
        {"id": row["id"]}
        | {f.name: named(f, row[f.name], labels) for f in fields(model) if row[f.name] != default_of(f)}
        for row in rows
    ]
    return json.dumps(said, ensure_ascii=False) if said else ""


def _write_json(kind: type[Kind], pks: Iterable[UUID], out: IO[bytes]) -> None:
    text = io.TextIOWrapper(out, "utf-8", newline="\n")
    head = {"kind": kind.kind_name(), "schema": kind.schema}
    text.write(json.dumps(head)[:-1] + ', "records": [')
    for number, (document, version, labels) in enumerate(_documents(kind, pks)):
        record = {
            "id": document["id"],
            "version": version,
            "slug": document["slug"],
            "fields": {f.name: named(f, document["fields"][f.name], labels) for f in fields(kind)},
            "rows": {
                name: [
                    {"id": row["id"]} | {f.name: named(f, row[f.name], labels) for f in fields(model)}
                    for row in document["rows"][name]
                ]
                for name, model in lists(kind).items()
            },
        }
        text.write(("," if number else "") + "\n" + json.dumps(record, ensure_ascii=False, indent=1))
    text.write("\n]}\n")
    text.detach()


def _write_workbook(kind: type[Kind], pks: Iterable[UUID], out: IO[bytes]) -> None:
    book = Workbook(write_only=True)
    heads = {kind.plural: [*KEYS, *(field.name for field in fields(kind))]}
    heads |= {name: ["record", "id", *(field.name for field in fields(model))] for name, model in lists(kind).items()}
    sheets = {}
    for name, head in heads.items():
        sheets[name] = sheet = book.create_sheet(name[:31])
        sheet.freeze_panes = "A2"
        cells = [_cell(sheet, text) for text in head]
        for cell in cells:
            cell.font = Font(bold=True)
        sheet.append(cells)
    for document, version, labels in _documents(kind, pks):
        sheet = sheets[kind.plural]
        values = [document["id"], version, document["slug"]]
        values += [_of_sheet(field, document["fields"][field.name], labels) for field in fields(kind)]
        sheet.append([_cell(sheet, value) for value in values])
        for name, model in lists(kind).items():
            sheet = sheets[name]
            for row in document["rows"][name]:
                values = [document["slug"], row["id"], *(_of_sheet(f, row[f.name], labels) for f in fields(model))]
                sheet.append([_cell(sheet, value) for value in values])
    book.save(out)


def _of_sheet(field: models.Field, value: Any, labels: dict[str, str]) -> str | int:
    return value if isinstance(value, int) and not isinstance(value, bool) else flat(field, value, labels)


def _cell(sheet, value: str | int) -> WriteOnlyCell:
    """A cell that says what it says: texts are texts, also those that begin like a formula, and stay so when edited."""
    if isinstance(value, int):
        return WriteOnlyCell(sheet, value)
    text = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)
    if len(text) > MOST_IN_CELL:
        text = text[: MOST_IN_CELL - len(CUT)] + CUT
    cell = WriteOnlyCell(sheet, text)
    if text:
        cell.data_type = "s"
    if DANGEROUS.match(text):
        cell.quotePrefix = True
    return cell
