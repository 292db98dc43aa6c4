"""From the list to the form, the publishing dialog and the queue without a mouse; focus can be seen at every stop."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import connections

from partnerships.admin.addresses import address, list_address
from tests import databases
from tests.world import World

from .live import chromium, server, session_of

pytestmark = pytest.mark.e2e

STOPS = 200
"""More stops than any of these pages has before what is looked for."""
WHERE = """() => {
  const here = document.activeElement, box = here.getBoundingClientRect();
  let shown = false;
  for (let node = here, up = 0; node && up < 4; node = node.parentElement, up += 1) {
    const style = getComputedStyle(node);
    shown ||= style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
  }
  const over = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 20));
  const covered = Boolean(over?.closest(".submit-row, #header")) && !here.closest(".submit-row, #header");
  return {shown, covered, html: here.outerHTML.slice(0, 160)};
}"""
"""Whether the focus is shown by an outline, and whether the bar lies over what has it."""


@pytest.fixture
def tab(own, world_template, tmp_path, monkeypatch):
    """Dag's tab on a server of its own; he alone may publish, his own changes too."""
    if databases.on_postgresql():
        pytest.skip("the server of this test reads SQLite files")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's driver runs an event loop in this thread
    with own(world_template) as pair:
        User.objects.filter(username__in=["bruno", "chiara"]).update(is_active=False)
        cookie = session_of("dag")
        connections.close_all()
        with server(pair, tmp_path) as where, chromium() as browser:
            context = browser.new_context(base_url=where, viewport={"width": 1280, "height": 900})
            context.add_cookies([cookie])
            yield context.new_page()
            connections.close_all()


def go_to(tab, selector: str, key: str = "Tab") -> None:
    """Press a key until the focus is on an element that the selector finds."""
    for _ in range(STOPS):
        tab.keyboard.press(key)
        stop = tab.evaluate(WHERE)
        assert stop["shown"], stop
        assert not stop["covered"], stop
        if tab.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} can't be reached")


def test_a_change_is_made_and_published_by_keyboard(tab):
    malta = World().malta
    tab.goto(list_address("partner"))
    go_to(tab, f'#result_list a[href^="{address(malta)}"]')
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**{address(malta)}*")
    go_to(tab, "#id_capital")
    tab.keyboard.type("Mdina")
    go_to(tab, "button[name=_publish]")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/publish/")
    go_to(tab, "input[name=change_kind]")
    tab.keyboard.press("Space")
    go_to(tab, "textarea[name=note]")
    tab.keyboard.type("The capital is named.")
    go_to(tab, "form.dialog .submit-row button")
    tab.keyboard.press("Enter")
    tab.wait_for_selector(".messagelist .success")
    assert World().malta.capital == "Mdina"
    go_to(tab, '#desk-nav a[href="/admin/queue/"]')
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/admin/queue/")
    assert tab.locator("h1").inner_text().startswith("Review queue")
