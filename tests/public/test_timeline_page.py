"""The timeline: what happened in the order of time, and nothing later than the day."""

from __future__ import annotations

import re

import pytest

from partnerships.models import Framework, Membership, Milestone
from partnerships.publishing.reading import public
from partnerships.queries import timeline


def told(html: str) -> list[str]:
    """The events of the list, as their words."""
    lists = re.findall(r'<ol class="news">(.*?)</ol>', html, re.S)
    return [
        " ".join(re.sub(r"<[^>]+>", " ", one).replace("\xa0", " ").split())
        for one in re.findall(r"<li>(.*?)</li>", "".join(lists), re.S)
    ]


def lanes(html: str) -> list[str]:
    return re.findall(r'<span class="ln">([^<]*)</span>', html)


def test_milestones_and_memberships_stand_in_the_order_of_time(world, read):
    found = told(read("/timeline/").response.text)
    assert [one[:12].strip() for one in found[:3]] == ["9 May 1994 J", "22 Jun 1994", "26 Apr 1995"]
    assert "3 Apr 2008 Malta returns to Partnership for Peace" in found
    assert any("1 Apr 2014 Suspended Partnership for Peace : Russia" in one for one in found)
    assert any("4 Apr 2023 Left Partnership for Peace : Finland (" in one for one in found)
    assert len(found) == 8


def test_nothing_later_than_the_day_is_told_or_drawn(world, read):
    html = read("/timeline/?as_of=2007").response.text
    assert len(told(html)) == 4
    main = html.split("<main")[1].split("</main>")[0]
    assert not re.search(r'datetime="20(0[89]|[12]\d)', main)
    assert read("/timeline/?as_of=1960").response.text.count("Nothing is recorded up to") == 1


def test_it_is_narrowed_by_country_and_framework(world, read):
    page = read("/timeline/?partner=malta")
    assert len(told(page.response.text)) == 4
    assert lanes(page.response.text) == ["Milestones", "PfP"]
    assert "checked" in page.one("input", type="checkbox", name="partner", value="malta").attributes
    assert len(told(read("/timeline/?partner=MT").response.text)) == 4
    assert lanes(read("/timeline/?framework=pfp").response.text) == ["Milestones", "Finland", "Malta", "Russia"]
    assert told(read("/timeline/?partner=malta&framework=ici").response.text) == []
    assert "Nothing is recorded that fits all of that" in read("/timeline/?partner=malta&framework=ici").text


def test_slips_are_refused_with_a_hint(world, read):
    assert "Did you mean “malta”" in read("/timeline/?partner=malto", 400).text
    assert "Did you mean “framework”" in read("/timeline/?frameworks=pfp", 400).text


def test_the_drawing_without_a_filter_counts_each_framework(content, read):
    html = read("/timeline/").response.text
    drawn = lanes(html)
    held = set(public(Membership).counted().order_by().values_list("framework", flat=True))
    assert len(drawn) == 1 + len(held)
    assert len(set(public(Framework).filter(pk__in=held).values_list("slug", flat=True))) == len(held)


@pytest.mark.parametrize("address", ["/timeline/", "/timeline/?framework=pfp", "/timeline/?partner=ukraine,russia"])
def test_all_that_is_drawn_stands_in_the_table(content, read, address):
    html = read(address).response.text
    table = re.search(r'<table class="tbl stack".*?</table>', html, re.S)[0]
    rows = re.findall(r"<tr role=\"row\"><th role=\"rowheader\".*?</tr>", table, re.S)
    if address == "/timeline/":
        assert len(rows) == public(Membership).counted().count()
        stays = timeline.stays(public(Membership).counted())
        joined = sum(one.split(":")[1].count(",") + 1 for one in told(html) if " Joined " in one)
        assert joined == sum(bool(stay[0].start) and stay[0].status == "active" for stay in stays)
    pairs = {
        (re.search(r"/partners/([\w-]+)/", row)[1], re.search(r'data-l="Framework">([^<]*)', row)[1]) for row in rows
    }
    if "?" in address:
        assert len(lanes(html)) - 1 == len(pairs)
    ticks = re.search(r'class="d-tick" d="([^"]*)"', html)[1].count("M")
    assert ticks == sum("/milestones/" in one for one in re.findall(r"<h4>(.*?)</h4>", html))
    if address == "/timeline/":
        assert ticks == public(Milestone).count()


def test_nothing_recorded_is_said(empty, read):
    assert "No event is recorded yet" in read("/timeline/").text
