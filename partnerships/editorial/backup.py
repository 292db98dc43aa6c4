"""Taking a backup of a portal that runs, and putting one back into an empty place.

The order decides whether what is copied fits together. A publication commits to the log (`default`) first and to
`published` after it, so `published` is copied first: the log of the copy has come at least as far, and `sync` brings the
public edition forward as it does after a crash. Files are named by their content and never change; they are written
before a row names them and taken away after the rows have gone. So they come after the databases, and whoever takes files
away waits until this has laid hold of them (`uploads.steady`): a second name for each, which deleting the first leaves.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.files.base import ContentFile
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from partnerships.models import Record
from partnerships.publishing.feed import Refusal, Stuck, sync
from partnerships.publishing.log import EDITORIAL, PUBLISHED
from partnerships.publishing.models import Head, LogHead, Publication
from partnerships.publishing.rebuild import rebuild
from partnerships.publishing.scratch import opened
from portal import media, sqlite

from . import archive, uploads
from .postgres import dump, load, snapshot

DATABASES = (PUBLISHED, EDITORIAL)
"""In the order in which they are copied."""
ENDINGS = {"sqlite": "sqlite3", "postgresql": "dump"}
SPOKEN = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


NIGHTLY = re.compile(r"portal-\d{8}T\d{6}Z\.tar")
"""Names that `backup_into` gives, and the only ones that it ever deletes."""


class NotEmpty(Refusal):
    """The place into which a backup should go holds something."""


def backup(target: Path, *, now: datetime | None = None) -> dict[str, Any]:
    """Write everything that the portal keeps to one file, while it runs; returns the manifest. Raises Refusal."""
    if target.exists():
        raise Refusal(f"{target} is there already. A backup never writes over another: name a new file.")
    if not target.parent.is_dir():
        raise Refusal(f"The folder {target.parent} isn't there.")
    with ExitStack() as stack:
        aside = stack.enter_context(_folder(target.parent, f".{target.name}."))
        held = stack.enter_context(_folder(uploads.workplace(), ".backup-"))
        files: dict[str, Path] = {}
        snapshots = {}
        with uploads.steady():
            for alias in DATABASES:
                if connections[alias].vendor == "sqlite":
                    file = files[f"databases/{alias}.sqlite3"] = aside / f"{alias}.sqlite3"
                    copy_sqlite(alias, file)
                    copy = f"copy_{alias}"
                    stack.enter_context(opened(str(file), copy, sqlite.options(read_only=True)))
                    snapshots[alias] = copy, ""
                else:
                    snapshots[alias] = alias, stack.enter_context(snapshot(alias))
            using = {alias: name for alias, (name, _) in snapshots.items()}
            said = _about(using, now or timezone.now())
            named = uploads.listed(using[EDITORIAL])
            files |= _hold(named, held)
        there = {name.partition("/")[2] for name in files}
        said["missing_files"] = sorted(named - there)
        for alias in DATABASES:
            if connections[alias].vendor == "postgresql":
                file = files[f"databases/{alias}.dump"] = aside / f"{alias}.dump"
                dump(alias, file, snapshots[alias][1])
        return archive.write(target, said, files)


def backup_into(folder: Path, keep: int, *, now: datetime | None = None) -> tuple[Path, dict[str, Any]]:
    """Write a backup named by its moment, then delete the oldest of such names beyond `keep`; nothing else there."""
    if keep < 1:
        raise Refusal("At least one backup has to be kept.")
    now = now or timezone.now()
    target = folder / f"portal-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar"
    manifest = backup(target, now=now)
    mine = sorted(file for file in folder.iterdir() if NIGHTLY.fullmatch(file.name) and file.is_file())
    for old in mine[:-keep]:
        old.unlink()
    return target, manifest


@contextmanager
def _folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A folder for a while, for its owner only. What a backup that was killed has left beside it is cleared away."""
    for left in parent.iterdir():
        owner = left.name.removeprefix(prefix)
        if left.name.startswith(prefix) and owner.isdecimal() and not Path(f"/proc/{owner}").exists():
            shutil.rmtree(left)
    folder = parent / f"{prefix}{os.getpid()}"
    folder.mkdir(mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def copy_sqlite(alias: str, file: Path) -> None:
    """Copy a database of SQLite as it stood at one moment (the online backup API), into one file without a journal."""
    driver = sqlite.driver()
    kind = getattr(driver, "PortalConnection", driver.Connection)
    source = driver.connect(
        f"file:{connections[alias].settings_dict['NAME']}?mode=ro", uri=True, timeout=20, factory=kind
    )
    copied = driver.connect(str(file), factory=kind)
    try:
        source.backup(copied)
        copied.execute("PRAGMA journal_mode=DELETE")
        if (said := copied.execute("PRAGMA quick_check").fetchone()[0]) != "ok":
            raise Refusal(f"The {alias} database is damaged ({said}). Run `verify`, and keep the backups you have.")
    finally:
        copied.close()
        source.close()
    file.chmod(0o600)


def _about(using: dict[str, str], now: datetime) -> dict[str, Any]:
    """What a manifest says of the databases that were copied."""
    return {
        "made": now.isoformat(),
        "databases": {alias: connections[alias].vendor for alias in DATABASES},
        "log_head": LogHead.objects.using(using[EDITORIAL]).get(pk=1).seq,
        "published_head": Head.objects.using(using[PUBLISHED]).get(pk=1).seq,
        "counts": {
            "records": Record.objects.using(using[EDITORIAL]).count(),
            "public_records": Record.objects.using(using[PUBLISHED]).count(),
            "publications": Publication.objects.using(using[EDITORIAL]).count(),
        },
        "migrations": {
            alias: sorted(".".join(key) for key in MigrationRecorder(connections[name]).applied_migrations())
            for alias, name in using.items()
        },
    }


def _hold(names: set[str], folder: Path) -> dict[str, Path]:
    """Give each file a second name, or a copy where it lies elsewhere, in a folder; returns archive name → file."""
    held = {}
    for kind, storage in _storages().items():
        (folder / kind).mkdir()
        for name in names:
            if Path(name).name == name and storage.fetch(name, folder / kind / name):
                held[f"{kind}/{name}"] = folder / kind / name
    return held


def _storages() -> dict[str, Any]:
    """The storages of pictures, by the folder of an archive that holds their files."""
    return {"originals": media.originals(), "media": media.renditions()}


# Putting back ---------------------------------------------------------------------------------------------------------


def restore(source: Path) -> dict[str, Any]:
    """Put a backup into this portal's empty place; returns its manifest.

    Raises archive.Damaged or Refusal before anything is written, media.Unreachable. The editorial database comes last: interrupted before
    it, the place doesn't pass for a portal. What `published` lacks of the log is applied.
    """
    manifest = archive.check(source)
    _refuse_unfit(manifest)
    _refuse_unless_empty()
    last: dict[str, Path] = {}
    try:
        for member, content in archive.contents(source):
            kind, _, name = member.name.partition("/")
            if kind == "databases":
                alias = name.partition(".")[0]
                last[alias] = _aside(alias)
                _write(last[alias], content)
            else:
                _storages()[kind].save(name, ContentFile(content.read()))
        for alias in DATABASES:
            if connections[alias].vendor == "postgresql":
                load(alias, last[alias])
            else:
                connections[alias].close()
                place = Path(connections[alias].settings_dict["NAME"])
                last[alias].replace(place)
                archive.sync_folder(place.parent)
    finally:
        for file in last.values():
            file.unlink(missing_ok=True)
    if not missing_migrations(manifest):
        try:
            sync()
        except Stuck:  # something was taken down between the two copies: its document has gone from the log
            rebuild()
    return manifest


def missing_migrations(manifest: dict[str, Any]) -> list[str]:
    """Migrations of this portal that the databases of a backup haven't seen: `migrate` runs them."""
    return sorted(_ours() - set(manifest["migrations"][EDITORIAL]))


def _ours() -> set[str]:
    return {".".join(key) for key in MigrationLoader(None).disk_migrations}


def _refuse_unfit(manifest: dict[str, Any]) -> None:
    here = {alias: connections[alias].vendor for alias in DATABASES}
    if manifest["databases"] != here:
        theirs, ours = (
            " and ".join(sorted({SPOKEN.get(v, v) for v in d.values()})) for d in (manifest["databases"], here)
        )
        raise Refusal(
            f"The archive holds databases of {theirs}, and this portal runs on {ours}: they can't be put in each other's "
            "place. Restore it into a portal on the same kind, take a snapshot there and load that here (`load_snapshot`); "
            "where the editorial database is here already, `rebuild_published` makes the published one from its log."
        )
    if newer := sorted({m for applied in manifest["migrations"].values() for m in applied} - _ours()):
        raise Refusal(
            f"The archive comes from a newer portal (it knows {newer[-1]}). Bring this one to its version first."
        )
    wanted = {f"databases/{alias}.{ENDINGS[vendor]}" for alias, vendor in here.items()}
    if wanted != {m["name"] for m in manifest["members"] if m["name"].startswith("databases/")}:
        raise archive.Damaged("The archive doesn't hold both databases.")


def _refuse_unless_empty() -> None:
    for alias in DATABASES:
        connection = connections[alias]
        if connection.vendor == "sqlite":
            place = Path(connection.settings_dict["NAME"])
            filled = any(file.exists() and file.stat().st_size for file in (place, Path(f"{place}-wal")))
        else:
            filled = bool(connection.introspection.table_names())
        if filled:
            raise NotEmpty(f"The {alias} database isn't empty. A backup is put back into an empty place only.")
    for storage in _storages().values():
        if any(storage.listdir("")):
            raise NotEmpty(f"{storage} isn't empty. A backup is put back into an empty place only.")


def _aside(alias: str) -> Path:
    """Where a database waits until everything else is in its place: beside the place, on its file system."""
    if connections[alias].vendor == "postgresql":
        return uploads.workplace().parent / f".{alias}.{os.getpid()}.dump"
    place = Path(connections[alias].settings_dict["NAME"])
    place.parent.mkdir(parents=True, exist_ok=True)
    return place.with_name(f".{place.name}.{os.getpid()}")


def _write(path: Path, content: Any) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        shutil.copyfileobj(content, file, archive.PIECE)
        file.flush()
        os.fsync(file.fileno())
