"""The page of a framework: who belongs to it on a day, and how that changed."""

import pytest

from partnerships.models import Citation, Membership


def said(page) -> str:
    return page.main.replace("\N{NO-BREAK SPACE}", " ")


def members(page) -> dict[str, str]:
    """The tables of countries: name → the rest of the row."""
    rows = [one for one in page.all("tr") if "tbody" in one.parents]
    found = {}
    for row in rows:
        text = " ".join(row.text.split())
        for name in ("Malta", "Russia", "Finland", "Japan"):
            if text.startswith(name):
                found[name] = text.removeprefix(name).strip().replace("\N{NO-BREAK SPACE}", " ")
    return found


@pytest.mark.parametrize(
    ("day", "count", "suspended", "names"),
    [
        ("1994-05-08", 0, 0, []),
        ("1994-05-09", 1, 0, ["Finland"]),
        ("1995-04-26", 3, 0, ["Finland", "Malta", "Russia"]),
        ("1996-10-27", 2, 0, ["Finland", "Russia"]),
        ("2014-03-31", 3, 0, ["Finland", "Malta", "Russia"]),
        ("2014-04-01", 3, 1, ["Finland", "Malta", "Russia"]),
        ("2023-04-04", 2, 1, ["Malta", "Russia"]),
    ],
)
def test_members_on_a_day(world, read, day, count, suspended, names):
    page = read(f"/frameworks/pfp/?as_of={day}")
    assert page.one("span", class_="bign").text == str(count)
    assert (f"of which {suspended} suspended" if suspended else "none of them suspended") in said(page)
    assert sorted(members(page)) == names


def test_the_count_stands_with_its_rule(world, read):
    page = read("/frameworks/pfp/")
    assert "2 countries in force today, of which 1 suspended" in said(page)
    assert "A suspended membership counts as in force, an invitation does not." in said(page)


def test_suspended_countries_stand_apart_with_day_and_scope(world, read):
    page = read("/frameworks/pfp/")
    assert "since 1 Apr 2014 practical cooperation" in members(page)["Russia"]
    assert members(page)["Russia"].startswith("22 Jun 1994")  # the beginning of its stay
    headings = [one.text.strip() for one in page.all("h2", class_=None) if "article" in one.parents]
    assert headings[:3] == ["In force today", "Suspended", "Joined and left"]
    assert "None on this day." in said(read("/frameworks/pfp/?as_of=2014-03-31"))


def test_joined_and_left_by_year(world, read):
    page = read("/frameworks/pfp/")
    rows = [" ".join(one.text.split()) for one in page.all("tr") if "tbody" in one.parents]
    by_year = {row[:4]: row[4:] for row in rows if row[:4].isdigit()}
    assert by_year == {
        "1994": "Finland, Russianone2",
        "1995": "Maltanone3",
        "1996": "noneMalta (withdrew)2",
        "2008": "Maltanone3",
        "2023": "noneFinland (joined the Alliance)2",
    }


def test_a_suspension_is_neither_joining_nor_leaving(world, read):
    page = read("/frameworks/pfp/")
    years = [one.text for one in page.all("th") if one.attributes.get("class") == "year"]
    assert "2014" not in years


def test_a_dated_page_knows_nothing_later(world, read):
    page = read("/frameworks/pfp/?as_of=1996-10-26")
    years = [one.text for one in page.all("th") if one.attributes.get("class") == "year"]
    assert years == ["1994", "1995"]
    assert "2008" not in said(page)
    assert "2023" not in said(page)
    assert "Highest 3, reached in 1995." in said(page)


def test_before_its_founding_the_page_says_not_yet(world, read):
    page = read("/frameworks/pfp/?as_of=1994-01-09")
    assert "Not yet" in said(page)
    assert "First dated 10 January 1994" in said(page)
    assert not page.all("table")
    assert "/frameworks/pfp/" in page.links()
    assert "Not yet" not in said(read("/frameworks/pfp/?as_of=1994-01-10"))


def test_uncertain_members_stand_apart_and_are_not_counted(world, read):
    from partnerships.editorial.publication import publish
    from partnerships.editorial.saving import record_saved

    japan = world.japan
    Membership(partner=japan, framework=world.ici, start="2010").save()
    record_saved(japan, by="anna", expected=japan.version)
    publish([japan], by="chiara", change_kind="new_evidence", note="More is known.")
    page = read("/frameworks/ici/?as_of=2010-06-01")
    assert "0 countries in force on 1 June 2010, none of them suspended; 1 more uncertain" in said(page)
    assert "Uncertain on this day" in said(page)
    assert "1 country in force on 1 January 2011" in said(read("/frameworks/ici/?as_of=2011-01-01"))


def test_a_closed_framework_says_so(world, read):
    from partnerships.editorial.publication import publish
    from tests.world import resave

    ici = resave(world.ici, end="2020-05-01", end_is="until", successor=world.pfp)
    publish([ici], by="chiara", change_kind="world_change", note="It was closed.")
    page = read("/frameworks/ici/")
    assert "(closed)" in said(page)
    assert "Followed by" in said(page)
    page = read("/frameworks/ici/?as_of=2019")
    assert "(closed)" not in said(page)
    assert "Closed" not in said(page)
    assert "Followed by" not in said(page)


def test_notes_of_memberships_come_from_the_countries(world, read):
    from partnerships.editorial.publication import publish
    from partnerships.editorial.saving import record_saved

    malta = world.malta
    stay = malta.memberships.order_by("start_earliest").last()
    Citation(record=malta, source=world.nato_topic, row=stay.pk).save()
    record_saved(malta, by="anna", expected=malta.version)
    publish([malta], by="chiara", change_kind="new_evidence", note="A source was found.")
    page = read("/frameworks/pfp/")
    assert page.one("li", id="n1")
    assert members(page)["Malta"].endswith("1")
    assert members(page)["Russia"].endswith("unsourced")


def test_the_drawing_stands_beside_its_table(world, read):
    page = read("/frameworks/pfp/")
    figure = next(one for one in page.all("figure"))
    assert figure.attributes["aria-hidden"] == "true"
    assert "/frameworks/pfp/" not in figure.text
    assert "#years" in page.links()
    assert page.all("path", class_="d-held")
