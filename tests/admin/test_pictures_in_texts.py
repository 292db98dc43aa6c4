"""Pictures of the library in texts: shown on the public page, refused while they aren't public, looked at while writing."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from partnerships.admin.addresses import address
from partnerships.editorial.publication import publish, withdraw
from partnerships.editorial.saving import record_saved
from partnerships.editorial.writing import remarks
from partnerships.models import Image, Rendition, plain
from partnerships.publishing.feed import Refusal
from partnerships.queries.pictures import figure
from partnerships.queries.prose import to_html
from tests.world import resave, save

PREVIEW = "/admin/writing/preview/"
SIZES = [
    ("a" * 64 + ".avif", "image/avif", 400, 200),
    ("b" * 64 + ".avif", "image/avif", 800, 400),
    ("c" * 64 + ".jpg", "image/jpeg", 400, 200),
    ("d" * 64 + ".jpg", "image/jpeg", 800, 400),
    ("e" * 64 + ".jpg", "image/jpeg", 711, 400),  # the crop for cards
]


def renditions() -> list[Rendition]:
    return [Rendition(file=file, media_type=of, width=w, height=h, bytes=9) for file, of, w, h in SIZES]


@pytest.fixture
def sea(world) -> Image:
    """An image of the library with its files, not public."""
    image = save(Image(slug="sea", title="Sea", alt='The "sea" <at> dawn', credit="A. Person", licence="CC BY 4.0"))
    for one in renditions():
        one.image = image
        one.save()
    record_saved(image, by="anna", expected=image.version)
    return Image.objects.get(pk=image.pk)


def test_a_figure_has_all_sizes_its_text_and_its_credit(sea):
    html = figure(sea, renditions())
    small, large = (f"{settings.MEDIA_URL}{letter * 64}" for letter in "ab")
    assert f'<source type="image/avif" srcset="{small}.avif 400w, {large}.avif 800w"' in html
    assert f'<img src="{settings.MEDIA_URL}{"d" * 64}.jpg"' in html
    assert 'width="800" height="400" alt="The &quot;sea&quot; &lt;at&gt; dawn"' in html
    assert "<figcaption>A. Person · CC BY 4.0</figcaption>" in html
    assert "e" * 64 not in html
    sea.decorative = True
    assert 'alt=""' in figure(sea, renditions())


def test_a_text_with_a_picture_waits_for_it_and_then_shows_it(world, sea):
    text = f"Before.\n\n![](record:{sea.pk})\n\nAfter with ![](https://elsewhere.example/x.png) nothing."
    malta = resave(world.malta, body=text)
    reason = {"change_kind": "new_evidence", "note": "The sea is shown."}
    with pytest.raises(Refusal, match="Sea"):
        publish([malta], by="chiara", **reason)
    publish([malta, sea], by="chiara", **reason)
    page = Client().get("/partners/malta/").content.decode()
    assert '<p>Before.</p>\n<figure class="picture"><picture>' in page
    assert "<figcaption>A. Person · CC BY 4.0</figcaption>" in page
    assert "elsewhere.example" not in page
    assert f"![](record:{sea.pk})" in Client().get("/api/v1/partners/malta/").json()["body"]
    with pytest.raises(Refusal, match="Malta"):
        withdraw([sea], by="chiara", note="It shows another sea.")


def test_where_nothing_public_has_the_id_nothing_is_shown(world, sea):
    assert to_html(f"![](record:{sea.pk})").strip() == ""
    assert to_html(f"\ue000{sea.pk}\ue001") == f"<p>{sea.pk}</p>\n"  # signs of the renderer's own can't be typed
    shown = {sea.pk: figure(sea, renditions())}
    assert "<figure" not in to_html(f'&#xe000;{sea.pk}&#xe001; [a](/x "&#xE000;{sea.pk}&#xe001;")', pictures=shown)
    assert to_html("![a](/media/x.png) ![b](//x.example/y.png)", pictures={}) == "<p> </p>\n"
    assert to_html(f"One ![](record:{sea.pk}) two.", pictures={sea.pk: figure(sea, renditions())}).count("<figure") == 1
    assert plain(f"One ![the sea](record:{sea.pk}) two.") == "One  two."


def test_the_preview_says_what_is_in_the_way_of_a_picture(world, at, sea):
    text = f"![](record:{sea.pk})"
    page = at("anna").post(PREVIEW, {"text": text}).content.decode()
    assert "This picture isn’t public yet" in page.replace("&#x27;", "’")
    assert f'<a href="{address(sea)}">Sea</a>' in page
    publish([sea], by="chiara")
    page = at("anna").post(PREVIEW, {"text": text}).content.decode()
    assert "<figcaption>A. Person · CC BY 4.0</figcaption>" in page
    assert "remark" not in page
    assert address(sea) not in page
    Image.objects.filter(pk=sea.pk).update(alt="")
    assert "no alternative text" in at("anna").post(PREVIEW, {"text": text}).content.decode()
    assert "isn&#x27;t a picture of the library" in (
        at("anna").post(PREVIEW, {"text": f"![](record:{world.malta.pk})"}).content.decode()
    )


def test_pictures_from_elsewhere_and_in_the_wrong_place_are_pointed_at(sea):
    outside, inside = remarks(f"![A sea](https://x.example/a.png)\n\n## ![](record:{sea.pk})")
    assert (outside.rule, outside.line) == ("picture", 1)
    assert "on a line of its own" in inside.sentence
    assert remarks(f"![](record:{sea.pk})") == []


def test_the_picker_offers_images_to_those_of_the_desk(at, sea):
    asked = {"app_label": "partnerships", "model_name": "rendition", "field_name": "image", "term": "sea"}
    found = at("anna").get("/admin/autocomplete/", asked).json()["results"]
    assert [(one["id"], one["slug"]) for one in found] == [(str(sea.pk), "sea")]
