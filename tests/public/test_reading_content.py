"""The real content, read: the answers that must be right, and every kind of page well formed.

Only reads, and knows nothing of the editorial side: runs against a published file alone as well.
"""

import gzip
from datetime import date

import pytest

from partnerships.models import KINDS, Citation, Edition, Participant, Partner
from partnerships.publishing.models import SearchEntry
from partnerships.publishing.reading import public
from partnerships.queries.as_of import Day
from partnerships.queries.facets import SHOWN, facets
from partnerships.queries.filters import QUESTIONS
from partnerships.queries.participants import status_then

from .samples import FILES, SAMPLES, filled


@pytest.fixture(autouse=True)
def _content(content):
    return content


def said(page) -> str:
    return page.main


def slugs(most: int) -> dict[str, list[str]]:
    """Up to `most` records of each kind, spread over all of them."""
    found = {}
    for name, kind in KINDS.items():
        if kind is Edition:
            pairs = public(kind).order_by("slug").values_list("series__slug", "slug")
            names = [f"{series}/{slug}" for series, slug in pairs]
        else:
            names = list(public(kind).order_by("slug").values_list("slug", flat=True))
        found[name] = names[:: max(1, len(names) // most)][:most]
    found["page"] = [slug for slug in found["page"] if slug not in ("home", "about", "method")]
    return found | {"word": ["pfp", "ukraine"]}


@pytest.mark.slow
def test_every_kind_of_page_is_well_formed(read):
    plain = [route for route in SAMPLES if route not in FILES]
    for address in filled(slugs(2), plain):
        page = read(address)
        assert page.one("h1").text.strip()


@pytest.mark.slow
def test_all_countries_and_frameworks_have_well_formed_pages(read):
    for kind, days in (("partner", ("", "?as_of=2014-03-01", "?as_of=1992-06-15")), ("framework", ("", "?as_of=1998"))):
        for slug in public(KINDS[kind]).values_list("slug", flat=True):
            for day in days:
                read(f"/{KINDS[kind].plural}/{slug}/{day}")


@pytest.mark.slow
def test_every_page_of_the_sitemap_is_there(reader):
    """A spread of them: each kind's first and last, and every ninth in between."""
    text = reader.get("/sitemap.xml").text
    addresses = [part.partition("<")[0] for part in text.split("<loc>")[1:]]
    assert len(addresses) > 1000
    for address in addresses[::9]:
        assert reader.get(address.removeprefix("http://localhost:8000")).status_code == 200, address


@pytest.mark.slow
@pytest.mark.parametrize("given", [{}, {"as_of": "2014-03-01"}, {"q": "nato"}], ids=["all", "then", "words"])
def test_every_count_of_every_facet_is_what_its_value_gives(given):
    day = Day(date.fromisoformat(given.get("as_of", "2026-11-25")), date(2026, 11, 25), given.get("as_of", ""))
    asked = {name: value for name, value in given.items() if name != "as_of"}
    counted = 0
    for model in SHOWN:
        if model is SearchEntry and "q" not in asked:
            continue
        for facet in facets(model, asked, public(model), day):
            for option in facet.options:
                rows = QUESTIONS[model](asked | {facet.name: option.value}, public(model), day=day.day, dated=day.dated)
                assert rows.qs.count() == option.count > 0, (model, facet.name, option.value)
                counted += 1
    assert counted > 100


# Answers that must be right ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "count", "suspended"),
    [
        ("2014-03-01", 22, 0),
        ("2014-04-01", 22, 1),
        ("2021-11-19", 20, 2),
        ("2023-04-04", 19, 2),
        ("2024-03-07", 18, 2),
        ("", 18, 2),
    ],
)
def test_who_was_in_partnership_for_peace(read, day, count, suspended):
    page = read(f"/frameworks/pfp/{'?as_of=' + day if day else ''}")
    assert page.one("span", class_="bign").text == str(count)
    assert (f"of which {suspended} suspended" if suspended else "none of them suspended") in said(page)
    rows = [one for one in page.all("tr") if "lanecell" in one.text or "tbody" in one.parents]
    stays = [one for one in rows if any(word in one.text for word in ("In force", "Suspended"))]
    assert len(stays) == count


def test_russia_and_belarus_are_suspended_and_not_ended(read):
    for slug, since in (("russia", "1 April 2014"), ("belarus", "19 November 2021")):
        page = read(f"/partners/{slug}/")
        assert f"Partner, suspended since {since}" in said(page)
        rows = [" ".join(one.text.split()) for one in page.all("tr") if "Partnership for Peace" in one.text]
        assert any("Suspended" in row and "open" in row for row in rows)
    page = read("/frameworks/pfp/")
    section = page.text.partition("Suspended A suspension is not an end")[2].partition("Joined and left")[0]
    assert "Russia" in section
    assert "Belarus" in section


def test_japan_was_never_in_the_istanbul_cooperation_initiative(read):
    page = read("/frameworks/ici/")
    assert "Japan" not in "".join(one.text for one in page.all("table"))
    page = read("/claims/c065/")
    assert "Contradicted" in said(page)
    assert "it has no role in the Istanbul Cooperation Initiative" in said(page)
    assert "/claims/c065/" in read("/").links()


def test_malta_has_two_stays(read):
    rows = [" ".join(one.text.split()) for one in read("/partners/malta/").all("tr")]
    stays = [row for row in rows if row.startswith("Partnership for Peace") and "Apr" in row]
    assert len(stays) == 2
    assert "Former partner since 27 October 1996" in said(read("/partners/malta/?as_of=2000"))


def test_commission_and_council_are_two_bodies(read):
    page = read("/partners/ukraine/")
    assert {"/frameworks/nuc-commission/", "/frameworks/nuc-council/"} <= set(page.links())
    assert "(closed)" in said(read("/frameworks/nuc-commission/"))
    assert "Not yet" in said(read("/frameworks/nuc-council/?as_of=2023-07-10"))


def test_a_month_is_never_shown_as_a_day(read):
    page = read("/partners/georgia/")
    assert "June 1992" in said(page)
    assert "1 June 1992" not in said(page)
    assert "30 June 1992" not in said(page)
    assert "1 Jun 1992" not in said(page)


def test_north_macedonia_bears_the_name_of_the_day(read):
    assert "former Yugoslav Republic of Macedonia" in read("/partners/north-macedonia/?as_of=2018").one("h1").text
    assert read("/partners/north-macedonia/").one("h1").text == "North Macedonia"
    assert "former Yugoslav Republic of Macedonia" in said(read("/frameworks/pfp/?as_of=2014-03-01"))
    assert "/partners/north-macedonia/" in read("/search/?q=fyrom").links()


def test_partners_at_the_time_of_an_exercise_are_derived(read):
    for slug, series in public(Edition).order_by("slug").values_list("slug", "series__slug")[::20]:
        page = read(f"/exercises/{series}/{slug}/")
        rows = public(Participant).filter(edition__slug=slug).select_related("edition", "partner")
        rows = list(rows.prefetch_related("partner__memberships"))
        then = {row.partner_id for row in rows if status_then(row) == "partner"}
        if rows:
            assert f"{len(then)} of them partners at the time" in said(page), slug


def test_home_counts_countries_by_status(read):
    page = read("/")
    numbers = {one.attributes["href"].partition("=")[2]: one.text for one in page.all("a") if one.text[:1].isdigit()}
    assert numbers["partner"] == "35 Partner"
    assert numbers["suspended"] == "3 Partner, suspended"
    assert numbers["ally"] == "16 Ally, once a partner"
    assert f"{public(Partner).count()} countries with a record" in said(page)


def test_the_verdicts_of_all_statements_are_counted(read):
    page = read("/")
    assert "141 statements made elsewhere" in said(page)
    for words in (
        "Supported 78",
        "Partly supported 38",
        "Misleading 12",
        "Outdated 4",
        "Contradicted 1",
        "Unverifiable 8",
    ):
        assert words in said(page)


def test_the_first_load_is_one_entry(read):
    page = read("/changes/")
    assert said(page).count("Initial content") == 1
    assert "without review by a person" in said(page)


def test_texts_say_that_no_person_has_reviewed_them(read):
    for address in ("/partners/ukraine/", "/frameworks/pfp/", "/claims/c065/", "/glossary/", "/about/method/"):
        assert "not yet reviewed by a person" in said(read(address)), address


def test_notes_say_honestly_that_there_is_no_locator(read):
    page = read("/partners/ukraine/")
    notes = [one for one in page.all("li") if one.attributes.get("id", "").startswith("n")]
    assert len(notes) > 20
    assert all("no locator" in one.text and "read as archived excerpt" in one.text for one in notes)
    assert not public(Citation).exclude(locator="").exists()
    assert "Sourced, not verified" in said(page)


# Weight ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "address", ["/", "/partners/", "/partners/ukraine/", "/frameworks/pfp/", "/sources/", "/claims/"]
)
def test_pages_are_light(reader, address):
    assert len(gzip.compress(reader.get(address).content)) < 60_000
