"""Other ways of reading, in a real browser: by keys alone, with less motion, in the reader's own colours, on paper."""

from __future__ import annotations

import pytest

from .test_browser_questions import DESKTOP, PHONE, said

pytestmark = pytest.mark.e2e

FOCUSED = """() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  return {what: one.matches("a") ? one.getAttribute("href") : one.id || one.textContent.trim() || one.className,
    seen: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
      && box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight};
}"""
MOVING = """() => [...document.querySelectorAll("*")].filter(one => {
  const style = getComputedStyle(one);
  return [style.transitionDuration, style.animationDuration].some(times => times.split(",").some(time => parseFloat(time) > 0));
}).length"""
SHOWN = "one => one.checkVisibility() && one.getBoundingClientRect().height > 0"


@pytest.fixture
def opened(site, chrome):
    """A function that opens an address in a window of its own."""
    contexts = []

    def open_(address: str, **how):
        contexts.append(chrome.new_context(base_url=site, **{"viewport": DESKTOP, "reduced_motion": "reduce"} | how))
        tab = contexts[-1].new_page()
        tab.goto(address)
        return tab

    yield open_
    for context in contexts:
        context.close()


def walk(tab, until: str, most: int = 400) -> list[str]:
    """Tab until something has the focus; every stop on the way shows it."""
    met = []
    for _ in range(most):
        tab.keyboard.press("Tab")
        stop = tab.evaluate(FOCUSED)
        assert stop["seen"], f"the focus can't be seen on {stop['what']!r}"
        met.append(stop["what"])
        if stop["what"] == until:
            return met
    raise AssertionError(f"{until!r} isn't reached by keys: {met[:40]}")


def test_the_first_stop_skips_to_the_content(opened):
    tab = opened("/partners/ukraine/")
    assert walk(tab, "#main") == ["#main"]
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "main"
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_menu_search_and_date_bar_by_keys(opened):
    tab = opened("/")
    met = walk(tab, "q")
    assert {"/partners/", "/frameworks/", "/map/", "/claims/"} <= set(met)
    tab.keyboard.type("Crimea")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/search/?q=Crimea")
    walk(tab, "as_of")
    tab.keyboard.type("2014-03-18")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**as_of=2014-03-18")
    assert "18 March 2014" in said(tab, ".timebar")
    later = tab.locator(".step[href]").last.get_attribute("href")
    walk(tab, later)
    tab.keyboard.press("Enter")
    tab.wait_for_url(f"**{later}")


def test_menu_on_a_phone_by_keys(opened):
    tab = opened("/", viewport=PHONE)
    walk(tab, "Menu and search")
    tab.keyboard.press("Enter")
    walk(tab, "/map/")
    tab.keyboard.press("Enter")
    tab.wait_for_url("**/map/")


def test_nothing_moves_for_who_wants_less_motion(opened):
    assert opened("/partners/ukraine/", reduced_motion="reduce").evaluate(MOVING) == 0


def test_drawings_take_the_readers_own_colours(opened):
    """Each filling of the map stays told apart when the reader's own colours replace ours."""
    tab = opened("/map/", forced_colors="active")
    token = "name => getComputedStyle(document.documentElement).getPropertyValue(name).trim()"
    assert [tab.evaluate(token, name) for name in ("--paper", "--ink", "--accent")] == [
        "Canvas",
        "CanvasText",
        "Highlight",
    ]
    fill = "mark => getComputedStyle(document.querySelector(`.map.near .k-${mark}`)).fill"
    fills = [tab.evaluate(fill, mark) for mark in ("held", "paused", "ally")]
    assert len(set(fills)) == 3


def test_on_paper(opened):
    """Notes, addresses of links, version and address of the page; no navigation."""
    tab = opened("/partners/ukraine/?as_of=2014-03-18")
    screen = {part: tab.locator(part).first.evaluate(SHOWN) for part in (".nav", ".paper")}
    assert screen == {".nav": True, ".paper": False}
    tab.emulate_media(media="print")
    for part in (".nav", ".find", ".turn-in", ".side", ".crumbs", ".ftall", ".skip", ".back"):
        assert not tab.locator(part).first.evaluate(SHOWN), part
    assert tab.locator("section:has(> #sources) .notes li").first.evaluate(SHOWN)
    assert "18 March 2014" in said(tab, ".timebar")
    assert tab.url in said(tab, ".paper")
    assert "version" in said(tab, "main")
    after = "one => getComputedStyle(one, '::after').content"
    link = tab.locator("section:has(> #sources) a[href^=http]").first
    assert link.get_attribute("href") in tab.evaluate("([one]) => one", [link.evaluate(after)])
