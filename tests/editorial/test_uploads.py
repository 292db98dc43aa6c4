"""Pictures: hostile files get a sentence, metadata goes, names are digests, crops keep the focal point."""

from __future__ import annotations

import errno
import hashlib
import os
import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Picture
from PIL import PngImagePlugin

from partnerships.editorial import uploads
from partnerships.editorial.publication import publish, withdraw
from partnerships.editorial.renditions_process import Refused, kind_of, make, pixels, window
from partnerships.editorial.saving import record_saved
from partnerships.models import Image
from partnerships.publishing.models import Action
from tests.world import save

MOST = (25_000_000, 10_000)


def picture(form="JPEG", size=(120, 80), mode="RGB", colour="teal", **options) -> bytes:
    buffer = BytesIO()
    Picture.new(mode, size, colour).save(buffer, form, **options)
    return buffer.getvalue()


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_header(width: int, height: int) -> bytes:
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def moving(form: str) -> bytes:
    frames = [Picture.new("RGB", (20, 20), colour) for colour in ("red", "green")]
    buffer = BytesIO()
    frames[0].save(buffer, form, save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def text_bomb() -> bytes:
    data = picture("PNG")
    return data[:33] + chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"x" * 5_000_000)) + data[33:]


SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
HOSTILE = {
    "svg": ("a.svg", SVG, "no JPEG, PNG or WebP"),
    "svg named png": ("a.png", SVG, "no JPEG, PNG or WebP"),
    "html named jpg": ("a.jpg", b"<html><script>alert(1)</script>", "no JPEG, PNG or WebP"),
    "gif": ("a.gif", picture("GIF"), "no JPEG, PNG or WebP"),
    "gif named jpg": ("a.jpg", picture("GIF"), "no JPEG, PNG or WebP"),
    "tiff named png": ("a.png", picture("TIFF"), "no JPEG, PNG or WebP"),
    "eps": ("a.png", picture("EPS"), "no JPEG, PNG or WebP"),
    "bmp": ("a.png", picture("BMP"), "no JPEG, PNG or WebP"),
    "ico": ("a.png", picture("ICO"), "no JPEG, PNG or WebP"),
    "pdf": ("a.jpg", picture("PDF"), "no JPEG, PNG or WebP"),
    "avif": ("a.avif", picture("AVIF"), "no JPEG, PNG or WebP"),
    "text": ("a.jpg", b"hello", "no JPEG, PNG or WebP"),
    "nothing": ("a.jpg", b"", "no JPEG, PNG or WebP"),
    "riff that is sound": ("a.webp", b"RIFF\x24\0\0\0WAVEfmt ", "no JPEG, PNG or WebP"),
    "png named jpg": ("a.jpg", picture("PNG"), "its name ends otherwise"),
    "jpeg named php": ("a.jpg.php", picture(), "its name ends otherwise"),
    "no ending": ("jpg", picture(), "its name ends otherwise"),
    "mpo": ("a.jpg", moving("MPO"), "several pictures in one"),
    "apng": ("a.png", moving("PNG"), "moves"),
    "moving webp": ("a.webp", moving("WEBP"), "moves"),
    "bomb by header": ("a.png", png_header(9_000, 9_000), "81|pixels"),
    "huge side": ("a.png", png_header(20_000, 1), "20000 × 1 pixels"),
    "cut jpeg": ("a.jpg", picture(size=(300, 300))[:-200], "damaged or cut short"),
    "cut png": ("a.png", picture("PNG", size=(300, 300))[:-30], "damaged or cut short"),
    "cut webp": ("a.webp", picture("WEBP", size=(300, 300))[:-20], "damaged or cut short"),
    "marks only": ("a.jpg", b"\xff\xd8\xff\xe0" + b"\0" * 40, "damaged or cut short"),
    "no side": ("a.png", png_header(0, 0), "damaged or cut short"),
    "text bomb": ("a.png", text_bomb(), "damaged or cut short"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_gets_a_sentence(tmp_path, name):
    called, data, sentence = HOSTILE[name]
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(Refused, match=sentence):
        make(tmp_path / "file", called, tmp_path, (50, 50), *MOST)
    assert [file.name for file in tmp_path.iterdir()] == ["file"]


def test_a_picture_with_something_behind_it_leaves_it_behind(tmp_path):
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "SECRET")
    exif = Picture.Exif()
    exif[0x010E] = "SECRET"
    for name, data in {
        "a.jpg": picture(exif=exif, comment=b"SECRET", xmp=b"SECRET") + b"PK\x03\x04SECRET<script>",
        "a.png": picture("PNG", pnginfo=info, exif=exif) + b"SECRET",
        "a.webp": picture("WEBP", exif=exif, xmp=b"SECRET"),
    }.items():
        (tmp_path / name).write_bytes(data)
        assert b"SECRET" in data
        for one in make(tmp_path / name, name, tmp_path, (50, 50), *MOST):
            kept = (tmp_path / one["file"]).read_bytes()
            assert b"SECRET" not in kept
            with Picture.open(tmp_path / one["file"]) as shown:
                assert not shown.getexif()
                assert not {"exif", "xmp", "comment", "Comment", "icc_profile"} & shown.info.keys()


def test_names_are_digests_and_the_set_is_fixed(tmp_path):
    (tmp_path / "a").write_bytes(picture(size=(900, 600)))
    made = make(tmp_path / "a", "a.jpg", tmp_path, (50, 50), *MOST)
    assert {(one["width"], one["height"]) for one in made} == {(400, 267), (800, 533), (900, 600), (800, 450)}
    assert {one["media_type"] for one in made} == {"image/avif", "image/webp", "image/jpeg"}
    for one in made:
        file = tmp_path / one["file"]
        assert one["file"].partition(".")[0] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert one["bytes"] == file.stat().st_size
    assert make(tmp_path / "a", "a.jpg", tmp_path, (50, 50), *MOST) == made  # the same again


def test_what_is_transparent_stays_so_and_what_lies_is_put_upright(tmp_path):
    (tmp_path / "a").write_bytes(picture("PNG", mode="RGBA", colour=(0, 0, 0, 0)))
    made = make(tmp_path / "a", "a.png", tmp_path, (50, 50), *MOST)
    assert {one["media_type"] for one in made} == {"image/avif", "image/webp", "image/png"}
    exif = Picture.Exif()
    exif[0x0112] = 6
    (tmp_path / "b").write_bytes(picture(exif=exif))
    assert pixels(tmp_path / "b", "b.jpg", *MOST).size == (80, 120)


def test_a_crop_keeps_the_focal_point():
    for size in ((1000, 1000), (3000, 500), (300, 2000), (1, 1), (16, 9)):
        for focus in ((0, 0), (100, 100), (50, 50), (13, 88)):
            left, top, right, bottom = window(size, (800, 450), focus)
            assert 0 <= left < right <= size[0]
            assert 0 <= top < bottom <= size[1]
            assert left <= focus[0] * size[0] / 100 <= right
            assert top <= focus[1] * size[1] / 100 <= bottom


def test_the_ending_counts_in_any_case():
    assert kind_of(picture()[:16], "PHOTO.JPG") == "JPEG"


@pytest.mark.services
def test_published_once_swept_never_taken_down_gone(world, settings):
    """The whole way of a picture, through the real process."""
    upload = SimpleUploadedFile("a.jpg", picture(size=(500, 300)))
    original = uploads.take(upload)
    made = uploads.renditions(original, (50, 50))
    image = save(Image(slug="p", title="P", alt="A sea", credit="NATO", licence="CC", original=original))
    uploads.replace(image, made)
    record_saved(image, by="anna", expected=image.version)
    publish([image], by="chiara")
    media, originals = settings.MEDIA_ROOT, settings.ORIGINALS_ROOT
    stray = media / "stray.jpg"
    stray.write_bytes(b"x")
    assert uploads.orphans() == []  # it may be waiting for its row
    for folder in (media, originals):
        for file in folder.iterdir():
            os.utime(file, (0, 0))
    assert uploads.orphans() == ["stray.jpg"]
    uploads.delete(["stray.jpg"])
    assert len(list(media.iterdir())) == len(made)
    assert originals.stat().st_mode & 0o777 == 0o700
    assert {file.stat().st_mode & 0o777 for file in (*media.iterdir(), *originals.iterdir())} == {0o644}
    withdraw([image], by="dag", note="Not ours to show.", action=Action.TAKE_DOWN)
    assert list(media.iterdir()) == list(originals.iterdir()) == []


def test_a_full_disk_is_said_and_leaves_nothing(monkeypatch, settings):
    def full(file):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Refused, match="no room for this picture"):
        uploads.take(SimpleUploadedFile("a.jpg", picture()))
    assert list(Path(settings.ORIGINALS_ROOT).iterdir()) == []


def test_too_large_a_file_is_refused_unread(settings):
    settings.LIMITS = settings.LIMITS | {"image_bytes": 10}
    with pytest.raises(Refused, match="at most"):
        uploads.take(SimpleUploadedFile("a.jpg", picture()))
    with pytest.raises(Refused, match="at most"):
        uploads.take(SimpleUploadedFile("a.jpg", b""))
