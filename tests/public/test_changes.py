"""The public change log, as a page and as a feed."""

from xml.etree import ElementTree

import pytest

from partnerships.public import changes

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def publish(world):
    from partnerships.editorial.publication import publish

    return publish


def test_what_was_published_together_is_one_entry_with_counts(world, read):
    page = read("/changes/")
    entries = [" ".join(one.text.split()) for one in page.all("li") if "main" in one.parents]
    assert len(entries) == 3
    assert "The small world First publication" in entries[2]
    assert "2 frameworks, 1 programme, 1 region, 4 partners, 1 exercise, 1 edition, 1 milestone, 1 claim" in entries[2]
    assert "2 pages, 1 notice." in entries[2]


def test_single_entries_say_what_happened_and_why(world, read):
    page = read("/changes/")
    entries = [" ".join(one.text.split()) for one in page.all("li") if "main" in one.parents]
    assert "Old page Withdrawn It was the same as the topic page." in entries[0]
    assert "First publication" in entries[1]
    assert "/sources/old-page/" not in page.links()


def test_a_correction_says_what_was_wrong_and_since_when(world, publish, read):
    from tests.world import resave

    malta = resave(world.malta, capital="Mdina")
    publish(
        [malta],
        by="chiara",
        change_kind="correction",
        note="The capital was missing.",
        wrong="There was no capital.",
        wrong_since="2026-11",
    )
    page = read("/changes/")
    assert "Correction" in page.main
    assert "What was wrong: There was no capital. (since November 2026)" in page.main
    assert "/partners/malta/" in page.links()


def test_drafts_are_no_changes(world, read):
    assert "Atlantis" not in read("/changes/").text


def test_the_log_has_pages(world, publish, read, monkeypatch):
    monkeypatch.setattr(changes, "SHOWN", 2)
    page = read("/changes/")
    older = next(one for one in page.all("a") if one.text == "Older changes").attributes["href"]
    page = read(older)
    assert "The small world" in page.main
    assert not [one for one in page.all("a") if one.text == "Older changes"]
    assert "/changes/" in page.links()


def test_the_log_is_the_same_on_every_day_and_says_so(world, read):
    assert "it is the same on every day shown" in read("/changes/?as_of=2014").main
    assert "The small world" in read("/changes/?as_of=2014").main


def test_the_feed_is_atom_and_says_the_same(world, reader):
    response = reader.get("/changes/feed.atom")
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.content)  # noqa: S314
    assert feed.tag == f"{ATOM}feed"
    entries = feed.findall(f"{ATOM}entry")
    assert [entry.find(f"{ATOM}title").text for entry in entries] == [
        "Old page: Withdrawn",
        "Old page: First publication",
        "The small world: First publication",
    ]
    assert "4 partners" in entries[2].find(f"{ATOM}summary").text
    addresses = [link.get("href") for link in feed.iter(f"{ATOM}link")]
    assert all(one.startswith("http://localhost:8000/") for one in addresses)
    assert len({entry.find(f"{ATOM}id").text for entry in entries}) == 3


def test_the_feed_says_nothing_of_the_moment_it_was_asked(world, reader):
    first, second = reader.get("/changes/feed.atom"), reader.get("/changes/feed.atom")
    assert first.content == second.content


def test_an_empty_portal_has_pages_too(empty, reader, read):
    assert "Nothing published yet." in read("/changes/").main
    assert reader.get("/changes/feed.atom").status_code == 200
    assert reader.get("/sitemap.xml").status_code == 200
    for address in ("/", "/partners/", "/claims/", "/glossary/", "/search/?q=a", "/data/", "/?as_of=2014"):
        read(address)
    read("/about/", 404)
