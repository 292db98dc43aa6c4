"""The page of a country."""

import re

import pytest

from partnerships.models import Citation, Focus, Membership, Name, Participation


def said(page) -> str:
    return page.main.replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def published(world):
    """A function that saves rows of a partner's own and publishes it."""
    from partnerships.editorial.publication import publish
    from partnerships.editorial.saving import record_saved

    def do(record, *rows):
        for row in rows:
            setattr(row, row.owner, record)
            row.full_clean(exclude=[row.owner])
            row.save()
        record_saved(record, by="anna", expected=record.version)
        publish([record], by="chiara", change_kind="new_evidence", note="More is known.")
        return record

    return do


# Status ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "day", "status"),
    [
        ("malta", "1995-04-25", "In no framework"),
        ("malta", "1995-04-26", "Partner since 26 April 1995"),
        ("malta", "1996-10-26", "Partner since 26 April 1995"),
        ("malta", "1996-10-27", "Former partner since 27 October 1996"),
        ("malta", "2008-04-02", "Former partner since 27 October 1996"),
        ("malta", "2008-04-03", "Partner since 3 April 2008"),
        ("russia", "2014-03-31", "Partner since 22 June 1994"),
        ("russia", "2014-04-01", "Partner, suspended since 1 April 2014"),
        ("finland", "2023-04-03", "Partner since 9 May 1994"),
        ("finland", "2023-04-04", "Ally, once a partner since 4 April 2023"),
        ("japan", "2014", "In no framework"),
    ],
)
def test_status_on_a_day(world, read, slug, day, status):
    assert status in said(read(f"/partners/{slug}/?as_of={day}"))


def test_the_status_stands_with_its_rule(world, read):
    assert "at least one of its memberships is in force and not suspended" in said(read("/partners/malta/"))
    assert "A suspension is not an end." in said(read("/partners/russia/"))
    assert "because it joined the Alliance" in said(read("/partners/finland/"))
    assert "No membership of this country in any framework" in said(read("/partners/japan/"))


def test_frameworks_in_force_are_counted(world, read):
    assert "1 framework in force today" in said(read("/partners/russia/"))
    assert "0 frameworks in force today" in said(read("/partners/finland/"))
    assert "0 frameworks in force on this day" in said(read("/partners/malta/?as_of=2000"))


# Periods --------------------------------------------------------------------------------------------------------------


def test_memberships_stand_as_periods(world, read):
    rows = [" ".join(one.text.split()) for one in read("/partners/malta/").all("tr")]
    assert any("26 Apr 1995" in row and "27 Oct 1996" in row and "Ended withdrew" in row for row in rows)
    assert any("3 Apr 2008" in row and "open" in row and "In force" in row for row in rows)


def test_a_suspension_is_a_period_of_its_own_and_no_end(world, read):
    rows = [" ".join(one.text.split()) for one in read("/partners/russia/").all("tr")]
    assert any("1 Apr 2014" in row and "Suspended practical cooperation" in row and "open" in row for row in rows)


def test_a_dated_page_knows_nothing_later(world, read):
    page = read("/partners/malta/?as_of=1996-10-26")
    assert "1996" not in said(page).replace("26 October 1996", "")
    assert "2008" not in said(page)
    assert "open on this day" in said(page)
    page = read("/partners/malta/?as_of=2000")
    assert "27 Oct 1996" in said(page)
    assert "2008" not in said(page)


def test_drawings_stop_at_the_day(world, read):
    page = read("/partners/malta/?as_of=1996-10-26")
    day = float(
        next(one for one in page.all("path", class_="now") if "main" in one.parents).attributes["d"][1:].split()[0]
    )
    bars = page.all("rect", class_="d-held")
    drawn = [one for one in bars if "main" in one.parents and "figcaption" not in one.parents]
    assert drawn
    for bar in drawn:
        assert float(bar.attributes["x"]) + float(bar.attributes["width"]) <= day + 0.01
    ends = [one for one in page.all("path", class_="d-end") if "figcaption" not in one.parents]
    assert not ends


def test_an_unknown_start_is_uncertain_and_never_always(world, published, read):
    published(world.japan, Membership(framework=world.ici, start=""))
    page = read("/partners/japan/")
    assert "Uncertain" in said(page)
    assert "Start unknown" in said(page)
    assert "0 frameworks in force" in said(page)
    assert page.all("rect", class_="d-unsure")
    assert "always" not in said(page).lower()


