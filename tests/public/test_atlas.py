"""The map and the matrix: what they draw is what their tables say, and what the pages of frameworks count."""

from __future__ import annotations

import re

import pytest

from partnerships.models import Partner
from partnerships.public.atlas import NEAR, WORLD, places
from partnerships.publishing.reading import public

DAY = "as_of=2014-05-01"


def drawn(html: str) -> dict[str, str]:
    """The countries on the world map: code → mark."""
    world = html.split('<svg class="map"')[1].split("</svg>")[0]
    return {code: mark for code, mark in re.findall(r'map\.svg#([A-Z]{2})" class="k-(\w+)"', world)}


def test_every_country_of_the_content_is_on_the_map_and_can_be_hit(content):
    for code, title in public(Partner).values_list("iso2", "title"):
        box = places().get(code)
        assert box, f"{title} ({code}) is not on the map"
        in_reach = NEAR.holds(box) or min(box.width, box.height) * 740 / WORLD.width > 6
        assert in_reach, f"{title} is too small to hit and lies outside the enlargement"


@pytest.mark.parametrize("address", ["/map/", f"/map/?{DAY}", "/map/?show=pfp", f"/map/?show=pfp&{DAY}"])
def test_the_drawing_says_what_the_table_says(content, read, address):
    page = read(address)
    html = page.response.text
    marks = drawn(html)
    codes = dict(public(Partner).values_list("slug", "iso2"))
    tables = re.findall(r'<table class="tbl dense">(.*?)</table>', html, re.S)
    listed = {}
    for table in tables:
        mark = re.search(r"tag t-(\w+)", table)[1]
        for slug in re.findall(r'<th scope="row"><a href="/partners/([\w-]+)/', table):
            listed[codes[slug]] = mark
    assert listed == marks
    assert len(listed) == len(codes)


def test_the_map_counts_as_the_framework_does(content, read):
    page = read("/frameworks/pfp/?as_of=2014-05-01").response.text
    in_force = int(re.search(r'<span class="bign">(\d+)', page)[1])
    marks = list(drawn(read("/map/?show=pfp&as_of=2014-05-01").response.text).values())
    assert marks.count("held") + marks.count("paused") == in_force
    total = re.search(r"<tfoot>.*?</tfoot>", read("/matrix/?as_of=2014-05-01").response.text, re.S)[0]
    assert f">{in_force}<" in total


def test_names_and_states_are_those_of_the_day(world, read):
    html = read("/map/?show=pfp&as_of=2014-05-01").response.text
    assert drawn(html)["RU"] == "paused"
    assert drawn(read("/map/?show=pfp&as_of=2014-03-01").response.text)["RU"] == "held"
    assert drawn(read("/map/?show=pfp").response.text)["FI"] == "ended"
    assert drawn(read("/map/").response.text)["FI"] == "ally"


def test_what_the_map_cannot_show_is_refused_with_a_hint(world, read):
    assert "Did you mean “pfp”" in read("/map/?show=pfpp", 400).response.text
    assert read("/map/?shwo=pfp", 400)


def test_the_matrix_says_since_when_and_nothing_later_than_the_day(world, read):
    html = read("/matrix/").response.text
    malta = re.search(r">Malta</a></th>(.*?)</tr>", html, re.S)[1]
    assert "3 Apr 2008" in malta.replace("\xa0", " ")
    before = read("/matrix/?as_of=1990").response.text
    assert "<time" not in re.search(r"<tbody>(.*?)</tbody>", before, re.S)[1]


def test_nothing_recorded_is_said(empty, read):
    assert "No country has a record yet" in read("/map/").response.text
    assert "No membership is recorded yet" in read("/matrix/").response.text
