"""Lists: narrowed by facets, sorted, page by page, on a day."""

import re

import pytest

from partnerships.public import lists


def titles(page) -> list[str]:
    """The records of the list, in its order."""
    return [
        one.text for one in page.all("a") if "ol" in one.parents and "h3" in one.parents and "section" in one.parents
    ]


# Countries ------------------------------------------------------------------------------------------------------------


def test_countries_stand_with_status_and_what_is_in_force(world, read):
    page = read("/partners/")
    assert titles(page) == ["Finland", "Japan", "Malta", "Russia"]
    assert "4 countries" in page.main
    assert "Ally since 4 Apr 2023" in page.main.replace("\N{NO-BREAK SPACE}", " ")
    assert "Partner since 3 Apr 2008" in page.main.replace("\N{NO-BREAK SPACE}", " ")
    assert "Suspended since 1 Apr 2014" in page.main.replace("\N{NO-BREAK SPACE}", " ")
    assert "In no framework" in page.main


def test_the_list_turns_to_a_day(world, read):
    page = read("/partners/?as_of=2014-03-01")
    said = page.main.replace("\N{NO-BREAK SPACE}", " ")
    assert "Partner since 9 May 1994" in said  # Finland
    assert "Partner since 22 Jun 1994" in said  # Russia, a month before its suspension
    assert "Suspended since" not in said
    assert "2023" not in said


def test_every_count_stands_with_its_rule(world, read):
    assert "Suspended: memberships in force, all of them suspended; that is not an end." in read("/partners/").main
    assert "Suspended countries count and are hatched." in read("/frameworks/").main


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("status=ally", ["Finland"]),
        ("status=ally,partner", ["Finland", "Malta"]),
        ("status=partner&as_of=2014-03-01", ["Finland", "Malta", "Russia"]),
        ("framework=pfp", ["Malta", "Russia"]),
        ("framework=pfp&membership_status=suspended", ["Russia"]),
        ("framework=pfp&as_of=1996-10-26", ["Finland", "Malta", "Russia"]),
        ("framework=pfp&as_of=1996-10-27", ["Finland", "Russia"]),
        ("region=europe&status=none", []),
        ("q=valletta", []),  # saved, not published
        ("q=isl", ["Malta"]),
        ("ordering=-title", ["Russia", "Malta", "Japan", "Finland"]),
        ("ordering=iso2", ["Finland", "Japan", "Malta", "Russia"]),
    ],
)
def test_countries_can_be_asked_for(world, read, asked, found):
    assert titles(read(f"/partners/?{asked}")) == found


# Facets ---------------------------------------------------------------------------------------------------------------


def test_the_count_beside_a_facet_is_what_ticking_it_gives(world, read):
    page = read("/partners/?region=europe")
    boxes = page.all("input", type="checkbox")
    assert boxes
    labels = [one.text.split() for one in page.all("label") if "fieldset" in one.parents]
    for box, label in zip(boxes, labels, strict=True):
        name, value = box.attributes["name"], box.attributes["value"]
        asked = f"region={value}" if name == "region" else f"region=europe&{name}={value}"
        found = titles(read(f"/partners/?{asked}"))
        assert int(label[-1]) == len(found), (name, value)


def test_what_is_asked_is_ticked_and_can_be_taken_away(world, read):
    page = read("/partners/?status=ally,partner&region=europe&as_of=2024")
    ticked = {one.attributes["value"] for one in page.all("input", type="checkbox") if "checked" in one.attributes}
    assert ticked == {"ally", "partner", "europe"}
    chips = page.one("ul", aria_label="Filters in use")
    assert "Ally, once a partner" in chips.text
    links = [link for link in page.links() if link.startswith("/partners/?")]
    assert "/partners/?status=partner&region=europe&as_of=2024" in links
    assert "/partners/?status=ally,partner&as_of=2024" in links
    assert "/partners/?as_of=2024" in links


def test_a_filter_that_only_narrows_another_goes_with_it(world, read):
    page = read("/partners/?framework=pfp&membership_status=active")
    assert "/partners/" in page.links()
    assert "/partners/?membership_status=active" not in page.links()
    assert not [
        one
        for one in page.all("input", type="hidden")
        if one.attributes["name"] == "membership_status" and "main" in one.parents
    ]


