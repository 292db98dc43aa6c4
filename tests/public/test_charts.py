"""Charts of lists: every number of a drawing is read back from its table, and the file says the same."""

from __future__ import annotations

import csv
import io
import re

import pytest

from partnerships.models import Edition
from partnerships.public.drawings import FIRST_YEAR, UNITS
from partnerships.publishing.reading import public

CHARTS = {"/exercises/": "editions-by-year", "/frameworks/": "countries-by-year"}
DAYS = ["", "as_of=2014-05-01"]
NARROWED = {"/exercises/": "form=live_exercise", "/frameworks/": "type=programme"}


def panels(html: str) -> dict[str, dict[int, int]]:
    """What is drawn: of each small chart the numbers by year, from the heights of its columns."""
    box = re.search(r'<div class="panels".*?</div>', html, re.S)[0]
    drawn = {}
    for figure in re.findall(r"<figure.*?</figure>", box, re.S):
        name, most = re.search(r'class="lab">(.*?) <span class="m">highest (\d+)<', figure, re.S).groups()
        bars = re.findall(r'<rect class="d-part" x="([\d.]+)" y="[\d.]+" width="\d+" height="([\d.]+)"', figure)
        drawn[name] = {
            FIRST_YEAR + int(float(x) // UNITS): round(float(height) * int(most) / 58, 1) for x, height in bars
        }
    return drawn


def table(html: str) -> dict[str, dict[int, int]]:
    found = re.search(r'<table class="tbl numbers">.*?</table>', html, re.S)[0]
    heads = re.findall(r'<th scope="col" class="r">(.*?)</th>', found)
    numbers: dict[str, dict[int, int]] = {head: {} for head in heads}
    for year, cells in re.findall(r'class="year">(\d+)</th>(.*?)</tr>', found, re.S):
        for head, number in zip(heads, re.findall(r">(\d+)</td>", cells), strict=True):
            if int(number):
                numbers[head][int(year)] = int(number)
    return numbers


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("address", CHARTS)
def test_every_number_drawn_is_in_the_table_and_the_file(content, read, reader, address, day):
    html = read(f"{address}?{day}").response.text if day else read(address).response.text
    drawn, said = panels(html), table(html)
    assert said
    assert list(drawn) == list(said)
    for head, numbers in said.items():
        assert drawn[head] == pytest.approx(
            {year: number for year, number in numbers.items() if year >= FIRST_YEAR}, abs=0.3
        )
    response = reader.get(f"{address}{CHARTS[address]}.csv?{day}" if day else f"{address}{CHARTS[address]}.csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    filed = {head: {int(row["year"]): int(row[head]) for row in rows if int(row[head])} for head in said}
    assert filed == said
    assert {row["as_of"] for row in rows} == {"2014-05-01" if day else "2026-11-25"}


@pytest.mark.parametrize("address", CHARTS)
def test_a_chart_follows_the_filters_of_its_list(content, read, reader, address):
    whole, page = table(read(address).response.text), read(f"{address}?{NARROWED[address]}")
    narrowed = table(page.response.text)
    assert 0 < len(narrowed) < len(whole)
    assert narrowed == {head: whole[head] for head in narrowed}
    assert list(panels(page.response.text)) == list(narrowed)
    (link,) = [one for one in page.links() if f"{CHARTS[address]}.csv" in one]
    assert NARROWED[address] in link
    rows = list(csv.DictReader(io.StringIO(reader.get(link).content.decode())))
    assert {head: {int(row["year"]): int(row[head]) for row in rows if int(row[head])} for head in narrowed} == narrowed


def test_all_editions_with_a_day_are_counted(content, read):
    counted = sum(sum(numbers.values()) for numbers in table(read("/exercises/").response.text).values())
    assert counted == public(Edition).filter(first_day_earliest__lte="2026-11-25").count() > 0


def test_the_last_number_is_that_of_the_frameworks_page(content, read):
    numbers = table(read("/frameworks/?as_of=2014-05-01").response.text)
    page = read("/frameworks/pfp/?as_of=2014-05-01").response.text
    assert numbers["PfP"][2014] == int(re.search(r'<span class="bign">(\d+)', page)[1])
    assert max(year for mine in numbers.values() for year in mine) == 2014


def test_nothing_to_draw_is_not_drawn(empty, read, reader):
    for address, name in CHARTS.items():
        assert "chart-h" not in read(address).response.text
        assert reader.get(f"{address}{name}.csv").content.decode().splitlines() == ["year,as_of"]


def test_a_slip_is_refused(world, read):
    assert read("/exercises/editions-by-year.csv?form=cyberr", 400)
