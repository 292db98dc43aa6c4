"""Two people in two browsers at two server processes over one database: they see each other, and nobody loses work."""

from __future__ import annotations

import time

import pytest
from django.db import connections

from partnerships.admin.addresses import address
from partnerships.editorial.models import Autosave, Revision
from tests import databases
from tests.world import World

from .live import chromium, server, session_of

pytestmark = pytest.mark.e2e


@pytest.fixture
def two(own, world_template, tmp_path, monkeypatch):
    """A function `tab(name, server)` that opens a tab for somebody at one of two servers."""
    if databases.on_postgresql():
        pytest.skip("the servers of this test read SQLite files")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's driver runs an event loop in this thread
    with own(world_template) as pair:
        (tmp_path / "a").mkdir()
        cookies = {name: session_of(name) for name in ("anna", "bruno")}
        malta = address(World().malta)
        with server(pair, tmp_path / "a") as first, server(pair, tmp_path / "a") as second, chromium() as browser:
            connections.close_all()  # inside the driver's event loop Django keeps connections of their own

            def tab(name: str, number: int, script: str = ""):
                context = browser.new_context(base_url=(first, second)[number])
                context.add_cookies([cookies[name]])
                page = context.new_page()
                page.add_init_script(script)
                page.goto(malta)
                return page

            yield tab
            connections.close_all()


def seconds(condition, most: float) -> float:
    """How long it takes until something holds."""
    began = time.monotonic()
    while time.monotonic() - began < most:
        if condition():
            return time.monotonic() - began
        time.sleep(0.2)
    raise AssertionError(f"not within {most} s")


def present(page) -> str:
    return page.locator("#present").inner_text()


def test_they_see_each_other_come_and_go(two):
    anna, bruno = two("anna", 0), two("bruno", 1)
    seen = seconds(lambda: "Bruno Reviewer is here" in present(anna), 10)
    bruno.fill("#id_capital", "Mdina")
    seconds(lambda: "with unsaved changes" in present(anna), 10)
    assert "Anna Author is here" in present(bruno)
    bruno.context.close()  # a browser that ends says nothing any more, or just in time
    gone = seconds(lambda: present(anna) == "", 30)
    print(f"seen after {seen:.1f} s, gone after {gone:.1f} s")


SLOWED = """
window.setInterval = () => 0; // as good as what browsers do to the timers of a page in the background
Object.defineProperty(Document.prototype, "hidden", { get: () => true });
"""


def test_a_tab_in_the_background_is_there_until_it_ends_and_then_soon_gone(two):
    bruno = two("bruno", 1, SLOWED)
    anna = two("anna", 0)
    seconds(lambda: "Bruno Reviewer is here" in present(anna), 10)
    anna.wait_for_timeout(22_000)  # longer than a word of it counts
    assert "Bruno Reviewer is here" in present(anna)
    bruno.route("**/presence/", lambda route: route.abort())  # it dies without a goodbye
    bruno.context.close()
    gone = seconds(lambda: present(anna) == "", 30)
    print(f"gone after {gone:.1f} s")


def test_what_was_typed_survives_the_browser_and_is_offered_on_another_server(two):
    anna = two("anna", 0)
    before = Revision.objects.count()
    anna.fill("#id_summary", "An island that was typed for an hour.")
    seconds(lambda: Autosave.objects.exists(), 10)
    assert "Kept" in anna.locator("#unsaved").inner_text()
    anna.context.close()  # no save, no goodbye
    again = two("anna", 1)
    again.click("button[name=_kept]")
    assert again.input_value("#id_summary") == "An island that was typed for an hour."
    assert Revision.objects.count() == before
    again.click("button[name=_continue]")
    again.wait_for_selector(".messagelist .success")
    assert World().malta.summary == "An island that was typed for an hour."
    assert not Autosave.objects.exists()


def test_a_save_over_anothers_merges_in_place(two):
    anna, bruno = two("anna", 0), two("bruno", 1)
    anna.fill("#id_capital", "Sliema")
    anna.fill("#id_summary", "An island.")
    bruno.fill("#id_capital", "Mdina")
    bruno.fill("#id_short_title", "MT")
    bruno.click("button[name=_continue]")
    bruno.wait_for_selector(".messagelist .success")
    seconds(lambda: "Bruno Reviewer saved a newer version" in present(anna), 10)
    anna.click("button[name=_continue]")
    anna.wait_for_selector(".merge")
    assert anna.input_value("#id_summary") == "An island."
    assert anna.input_value("#id_short_title") == "MT"
    anna.check("input[name=take-capital][value=theirs]")
    anna.click("button[name=_continue]")
    anna.wait_for_selector(".messagelist .success")
    malta = World().malta
    assert (malta.capital, malta.summary, malta.short_title) == ("Mdina", "An island.", "MT")


def test_keeping_pauses_when_somebody_else_has_saved(two):
    anna, bruno = two("anna", 0), two("bruno", 1)
    bruno.fill("#id_capital", "Mdina")
    bruno.click("button[name=_continue]")
    bruno.wait_for_selector(".messagelist .success")
    anna.fill("#id_summary", "Too late.")
    seconds(lambda: "no longer kept" in anna.locator("#unsaved").inner_text(), 10)
    assert not Autosave.objects.exists()
    assert anna.input_value("#id_summary") == "Too late."


def test_leaving_with_unsaved_changes_asks_and_otherwise_does_not(two):
    anna, asked = two("anna", 0), []

    def answer(dialog):
        asked.append(dialog.type)
        dialog.accept()

    anna.on("dialog", answer)
    anna.wait_for_timeout(300)
    anna.goto("/admin/")
    assert asked == []
    anna.go_back()
    anna.wait_for_timeout(300)
    anna.locator("#id_capital").press_sequentially("x")
    anna.goto("/admin/")
    assert asked == ["beforeunload"]
    anna.goto(address(World().malta))
    anna.wait_for_timeout(300)
    anna.locator("#id_capital").press_sequentially("y")
    anna.click("button[name=_continue]")
    anna.wait_for_selector(".messagelist .success")
    assert asked == ["beforeunload"]


def test_two_tabs_of_one_person_keep_what_is_typed_in_each(two):
    first, second = two("anna", 0), two("anna", 1)
    first.fill("#id_summary", "Typed in the first tab.")
    seconds(lambda: "in another tab, with unsaved changes" in present(second), 10)
    second.fill("#id_capital", "Mdina")
    seconds(lambda: Autosave.objects.count() == 2, 10)
    second.click("button[name=_continue]")
    second.wait_for_selector(".messagelist .success")
    assert World().malta.summary == ""
    assert "Typed+in+the+first+tab." in Autosave.objects.get().typed
    first.context.close()  # crashed, say
    again = two("anna", 1)
    again.click("button[name=_kept]")  # what the second tab saved is merged in
    assert again.input_value("#id_summary") == "Typed in the first tab."
    again.click("button[name=_continue]")
    again.wait_for_selector(".messagelist .success")
    assert (World().malta.summary, World().malta.capital) == ("Typed in the first tab.", "Mdina")
    assert not Autosave.objects.exists()
