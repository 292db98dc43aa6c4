"""Corrections: all of them on a page, in a feed, and those of a record on its own page; feeds of kinds and records."""

from xml.etree import ElementTree

import pytest

from partnerships.public import changes

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def corrected(world):
    """Malta's capital was wrong and is put right, then the same happens to Japan's."""
    from partnerships.editorial.publication import publish
    from tests.world import resave

    for record, capital in ((world.malta, "Mdina"), (world.japan, "Tokyo")):
        publish(
            [resave(record, capital=capital)],
            by="chiara",
            change_kind="correction",
            note=f"It is {capital}.",
            wrong="Another city was given.",
            wrong_since="2026-11",
        )


def titles(reader, address):
    response = reader.get(address)
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.content)  # noqa: S314
    return [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")], feed


def test_corrections_stand_on_one_page_the_newest_first(corrected, read):
    page = read("/corrections/")
    entries = [" ".join(one.text.split()) for one in page.all("li") if "main" in one.parents]
    assert len(entries) == 2
    assert "Japan Correction" in entries[0]
    assert "What was wrong: Another city was given. (since November 2026)" in entries[1]
    assert "It is Mdina." in entries[1]
    assert {"/partners/malta/", "/partners/japan/", "/corrections/feed.atom"} <= set(page.links())


def test_without_a_correction_the_page_says_so(world, read):
    assert "No correction has been published." in read("/corrections/").main


def test_corrections_have_pages(corrected, read, monkeypatch):
    monkeypatch.setattr(changes, "SHOWN", 1)
    older = next(one for one in read("/corrections/").all("a") if one.text == "Older corrections").attributes["href"]
    page = read(older)
    assert "Malta" in page.main
    assert "Japan" not in page.main
    assert not [one for one in page.all("a") if one.text == "Older corrections"]
    read("/corrections/?before=x", 400)


def test_a_record_says_what_was_wrong_on_it(corrected, read):
    page = read("/partners/malta/")
    assert "Corrections" in [one.text for one in page.all("h2")]
    assert "What was wrong: Another city was given. (since November 2026)" in page.main
    assert "Corrections" not in [one.text for one in read("/partners/finland/").all("h2")]
    assert "Another city was given." not in read("/partners/malta/?as_of=2014").main


def test_feeds_tell_of_corrections_of_a_kind_and_of_a_record(corrected, reader):
    assert titles(reader, "/corrections/feed.atom")[0] == ["Japan: Correction", "Malta: Correction"]
    found, feed = titles(reader, "/partners/feed.atom")
    assert found[:2] == ["Japan: Correction", "Malta: Correction"]
    assert sorted(found[2:]) == [f"{name}: First publication" for name in ("Finland", "Japan", "Malta", "Russia")]
    found, feed = titles(reader, "/partners/malta/feed.atom")
    assert found == ["Malta: Correction", "Malta: First publication"]
    assert "What was wrong: Another city was given. (since November 2026)" in feed.findtext(
        f"{ATOM}entry/{ATOM}summary"
    )
    assert titles(reader, "/exercises/sea-breeze/sea-breeze-2021/feed.atom")[0]


def test_feeds_end_where_nothing_is(world, reader):
    assert reader.get("/partners/atlantis/feed.atom").status_code == 404
    assert reader.get("/nothings/feed.atom").status_code == 404
    first, second = reader.get("/assessments/feed.atom"), reader.get("/assessments/feed.atom")
    assert first.content == second.content


def test_feeds_are_linked_where_readers_look(world, read):
    assert "/partners/feed.atom" in read("/data/").links()
    assert "/partners/malta/feed.atom" in read("/partners/malta/history/").links()
