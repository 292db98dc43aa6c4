"""Snapshots: the whole public edition at an entry of the log as one file, a Data Package (version 2) in a zip archive.

All that goes in comes from `published`, in a fixed order and without any moment but those of the log, so the same entry
and the same take-downs give the same bytes. The archive isn't compressed, because compressors differ. The SQLite file in
it says by which version of the library it was written.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from django.conf import settings

from partnerships.models import KINDS, Rendition
from portal import media

from . import shelf
from .editions import Busy, Withheld, past
from .feed import Refusal
from .log import CHAINED, PUBLISHED
from .models import Change, PublicDocument
from .reading import head, snapshot
from .snapshot_tables import LICENCE, Table, line, write_tables

SAID = sorted({*CHAINED, "chain", "version", "previous"})
"""What a line of `changes.jsonl` says of an entry: all that its chain hash covers, and what the public log adds."""
LICENCES = [
    {
        "name": LICENCE,
        "title": "Creative Commons Attribution 4.0",
        "path": settings.LICENCE,
    }
]


def make(at: int | None = None) -> shelf.Snapshot:
    """Make the snapshot that ends with an entry (by default the newest), and put it on the shelf.

    What was published together is kept together: it ends with the last of those. Raises Refusal.
    """
    shelf.folder().mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".making-", dir=shelf.folder()) as aside, ExitStack() as stack:
        stack.enter_context(snapshot())
        newest = head().seq
        entry = _entry(newest if at is None else at)
        name, withheld = shelf.name_of(entry), Withheld(0, 0)
        if entry.seq != newest:
            try:
                withheld = stack.enter_context(past(entry))
            except Busy as busy:
                raise Refusal(f"A past edition is being made: try again in {busy.seconds} seconds.") from busy
        files = Path(aside) / "files"
        files.mkdir()
        _write(files, entry, withheld)
        archive = Path(aside) / name
        _pack(files, archive)
        os.utime(archive, (entry.at.timestamp(), int(entry.at.timestamp())))
        os.replace(archive, shelf.folder() / name)
    shelf.note(shelf.folder() / name)
    made = shelf.one(name)
    if made is None or made.withdrawn:
        raise Refusal("Something was taken down meanwhile: make it again.")
    return made


def _entry(seq: int) -> Change:
    changes = Change.objects.using(PUBLISHED)
    entry = changes.filter(seq=seq).first()
    if not entry:
        raise Refusal(f"The public log has no entry {seq}." if seq else "Nothing has been published yet.")
    return changes.filter(release=entry.release).order_by("-seq")[0] if entry.release else entry


# Files ----------------------------------------------------------------------------------------------------------------


def _write(into: Path, entry: Change, withheld: Withheld) -> None:
    data = into / "data"
    data.mkdir()
    tables = write_tables(data, into / "portal.sqlite3")
    _write_stream(into)
    _write_renditions(into)
    (into / "datapackage.json").write_text(_json(_package(tables, entry, withheld, into)), "utf-8")
    (into / "metadata.json").write_text(_json(_for_datasette(tables, entry)), "utf-8")
    sums = "".join(f"{_digest(file)}  {file.relative_to(into)}\n" for file in _files(into))
    (into / "SHA256SUMS").write_text(sums, "utf-8")


def entry_said(change: Change) -> dict:
    """An entry as a line says it; `entry_read` reads it."""
    said = {name: getattr(change, name) for name in SAID}
    said["at"], said["refs"] = change.at.isoformat(), dict(sorted(change.refs.items()))
    return said | {name: said[name] and str(said[name]) for name in ("record", "into", "release")}


def _write_stream(into: Path) -> None:
    with (into / "changes.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for change in Change.objects.using(PUBLISHED).order_by("seq").iterator(chunk_size=500):
            file.write(line(entry_said(change)))
    with (into / "documents.jsonl").open("w", encoding="utf-8", newline="\n") as file:
        for document in PublicDocument.objects.using(PUBLISHED).order_by("digest").iterator(chunk_size=200):
            file.write(line({"digest": document.digest, "document": json.loads(document.body)}))


def _write_renditions(into: Path) -> None:
    names = sorted(set(Rendition._base_manager.using(PUBLISHED).values_list("file", flat=True)))
    if names:
        (into / "media").mkdir()
    for name in names:
        file = into / "media" / name
        if not media.renditions().fetch(name, file) or _digest(file) != file.stem:
            raise Refusal(f"The rendition {name} is missing, or isn't what its name says.")


def _files(into: Path) -> Iterator[Path]:
    return (file for file in sorted(into.rglob("*"), key=lambda file: str(file.relative_to(into))) if file.is_file())


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _pack(files: Path, archive: Path) -> None:
    """Everything below one folder, in order, under one date: an archive that has no bytes of its own."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as packed:
        for file in _files(files):
            info = zipfile.ZipInfo(str(file.relative_to(files)), (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o644 << 16
            with file.open("rb") as source, packed.open(info, "w", force_zip64=True) as target:
                shutil.copyfileobj(source, target)


# What is said of them -------------------------------------------------------------------------------------------------


def _json(said: dict) -> str:
    return json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def _title(entry: Change) -> str:
    return f"{settings.SPECTACULAR_SETTINGS['TITLE']}, {entry.at.date()}"


def _package(tables: list[Table], entry: Change, withheld: Withheld, into: Path) -> dict:
    resources = []
    for table in tables:
        schema: dict = {"fields": [column.field() for column in table.columns], "primaryKey": [table.key]}
        flat = schema | {
            "foreignKeys": [
                {"fields": [column.name], "reference": {"resource": column.refers, "fields": ["id"]}}
                for column in table.columns
                if column.refers
            ]
        }
        shared = {"title": table.title, "type": "table", "encoding": "utf-8"}
        flat = flat if flat["foreignKeys"] else schema
        resources += [
            shared | _file(into, table.name, f"data/{table.name}.csv", "csv", "text/csv") | {"schema": flat},
            shared
            | _file(into, f"{table.name}-lines", f"data/{table.name}.jsonl", "jsonl", "application/jsonl")
            | {"schema": schema, "dialect": {"json": {"keyed": True}}},
        ]
    resources += [
        _file(into, "database", "portal.sqlite3", "sqlite3", "application/vnd.sqlite3"),
        _file(into, "changes", "changes.jsonl", "jsonl", "application/jsonl"),
        _file(into, "documents", "documents.jsonl", "jsonl", "application/jsonl"),
        *(
            _file(into, f"media-{file.stem[:32]}-{file.suffix[1:]}", f"media/{file.name}", file.suffix[1:], "")
            for file in sorted((into / "media").glob("*"))
        ),
    ]
    return {
        "$schema": "https://datapackage.org/profiles/2.0/datapackage.json",
        "name": f"portal-seq{entry.seq}",
        "title": _title(entry),
        "description": settings.SPECTACULAR_SETTINGS["DESCRIPTION"],
        "homepage": settings.SITE_ORIGIN,
        "version": f"{entry.at.date()}+seq{entry.seq}",
        "created": entry.at.isoformat(),
        "licenses": LICENCES,
        "sources": [{"title": settings.SPECTACULAR_SETTINGS["TITLE"], "path": settings.SITE_ORIGIN}],
        "resources": resources,
        "portal": {
            "seq": entry.seq,
            "chain": entry.chain,
            "kinds": {name: kind.schema for name, kind in KINDS.items()},
            "withheld": {"records": withheld.records, "references": withheld.references},
        },
    }


def _file(into: Path, name: str, path: str, form: str, media_type: str) -> dict:
    file = into / path
    said = {"name": name.replace("_", "-") if "-lines" in name else name, "path": path, "format": form}
    said |= {"mediatype": media_type} if media_type else {}
    return said | {"bytes": file.stat().st_size, "hash": f"sha256:{_digest(file)}"}


def _for_datasette(tables: list[Table], entry: Change) -> dict:
    told = {
        table.name: {
            "title": table.title,
            "columns": {column.name: column.about or column.title for column in table.columns},
            **({"label_column": "title"} if any(column.name == "title" for column in table.columns) else {}),
        }
        for table in tables
    }
    licence = LICENCES[0]
    return {
        "title": _title(entry),
        "license": licence["title"],
        "license_url": licence["path"],
        "source": settings.SPECTACULAR_SETTINGS["TITLE"],
        "source_url": settings.SITE_ORIGIN,
        "databases": {"portal": {"tables": told}},
    }
