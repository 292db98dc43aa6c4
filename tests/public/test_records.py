"""The pages of the other kinds: exercises and their editions, challenges, claims, sources, and what all share."""

import pytest

from partnerships.models import (
    Activity,
    Assessment,
    CaseStudy,
    Challenge,
    Citation,
    Claim,
    Focus,
    Institution,
    Link,
    Objective,
    Participation,
    Threat,
)


def said(page) -> str:
    return page.main.replace("\N{NO-BREAK SPACE}", " ")


@pytest.fixture
def publish(world):
    from partnerships.editorial.publication import publish
    from tests.world import save

    def do(record, **rows):
        publish([save(record, **rows)], by="chiara")
        return record

    return do


@pytest.fixture
def publish_again(world):
    """Saves rows of a public record's own and publishes it."""
    from partnerships.editorial.publication import publish
    from partnerships.editorial.saving import record_saved

    def do(record, *rows):
        for row in rows:
            setattr(row, row.owner, record)
            row.full_clean(exclude=[row.owner])
            row.save()
        record_saved(record, by="anna", expected=record.version)
        publish([record], by="chiara", change_kind="new_evidence", note="More is known.")

    return do


# Exercises ------------------------------------------------------------------------------------------------------------


def test_a_series_lists_its_editions_with_days_and_hosts(world, read):
    page = read("/exercises/sea-breeze/")
    assert "1 edition recorded" in said(page)
    row = next(one for one in page.all("tr") if "Sea Breeze 2021" in one.text)
    assert "28 Jun 2021 to 10 Jul 2021" in row.text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Turkey" in row.text
    assert "unknown" in row.text  # size
    assert "Malta 1" in said(page)


def test_a_series_on_a_day_knows_no_later_edition(world, read):
    page = read("/exercises/sea-breeze/?as_of=2021-06-27")
    assert "0 editions recorded up to 27 June 2021" in said(page)
    assert "Sea Breeze 2021" not in said(page)
    assert "1 edition recorded up to 28 June 2021" in said(read("/exercises/sea-breeze/?as_of=2021-06-28"))


def test_an_edition_says_who_was_a_partner_then(world, read):
    page = read("/exercises/sea-breeze/sea-breeze-2021/")
    assert "2 countries recorded, 1 of them partners at the time" in said(page)
    assert "that wasn’t suspended" in said(page)
    malta = next(one for one in page.all("tr") if "Malta" in one.text)
    assert "Partner" in malta.text
    turkey = next(one for one in page.all("tr") if "Turkey" in one.text)
    assert "no record of its own" in turkey.text
    assert [one.text.split()[0] for one in page.all("h3") if "article" in one.parents] == ["Host", "Participant"]


def test_an_edition_before_it_began_is_not_yet(world, read):
    page = read("/exercises/sea-breeze/sea-breeze-2021/?as_of=2020")
    assert "Not yet" in said(page)
    assert "Malta" not in said(page)


# Claims and sources ---------------------------------------------------------------------------------------------------


def test_a_claim_shows_statement_verdict_and_correction(world, read):
    page = read("/claims/c065/")
    assert page.one("h1").text == "Japan works with NATO through the Istanbul Cooperation Initiative."
    assert "Contradicted The sources say otherwise." in said(page)
    assert "Stated in Topic page" in said(page)
    assert "Japan has no part in it." in said(page)
    assert "/partners/japan/" in page.links()
    assert "unsourced" in said(page)


def test_a_claim_rests_on_its_evidence(world, publish, read):
    publish(
        Claim(slug="c001", title="A.", statement="A.", verdict="supported", explanation="So it is."),
        citations=[Citation(source=world.nato_topic, field="verdict")],
    )
    page = read("/claims/c001/")
    assert "So it is. 1" in said(page)
    assert "Where it was stated is not recorded." in said(page)
    assert "What is right" not in said(page)


def test_a_claim_answers_the_same_on_every_day_and_says_so(world, read):
    page = read("/claims/c065/?as_of=2014")
    assert "it answers the same on every day" in said(page)
    assert "Japan has no part in it." in page.one("section", class_="otherday").text
    assert page.main.count("Japan has no part in it.") == 1
    assert "it answers the same on every day" not in said(read("/claims/c065/"))


def test_a_source_says_where_it_is_used_and_what_was_checked_in_it(world, publish_again, read):
    publish_again(world.malta, Citation(source=world.nato_topic, locator="p. 7"))
    page = read("/sources/nato-topic/")
    assert "1 record cites it." in said(page)
    assert "Malta p. 7" in said(page)
    assert "Statements made in it, checked" in said(page)
    assert "/claims/c065/" in page.links()
    assert "https://example.org/topic" in page.links()


# Challenges and themes ------------------------------------------------------------------------------------------------


def test_a_challenge_says_whom_and_what_it_affects(world, publish, read):
    publish(
        Challenge(slug="distance", title="Distance", category="practical", mitigation="Talk.\n\nTravel."),
        links=[
            Link(other=world.japan, relation="affects", note="Far away."),
            Link(other=world.ici, relation="affects"),
            Link(other=world.europe, relation="related"),
        ],
    )
    page = read("/challenges/distance/")
    assert "Whom and what it affects" in said(page)
    groups = {one.text.split("\n")[0] for one in page.all("dt")}
    assert {"Frameworks", "Partners", "Related"} <= groups
    assert "Japan Far away." in said(page)
    assert "What is done about it" in said(page)
    assert "Travel." in said(page)
    page = read("/partners/japan/")
    assert "/challenges/distance/" in page.links()
    assert "Challenges" in [one.text.strip() for one in page.all("h2", class_=None)]


