"""Pictures on S3-compatible storage: nothing that people see differs, and nobody learns where they lie.

moto's server stands for the storage. What it can't show is said in docs/operations.md.
"""

from __future__ import annotations

import hashlib
import logging
import zipfile
from datetime import timedelta
from pathlib import Path
from socket import socket
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from partnerships.admin.addresses import address, list_address
from partnerships.editorial import backup, uploads
from partnerships.editorial.publication import publish, withdraw
from partnerships.models import Image, Rendition
from partnerships.publishing import following, snapshot
from partnerships.publishing.feed import Refusal
from partnerships.publishing.models import Action, Publication
from portal import environment, media, s3
from tests.editorial.test_backup import empty_place, with_picture
from tests.editorial.test_uploads import picture
from tests.world import resave

from .browser import typed

pytestmark = pytest.mark.contract

KEY, SECRET = "AKIAOFTHETESTS", "c/secretofthetests"


@pytest.fixture(scope="module")
def server():
    server = pytest.importorskip("moto.server").ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    yield server
    server.stop()


def named(settings, monkeypatch, place: str, renditions: str, originals: str) -> None:
    """Settings as the environment would make them."""
    said = f"s3://{KEY}:{SECRET.replace('/', '%2F')}@{place}/"
    monkeypatch.setenv("RENDITIONS_URL", f"{said}{renditions}?tls=0")
    monkeypatch.setenv("ORIGINALS_URL", f"{said}{originals}?tls=0")
    settings.STORAGES = settings.STORAGES | {
        "renditions": environment.storage("RENDITIONS_URL", "MEDIA_ROOT", 0o755),
        "originals": environment.storage("ORIGINALS_URL", "ORIGINALS_ROOT", 0o700),
    }


@pytest.fixture
def buckets(server, settings, monkeypatch):
    """Two empty buckets that the portal keeps its pictures in: their content, and who may read it."""
    import boto3

    place = "{}:{}".format(*server.get_host_and_port())
    client = boto3.client(
        "s3",
        endpoint_url=f"http://{place}",
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
    )
    for bucket in ("public", "private"):
        client.create_bucket(Bucket=bucket)
    named(settings, monkeypatch, place, "public/renditions", "private")

    def keys(bucket: str) -> set[str]:
        return {entry["Key"] for entry in client.list_objects_v2(Bucket=bucket).get("Contents", ())}

    yield SimpleNamespace(keys=keys, client=client, place=place)
    for bucket in ("public", "private"):
        for key in keys(bucket):
            client.delete_object(Bucket=bucket, Key=key)
        client.delete_bucket(Bucket=bucket)


@pytest.fixture
def away(buckets, settings, monkeypatch):
    """A function after whose call nothing answers where the storage was, and one that brings it back."""

    def leave():
        with socket() as free:
            free.bind(("127.0.0.1", 0))
            nowhere = f"127.0.0.1:{free.getsockname()[1]}"
        named(settings, monkeypatch, nowhere, "public/renditions", "private")

    def back():
        named(settings, monkeypatch, buckets.place, "public/renditions", "private")

    return SimpleNamespace(leave=leave, back=back)


def uploaded(at, **changes) -> tuple[int, str]:
    """Upload a picture at the desk: the answer's status and text."""
    anna, where = at("anna"), f"{list_address('image')}add/"
    said = {"title": "Sea", "slug": "sea", "alt": "The sea", "credit": "NATO", "licence": "CC BY 4.0"} | changes
    file = SimpleUploadedFile("sea.jpg", picture(size=(200, 150)))
    answer = anna.post(where, typed(anna.get(where), **said) | {"upload": file})
    return answer.status_code, answer.content.decode()


def answer_to(path: str) -> tuple[int, dict, bytes]:
    answer = Client().get(path)
    return answer.status_code, dict(answer.headers), b"".join(answer)


def local(settings) -> list[Path]:
    return [path for root in (settings.MEDIA_ROOT, settings.ORIGINALS_ROOT) for path in Path(root).glob("*")]


# As in a folder -------------------------------------------------------------------------------------------------------


def test_readers_get_the_same_answers_as_from_a_folder(world, at, buckets, settings):
    folders = {"renditions": ("MEDIA_ROOT", 0o755), "originals": ("ORIGINALS_ROOT", 0o700)}
    assert uploaded(at) == (302, "")
    image = Image.objects.get(slug="sea")
    files = set(image.renditions.values_list("file", flat=True))
    assert buckets.keys("public") == {f"renditions/{file}" for file in files}
    assert buckets.keys("private") == {image.original}
    assert local(settings) == []
    paths = [f"/media/{file}" for file in sorted(files)]
    assert {answer_to(path)[0] for path in paths} == {404}  # a draft's
    publish([image], by="chiara")
    said = [answer_to(path) for path in paths]
    assert {status for status, _, _ in said} == {200}
    for file, (_, headers, body) in zip(sorted(files), said):
        assert hashlib.sha256(body).hexdigest() == Path(file).stem
        assert headers["Content-Length"] == str(len(body))
    for file, (_, _, body) in zip(sorted(files), said):
        media.Folder(*folders["renditions"]).save(file, ContentFile(body))
    settings.STORAGES = settings.STORAGES | {
        name: {"BACKEND": "portal.media.Folder", "OPTIONS": {"setting": setting, "mode": mode}}
        for name, (setting, mode) in folders.items()
    }
    assert [answer_to(path) for path in paths] == said


