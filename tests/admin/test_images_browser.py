"""Pictures in a real browser: dropped on the library, the focal point by arrow keys, thumbnails on a phone."""

from __future__ import annotations

import base64
import re

import pytest

from partnerships.admin.addresses import address, list_address
from partnerships.models import Image
from tests.editorial.test_uploads import picture

from .test_browser import desk, tab  # noqa: F401 (fixtures)

pytestmark = pytest.mark.e2e

DROP = """([files, data]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const carried = new DataTransfer();
  for (const name of files) carried.items.add(new File([bytes], name, { type: "image/jpeg" }));
  document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""


def test_a_picture_is_dropped_on_the_library_and_its_focal_point_moved_by_keys(tab):  # noqa: F811
    from playwright.sync_api import expect

    data = base64.b64encode(picture(size=(300, 200))).decode()
    tab.goto(list_address("image"))
    tab.evaluate(DROP, [["sea.jpg"], data])
    tab.wait_for_url("**/image/add/")
    # `wait_for_function` would ask for `unsafe-eval` as soon as it has to wait
    expect(tab.locator("#id_upload")).to_have_value(re.compile(r"sea\.jpg$"))
    tab.fill("#id_title", "Sea")
    tab.fill("#id_credit", "NATO")
    tab.fill("#id_licence", "CC BY 4.0")
    tab.fill("#id_alt", "Waves at dusk")
    tab.click("button[name=_continue]")
    tab.wait_for_url("**/change/")
    before = Image.objects.get()
    assert (before.focal_x, before.focal_y, before.renditions.count() > 0) == (50, 50, True)
    tab.focus(".focal")
    for key in ("ArrowLeft", "Shift+ArrowRight", "ArrowDown"):
        tab.keyboard.press(key)
    assert (tab.input_value("#id_focal_x"), tab.input_value("#id_focal_y")) == ("59", "51")
    with tab.expect_navigation():
        tab.click("button[name=_continue]")
    after = Image.objects.get()
    assert (after.focal_x, after.focal_y) == (59, 51)
    tab.goto(f"{list_address('image')}add/")
    assert tab.evaluate("document.getElementById('id_upload').files.length") == 0  # it was taken once
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(list_address("image"))
    shown = tab.locator(".field-thumbnail img")
    assert shown.is_visible()
    assert shown.evaluate("image => image.complete && image.naturalWidth > 0")
    assert not tab.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert address(after) in tab.content()
    assert tab.complaints == []


def described(tab, title: str, button: str) -> None:  # noqa: F811
    tab.fill("#id_title", title)
    tab.fill("#id_credit", "NATO")
    tab.fill("#id_licence", "CC BY 4.0")
    tab.fill("#id_alt", f"{title} at dusk")
    with tab.expect_navigation():
        tab.click(f"button[name={button}]")


def test_several_pictures_are_taken_one_after_another(tab):  # noqa: F811
    from playwright.sync_api import expect

    field, hint = tab.locator("#id_upload"), tab.locator(".drop-hint")
    tab.goto(list_address("image"))
    data = base64.b64encode(picture(size=(300, 200))).decode()
    tab.evaluate(DROP, [["one.jpg", "two.jpg", "three.jpg", "four.jpg"], data])
    expect(hint).to_contain_text("Picture 1 of 4: one.jpg.")
    expect(field).to_have_value(re.compile(r"one\.jpg$"))
    with tab.expect_navigation():
        tab.evaluate("document.getElementById('image_form').noValidate = true")
        tab.click("button[name=_save]")  # no words yet: it comes back, and the picture with it
    expect(hint).to_contain_text("Picture 1 of 4: one.jpg.")
    expect(field).to_have_value(re.compile(r"one\.jpg$"))
    described(tab, "One", "_save")
    expect(hint).to_contain_text("Picture 2 of 4: two.jpg.")
    expect(field).to_have_value(re.compile(r"two\.jpg$"))
    described(tab, "Two", "_continue")  # to set its focal point, say: the next waits
    expect(hint).to_contain_text("Dropped and not saved yet: picture 3 of 4, three.jpg.")
    tab.click(".drop-hint a")
    expect(hint).to_contain_text("Picture 3 of 4: three.jpg.")
    tab.click(".drop-hint button")
    expect(hint).to_have_text("The others are left out.")
    described(tab, "Three", "_save")
    expect(hint).to_have_text("Drop pictures here: their forms open, one after another.")
    assert tab.url.endswith(list_address("image"))
    assert sorted(Image.objects.values_list("title", flat=True)) == ["One", "Three", "Two"]
    assert tab.complaints == []