def test_nothing_affected_is_said(world, publish, read):
    publish(Challenge(slug="distance", title="Distance", category="practical"))
    assert "Nothing recorded." in said(read("/challenges/distance/"))


def test_a_programme_lists_who_takes_part_on_the_day(world, publish_again, read):
    publish_again(
        world.malta,
        Participation(programme=world.itpp, start="2022-05-01", end="2024-05-01", end_is="until"),
    )
    row = next(one for one in read("/programmes/itpp/").all("tr") if "Malta" in one.text)
    assert "Ended" in row.text
    row = next(one for one in read("/programmes/itpp/?as_of=2023").all("tr") if "Malta" in one.text)
    assert "In force" in row.text
    assert "open on this day" in row.text
    assert "Malta" not in said(read("/programmes/itpp/?as_of=2022-04-30"))


def test_a_programme_begun_in_a_month_is_not_yet_before_and_uncertain_within(world, read):
    assert "Not yet" in said(read("/programmes/itpp/?as_of=2021-02"))
    assert "It is not known whether it had begun by this day" in said(read("/programmes/itpp/?as_of=2021-03-15"))
    assert "It is not known" not in said(read("/programmes/itpp/?as_of=2021-03-31"))


def test_a_region_lists_its_countries_with_their_status(world, read):
    rows = {one.text.split()[0]: one.text for one in read("/regions/europe/?as_of=2014-03-01").all("tr")}
    assert "Partner" in rows["Russia"]
    assert "suspended" not in rows["Russia"]
    rows = {one.text.split()[0]: one.text for one in read("/regions/europe/").all("tr")}
    assert "Partner, suspended" in rows["Russia"]
    assert "Ally" in rows["Finland"]


def test_themes_list_the_countries_whose_work_is_about_them(world, publish, publish_again, read):
    threat = publish(Threat(slug="piracy", title="Piracy", transnational=True))
    publish_again(world.malta, Focus(topic=threat.record, start="2010"))
    page = read("/threats/piracy/")
    assert "Malta" in said(page)
    assert "2010" in said(page)
    assert "Crosses borders" in said(page)
    assert "Malta" not in said(read("/threats/piracy/?as_of=2009"))


def test_a_theme_whose_rows_have_no_dates_says_so_once(world, publish, publish_again, read):
    threat = publish(Threat(slug="piracy", title="Piracy"))
    publish_again(world.malta, Focus(topic=threat.record, note="At sea."))
    page = read("/threats/piracy/")
    assert "Since when is not recorded." in said(page)
    assert "Malta At sea. unsourced" in said(page)
    assert not page.all("table")


def test_an_objective_lists_its_parts(world, publish, read):
    whole = publish(Objective(slug="stability", title="Stability"))
    publish(Objective(slug="advice", title="Advice", parent=whole))
    assert "/objectives/advice/" in read("/objectives/stability/").links()
    assert "/objectives/stability/" in read("/objectives/advice/").links()


def test_a_judgement_is_labelled(world, publish, read):
    publish(Assessment(slug="trust", title="Trust", type="influence", evidence="unproven", assessment=True))
    assert "a judgement, not a fact" in said(read("/assessments/trust/"))
    assert "A judgement" in said(read("/assessments/"))


def test_other_kinds_have_the_shared_page(world, publish, read):
    publish(Institution(slug="centre", title="Centre", type="other", host=world.malta, opened="2015-08-27"))
    publish(CaseStudy(slug="malta", title="Malta again", partner=world.malta, start="2008", aims="Return."))
    publish(Activity(slug="advice", title="Advice", benefits="interoperability;capacity_building"))
    assert "/partners/malta/" in read("/institutions/centre/").links()
    assert "Return." in said(read("/case-studies/malta/"))
    assert "Interoperability, Capacity building" in said(read("/activities/advice/"))
    page = read("/partners/malta/")
    assert {"/institutions/centre/", "/case-studies/malta/"} <= set(page.links())
    assert "Centre" not in said(read("/partners/malta/?as_of=2015-08-26"))
    assert "Not yet" in said(read("/institutions/centre/?as_of=2015-08-26"))


def test_a_milestone_names_whom_it_concerns_and_is_not_yet_before_its_day(world, read):
    page = read("/milestones/malta-returns/")
    assert {"/partners/malta/", "/frameworks/pfp/"} <= set(page.links())
    assert "3 April 2008" in said(page)
    assert "Not yet" in said(read("/milestones/malta-returns/?as_of=2008-04-02"))
    assert "Not yet" not in said(read("/milestones/malta-returns/?as_of=2008-04-03"))


def test_milestones_later_than_the_day_are_no_related_records(world, publish_again, read):
    publish_again(world.japan, Link(other=world.malta_returns.record, relation="related"))
    assert "/milestones/malta-returns/" in read("/partners/japan/").links()
    links = read("/partners/japan/?as_of=2000").links()
    assert not [link for link in links if link.startswith("/milestones/malta")]
