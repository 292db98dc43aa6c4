"""The past of a record in public: its versions, what differs between two, and each as it was."""

import pytest

from partnerships.publishing.models import Change


@pytest.fixture
def publish(world):
    from partnerships.editorial.publication import publish

    return publish


@pytest.fixture
def malta(world, publish):
    """Malta in three versions: at first, with its capital, and with its capital put right."""
    from tests.world import resave

    publish([world.malta], by="chiara", change_kind="new_evidence", note="The capital is sourced.")
    fixed = resave(world.malta, capital="Mdina", summary="An island.")
    publish(
        [fixed],
        by="chiara",
        change_kind="correction",
        note="The capital is another.",
        wrong="Valletta was given as the capital.",
        wrong_since="2026-11",
    )
    return fixed


# History --------------------------------------------------------------------------------------------------------------


def test_a_history_lists_versions_with_day_kind_and_note_and_names_nobody(malta, read):
    page = read("/partners/malta/history/")
    entries = [" ".join(one.text.split()) for one in page.all("li") if "main" in one.parents]
    assert "Version 3 Correction" in entries[0]
    assert "What was wrong: Valletta was given as the capital. (since November 2026)" in entries[0]
    assert "The capital is another." in entries[0]
    assert "Version 2 New evidence The capital is sourced." in entries[1]
    assert "Version 1 First publication" in entries[2]
    assert "chiara" not in page.text.lower()
    assert {f"/partners/malta/versions/{n}/" for n in (1, 2, 3)} <= set(page.links())


def test_the_page_of_a_record_leads_to_its_history(malta, read):
    assert "/partners/malta/history/" in read("/partners/malta/").links()
    assert "/exercises/sea-breeze/sea-breeze-2021/history/" in read("/exercises/sea-breeze/sea-breeze-2021/").links()
    assert "/pages/about/history/" in read("/about/").links()


def test_what_differs_between_two_versions_is_said_in_words(malta, read):
    page = read("/partners/malta/history/?from=2&to=3")
    assert "What changed from version 2 to version 3" in page.main
    assert "CapitalValletta became Mdina" in page.main
    assert [one.text for one in page.all("ins")] == ["Mdina", "An island."]
    assert read("/partners/malta/history/?from=3&to=2").main == page.main
    assert "Nothing differs" in read("/partners/malta/history/?from=2&to=2").main
    assert "Capitalempty became Mdina" in read("/partners/malta/history/?from=1&to=3").main


@pytest.mark.parametrize(
    "asked", ["from=9&to=1", "to=0x", "from=-1", "from=1&to=99999999999999", "before=x", "as_of=2014"]
)
def test_what_cannot_be_compared_gets_a_sentence(malta, read, asked):
    read(f"/partners/malta/history/?{asked}", 400)


def test_a_long_history_has_pages(malta, read, monkeypatch):
    from partnerships.public import history

    monkeypatch.setattr(history, "SHOWN", 2)
    page = read("/partners/malta/history/")
    older = next(one for one in page.all("a") if one.text == "Older versions").attributes["href"]
    assert "Version 1 First publication" in read(older).main
    assert "/partners/malta/history/" in read(older).links()
    assert page.all("input", name="from")


def test_drafts_have_no_past(world, read):
    for address in ("/partners/atlantis/history/", "/partners/atlantis/versions/1/", "/partners/nowhere/history/"):
        read(address, 404)
    read("/partners/malta/versions/2/", 404)
    read("/partners/malta/versions/0/", 404)


def test_a_change_that_is_not_public_shows_nowhere(world, read):
    assert "Valletta" not in read("/partners/malta/history/").text
    assert "Valletta" not in read("/partners/malta/versions/1/").text


# A version ------------------------------------------------------------------------------------------------------------


def body_of(page) -> str:
    return next(one.text for one in page.elements if one.tag == "article")


def test_a_version_reads_as_its_document_says(malta, read):
    page = read("/partners/malta/versions/2/")
    assert page.title.startswith("Malta, version 2")
    assert "CapitalValletta" in page.main
    assert "Partnership for Peace active from 3 April 2008" in page.main
    assert "An island state." in page.main
    assert "This is an older version." in page.main
    assert "Valletta was given as the capital. (since November 2026)" in page.main
    assert page.one("meta", name="robots").attributes["content"] == "noindex"
    assert page.one("link", rel="canonical").attributes["href"].endswith("/partners/malta/")
    assert "/partners/malta/history/?from=2&to=3" in page.links()
    assert "This is the newest version." in read("/partners/malta/versions/3/").main


def test_what_a_version_says_never_changes_with_what_is_named_in_it(malta, publish, world, read):
    from tests.world import resave

    before = body_of(read("/partners/malta/versions/3/"))
    publish(
        [resave(world.pfp, title="Partnership for Peace (PfP)", slug="partnership")],
        by="chiara",
        note="Renamed.",
        change_kind="world_change",
    )
    assert body_of(read("/partners/malta/versions/3/")) == before


def test_every_page_in_a_list_has_a_version_that_can_be_read(world, read):
    from partnerships.queries.addresses import past_path

    shown = 0
    for change in (
        Change.objects.using("published").filter(action="publish").exclude(kind__in=("notice", "image", "term"))
    ):
        series = "sea-breeze" if change.kind == "edition" else ""
        path = past_path(change.kind, change.slug, series)
        read(f"{path}versions/{change.version}/")
        shown += 1
    assert shown > 10


# What became of the record --------------------------------------------------------------------------------------------


def test_a_renamed_record_keeps_its_past_under_the_new_address(malta, publish, reader):
    from tests.world import resave

    publish([resave(malta, slug="melita")], by="chiara", change_kind="editorial")
    for below in ("history/", "versions/2/", "history/?from=1&to=2"):
        response = reader.get(f"/partners/malta/{below}")
        assert (response.status_code, response.headers["Location"]) == (301, f"/partners/melita/{below}")
    assert reader.get("/partners/melita/versions/2/").status_code == 200


def test_an_edition_has_its_past_under_its_own_series(world, reader):
    response = reader.get("/exercises/other/sea-breeze-2021/versions/1/")
    assert (response.status_code, response.headers["Location"]) == (
        301,
        "/exercises/sea-breeze/sea-breeze-2021/versions/1/",
    )


def test_a_withdrawn_record_keeps_its_versions_under_a_banner(world, read):
    page = read("/sources/old-page/versions/1/")
    assert "This record was withdrawn on" in page.main
    assert "It was the same as the topic page." in page.main
    assert not page.all("link", rel="canonical")
    assert "Withdrawn" in read("/sources/old-page/history/").main
    assert "/sources/old-page/history/" in read("/sources/old-page/", 410).links()


def test_a_version_that_was_taken_down_is_withheld(world, read):
    from partnerships.editorial.publication import withdraw

    withdraw([world.malta_returns], by="dag", note="A court said so.", action="take_down")
    page = read("/milestones/malta-returns/versions/1/", 410)
    assert "Withheld" in page.main
    assert "A court said so." in page.main
    for address in ("/milestones/malta-returns/versions/1/", "/milestones/malta-returns/"):
        assert "Malta returns" not in read(address, 410).text
    page = read("/milestones/malta-returns/history/")
    assert "A milestone that was taken down" in page.main
    assert "Its text was taken down." in page.main
    assert "/milestones/malta-returns/versions/1/" not in page.links()
    assert "can’t be compared" in read("/milestones/malta-returns/history/?from=1&to=1").main
