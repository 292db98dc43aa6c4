"""A page of every type in a real browser, on the real content: accessible, quiet, no wider than the screen, light.

The types are the routes: a new one without a sample is refused by test_routes, and one whose sample can't be filled from
the content fails here.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from partnerships.public.urls import urlpatterns
from tests import databases

from .samples import FILES, filled
from .test_reading_content import slugs

pytestmark = pytest.mark.e2e

TYPES = [pattern.name for pattern in urlpatterns if pattern.name not in {*FILES, "media"}]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
PHONE, DESKTOP = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
MOST_REQUESTS, MOST_BYTES = 10, 100_000
FINDINGS = """of => axe.run({runOnly: of, resultTypes: ["violations"]}).then(answer => answer.violations.map(
  broken => [broken.id, broken.nodes.length, broken.nodes.slice(0, 3).map(node => node.html.slice(0, 160))]))"""
LATE = "was preloaded using link preload but not used"
"""What the browser says of a font that came too late for its page, as `font-display: optional` means it: the machine's affair."""
SHIFTS = """window.shifted = 0;
new PerformanceObserver(list => { for (const one of list.getEntries()) window.shifted += one.value; })
  .observe({type: "layout-shift", buffered: true});"""


@pytest.fixture(scope="module")
def addresses(content_template, django_db_blocker):
    """One address for each type of page."""
    with django_db_blocker.unblock(), databases.using(content_template):
        found = slugs(9)
        return {route: next(filled(found, [route]), None) for route in TYPES}


@pytest.fixture(scope="module")
def axe():
    """The text of axe's script."""
    package = pytest.importorskip("axe_playwright_python")
    return Path(package.__file__).with_name("axe.min.js").read_text()


def shift(chrome, site: str, address: str) -> float:
    """How far a page moves while a browser that was never here opens it on a phone."""
    context = chrome.new_context(base_url=site, viewport=PHONE)
    context.add_init_script(SHIFTS)
    tab = context.new_page()
    tab.goto(address)
    tab.evaluate("document.fonts.ready.then(() => true)")
    moved = tab.evaluate("window.shifted")
    context.close()
    return moved


@pytest.mark.parametrize("route", TYPES)
def test_a_page_of_the_type(addresses, site, chrome, axe, route):
    """On a phone and a desk, in light, dark and forced colours: no finding of axe, nothing sideways, no shift, no message."""
    address = addresses[route]
    assert address, "the content has no page of this type"
    context = chrome.new_context(base_url=site, viewport=PHONE, color_scheme="light")
    context.add_init_script(SHIFTS)
    tab = context.new_page()
    said, answers, faults = [], [], []
    tab.on("console", lambda message: LATE in message.text or said.append(message.text))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("requestfinished", lambda request: answers.append(request))

    def ask(of: dict, what: str) -> None:
        faults.extend((what, *found) for found in tab.evaluate(FINDINGS, of))

    def look_for_width(width: int) -> None:
        if (wide := tab.evaluate("document.documentElement.scrollWidth")) > width:
            faults.append((f"{wide} wide on {width}",))

    tab.goto(address)
    tab.evaluate("document.fonts.ready.then(() => true)")
    carried = sum(
        request.sizes()["responseBodySize"]
        for request in answers
        if not request.response().headers.get("content-type", "").startswith("image/")
    )
    print(f"{route:24} {address:50} {len(answers):3} requests {carried / 1000:6.1f} kB")
    if len(answers) > MOST_REQUESTS or carried > MOST_BYTES:
        faults.append((f"{len(answers)} requests, {carried} bytes",))
    heading = tab.locator("h1")
    if heading.count() != 1 or heading.bounding_box()["y"] + heading.bounding_box()["height"] > PHONE["height"]:
        faults.append(("the heading isn't on the first screen",))
    if tab.locator("html").get_attribute("lang") != "en" or not tab.title().endswith(" · Partnerships Portal"):
        faults.append(("language or title", tab.title()))
    # A machine that stalls between two pieces of a page makes what never moves otherwise move: once is no finding.
    if (first := tab.evaluate("window.shifted")) and (again := shift(chrome, site, address)):
        faults.append((f"shifts by {first:.4f}, and {again:.4f} when it is opened once more",))
    look_for_width(390)
    tab.evaluate(axe)
    ask({"type": "tag", "values": WCAG}, "phone, light")
    tab.set_viewport_size({"width": 320, "height": 640})
    look_for_width(320)
    ask({"type": "rule", "values": ["target-size", "scrollable-region-focusable"]}, "320 px")
    tab.set_viewport_size(DESKTOP)
    tab.emulate_media(color_scheme="dark")
    look_for_width(1280)
    ask({"type": "rule", "values": ["color-contrast", "link-in-text-block", "target-size"]}, "desk, dark")
    tab.emulate_media(color_scheme="light", forced_colors="active")
    ask({"type": "rule", "values": ["color-contrast", "link-in-text-block"]}, "forced colours")
    context.close()
    faults += [("the browser said", text) for text in said]
    assert not faults, faults
