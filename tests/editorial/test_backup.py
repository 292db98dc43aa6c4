"""A backup taken while the portal runs, put back into an empty place: the same pages, the same log, every picture."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command, load_command_class
from django.db import connections
from django.test import Client

from partnerships.editorial import archive, backup, uploads
from partnerships.editorial.publication import publish, withdraw
from partnerships.editorial.saving import record_saved
from partnerships.models import Image, Rendition
from partnerships.publishing.feed import Refusal
from partnerships.publishing.models import Action, Head, LogHead, Publication
from partnerships.publishing.rebuild import faults, rebuild
from tests import databases
from tests.editorial.test_uploads import picture
from tests.world import resave, save

PAGES = (
    "/",
    "/partners/",
    "/partners/malta/",
    "/partners/malta/history/",
    "/frameworks/pfp/",
    "/changes/",
    "/api/v1/partners/malta/",
)


def pages() -> dict[str, bytes]:
    client = Client()
    return {path: (answer := client.get(path)).content + str(answer.status_code).encode() for path in PAGES}


def with_picture(slug: str, colour: str = "teal") -> Image:
    """A published picture, its renditions made by the real process."""
    original = uploads.take(SimpleUploadedFile("a.jpg", picture(size=(40, 30), colour=colour)))
    made = uploads.renditions(original, (50, 50))
    image = save(Image(slug=slug, title=slug, alt="A sea", credit="NATO", licence="CC", original=original))
    uploads.replace(image, made)
    record_saved(image, by="anna", expected=image.version)
    publish([image], by="chiara")
    return image


@contextmanager
def empty_place(tmp_path, settings):
    """A portal with nothing in it: databases without tables, no pictures."""
    before = settings.MEDIA_ROOT, settings.ORIGINALS_ROOT
    pair = databases.fresh(tmp_path / uuid4().hex)
    settings.MEDIA_ROOT, settings.ORIGINALS_ROOT = tmp_path / "new" / "media", tmp_path / "new" / "originals"
    try:
        with databases.using(pair):
            yield pair
            connections.close_all()
    finally:
        settings.MEDIA_ROOT, settings.ORIGINALS_ROOT = before
        databases.drop(pair)


def files(folder) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in Path(folder).iterdir() if file.is_file()}


@pytest.mark.services
def test_what_is_put_back_is_what_was_there(world, tmp_path, settings, capsys):
    gone = with_picture("gone", "red")
    kept = with_picture("sea")
    withdraw([gone], by="dag", note="Not ours to show.", action=Action.TAKE_DOWN)
    before, seq = pages(), Head.objects.get(pk=1).seq
    originals, media = files(settings.ORIGINALS_ROOT), files(settings.MEDIA_ROOT)
    assert set(originals) == {kept.original}
    file = tmp_path / "portal.tar"
    call_command("backup", file)
    assert file.stat().st_mode & 0o777 == 0o600
    assert not [left for left in tmp_path.iterdir() if left.name.startswith(".portal")]
    assert not [left for left in Path(settings.ORIGINALS_ROOT).iterdir() if left.is_dir()]
    with pytest.raises(CommandError, match="never writes over"):
        call_command("backup", file)
    with pytest.raises(CommandError, match="isn't empty") as refused:
        call_command("restore", file)
    assert refused.value.returncode == 3
    resave(kept, credit="Changed after the backup")
    with empty_place(tmp_path, settings):
        call_command("restore", file)
        assert "All is well" in capsys.readouterr().out
        assert (Head.objects.get(pk=1).seq, LogHead.objects.get(pk=1).seq) == (seq, seq)
        assert pages() == before
        assert files(settings.ORIGINALS_ROOT) == originals
        assert files(settings.MEDIA_ROOT) == media
        assert settings.ORIGINALS_ROOT.stat().st_mode & 0o777 == 0o700
        assert {row.file for row in Rendition.objects.using("published").all()} <= set(media)
        rebuild()
        assert files(settings.MEDIA_ROOT) == media  # from the log alone, and no rendition made again
        assert pages() == before


@pytest.mark.services
def test_a_public_edition_that_was_copied_behind_its_log_is_brought_forward(world, tmp_path, settings, monkeypatch):
    """Between the two copies something is published."""
    resave(world.japan, by="anna", capital="Tokyo")
    seq = LogHead.objects.get(pk=1).seq
    published = []

    def meanwhile(alias):
        if alias == "default" and not published:
            with ThreadPoolExecutor(1) as another:  # with connections of its own
                published.extend(another.submit(capital).result())

    def capital():
        try:
            return publish([world.japan], by="chiara", change_kind="new_evidence", note="The capital is named.")
        finally:
            connections.close_all()

    copy, moment = backup.copy_sqlite, backup.snapshot
    monkeypatch.setattr(backup, "copy_sqlite", lambda alias, file: (meanwhile(alias), copy(alias, file)))
    monkeypatch.setattr(backup, "snapshot", lambda alias: (meanwhile(alias), moment(alias))[1])
    said = backup.backup(tmp_path / "b.tar")
    assert (said["published_head"], said["log_head"]) == (seq, seq + 1)
    before = pages()
    with empty_place(tmp_path, settings):
        backup.restore(tmp_path / "b.tar")
        assert Head.objects.get(pk=1).seq == seq + 1
        assert list(faults()) == []
        assert pages() == before


def test_files_that_are_taken_away_meanwhile_are_in_the_copy(world, tmp_path, settings, monkeypatch):
    image = with_picture("sea")
    names = uploads.listed()
    real = archive.write

    def slow(target, said, held):
        withdraw([image], by="dag", note="Not ours.", action=Action.TAKE_DOWN)
        assert files(settings.MEDIA_ROOT) == {}
        return real(target, said, held)

    monkeypatch.setattr(archive, "write", slow)
    said = backup.backup(tmp_path / "b.tar")
    assert said["missing_files"] == []
    assert {m["name"].partition("/")[2] for m in said["members"]} >= names


def test_a_file_that_is_named_and_not_there_is_said(world, tmp_path, settings, capsys):
    image = with_picture("sea")
    (settings.ORIGINALS_ROOT / image.original).unlink()
    call_command("backup", tmp_path / "b.tar")
    assert f"aren't there, the first: {image.original}" in capsys.readouterr().err


# Archives that can't be trusted -----------------------------------------------------------------------------------------


def an_archive(tmp_path) -> Path:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_bytes(b"a" * 3000)
    two.write_bytes(b"b" * 10)
    target = tmp_path / "good.tar"
    said = {"databases": {}, "migrations": {}, "log_head": 3}
    archive.write(target, said, {"databases/default.sqlite3": one, "databases/published.sqlite3": two})
    return target


def taken_apart(source: Path) -> list[tuple[tarfile.TarInfo, bytes]]:
    with tarfile.open(source) as tar:
        return [(header, tar.extractfile(header).read()) for header in tar]


def put_together(target: Path, parts) -> Path:
    with tarfile.open(target, "w", format=tarfile.PAX_FORMAT) as tar:
        for header, data in parts:
            header.size = len(data)
            tar.addfile(header, io.BytesIO(data))
    return target


def manifest_says(parts, *, resealed=True, **values):
    manifest = json.loads(parts[0][1]) | values
    if resealed:
        manifest["digest"] = archive.digest_of(manifest)
    return [(parts[0][0], archive.canonical(manifest)), *parts[1:]]


def renamed(parts, name):
    manifest = json.loads(parts[0][1])
    manifest["members"][1]["name"] = parts[2][0].name = name
    return manifest_says(parts, members=manifest["members"])


def linked(parts):
    parts[2][0].type, parts[2][0].linkname = tarfile.SYMTYPE, "/etc/passwd"
    return parts


DAMAGE = {
    "altered": (lambda p: [p[0], (p[1][0], b"c" * 3000), p[2]], "was altered"),
    "another size": (lambda p: [p[0], (p[1][0], b"a" * 2999), p[2]], "another size"),
    "reordered": (lambda p: [p[0], p[2], p[1]], "put together otherwise"),
    "a member less": (lambda p: p[:2], "cut short"),
    "a member more": (lambda p: [*p, (tarfile.TarInfo("media/x.jpg"), b"x")], "doesn't name"),
    "no manifest": (lambda p: p[1:], "no backup of the portal"),
    "manifest not first": (lambda p: [p[1], p[0], p[2]], "no backup of the portal"),
    "manifest of nonsense": (lambda p: [(p[0][0], b"[]"), *p[1:]], "can't be read"),
    "manifest altered": (lambda p: manifest_says(p, log_head=9, resealed=False), "manifest was altered"),
    "newer format": (lambda p: manifest_says(p, format=archive.FORMAT + 1), "reads format"),
    "no list": (lambda p: manifest_says(p, members=[{"name": "x"}]), "doesn't list"),
    "path upwards": (lambda p: renamed(p, "media/../../evil"), "no backup of the portal holds"),
    "absolute path": (lambda p: renamed(p, "/etc/cron.d/evil"), "no backup of the portal holds"),
    "hidden file": (lambda p: renamed(p, "media/.htaccess"), "no backup of the portal holds"),
    "not what its name says": (lambda p: renamed(p, f"media/{'0' * 64}.jpg"), "isn't the file that its name says"),
    "one name twice": (lambda p: renamed(p, "databases/default.sqlite3"), "one name twice"),
    "a link": (linked, "put together otherwise"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_archive_is_refused(tmp_path, damage):
    change, sentence = DAMAGE[damage]
    bad = put_together(tmp_path / "bad.tar", change(taken_apart(an_archive(tmp_path))))
    with pytest.raises(archive.Damaged, match=sentence):
        archive.check(bad)


def test_cut_anywhere_or_changed_anywhere_it_is_refused(tmp_path):
    good = an_archive(tmp_path).read_bytes()
    assert archive.check(tmp_path / "good.tar")["log_head"] == 3
    bad = tmp_path / "bad.tar"
    with tarfile.open(tmp_path / "good.tar") as tar:
        end = max(header.offset_data + header.size for header in tar)
    for length in range(0, end, 97):
        bad.write_bytes(good[:length])
        with pytest.raises(archive.Damaged):
            archive.check(bad)
    for tail in (b"x", b"\0" * 511 + b"x"):
        bad.write_bytes(good + tail)
        with pytest.raises(archive.Damaged):
            archive.check(bad)
    bad.write_bytes(b"")
    for foreign in (b"", b"SQLite format 3\0" + b"\0" * 2000, b"\x1f\x8b" + b"x" * 2000):
        bad.write_bytes(foreign)
        with pytest.raises(archive.Damaged):
            archive.check(bad)
    with pytest.raises(archive.Damaged, match="can't be read"):
        archive.check(tmp_path / "absent.tar")


def test_nothing_of_a_damaged_archive_is_written(world, tmp_path, settings):
    backup.backup(tmp_path / "b.tar")
    data = bytearray((tmp_path / "b.tar").read_bytes())
    data[len(data) // 2] ^= 1
    (tmp_path / "bad.tar").write_bytes(data)
    with empty_place(tmp_path, settings) as pair:
        with pytest.raises(CommandError) as refused:
            call_command("restore", tmp_path / "bad.tar")
        assert refused.value.returncode == 2
        if not databases.on_postgresql():
            assert not Path(pair["default"]).exists()
        assert not Path(settings.ORIGINALS_ROOT).exists()


@pytest.mark.services
def test_another_kind_of_database_and_a_newer_portal_are_refused(world, tmp_path, settings, monkeypatch):
    backup.backup(tmp_path / "b.tar")
    manifest = archive.check(tmp_path / "b.tar")
    other = {"sqlite": "postgresql", "postgresql": "sqlite"}
    foreign = manifest | {"databases": {alias: other[v] for alias, v in manifest["databases"].items()}}
    newer = manifest | {"migrations": {"default": ["editorial.9999_from_the_future"]}}
    with empty_place(tmp_path, settings):
        for said, sentence in ((foreign, "load_snapshot.*rebuild_published"), (newer, "newer portal")):
            monkeypatch.setattr(archive, "check", lambda source, said=said: said)
            with pytest.raises(Refusal, match=sentence):
                backup.restore(tmp_path / "b.tar")


# Every night, and under load ------------------------------------------------------------------------------------------


def test_the_oldest_go_by_name_and_nothing_else(world, tmp_path):
    folder = tmp_path / "backups"
    folder.mkdir()
    foreign = {"portal-latest.tar", "portal-20260101T000000Z.tar.gz", "notes.txt", "other-20260101T000000Z.tar"}
    for name in foreign:
        (folder / name).write_text("mine")
    start = datetime(2026, 1, 1, 2, 15, tzinfo=UTC)
    for day in range(4):
        backup.backup_into(folder, 2, now=start + timedelta(days=day))
    names = {file.name for file in folder.iterdir()}
    assert names - foreign == {"portal-20260103T021500Z.tar", "portal-20260104T021500Z.tar"}
    assert foreign < names
    with pytest.raises(Refusal, match="At least one"):
        backup.backup_into(folder, 0)


def test_the_nightly_example_calls_what_is_there():
    folder = Path(settings.BASE_DIR) / "deploy" / "systemd"
    unit = (folder / "portal-backup.service").read_text()
    command = re.search(r"^ExecStart=\S+ manage\.py (.+)$", unit, re.M)[1].split()
    options = (
        load_command_class("partnerships", command[0]).create_parser("manage.py", command[0]).parse_args(command[1:])
    )
    assert options.keep > 1
    assert "Persistent=true" in (folder / "portal-backup.timer").read_text()


WRITER = """
import sys
from django.core.files.uploadedfile import SimpleUploadedFile
from partnerships.models import Partner
from tests.editorial.test_backup import with_picture
from partnerships.editorial.publication import publish
from tests.world import resave
name, count = sys.argv[1], 0
print("begun", flush=True)
while True:
    count += 1
    with_picture(f"{name}-{count}", (count % 256, count // 256, len(name) * 40))
    japan = resave(Partner.objects.get(slug=name), body=f"The {count}th text.")
    publish([japan], by="chiara", change_kind="new_evidence", note="Another text.")
    print(count, flush=True)
"""


@pytest.mark.slow
@pytest.mark.services
def test_backups_while_two_others_publish_and_upload(world, tmp_path, settings):
    """Real processes write as fast as they can; each backup taken meanwhile is put back and proven."""
    names = {alias: connections[alias].settings_dict["NAME"] for alias in databases.ALIASES}
    environment = os.environ | {"VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "portal.settings"}
    for variable, alias in (("DATABASE_URL", "default"), ("PUBLISHED_DATABASE_URL", "published")):
        if databases.on_postgresql():
            environment[variable] = f"{os.environ[variable].rpartition('/')[0]}/{names[alias]}"
        else:
            environment[variable] = f"sqlite:///{names[alias]}"
    command = [sys.executable, "-c", "import django; django.setup()\n" + WRITER]
    writers = [
        subprocess.Popen([*command, name], env=environment, cwd=settings.BASE_DIR, stdout=subprocess.PIPE, text=True)
        for name in ("japan", "malta")
    ]
    taken = []
    try:
        for writer in writers:
            assert writer.stdout.readline() == "begun\n"
            assert writer.stdout.readline() == "1\n"
        for number in range(4):
            taken.append((file := tmp_path / f"{number}.tar", backup.backup(file)))
            assert writers[number % 2].stdout.readline()  # they get on meanwhile, and are in the middle of something
        assert [writer.poll() for writer in writers] == [None, None]
    finally:
        for writer in writers:
            writer.kill()
            writer.communicate()
    last = LogHead.objects.get(pk=1).seq
    heads = [said["log_head"] for _, said in taken]
    assert heads == sorted(heads)
    assert heads[0] < heads[-1] <= last
    chains = dict(Publication.objects.values_list("seq", "chain"))
    for file, said in taken:
        assert said["missing_files"] == []
        assert said["published_head"] <= said["log_head"]
        with empty_place(tmp_path / file.stem, settings):
            backup.restore(file)
            assert list(faults()) == []
            for head in (Head.objects.get(pk=1), LogHead.objects.get(pk=1)):
                assert (head.seq, head.chain) == (said["log_head"], chains[said["log_head"]])
            there = set(files(settings.ORIGINALS_ROOT)) | set(files(settings.MEDIA_ROOT))
            assert uploads.listed() <= there
    print(f"backups taken {len(taken)} / log heads {heads} of {last} / damaged 0")
