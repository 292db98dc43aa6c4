"""Reading the files that an import brings: bytes to entries, and a sentence for each thing that can't be read."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from django.conf import settings

from partnerships.models import Kind
from partnerships.models.cells import unsafe

from .exchange_forms import KEYS, column_names, fields, lists, required

csv.field_size_limit(settings.LIMITS["import_bytes"])


@dataclass(frozen=True)
class Fault:
    """What is wrong, and where: the row as a spreadsheet counts them (0: the file as a whole), and the column."""

    row: int
    column: str
    sentence: str


@dataclass
class Entry:
    """One record of the file: what it says, by column. A column that the file doesn't have is missing."""

    row: int
    values: dict[str, Any]


class Unfit(Exception):
    """The file as a whole can't be read; the message says why."""


def read(kind: type[Kind], data: bytes) -> tuple[list[Entry], list[Fault]]:
    """The entries of a file. Raises Unfit when there is no telling what it holds."""
    most = settings.LIMITS["import_bytes"]
    if len(data) > most:
        raise Unfit(f"The file is larger than {most / 1_000_000:g} MB: import it in parts.")
    text = _text(data)
    if not text.strip():
        raise Unfit("The file is empty.")
    return _of_json(kind, text) if text.lstrip()[0] in "{[" else _of_csv(kind, text)


def _text(data: bytes) -> str:
    if data.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        raise Unfit("This is a workbook of a spreadsheet. Save it as “CSV UTF-8” and import that.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Unfit("The file is UTF-16 text. Save it as “CSV UTF-8” and import that.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unfit(
            f"The file isn't UTF-8 text: line {line} holds something else. Save it as “CSV UTF-8” and import that."
        ) from None
    if "\0" in text:
        raise Unfit("The file isn't text: it holds zero bytes.")
    return text


def _too_many() -> NoReturn:
    most = settings.LIMITS["import_rows"]
    raise Unfit(f"The file has more than {most} records: import it in parts.")


# CSV --------------------------------------------------------------------------------------------------------------------


def _of_csv(kind: type[Kind], text: str) -> tuple[list[Entry], list[Fault]]:
    head, *lines = _lines(text)
    head = [cell.strip() for cell in head]
    faults = list(_faults_of_head(kind, head))
    known = [(index, name) for index, name in enumerate(head) if name in column_names(kind)]
    if not known:
        raise Unfit(f"The first row must name the columns. They can be: {', '.join(column_names(kind))}.")
    entries = []
    for row, cells in enumerate(lines, start=2):
        if not any(cells):
            continue
        if len(cells) != len(head):
            faults.append(Fault(row, "", f"The row has {len(cells)} cells where the first row has {len(head)}."))
            continue
        entry = Entry(row, {name: unsafe(cells[index]) for index, name in known})
        for name in lists(kind).keys() & entry.values.keys():
            entry.values[name] = _rows_of_cell(entry, name, faults)
        entries.append(entry)
    return entries, faults + list(_missing_columns(kind, head, entries))


def _lines(text: str) -> list[list[str]]:
    """The rows of the file, divided by what divides the first one: a comma, or in some countries a semicolon or a tab."""
    first = text.split("\n", 1)[0]
    divider = max(",;\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=divider, strict=True)
    lines: list[list[str]] = []
    try:
        for cells in reader:
            if len(lines) > settings.LIMITS["import_rows"]:
                _too_many()
            lines.append(cells)
    except csv.Error as error:
        raise Unfit(f"Row {len(lines) + 1} (line {reader.line_num}) can't be read as CSV: {error}.") from None
    return lines


def _faults_of_head(kind: type[Kind], head: list[str]) -> Iterator[Fault]:
    for name in dict.fromkeys(head):
        if name not in column_names(kind):
            said = f"There is no column “{name}”." if name else "A column has no name."
            yield Fault(1, name, f"{said} The columns can be: {', '.join(column_names(kind))}.")
        elif head.count(name) > 1:
            yield Fault(1, name, f"The column “{name}” stands there twice.")


def _missing_columns(kind: type[Kind], head: list[str], entries: list[Entry]) -> Iterator[Fault]:
    if "id" in head and "version" not in head:
        yield Fault(
            1, "version", "The column “version” is missing: it says which save of a record the file was made from."
        )
    if any(not entry.values.get("id") for entry in entries):
        for name in required(kind):
            if name not in head:
                yield Fault(1, name, f"The column “{name}” is missing: a new record needs it.")


def _rows_of_cell(entry: Entry, name: str, faults: list[Fault]) -> Any:
    cell = entry.values[name].strip()
    try:
        return _json(cell) if cell else []
    except ValueError as error:
        faults.append(Fault(entry.row, name, f"The rows can't be read as JSON: {error}."))
        return None


# JSON -------------------------------------------------------------------------------------------------------------------


def _json(text: str) -> Any:
    """Raises ValueError with a sentence's end."""
    try:
        return json.loads(text, parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise ValueError(f"line {error.lineno}, character {error.colno}: {error.msg.lower()}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _of_json(kind: type[Kind], text: str) -> tuple[list[Entry], list[Fault]]:
    try:
        whole = _json(text)
    except ValueError as error:
        raise Unfit(f"The file can't be read as JSON: {error}.") from None
    if not isinstance(whole, dict) or not isinstance(whole.get("records"), list):
        raise Unfit("A JSON file holds one object with “kind”, “schema” and “records”, as an export has it.")
    if whole.get("kind") != kind.kind_name():
        raise Unfit(
            f"The file holds {_kind_said(whole.get('kind'))}; here {kind._meta.verbose_name_plural} are imported."
        )
    if whole.get("schema") != kind.schema:
        raise Unfit("The file was made by a portal whose fields differ from those of this one: export it anew.")
    if len(whole["records"]) > settings.LIMITS["import_rows"]:
        _too_many()
    entries, faults = [], []
    for number, record in enumerate(whole["records"], start=1):
        try:
            entries.append(Entry(number, _values(kind, record)))
        except ValueError as error:
            faults.append(Fault(number, "", str(error)))
    return entries, faults


def _kind_said(name: Any) -> str:
    return (
        f"records of the kind “{name}”"
        if isinstance(name, str) and re.fullmatch(r"\w{1,20}", name)
        else "no kind of record"
    )


def _values(kind: type[Kind], record: Any) -> dict[str, Any]:
    """A record of a JSON file as the columns of a flat one. Raises ValueError with a sentence."""
    if not isinstance(record, dict):
        raise ValueError("A record is an object with “id”, “version”, “slug”, “fields” and “rows”.")
    parts = {"fields": {field.name for field in fields(kind)}, "rows": lists(kind).keys()}
    if surplus := record.keys() - {*KEYS, *parts}:
        raise ValueError(f"A record has no “{min(surplus)}”.")
    values = {name: record[name] for name in KEYS if name in record}
    for part, known in parts.items():
        held = record.get(part, {})
        if not isinstance(held, dict):
            raise ValueError(f"“{part}” is an object.")
        if surplus := held.keys() - known:
            raise ValueError(f"There is no “{min(surplus)}” among the {part}. They can be: {', '.join(sorted(known))}.")
        values |= held
    return values
