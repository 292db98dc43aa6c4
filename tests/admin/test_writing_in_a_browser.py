"""The toolbar of a text in a real browser: typing, shortcuts, undo, links, notes, preview and remarks."""

from __future__ import annotations

# ruff: noqa: F401, F811 (fixtures are imported, and named as what they give)
import pytest

from partnerships.admin.addresses import address
from tests.admin.records import make
from tests.admin.test_browser import desk, tab
from tests.world import World

pytestmark = pytest.mark.e2e


def text(tab) -> str:
    return tab.input_value("#id_body")


def write(tab, words: str, select: str = "") -> None:
    tab.fill("#id_body", words)
    start = words.index(select) if select else len(words)
    tab.evaluate("([a, b]) => document.querySelector('#id_body').setSelectionRange(a, b)", [start, start + len(select)])
    tab.focus("#id_body")


def test_marks_come_and_go_by_button_and_by_key(tab):
    tab.goto(address(World().malta))
    write(tab, "An island state.", "island")
    tab.click(".md [data-do=bold]")
    assert text(tab) == "An **island** state."
    tab.keyboard.press("Control+b")
    assert text(tab) == "An island state."
    tab.keyboard.press("Control+i")
    assert text(tab) == "An *island* state."
    tab.keyboard.press("Control+z")
    assert text(tab) == "An island state."  # the browser's own undo survives
    tab.keyboard.press("Control+Alt+2")
    assert text(tab) == "## An island state."
    tab.keyboard.press("Control+Alt+2")
    tab.keyboard.press("Control+Alt+2")
    assert text(tab) == "An island state."
    write(tab, "one\ntwo", "one\ntwo")
    tab.click(".md [data-do=list]")
    assert text(tab) == "- one\n- two"
    tab.click(".md [data-do=quote]")
    assert text(tab) == "> - one\n> - two"
    write(tab, "see https://example.org/a", "https://example.org/a")
    tab.keyboard.press("Control+Shift+k")
    assert text(tab) == "see [](https://example.org/a)"
    assert tab.complaints == []


def test_the_toolbar_is_one_stop_for_the_keyboard(tab):
    tab.goto(address(World().malta))
    tab.focus("#id_summary")
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.dataset.do") == "bold"
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("document.activeElement.dataset.do") == "italic"
    tab.keyboard.press("End")
    assert tab.evaluate("document.activeElement.dataset.do") == "preview"
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.id") == "id_body"
    tab.click(".md [data-do=help]")
    assert "Ctrl+Alt+F" in tab.inner_text(".md-help")
    assert tab.get_attribute(".md [data-do=bold]", "title") == "Bold (Ctrl+B)"


def test_a_link_to_a_record_is_chosen_by_its_title(tab):
    world = World()
    tab.goto(address(world.japan))
    write(tab, "Unlike malta, it is large.", "malta")
    tab.keyboard.press("Control+k")
    assert tab.input_value("#picker input") == "malta"
    tab.wait_for_selector("#picker-list [role=option]:has-text('Malta · partner')")
    tab.keyboard.press("Enter")
    assert text(tab) == f"Unlike [malta](record:{world.malta.pk}), it is large."
    tab.wait_for_selector(".md-view a[href='/partners/malta/']")
    tab.keyboard.press("Control+z")
    assert text(tab) == "Unlike malta, it is large."
    assert tab.complaints == []


def test_a_source_becomes_a_numbered_note_and_a_citation(tab):
    world = World()
    tab.goto(address(world.japan))
    write(tab, "It is an island state.")
    tab.keyboard.press("Control+Alt+f")
    tab.fill("#picker input", "topic")
    tab.click("#picker-list [role=option]:has-text('Topic page')")
    assert text(tab) == "It is an island state.[^nato-topic]"
    tab.wait_for_selector(".md-view a[href='#n1']")
    tab.click(".md [data-do=cite]")
    tab.click("#picker-list [data-mark=cited]")
    assert text(tab).endswith("[^nato-topic][^nato-topic]")
    tab.click("button[name=_continue]")
    tab.wait_for_selector(".messagelist .success")
    citation = world.japan.citations.get()
    assert (citation.source.slug, citation.field) == ("nato-topic", "body")
    assert tab.complaints == []


def test_preview_and_remarks_follow_the_typing(tab):
    tab.goto(address(World().malta))
    tab.wait_for_selector(".md-view em:has-text('island')")
    write(tab, "It joined.\n\nIt is currently **waiting**.")
    tab.keyboard.type(" Yes.")
    tab.wait_for_selector(".md-view strong:has-text('waiting')")
    assert tab.inner_text(".md-words") == "7 words"
    tab.fill("#id_summary", "An island.")
    assert tab.inner_text(".summary-words") == "2 words"
    assert tab.inner_text(".md-found") == "1 remark"
    tab.click(".md-remarks button")
    chosen = (
        "(({value, selectionStart, selectionEnd}) => value.slice(selectionStart, selectionEnd))(document.activeElement)"
    )
    assert tab.evaluate(chosen) == "currently"
    tab.click(".md [data-do=preview]")
    assert not tab.locator(".md-view").is_visible()
    tab.reload()
    assert not tab.locator(".md-view").is_visible()  # as it was left
    assert tab.complaints == []


def test_on_a_phone_the_preview_takes_the_place_of_the_text(tab):
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(address(World().malta))
    assert not tab.locator(".md-view").is_visible()
    tab.click(".md [data-do=preview]")
    tab.wait_for_selector(".md-view em:has-text('island')")
    assert not tab.locator("#id_body").is_visible()
    assert not tab.evaluate("document.documentElement.scrollWidth > innerWidth")
    tab.click(".md [data-do=preview]")
    assert tab.locator("#id_body").is_visible()
    assert tab.complaints == []


def test_a_new_source_is_cited_by_its_address(tab):
    world = World()
    tab.goto(address(world.japan))
    tab.fill("#new-source-address", "https://www.nato.int/docu/basictxt/b940110b.htm")
    with tab.expect_popup() as opened:
        tab.keyboard.press("Enter")
    form = opened.value
    form.wait_for_selector("#id_title")
    assert form.input_value("#id_published") == "1994-01-10"
    form.fill("#id_title", "The framework document")
    with form.expect_event("close"):
        form.click("button[name=_save]")
    assert tab.locator("[name=citations-0-source] option:checked").inner_text() == "The framework document"
    tab.click("button[name=_continue]")
    tab.wait_for_selector(".messagelist .success")
    assert world.japan.citations.get().source.title == "The framework document"
    assert tab.complaints == []


def test_a_picture_of_the_library_is_put_on_a_line_of_its_own(tab):
    image = make("image")
    tab.goto(address(World().malta))
    write(tab, "An island state.")
    tab.click(".md [data-do=picture]")
    tab.fill("#picker input", "image")
    tab.click("#picker-list [role=option]:has-text('A image of the test')")
    assert text(tab) == f"An island state.\n\n![](record:{image.pk})\n\n"
    tab.wait_for_selector(".md-view .md-remarks:has-text('public yet')")
    assert tab.complaints == []
