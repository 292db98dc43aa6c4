"""Other forms of what the JSON says: tables, lines, points on the globe, linked data. All are made from the same objects.

A table is flat: what an object holds stands in columns of its own, with a dot (`region.slug`); a partial date as written,
then its first and last day; short lists joined by “; ”; rows that an object owns as JSON in one cell. An empty cell is null.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from tempfile import SpooledTemporaryFile
from typing import Any

import orjson
from django.http import StreamingHttpResponse
from rest_framework import serializers
from rest_framework.utils.encoders import JSONEncoder

from partnerships.models.cells import safe
from partnerships.queries.linked import linked_data
from partnerships.queries.places import point

from .negotiation import FORMS
from .serializers.fields import PartialDateSerializer, StubSerializer

IN_MEMORY = 1_000_000
"""Bytes of a file above which it waits on the disk."""

CHUNK = 65_536


def encoded(value: Any) -> bytes:
    """JSON, its members in the order in which they were made."""
    return orjson.dumps(value, default=JSONEncoder().default)


# Tables ---------------------------------------------------------------------------------------------------------------


def columns(name: str, field: serializers.Field) -> list[str]:
    """The columns of a field. They depend on the field alone, so every table of a list has the same."""
    if isinstance(field, PartialDateSerializer):
        return [name, f"{name}.earliest", f"{name}.latest"]
    if isinstance(field, StubSerializer):
        return [f"{name}.kind", f"{name}.slug", f"{name}.title"]
    if isinstance(field, serializers.Serializer):
        return [column for part, inner in field.fields.items() for column in columns(f"{name}.{part}", inner)]
    return [name]


def cells(field: serializers.Field, value: Any) -> list[str]:
    """The cells of a field's value, one for each of its columns."""
    if isinstance(field, PartialDateSerializer):
        return [value["text"], value["earliest"], value["latest"]] if value else ["", "", ""]
    if isinstance(field, StubSerializer):
        return [value["kind"], value["slug"], value["title"]] if value else ["", "", ""]
    if isinstance(field, serializers.Serializer):
        given = value or {}
        return [cell for part, inner in field.fields.items() for cell in cells(inner, given.get(part))]
    return [_cell(value)]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "; ".join(value)
    if isinstance(value, (list, dict)):
        return encoded(value).decode()
    return str(value)


def _table(shown: dict[str, serializers.Field], results: Iterable[dict]) -> Iterator[bytes]:
    line = io.StringIO(newline="")
    writer = csv.writer(line)

    def written(row: list[str]) -> bytes:
        writer.writerow(row)
        text = line.getvalue()
        line.seek(0)
        line.truncate()
        return text.encode()

    yield written([column for name, field in shown.items() for column in columns(name, field)])
    for one in results:
        yield written([safe(cell) for name, field in shown.items() for cell in cells(field, one.get(name))])


def _lines(shown: dict[str, serializers.Field], results: Iterable[dict]) -> Iterator[bytes]:
    for one in results:
        yield encoded(one) + b"\n"


# Points ---------------------------------------------------------------------------------------------------------------


def feature(one: dict) -> dict:
    """A country as a point in its middle; without one where nobody has said where it lies."""
    where = point(one.get("iso2") or "")
    return {
        "type": "Feature",
        "id": one["id"],
        "geometry": {"type": "Point", "coordinates": list(where)} if where else None,
        "properties": {name: value for name, value in one.items() if name not in ("id", "meta")},
    }


def _features(shown: dict[str, serializers.Field], results: Iterable[dict]) -> Iterator[bytes]:
    yield b'{"type":"FeatureCollection","features":['
    for number, one in enumerate(results):
        yield (b",\n" if number else b"\n") + encoded(feature(one))
    yield b"\n]}\n"


# Files ----------------------------------------------------------------------------------------------------------------

LISTS: dict[str, Callable[[dict[str, serializers.Field], Iterable[dict]], Iterator[bytes]]] = {
    "csv": _table,
    "jsonl": _lines,
    "geojson": _features,
}
"""The forms of a whole list: the fields shown and the objects → the bytes."""

SINGLE: dict[str, Callable[[dict], dict]] = {"geojson": feature, "jsonld": linked_data}
"""The forms of one object."""


def file(form: str, shown: dict[str, serializers.Field], results: Iterable[dict], name: str) -> StreamingHttpResponse:
    """A whole list as a file. It is written to its end before anything is sent: a slow caller holds no database."""
    spooled, digest, size = SpooledTemporaryFile(max_size=IN_MEMORY), hashlib.sha256(), 0  # noqa: SIM115 (it is sent)
    for part in LISTS[form](shown, results):
        spooled.write(part)
        digest.update(part)
        size += len(part)
    spooled.seek(0)
    response = StreamingHttpResponse(iter(lambda: spooled.read(CHUNK), b""), content_type=FORMS[form])
    response._resource_closers.append(spooled.close)  # as Django does with the files of its own responses
    response.headers["Content-Length"] = str(size)
    response.headers["ETag"] = f'"{digest.hexdigest()}"'
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{form}"'
    return response
