"""What changed between two days: grouped, in UTC, and wrong or empty ranges said in sentences."""

from datetime import UTC, datetime

import pytest
import time_machine

from partnerships.public import between


@pytest.fixture
def corrected(world):
    """Malta, corrected in the last minute of 26 November in UTC."""
    from partnerships.editorial.publication import publish
    from tests.world import resave

    with time_machine.travel(datetime(2026, 11, 26, 23, 59, tzinfo=UTC), tick=False):
        malta = resave(world.malta, capital="Mdina")
        told = {"note": "The capital was missing.", "wrong": "There was no capital.", "wrong_since": "2026-11"}
        publish([malta], by="chiara", change_kind="correction", **told)


def test_changes_are_grouped_by_kind_and_kind_of_change(corrected, read):
    page = read("/changes/?since=2026-11-26&until=2026-11-26")
    assert "1 change from 26 November 2026 through 26 November 2026." in page.main.replace("\xa0", " ")
    assert [" ".join(one.text.split()) for one in page.all("h2") if "main" in one.parents] == ["Partners 1"]
    assert [one.text for one in page.all("h3") if "main" in one.parents] == ["Correction"]
    assert "What was wrong: There was no capital." in page.main
    assert "The capital was missing." in page.main
    assert "/partners/malta/" in page.links()
    there = next(one for one in page.all("a") if one.text == "What changed").attributes["href"]
    assert there == "/partners/malta/history/?from=1&to=2"
    assert "Mdina" in read(there).main


def test_days_are_those_of_utc_and_both_count(corrected, read):
    for days in ("since=2026-11-27&until=2026-11-28", "since=2026-11-26&until=2026-11-26"):
        assert ("Malta" in read(f"/changes/?{days}").main) == (days.endswith("26")), days


def test_one_day_alone_leaves_the_other_side_open(world, read):
    whole = read("/changes/?until=2030-12-31")
    assert "Partners 4" in whole.main
    assert "changes through 31 December 2030." in whole.main.replace("\xa0", " ")
    assert whole.one("input", id="until").attributes["value"] == "2030-12-31"
    assert "Partners 4" in read("/changes/?until=9999-12-31").main
    assert "through 25 November 2026." in read("/changes/?since=2020-01-01").main.replace("\xa0", " ")


def test_an_empty_range_is_said(world, read):
    page = read("/changes/?since=1999-01-01&until=1999-12-31")
    assert "Nothing was published from 1 January 1999 through 31 December 1999." in page.main.replace("\xa0", " ")
    assert page.one("input", id="since").attributes["value"] == "1999-01-01"


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("since=2026-02-30", "“2026-02-30” is no day that can be read."),
        ("since=2026-11-02&until=2026-11-01", "ends on 2026-11-01, before it begins on 2026-11-02"),
        ("since=2026-11-02&before=3", "A range of days has no pages."),
    ],
)
def test_a_wrong_range_is_said(world, read, query, sentence):
    assert sentence in read(f"/changes/?{query}", 400).main


def test_a_long_range_counts_all_and_shows_the_newest(world, read, monkeypatch):
    monkeypatch.setattr(between, "SHOWN", 2)
    page = read("/changes/?since=2000-01-01&until=2030-01-01")
    assert "the newest 2 stand here" in page.main
    assert len([one for one in page.all("h4") if "main" in one.parents]) == 2
    assert "Partners 4" in page.main
