"""Pictures at the desk: uploading, the library's thumbnails, and what readers can't reach."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from partnerships.admin.addresses import address, list_address
from partnerships.editorial.publication import publish, withdraw
from partnerships.models import Image
from tests.editorial.test_uploads import picture

from .browser import typed
from .records import make

pytestmark = pytest.mark.services


def with_file(page, name="sea.jpg", data: bytes | None = None, **changes) -> dict:
    data = picture(size=(200, 150)) if data is None else data
    return typed(page, **changes) | {"upload": SimpleUploadedFile(name, data)}


def test_a_picture_is_uploaded_seen_at_the_desk_published_and_withdrawn(world, at):
    anna, where = at("anna"), f"{list_address('image')}add/"
    fields = with_file(anna.get(where), title="Sea", slug="sea", alt="The sea", credit="NATO", licence="CC BY 4.0")
    assert anna.post(where, fields).status_code == 302
    image = Image.objects.get(slug="sea")
    card, whole = image.renditions.filter(media_type="image/webp").order_by("height")
    file, desk = card.file, f"{list_address('image')}file/"
    private, public = desk + file, f"{settings.MEDIA_URL}{file}"
    assert private in anna.get(list_address("image")).content.decode()
    assert desk + whole.file in anna.get(address(image)).content.decode()
    assert anna.get(private).headers["Content-Type"] == "image/webp"
    assert Client().get(private).status_code == 302
    assert Client().get(public).status_code == 404
    assert Client().get(f"{settings.MEDIA_URL}{image.original}").status_code == 404
    publish([image], by="chiara")
    shown = Client().get(public)
    assert shown.status_code == 200
    assert b"".join(shown.streaming_content)
    assert Client().get(f"{settings.MEDIA_URL}{image.original}").status_code == 404
    moved = anna.post(address(image), typed(anna.get(address(image)), focal_x="0"))
    assert moved.status_code == 302
    image.refresh_from_db()
    assert image.focal_x == 0
    withdraw([image], by="chiara", note="It shows another sea.")
    assert Client().get(public).status_code == 404


@pytest.mark.parametrize(
    ("name", "data", "sentence"),
    [
        ("sea.svg", b"<svg/>", "no JPEG"),
        ("sea.jpg", picture()[:-60], "cut short"),
        ("sea.png", picture(), "ends otherwise"),
    ],
)
def test_a_bad_file_gets_a_sentence_and_the_rest_stays(world, at, name, data, sentence):
    anna, image = at("anna"), make("image")
    response = anna.post(address(image), with_file(anna.get(address(image)), name, data, credit="Somebody new"))
    assert response.status_code == 200
    assert sentence in str(response.context["adminform"].form.errors["upload"])
    assert 'value="Somebody new"' in response.content.decode()
    assert not image.renditions.exists()


def test_a_files_name_is_no_alternative_text(world, at):
    anna, image = at("anna"), make("image")
    response = anna.post(address(image), typed(anna.get(address(image)), alt="DSC_0042.JPG"))
    assert "a file&#x27;s name" in response.content.decode()


def test_without_rights_nothing_is_uploaded_or_seen(world, at):
    sam = world.user("sam")
    sam.is_staff = True
    sam.save()
    assert at("sam").get(f"{list_address('image')}file/x.webp").status_code == 403
    assert at("anna").get(f"{list_address('image')}file/x.webp").status_code == 404
    for wrong in ("..%2F..%2Fsecret-key", "x.jpg", "%00", "é" * 300):
        assert Client().get(f"{settings.MEDIA_URL}{wrong}").status_code in (400, 404), wrong
