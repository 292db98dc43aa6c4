"""Snapshots: the same bytes from the same log, whole when loaded, gone when something in them is taken down."""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from partnerships.editorial.publication import publish, withdraw
from partnerships.models import Image, Rendition
from partnerships.publishing import shelf
from partnerships.publishing.dump import dump_digest
from partnerships.publishing.feed import Refusal, wipe
from partnerships.publishing.loading import load_snapshot
from partnerships.publishing.models import Action
from partnerships.publishing.snapshot import make
from tests.world import resave, save

pytestmark = pytest.mark.services

PATHS = ("partners/", "partners/malta/", "memberships/", "changes/?include=document", "claims/c065/?include=links")


@pytest.fixture(autouse=True)
def _shelf(settings, tmp_path):
    settings.SNAPSHOTS_ROOT = tmp_path / "snapshots"
    settings.EDITIONS_ROOT = tmp_path / "editions"


def picture(settings) -> tuple[Image, bytes]:
    """A public picture with one file."""
    content = b"not really a picture"
    name = f"{hashlib.sha256(content).hexdigest()}.png"
    Path(settings.MEDIA_ROOT).mkdir(parents=True, exist_ok=True)
    (Path(settings.MEDIA_ROOT) / name).write_bytes(content)
    row = Rendition(file=name, media_type="image/png", width=1, height=1, bytes=len(content))
    image = save(Image(slug="sea", title="Sea", alt="A sea", credit="NATO", licence="CC BY 4.0"), renditions=[row])
    publish([image], by="chiara")
    return image, content


def emptied() -> None:
    with transaction.atomic(using="published"):
        wipe("published")


def answers() -> list[bytes]:
    return [Client().get(f"/api/v1/{path}").content for path in PATHS]


def changed(file: Path, name: str, change) -> Path:
    """The same archive with one file changed, and the sums put right again."""
    with zipfile.ZipFile(file) as archive:
        files = {one: archive.read(one) for one in archive.namelist()}
    files[name] = change(files[name])
    sums = "".join(f"{hashlib.sha256(said).hexdigest()}  {one}\n" for one, said in files.items() if one != "SHA256SUMS")
    files["SHA256SUMS"] = sums.encode()
    other = file.with_name("other.zip")
    with zipfile.ZipFile(other, "w") as archive:
        for one, said in files.items():
            archive.writestr(one, said)
    return other


def test_the_same_bytes_twice_and_later(world, settings):
    first = make()
    content = first.file.read_bytes()
    assert make() == first
    assert first.file.read_bytes() == content
    publish([resave(world.japan, capital="Tokyo")], by="chiara", change_kind="new_evidence", note="Named.")
    again = make(first.seq)  # from a past edition this time
    assert (again.name, again.digest) == (first.name, first.digest)
    assert again.file.read_bytes() == content
    assert make().seq == first.seq + 1


def test_what_is_in_it(world, settings, tmp_path):
    _, content = picture(settings)
    with zipfile.ZipFile(make().file) as archive:
        package = json.loads(archive.read("datapackage.json"))
        assert {resource["path"] for resource in package["resources"]} | {
            "SHA256SUMS",
            "datapackage.json",
            "metadata.json",
        } == set(archive.namelist())
        [media] = [name for name in archive.namelist() if name.startswith("media/")]
        assert archive.read(media) == content
        partners = [json.loads(line) for line in archive.read("data/partners.jsonl").splitlines()]
        assert {one["slug"]: one["iso2"] for one in partners}["malta"] == "MT"
        database = sqlite3.connect(archive.extract("portal.sqlite3", tmp_path))
        assert database.execute("SELECT count(*) FROM partners").fetchone() == (len(partners),)
        licence = database.execute("SELECT work_licence, credit FROM licences WHERE slug = 'sea'").fetchone()
        database.close()
        assert licence == ("CC BY 4.0", "NATO")


def test_loaded_it_answers_the_same_bytes(world, settings, tmp_path):
    _, content = picture(settings)
    made = make()
    before, whole = answers(), dump_digest("published")
    with pytest.raises(Refusal, match="already"):
        load_snapshot(made.file)
    emptied()
    settings.MEDIA_ROOT = tmp_path / "elsewhere"
    assert load_snapshot(made.file) == made.seq
    assert dump_digest("published") == whole
    assert answers() == before
    [name] = [row.file for row in Rendition.objects.using("published").all()]
    assert b"".join(Client().get(f"/media/{name}")) == content


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        (
            "changes.jsonl",
            lambda said: said.replace(b'"note":""', b'"note":"Never written."', 1),
            "doesn't fit the chain",
        ),
        ("changes.jsonl", lambda said: said.split(b"\n", 1)[1], "entries are missing"),
        ("documents.jsonl", lambda said: said.replace(b"Malta", b"Multa", 1), "isn't what its digest says"),
        ("changes.jsonl", lambda said: said[: said[:-1].rfind(b"\n") + 1], "doesn't end where"),
    ],
)
def test_a_changed_snapshot_is_refused(world, name, change, said):
    other = changed(make().file, name, change)
    emptied()
    empty = dump_digest("published")
    with pytest.raises(Refusal, match=said):
        load_snapshot(other)
    assert dump_digest("published") == empty


def test_sums_are_checked(world, tmp_path):
    file = tmp_path / "broken.zip"
    file.write_bytes(make().file.read_bytes().replace(b"Malta", b"Multa", 1))
    emptied()
    with pytest.raises(Refusal, match=r"SHA256SUMS|Bad CRC"):
        load_snapshot(file)


def test_a_take_down_withdraws_what_holds_it(world, settings):
    image, _ = picture(settings)
    made = make()
    client = Client()
    answer = client.get(made.path)
    assert (answer.status_code, b"".join(answer)) == (200, made.file.read_bytes())
    assert answer["ETag"] == f'"{made.digest}"'
    assert client.get(made.path, headers={"if-none-match": answer["ETag"]}).status_code == 304
    assert client.get(f"{made.path}?a=b").status_code == 400
    assert client.get("/data/portal-2020-01-01-seq1-00000000.zip").status_code == 404
    assert f'href="{made.path}"'.encode() in client.get("/data/").content
    withdraw([image], by="dag", note="Not ours to show.", action=Action.TAKE_DOWN)
    assert client.get(made.path).status_code == 410
    assert f'href="{made.path}"'.encode() not in client.get("/data/").content
    assert [one["withdrawn"] for one in client.get("/api/v1/snapshots/").json()["results"]] == [True]
    anew = make(made.seq)
    assert anew.name != made.name
    with zipfile.ZipFile(io.BytesIO(b"".join(client.get(anew.path)))) as archive:
        assert b"A sea" not in b"".join(map(archive.read, archive.namelist()))
        assert json.loads(archive.read("datapackage.json"))["portal"]["withheld"]["records"] == 1
    emptied()
    assert load_snapshot(anew.file) == made.seq


def test_nothing_published_yet(empty):
    with pytest.raises(CommandError, match="Nothing has been published yet"):
        call_command("snapshot")
    assert shelf.snapshots() == []
    assert b"There is none yet" in Client().get("/data/").content
    with pytest.raises(CommandError, match="mirror"):
        call_command("load_snapshot", "portal.zip")
    with pytest.raises(CommandError, match="mirror"):
        call_command("follow", "https://example.org")
