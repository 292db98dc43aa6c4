"""Every page of the desk in a real browser: axe finds nothing, the content policy holds, nothing is wider than the screen.

The pages are those of the permission walk's table: one that is neither visited nor named as unseen fails. `make e2e` looks
at two kinds, `WALK=whole` at all.
"""

from __future__ import annotations

import pytest
from django.db import connections

from tests import databases

from .live import chromium, server, session_of
from .looking import everything, needed, visited

pytestmark = pytest.mark.e2e

ALL = "['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']"
COLOURS = "['color-contrast', 'link-in-text-block']"  # the rules that a colour scheme makes a difference to
WIDE, PHONE, SMALL = 1280, 390, 320


@pytest.fixture
def site(own, world_template, tmp_path, monkeypatch):
    """A server over a world with something on every page: its address, the pages by who looks, and their sessions."""
    if databases.on_postgresql():
        pytest.skip("the server of this test reads SQLite files")
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # the browser's driver runs an event loop in this thread
    with own(world_template) as pair:
        pages = everything()
        cookies = {who: session_of(who) for who in pages if who}
        connections.close_all()
        with server(pair, tmp_path) as where:
            yield where, pages, cookies


def test_every_page_is_for_everybody(site):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe().axe_script
    where, pages, cookies = site
    assert needed() - visited(pages["dag"]) == set()
    faults: list[str] = []
    with chromium() as browser:
        for who, addresses in pages.items():
            context = browser.new_context(base_url=where, reduced_motion="reduce")
            context.add_cookies([cookies[who]] if who else [])
            tab = context.new_page()
            said: list[str] = []
            tab.on("console", lambda one, said=said: said.append(one.text) if one.type == "error" else None)
            tab.on("pageerror", lambda one, said=said: said.append(str(one)))
            for address in addresses:
                faults += [f"{who} {address} {fault}" for fault in _looked_at(tab, address, said, axe)]
            tab.evaluate("document.querySelector('h1').replaceChildren(new Image())")
            assert any("image-alt" in fault for fault in _axe(tab)), "a fault would have been found"
            context.close()
    connections.close_all()
    assert faults == [], "\n".join(faults)


def _looked_at(tab, address: str, said: list[str], axe: str) -> list[str]:
    """What is wrong with a page in light and dark on a wide screen, and in light on a phone. The page is loaded once."""
    said.clear()
    tab.set_viewport_size({"width": WIDE, "height": 900})
    tab.emulate_media(color_scheme="light")
    answer = tab.goto(address, wait_until="load")
    absent = address.endswith("/nothing/")  # a link that isn't one: the page that says so
    faults = [] if answer.status == (404 if absent else 200) else [f"answers {answer.status}"]
    for width in (WIDE, SMALL, PHONE):
        tab.set_viewport_size({"width": width, "height": 900})
        over = tab.evaluate("document.documentElement.scrollWidth - innerWidth")
        faults += [f"is {over} px wider than {width}"] if over > 0 else []
    faults += [line for line in said if not absent or "404" not in line]  # axe's own trials come after
    tab.evaluate(axe)
    return faults + _axe(tab)


def _axe(tab) -> list[str]:
    """What axe finds on the page as it stands."""
    faults = []
    for width, scheme, rules in ((PHONE, "light", ALL), (WIDE, "light", ALL), (WIDE, "dark", COLOURS)):
        tab.set_viewport_size({"width": width, "height": 900})
        tab.emulate_media(color_scheme=scheme)
        how = f"{{runOnly: {rules}, resultTypes: ['violations'], preload: false}}"  # preloading would try inline styles
        for found in tab.evaluate(f"axe.run(document, {how}).then(found => found.violations)"):
            for node in found["nodes"][:3]:
                faults.append(f"{width} {scheme} {found['id']}: {node['html'][:200]} {node['failureSummary'][:300]!r}")
    return faults