def test_a_month_is_shown_as_a_month(world, published, read):
    published(world.japan, Membership(framework=world.ici, start="1992-06"))
    page = read("/partners/japan/")
    assert "Partner since June 1992" in said(page)
    assert "1 June 1992" not in said(page)
    assert "30 June 1992" not in said(page)
    assert "Uncertain" in said(read("/partners/japan/?as_of=1992-06-15"))


def test_an_invitation_is_not_a_membership(world, published, read):
    published(world.japan, Membership(framework=world.ici, status="invited", start="2004-06-28"))
    page = read("/partners/japan/")
    assert "In no framework" in said(page)
    assert "Invited" in said(page)


def test_the_end_of_a_plan_is_through_its_last_year(world, published, read):
    published(world.japan, Participation(programme=world.itpp, start="2023-07-12", end="2026", end_is="through"))
    rows = [" ".join(one.text.split()) for one in read("/partners/japan/").all("tr")]
    assert any("through 2026" in row for row in rows)
    then = said(read("/partners/japan/?as_of=2024"))
    assert "2026" not in re.sub(r"Last changed \d+ \w+ 2026", "", then)
    assert "Individually Tailored" not in said(read("/partners/japan/?as_of=2023-07-11"))


def test_what_is_noted_of_a_row_is_left_out_until_the_row_has_ended(world, published, read):
    published(
        world.japan,
        Participation(programme=world.itpp, start="2022", end="2025-01-01", end_is="until", note="Replaced in 2025."),
    )
    assert "Replaced in 2025." in said(read("/partners/japan/"))
    assert "Replaced in 2025." in said(read("/partners/japan/?as_of=2025"))
    assert "Replaced in 2025." not in said(read("/partners/japan/?as_of=2024"))


# Names ----------------------------------------------------------------------------------------------------------------


def test_a_page_bears_the_name_of_its_day(world, published, read):
    published(
        world.malta,
        Name(name="the State of Malta", type="provisional", start="1993", end="2019-02-12", end_is="until"),
    )
    assert read("/partners/malta/").one("h1").text == "Malta"
    dated = read("/partners/malta/?as_of=2014-03-01")
    assert dated.one("h1").text == "The State of Malta"
    assert "the State of Malta" in dated.title
    for address in ("/partners/", "/frameworks/pfp/", "/milestones/malta-returns/", "/regions/europe/"):
        assert "the State of Malta" in said(read(f"{address}?as_of=2018"))
        assert "the State of Malta" not in said(read(address))


# Text -----------------------------------------------------------------------------------------------------------------


def test_the_text_stands_on_the_page_of_today_under_its_stamp(world, read):
    page = read("/partners/malta/")
    assert page.one("em").text == "island"
    assert "Last changed" in said(page)


def test_the_text_of_another_day_stands_in_a_box(world, published, read):
    from tests.world import resave

    published(resave(world.malta, text_as_of="2024-06", summary="Malta hosts nobody.", capital="Valletta"))
    page = read("/partners/malta/?as_of=2014")
    box = next(one for one in page.all("details", class_="otherday"))
    assert "This text describes June 2024, not 31 December 2014" in box.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Malta hosts nobody." in box.text
    assert "Valletta" in box.text  # nobody knows since when it is the capital
    assert page.main.count("Malta hosts nobody.") == 1
    assert page.main.count("Valletta") == 1
    assert not page.all("meta", name="description")


def test_the_text_stands_free_on_the_day_that_it_describes(world, published, read):
    from tests.world import resave

    published(resave(world.malta, text_as_of="2024-06", summary="Malta hosts nobody."))
    assert not read("/partners/malta/?as_of=2024-06-15").all("details", class_="otherday")


def test_a_text_without_a_day_says_so(world, read):
    assert "This text doesn’t say which day it describes" in said(read("/partners/malta/?as_of=2014"))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"disclosure": "ai_assisted"}, "Written with AI assistance, not yet reviewed by a person"),
        (
            {"disclosure": "ai_assisted", "reviewed_on": "2026-10-01"},
            "Written with AI assistance, reviewed by a person on 1 October 2026",
        ),
    ],
)
def test_the_disclosure_stands_with_the_text(world, published, read, values, words):
    from tests.world import resave

    published(resave(world.malta, **values))
    assert words in said(read("/partners/malta/"))