def test_the_form_keeps_what_it_has_no_field_for(world, read):
    page = read("/claims/?made_in=nato-topic&ordering=-title&as_of=2014")
    kept = {
        one.attributes["name"]: one.attributes["value"]
        for one in page.all("input", type="hidden")
        if "main" in one.parents
    }
    assert kept == {"made_in": "nato-topic", "ordering": "-title", "as_of": "2014"}


def test_an_empty_list_helps(world, read):
    page = read("/partners/?status=uncertain&as_of=2014")
    assert "Nothing in the list fits all of that." in page.main
    assert "/partners/?as_of=2014" in page.links()
    assert "Nothing published here yet." in read("/threats/").main
    assert "Nothing up to 31 December 1990." in read("/milestones/?as_of=1990").main


# Other lists ----------------------------------------------------------------------------------------------------------


def test_frameworks_stand_with_founding_course_and_count(world, read):
    page = read("/frameworks/")
    row = next(one for one in page.all("tr") if "Partnership for Peace" in one.text)
    assert "10\N{NO-BREAK SPACE}Jan\N{NO-BREAK SPACE}1994" in row.text
    assert "2" in row.text
    assert "of which 1 suspended" in row.text
    assert page.all("path", class_="d-held")
    assert page.all("path", class_="d-paused")


def test_a_framework_that_was_not_founded_yet_says_so(world, read):
    row = next(one for one in read("/frameworks/?as_of=1990").all("tr") if "Partnership for Peace" in one.text)
    assert "not yet founded" in row.text
    assert "1994" not in row.text


def test_milestones_begin_with_the_newest_and_end_with_the_day(world, read):
    assert titles(read("/milestones/?as_of=2008-04-03")) == ["Malta returns to Partnership for Peace"]
    assert titles(read("/milestones/?as_of=2008-04-02")) == []


def test_claims_stand_with_verdict_and_correction(world, read):
    page = read("/claims/")
    assert "Contradicted" in page.main
    assert "Japan has no part in it." in page.main


def test_a_list_of_what_has_no_dates_says_so_when_it_is_turned(world, read):
    assert "the list is the same on every day" in read("/sources/?as_of=2014").main
    assert "the list is the same on every day" not in read("/sources/").main
    assert "the list is the same on every day" not in read("/partners/?as_of=2014").main


def test_texts_of_another_day_are_left_out_of_a_list_that_is_turned(world, read):
    from partnerships.editorial.publication import publish
    from tests.world import resave

    itpp = resave(world.itpp, summary="Agreed with each partner.", text_as_of="2026-03")
    publish([itpp], by="chiara", change_kind="new_evidence", note="More.")
    assert "Agreed with each partner." in read("/programmes/").main
    assert "Agreed with each partner." in read("/programmes/?as_of=2026-03-15").main
    page = read("/programmes/?as_of=2022")
    assert "Agreed with each partner." not in page.main
    assert "Texts that describe another day are left out." in page.main
    assert "Japan has no part in it." not in read("/claims/?as_of=2014").main


# Pages of a list ------------------------------------------------------------------------------------------------------


def test_a_long_list_has_pages_that_neither_repeat_nor_skip(world, read, monkeypatch):
    monkeypatch.setattr(lists, "ROWS", 2)
    seen, address = [], "/partners/?as_of=2020"
    for _ in range(5):
        page = read(address)
        seen.append(titles(page))
        following = page.all("a", rel="next nofollow")
        if not following:
            break
        address = following[0].attributes["href"]
        assert "as_of=2020" in address
    assert seen == [["Finland", "Japan"], ["Malta", "Russia"]]
    back = page.one("a", rel="prev nofollow").attributes["href"]
    assert titles(read(back)) == ["Finland", "Japan"]
    assert "4 countries" in page.main


@pytest.mark.parametrize(
    "address",
    [
        "/exercises/?",
        "/exercises/?form=live_exercise",
        "/claims/?",
        "/claims/?verdict=contradicted",
        "/milestones/?",
        "/milestones/?as_of=2010",
        "/milestones/?q=summit",
    ],
)
def test_counts_of_focus_and_frameworks_are_what_ticking_them_gives(content, reader, read, address):
    name = "focus" if "exercises" in address else "framework"
    html = read(address).response.text
    offered = dict(re.findall(rf'name="{name}" value="([\w-]+)"[^>]*><span>.*?</span> <b>(\d+)</b>', html))
    assert offered
    path, _, query = address.partition("?")
    for value, number in offered.items():
        got = reader.get(f"{path.rstrip('/')}.json?{query}{'&' if query else ''}{name}={value}").json()
        assert got["meta"]["rows"] == int(number) > 0