def test_nobody_learns_where_they_lie(world, at, buckets):
    uploaded(at)
    image = Image.objects.get(slug="sea")
    publish([image], by="chiara")
    file = image.renditions.first().file
    anna = at("anna")
    answers = [
        anna.get(path) for path in (list_address("image"), address(image), f"{list_address('image')}file/{file}")
    ]
    answers += [Client().get(path) for path in (f"/media/{file}", "/api/v1/images/sea/", "/api/v1/images/")]
    assert {answer.status_code for answer in answers} == {200}
    for answer in answers:
        said = repr(dict(answer.headers)) + b"".join(answer).decode("latin-1")
        for secret in (buckets.place, KEY, SECRET, "X-Amz", "private/", "renditions/"):
            assert secret not in said, secret
    assert Client().get(f"/media/{image.original}").status_code == 404
    assert Client().get(f"/media/{image.original.partition('.')[0]}.webp").status_code == 404
    with pytest.raises(NotImplementedError):
        media.renditions().url(file)
    for bucket in ("public", "private"):
        for key in buckets.keys(bucket):
            grants = buckets.client.get_object_acl(Bucket=bucket, Key=key)["Grants"]
            assert {grant["Grantee"]["Type"] for grant in grants} == {"CanonicalUser"}  # the owner; no group, no public


def test_a_new_focal_point_asks_for_the_original_again(world, at, buckets):
    uploaded(at)
    image, anna = Image.objects.get(slug="sea"), at("anna")
    assert anna.post(address(image), typed(anna.get(address(image)), focal_x="0")).status_code == 302
    buckets.client.delete_object(Bucket="private", Key=image.original)
    answer = anna.post(address(image), typed(anna.get(address(image)), focal_x="90"))
    assert "no longer there" in answer.content.decode()


def test_too_large_a_file_never_reaches_the_storage(world, at, buckets, settings):
    settings.LIMITS = settings.LIMITS | {"image_bytes": 100}
    status, said = uploaded(at)
    assert status == 200
    assert "at most" in said
    assert buckets.keys("public") == buckets.keys("private") == set()


def test_what_is_taken_down_is_gone_and_what_nothing_lists_is_swept(world, buckets, monkeypatch):
    gone, kept = with_picture("gone", "red"), with_picture("kept")
    files = {f"renditions/{file}" for file in kept.renditions.values_list("file", flat=True)}
    withdraw([gone], by="dag", note="Not ours to show.", action=Action.TAKE_DOWN)
    assert (buckets.keys("public"), buckets.keys("private")) == (files, {kept.original})
    media.renditions().save("stray.jpg", ContentFile(b"x"))
    call_command("sweep_images")
    assert "renditions/stray.jpg" in buckets.keys("public")  # it may be waiting for its row
    monkeypatch.setattr(uploads, "YOUNG", timedelta(seconds=-60))
    call_command("sweep_images")
    assert (buckets.keys("public"), buckets.keys("private")) == (files, {kept.original})


def test_a_backup_is_put_back_into_empty_buckets_only(world, buckets, settings, tmp_path, monkeypatch, capsys):
    image = with_picture("sea")
    path = f"/media/{image.renditions.first().file}"
    before, originals = answer_to(path), buckets.keys("private")
    call_command("backup", tmp_path / "b.tar")
    assert local(settings) == []
    with empty_place(tmp_path, settings):
        with pytest.raises(CommandError, match="The bucket private isn't empty") as refused:
            call_command("restore", tmp_path / "b.tar")
        assert refused.value.returncode == 3
        for bucket in ("private", "public"):
            for key in buckets.keys(bucket):
                buckets.client.delete_object(Bucket=bucket, Key=key)
        call_command("restore", tmp_path / "b.tar")
        assert "All is well" in capsys.readouterr().out
        assert answer_to(path) == before
        assert buckets.keys("private") == originals
        assert local(settings) == []


def test_a_backup_says_which_files_are_missing(world, buckets, tmp_path):
    image = with_picture("sea")
    buckets.client.delete_object(Bucket="private", Key=image.original)
    assert backup.backup(tmp_path / "b.tar")["missing_files"] == [image.original]