@pytest.mark.parametrize(
    ("review_by", "words"),
    [
        ("2027-06-01", ""),
        ("2026-12-01", "review due by 1 December 2026"),
        ("2026-11-24", "review overdue since 24 November 2026"),
    ],
)
def test_freshness_is_reckoned_on_the_portals_day(world, published, read, review_by, words):
    from tests.world import resave

    published(resave(world.malta, text_as_of="2024", review_by=review_by))
    for address in ("/partners/malta/", "/partners/malta/?as_of=2014"):
        text = said(read(address))
        assert words in text
        assert ("review" in text) == bool(words)


# Notes ----------------------------------------------------------------------------------------------------------------


def test_notes_stand_beside_what_they_support(world, published, read):
    stay = world.malta.memberships.order_by("start_earliest").last()
    published(
        world.malta,
        Citation(source=world.nato_topic, read_as="archived_excerpt", checked_on="2026-11-20"),
        Citation(source=world.nato_topic, row=stay.pk, checked_on="2026-11-23"),
        Citation(source=world.nato_topic, field="iso2", locator="p. 3"),
    )
    page = read("/partners/malta/")
    notes = [" ".join(one.text.split()) for one in page.all("li") if one.attributes.get("id", "").startswith("n")]
    assert len(notes) == 2  # the same place in the same source is one note
    assert "Topic page. NATO, undated. example.org; read as archived excerpt" in notes[0]
    assert "checked 23 Nov 2026" in notes[0]
    assert "no locator" in notes[0]
    assert "p. 3" in notes[1]
    rows = [one for one in page.all("tr") if "3\N{NO-BREAK SPACE}Apr\N{NO-BREAK SPACE}2008" in one.text]
    assert rows[0].text.rstrip().endswith("1")
    assert "Sources last checked 23 Nov 2026" in said(page)
    assert "Sourced, not verified" in said(page)
    assert page.all("a", aria_label="Note 2")


def test_a_row_without_a_citation_is_marked(world, read):
    rows = [one.text for one in read("/partners/malta/").all("tr") if "Partnership for Peace" in one.text]
    assert len(rows) == 2
    assert all("unsourced" in row for row in rows)


def test_fields_without_a_source_are_marked_and_listed(world, published, read):
    from tests.world import resave

    published(resave(world.malta, unsourced="capital iso2", capital="Valletta"))
    page = read("/partners/malta/")
    facts = {one.text.split("\n")[0] for one in page.all("dd") if "unsourced" in one.text}
    assert facts == {"Valletta unsourced", "MT, MLT ISO 3166-1, officially assigned unsourced"}
    assert "No source was found for: capital, ISO 3166-1 alpha-2." in said(page)


def test_notes_of_rows_that_are_not_shown_are_left_out(world, published, read):
    stay = world.malta.memberships.order_by("start_earliest").last()
    published(world.malta, Citation(source=world.nato_topic, row=stay.pk))
    assert read("/partners/malta/").all("li", id="n1")
    assert not read("/partners/malta/?as_of=2000").all("li", id="n1")


# What else it has to do with ------------------------------------------------------------------------------------------


def test_exercises_milestones_and_claims(world, read):
    page = read("/partners/malta/")
    assert "1 edition recorded, none of them hosted." in said(page)
    assert "/exercises/sea-breeze/sea-breeze-2021/" in page.links()
    assert "/milestones/malta-returns/" in page.links()
    japan = read("/partners/japan/")
    assert "/claims/c065/" in japan.links()
    assert "Contradicted" in said(japan)
    assert "Japan has no part in it." in said(japan)


def test_what_came_later_than_the_day_is_left_out(world, read):
    page = read("/partners/malta/?as_of=2008-04-02")
    assert "Exercises by year" not in said(page)
    assert not [link for link in page.links() if link.startswith("/milestones/malta")]
    assert "Exercises by year" in said(read("/partners/malta/?as_of=2021-06-28"))


def test_contents_and_headings_agree(world, read):
    page = read("/partners/malta/")
    listed = [one.text for one in page.all("a") if one.attributes["href"].startswith("#") and "nav" in one.parents]
    headings = [one.text.strip() for one in page.all("h2", class_=None) if "article" in one.parents]
    assert listed == headings


def test_focus(world, published, read):
    published(world.malta, Focus(topic=world.itpp.record, note="Long planned."))
    page = read("/partners/malta/")
    assert "What the work is about" in said(page)
    assert "Long planned." in said(page)
