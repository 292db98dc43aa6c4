"""Home, the portal's own pages, the glossary, and what crawlers ask for."""

import re
from xml.etree import ElementTree

import pytest

from partnerships.public.home import headline

SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


@pytest.fixture
def publish(world):
    from partnerships.editorial.publication import publish
    from tests.world import save

    return lambda record, **rows: publish([save(record, **rows)], by="chiara")


# Home -----------------------------------------------------------------------------------------------------------------


def test_home_tells_what_this_is_what_changed_and_where_to_go(world, read):
    page = read("/")
    assert page.one("h1").text == "Who is NATO’s partner, in what, and since when?"
    assert "1 Partner" in page.main
    assert "Malta returns to Partnership for Peace" in page.main
    assert "The small world" in page.main
    assert "1 statement made elsewhere on this subject, with a verdict and evidence." in page.main
    assert "2 frameworks since 1991" in page.main
    assert {"/partners/?status=partner", "/claims/?verdict=contradicted", "/frameworks/pfp/"} <= set(page.links())


def test_the_questions_lead_to_pages_that_answer_them(world, reader, read):
    page = read("/")
    questions = {
        one.text: one.attributes["href"] for one in page.all("a") if one.parents.count("nav") and "main" in one.parents
    }
    assert questions["Who was in Partnership for Peace on 1 March 2014?"] == "/frameworks/pfp/?as_of=2014-03-01"
    assert questions["Was Japan in the Istanbul Cooperation Initiative?"] == "/claims/c065/"
    assert "What does Ukraine take part in?" not in questions  # the small world has no Ukraine
    for address in questions.values():
        assert reader.get(address).status_code == 200


def test_home_turns_to_a_day(world, read):
    page = read("/?as_of=1996")
    assert "No milestone up to this day." in page.main
    assert "as of 31 December 1996" in page.main
    assert "/partners/?status=partner&as_of=1996" in page.links()


def test_the_text_of_home_stands_in_a_box_on_another_day(world, publish, read):
    from partnerships.editorial.publication import publish as again
    from tests.world import resave

    home = resave(world.home, summary="Who? All of us.", body="Read *on*.", text_as_of="2026-03")
    again([home], by="chiara", change_kind="new_evidence", note="More.")
    page = read("/")
    assert page.one("h1").text == "Who?"
    assert "All of us." in page.main
    assert "Text describes March 2026" in page.main
    page = read("/?as_of=2014")
    assert page.main.count("All of us.") == 1
    assert "All of us." in page.one("section", class_="otherday").text
    assert "This text describes March 2026, not 31 December 2014" in page.main


def test_the_headline_is_the_question_that_the_summary_begins_with():
    assert headline("Who? All of us. Why?") == ("Who?", "All of us. Why?")
    assert headline("A reference work. Who reads it? You.") == ("", "A reference work. Who reads it? You.")
    assert headline("") == ("", "")


# Own pages ------------------------------------------------------------------------------------------------------------


def test_pages_stand_at_their_addresses(world, publish, read):
    from partnerships.models import Page

    publish(Page(slug="method", title="Method", body="## How we count\n\nHonestly. [Home](/)"))
    publish(Page(slug="borders", title="Borders", summary="How they are drawn."))
    page = read("/about/method/")
    assert "Honestly." in page.main
    assert page.one("nav", aria_label="Breadcrumb").text.split() == ["Home", "About", "Method"]
    assert "How they are drawn." in read("/pages/borders/").main


def test_the_glossary_has_an_anchor_for_each_term(world, publish, read):
    from partnerships.models import Citation, Term

    publish(
        Term(slug="ally", title="Ally", short_title="A", summary="A member.", disclosure="ai_assisted"),
        citations=[Citation(source=world.nato_topic)],
    )
    publish(Term(slug="partner", title="Partner", summary="Not a member."))
    page = read("/glossary/")
    ally = page.one("div", id="ally")
    assert "A member." in ally.text
    assert "Source: Topic page" in " ".join(ally.text.split())
    assert "unsourced" in page.one("div", id="partner").text
    assert "not yet reviewed by a person" in page.main
    assert "/glossary/#ally" in read("/search/?q=ally").links()


def test_what_is_said_of_the_data_is_true(world, reader, read):
    for link in read("/data/").links():
        if link.startswith("/") and not link.startswith(("/api/", "/about/")):
            assert reader.get(link).status_code == 200


# Crawlers -------------------------------------------------------------------------------------------------------------


def test_the_sitemap_lists_every_page_with_its_day(world, reader):
    response = reader.get("/sitemap.xml")
    assert response.headers["Content-Type"] == "application/xml; charset=utf-8"
    entries = {
        one.find(f"{SITEMAP}loc").text: one.findtext(f"{SITEMAP}lastmod")
        for one in ElementTree.fromstring(response.content)  # noqa: S314
    }
    origin = "http://localhost:8000"
    assert entries[f"{origin}/partners/malta/"] == world.malta.updated_at.date().isoformat()
    assert entries[f"{origin}/"] == max(filter(None, entries.values()))
    assert f"{origin}/exercises/sea-breeze/sea-breeze-2021/" in entries
    assert f"{origin}/about/" in entries
    assert f"{origin}/partners/atlantis/" not in entries
    assert not [address for address in entries if "notice" in address or "old-page" in address]
    for address in entries:
        assert reader.get(address.removeprefix(origin)).status_code == 200, address


def test_robots_are_told_of_the_sitemap(world, reader):
    response = reader.get("/robots.txt")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert "Sitemap: http://localhost:8000/sitemap.xml" in response.text


def test_programs_that_read_text_are_told_what_is_where(world, reader):
    response = reader.get("/llms.txt")
    assert response.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert response.text.startswith("# Partnerships Portal\n")
    links = re.findall(r"\]\(http://localhost:8000(/[^)]*)\)", response.text)
    assert {"/partners/", "/claims/", "/corrections/", "/changes/feed.atom", "/api/v1/"} <= set(links)
    for link in set(links) - {"/about/method/"}:  # the small world has no such page
        assert reader.get(link).status_code == 200, link