def test_snapshots_and_mirrors_use_it_too(world, buckets, settings, tmp_path):
    settings.SNAPSHOTS_ROOT = tmp_path / "snapshots"
    image = with_picture("sea")
    files = set(image.renditions.values_list("file", flat=True))
    with zipfile.ZipFile(snapshot.make().file) as archive:
        inside = {name for name in archive.namelist() if name.startswith("media/")}
        held = {name: archive.read(f"media/{name}") for name in files}
    assert inside == {f"media/{file}" for file in files}
    lost = min(files)
    buckets.client.delete_object(Bucket="public", Key=f"renditions/{lost}")
    with pytest.raises(Refusal, match=lost):
        snapshot.make()
    media.renditions().save(f"{'0' * 64}.jpg", ContentFile(b"of nobody"))
    asked = []
    origin = SimpleNamespace(root="", rendition=lambda name: (asked.append(name), held[name])[1])
    following._tidy(origin)
    assert asked == [lost]
    assert buckets.keys("public") == {f"renditions/{file}" for file in files}


# Away -----------------------------------------------------------------------------------------------------------------


def test_away_an_upload_gets_a_sentence_and_what_was_typed_stays(world, at, away):
    away.leave()
    status, said = uploaded(at, credit="Somebody particular")
    assert status == 200
    assert "The storage of pictures doesn’t answer" in said
    assert "choose it again" in said
    assert 'value="Somebody particular"' in said
    assert not Image.objects.filter(slug="sea").exists()
    away.back()
    assert uploaded(at)[0] == 302


def test_away_pages_answer_and_a_picture_says_when_to_ask_again(world, at, away):
    image = with_picture("sea")
    file = image.renditions.first().file
    away.leave()
    reader = Client(raise_request_exception=False)
    assert reader.get("/partners/malta/").status_code == 200
    assert reader.get("/api/v1/images/sea/").status_code == 200
    answer = reader.get(f"/media/{file}")
    assert (answer.status_code, answer["Cache-Control"], answer["Retry-After"]) == (503, "no-store", "30")
    assert "doesn’t answer" in answer.content.decode()
    desk = at("anna")
    desk.raise_request_exception = False
    assert desk.get(f"{list_address('image')}file/{file}").status_code == 503
    assert desk.get(address(image)).status_code == 200
    assert desk.get(list_address("image")).status_code == 200


def test_away_publishing_goes_on_and_a_take_down_says_what_is_left(world, away, buckets, monkeypatch):
    image = with_picture("sea")
    away.leave()
    assert publish([resave(world.japan, capital="Tokyo")], by="chiara", change_kind="new_evidence", note="Named.")
    with pytest.raises(Refusal, match=r"taken down.*sweep_images"):
        withdraw([image], by="dag", note="Not ours to show.", action=Action.TAKE_DOWN)
    assert Publication.objects.filter(record=image.pk, action=Action.TAKE_DOWN).exists()
    assert not Rendition.objects.using("published").exists()
    with pytest.raises(CommandError, match="The storage of pictures doesn’t answer"):
        call_command("sweep_images")
    away.back()
    assert buckets.keys("private") == {image.original}
    monkeypatch.setattr(uploads, "YOUNG", timedelta(seconds=-60))
    call_command("sweep_images")
    assert buckets.keys("public") == buckets.keys("private") == set()


def test_away_no_backup_and_no_snapshot_is_made_by_halves(world, away, settings, tmp_path):
    settings.SNAPSHOTS_ROOT = tmp_path / "snapshots"
    with_picture("sea")
    away.leave()
    for command in (("backup", tmp_path / "b.tar"), ("snapshot",)):
        with pytest.raises(CommandError, match="The storage of pictures doesn’t answer"):
            call_command(*command)
    assert [path.name for path in tmp_path.iterdir() if "b.tar" in path.name] == []
    assert list(Path(settings.SNAPSHOTS_ROOT).iterdir()) == []


def test_a_storage_that_hangs_is_asked_a_few_times_and_then_left_alone(world, settings, monkeypatch):
    monkeypatch.setattr(s3, "READ", 0.2)
    with socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(50)
        deaf.setblocking(False)
        named(settings, monkeypatch, f"127.0.0.1:{deaf.getsockname()[1]}", "public/renditions", "private")
        for _ in range(20):
            with pytest.raises(media.Unreachable):
                media.renditions().exists("a.jpg")
        calls = 0
        while True:
            try:
                deaf.accept()[0].close()
            except BlockingIOError:
                break
            calls += 1
    assert calls == s3.ATTEMPTS == 2


def test_patience_is_short_and_a_refusal_is_no_absence(world, buckets, settings, monkeypatch):
    config = media.renditions().client_config
    assert (config.connect_timeout, config.read_timeout, config.retries["total_max_attempts"]) == (2, 5, 2)
    with_picture("sea")
    named(settings, monkeypatch, buckets.place, "nobodys/renditions", "nobodys")
    with pytest.raises(media.Unreachable):  # no such bucket
        media.renditions().save("a.jpg", ContentFile(b"x"))
    assert not media.renditions().breaker.open
