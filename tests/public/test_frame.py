"""What stands around every page, whatever it shows."""

import re
from urllib.parse import parse_qs, urlsplit

import pytest
import time_machine
from django.test import Client

from tests import databases
from tests.sweep import some

from .conftest import TODAY, asking
from .samples import ABSENT, FILES, SAMPLES, filled

pytestmark = pytest.mark.sampled

WORLD = {
    "framework": ["pfp", "ici"],
    "programme": ["itpp"],
    "region": ["europe"],
    "partner": ["malta", "japan"],
    "exercise": ["sea-breeze"],
    "edition": ["sea-breeze/sea-breeze-2021"],
    "milestone": ["malta-returns"],
    "claim": ["c065"],
    "source": ["nato-topic"],
    "page": ["about"],
    "word": ["malta"],
}
ALL_PAGES = [
    address
    for address in filled(WORLD, [route for route in SAMPLES if route not in FILES])
    if address not in ("/about/method/", "/about/method/?as_of=2014-03-01")  # the small world has no such page
    and not address.startswith("/pages/about/")  # it has an address of its own
]
PAGES = sorted({*some(ALL_PAGES, 3), *(address for address in ALL_PAGES if address.startswith(("/?", "/partners/")))})
NO_DAY = re.compile(r"feed\.atom$|/history/|/versions/|/cite/")
"""Addresses that follow the portal, not the world."""
NOT_HTML = [
    address
    for address in filled(WORLD, [route for route in FILES if route not in ABSENT])
    if address != "/about/method.md" and not address.startswith("/pages/about.md")  # see above
]


@pytest.fixture
def pages(world, reader, read):
    return read


@pytest.fixture(scope="module")
def swept(world_template, django_db_blocker):
    """Every page of the small world by its address, asked for once and parsed strictly."""
    ask = asking(Client())
    with django_db_blocker.unblock(), databases.using(world_template), time_machine.travel(TODAY, tick=False):
        return {address: ask(address) for address in PAGES}


def test_every_page_is_well_formed_and_complete(swept):
    for address, page in swept.items():
        assert page.one("html").attributes["lang"] == "en"
        assert page.title.endswith("Partnerships Portal")
        assert page.one("main").attributes["id"] == "main"
        here = re.sub(r"versions/\d+/$", "", address.partition("?")[0])
        assert page.one("link", rel="canonical").attributes["href"] == "http://localhost:8000" + here
        assert {"Malta", "Partners"} & set(re.findall(r"\w+", page.text)), address


def test_no_page_has_a_cookie_or_varies_by_one(world, reader, swept):
    others = [reader.get(address) for address in NOT_HTML]
    for response in [page.response for page in swept.values()] + others:
        assert response.status_code == 200
        assert not response.cookies
        assert "Cookie" not in response.headers.get("Vary", "")
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert not reader.cookies


def test_notices_stand_once_on_every_page(pages, swept):
    for address, page in swept.items():
        assert page.text.count("Check the sources.") == 1, address
    assert pages("/partners/nowhere/", 404).text.count("Check the sources.") == 1


def test_a_notice_for_the_home_page_stands_only_there(world, pages):
    from partnerships.editorial.publication import publish
    from partnerships.models import Notice
    from tests.world import save

    publish([save(Notice(slug="new", title="New map", summary="There is a map.", placement="home"))], by="chiara")
    assert "There is a map." in pages("/").text
    assert "There is a map." not in pages("/partners/").text


def test_a_notice_that_is_switched_off_stands_nowhere(world, pages):
    from partnerships.editorial.publication import publish
    from tests.world import resave

    notice = resave(world.ai, active=False)
    publish([notice], by="chiara", note="No longer true.", change_kind="world_change")
    assert "Check the sources." not in pages("/").text


def test_nothing_comes_from_elsewhere(swept):
    for page in swept.values():
        scripts = [one for one in page.all("script") if one.attributes.get("type") != "application/ld+json"]
        sources = [one.attributes.get("src", "") for one in (*scripts, *page.all("img"), *page.all("iframe"))]
        sources += [
            one.attributes["href"]
            for one in page.all("link")
            if one.attributes["rel"] in ("stylesheet", "preload", "icon")
        ]
        assert sources
        assert all(source.startswith("/static/") for source in sources)
        assert all("defer" in one.attributes for one in scripts)


def test_ten_requests_are_enough(pages):
    page = pages("/")
    assert (
        1
        + len([one for one in page.all("link") if one.attributes["rel"] in ("stylesheet", "preload", "icon")])
        + len(page.all("script"))
        <= 10
    )


# The day --------------------------------------------------------------------------------------------------------------


def test_today_is_shown_quietly(pages):
    page = pages("/partners/")
    bar = page.one("section", aria_label="Day shown")
    assert bar.attributes["class"] == "timebar"
    assert "Showing today 25\N{NO-BREAK SPACE}November\N{NO-BREAK SPACE}2026" in " ".join(bar.text.split(" "))
    assert not page.all("meta", name="robots")


def test_a_day_turns_the_whole_bar(pages):
    page = pages("/partners/?as_of=2014-03-01")
    bar = page.one("section", aria_label="Day shown")
    assert bar.attributes["class"] == "timebar dated"
    assert page.one("a", class_="back").attributes["href"] == "/partners/"
    assert page.one("meta", name="robots").attributes["content"] == "noindex"
    assert "as of 1 March 2014" in page.title


@pytest.mark.parametrize(
    ("asked", "shown"),
    [("2014", "31 December 2014"), ("2014-02", "28 February 2014"), ("2014-02-08", "8 February 2014")],
)
def test_a_year_or_month_means_its_last_day(pages, asked, shown):
    assert shown in pages(f"/partners/?as_of={asked}").title


def test_steps_lead_to_the_days_on_which_something_changed(pages):
    page = pages("/partners/malta/?as_of=1996-10-27")
    earlier, later = (one for one in page.all("a", class_="step"))
    assert (earlier.attributes["href"], later.attributes["href"]) == (
        "/partners/malta/?as_of=1995-04-26",
        "/partners/malta/?as_of=2004-06-28",
    )
    assert earlier.attributes["rel"] == later.attributes["rel"] == "nofollow"
    assert "no earlier change" in pages("/?as_of=1994-01-10").text
    assert "no later change" in pages("/").text


def test_the_day_field_keeps_the_other_parameters(pages):
    page = pages("/partners/?status=ally&ordering=-title&as_of=2024")
    form = next(one for one in page.all("form") if one.attributes.get("class") == "pick")
    assert form.attributes["action"] == "/partners/"
    kept = {
        one.attributes["name"]: one.attributes["value"]
        for one in page.all("input", type="hidden")
        if one.attributes["name"] in ("status", "ordering")
    }
    assert kept == {"status": "ally", "ordering": "-title"}
    assert page.one("input", id="as_of").attributes["value"] == "2024"


def test_the_scale_has_a_tick_for_each_known_day_and_a_column_for_each_year(pages):
    page = pages("/")
    ticks = next(one for one in page.all("path", class_="tk")).attributes["d"].count("M")
    # PfP, ICI founded; Malta thrice (its return is a milestone too), Russia twice, Finland twice; ITPP began in a month
    assert ticks == len({"1994-01-10", "2004-06-28", "1995-04-26", "1996-10-27", "2008-04-03"}) + 4
    years = [one.attributes["title"] for one in page.all("a") if one.attributes.get("tabindex") == "-1"]
    assert years == [str(year) for year in range(1991, 2027)]


def test_links_keep_the_day(pages):
    for address in PAGES:
        day = parse_qs(urlsplit(address).query).get("as_of")
        if not day:
            continue
        page = pages(address)
        for one in page.all("a"):
            link = one.attributes.get("href", "")
            if not link.startswith("/") or link.startswith(("/static/", "/api/", "/feedback/")) or NO_DAY.search(link):
                continue
            leaves = one.attributes.get("class") == "back" or one.text.strip().lower() in (
                "return to today",
                "see it as it is today",
            )
            asked = parse_qs(urlsplit(link).query).get("as_of")
            assert bool(asked) != leaves, f"{address}: {link}"


def test_undated_links_have_no_day_but_those_of_the_bar_and_the_first_question(pages):
    page = pages("/partners/malta/")
    for one in page.all("a"):
        link = one.attributes.get("href", "")
        if "as_of" in link:
            assert one.attributes.get("rel") == "nofollow"


# Navigation -----------------------------------------------------------------------------------------------------------


def test_every_link_within_the_portal_leads_somewhere(world, reader, swept):
    seen = set()
    for page in swept.values():
        for link in page.links():
            path = link.partition("#")[0]
            if path.startswith("/") and not path.startswith(("/static/", "/api/")) and "as_of" not in path:
                seen.add(path)
    seen -= {"/about/method/"}  # the small world has no such page
    for link in sorted(seen):
        assert reader.get(link).status_code == 200, link


def test_the_page_one_is_on_is_marked(pages):
    assert pages("/partners/").one("a", aria_current="page").text == "Partners"
    assert pages("/partners/malta/").one("a", aria_current="true").text == "Partners"


def test_breadcrumbs(pages):
    page = pages("/exercises/sea-breeze/sea-breeze-2021/")
    assert page.one("nav", aria_label="Breadcrumb").text.split() == [
        "Home",
        "Exercises",
        "Sea",
        "Breeze",
        "Sea",
        "Breeze",
        "2021",
    ]
    assert page.one("span", aria_current="page").text == "Sea Breeze 2021"
