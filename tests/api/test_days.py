"""Answers turned to a day: the edges of every period, and what came later."""

from __future__ import annotations

from datetime import date

import pytest

from partnerships.editorial.publication import publish
from partnerships.models import Membership, Name, Participation, Partner, name_on, status_on
from partnerships.publishing.reading import public
from partnerships.queries.standing import standing, standings
from tests.world import save

pytestmark = pytest.mark.services

# Malta came on 1995-04-26, left on 1996-10-27, came back on 2008-04-03. Russia came on 1994-06-22 and is suspended from
# 2014-04-01 on. Finland came on 1994-05-09 and acceded on 2023-04-04.
IN_PFP = [
    ("1994-05-08", set()),
    ("1994-05-09", {"finland"}),
    ("1994-06-21", {"finland"}),
    ("1994-06-22", {"finland", "russia"}),
    ("1995-04-25", {"finland", "russia"}),
    ("1995-04-26", {"finland", "russia", "malta"}),
    ("1995-04-27", {"finland", "russia", "malta"}),
    ("1996-10-26", {"finland", "russia", "malta"}),
    ("1996-10-27", {"finland", "russia"}),
    ("1996-10-28", {"finland", "russia"}),
    ("2008-04-02", {"finland", "russia"}),
    ("2008-04-03", {"finland", "russia", "malta"}),
    ("2014-03-31", {"finland", "russia", "malta"}),
    ("2014-04-01", {"finland", "russia", "malta"}),
    ("2023-04-03", {"finland", "russia", "malta"}),
    ("2023-04-04", {"russia", "malta"}),
    ("", {"russia", "malta"}),
]


@pytest.mark.parametrize(("day", "members"), IN_PFP, ids=[day or "today" for day, _ in IN_PFP])
def test_who_is_in_the_framework(still_world, ask, day, members):
    turned = f"&as_of={day}" if day else ""
    listed = ask(f"partners/?framework=pfp{turned}")
    assert {one["slug"] for one in listed["results"]} == members
    assert listed["count"] == len(members)
    counted = ask(f"frameworks/pfp/?{turned.lstrip('&')}")["members"]
    assert counted["in_force"] == len(members)
    assert counted["uncertain"] == 0
    assert "suspended membership counts" in counted["rule"]
    rows = ask(f"memberships/?framework=pfp&in_force=yes{turned}")
    assert {row["record"]["slug"] for row in rows["results"]} == members


STATUSES = [
    ("malta", "1995-04-25", "none"),
    ("malta", "1995-04-26", "partner"),
    ("malta", "1996-10-26", "partner"),
    ("malta", "1996-10-27", "former_partner"),
    ("malta", "2008-04-02", "former_partner"),
    ("malta", "2008-04-03", "partner"),
    ("russia", "1994-06-21", "none"),
    ("russia", "1994-06-22", "partner"),
    ("russia", "2014-03-31", "partner"),
    ("russia", "2014-04-01", "suspended"),
    ("finland", "2023-04-03", "partner"),
    ("finland", "2023-04-04", "ally"),
    ("japan", "2014", "none"),
]


@pytest.mark.parametrize(("slug", "day", "status"), STATUSES)
def test_what_a_country_is(still_world, ask, slug, day, status):
    assert ask(f"partners/{slug}/?as_of={day}")["status"] == status
    assert slug in ask.slugs(f"partners/?status={status}&as_of={day}")


def test_the_status_of_lists_and_records_is_the_one_definition(still_world, ask):
    for day in ("1994-06-22", "1996-10-27", "2014-04-01", "2023-04-04"):
        listed = {one["slug"]: one["status"] for one in ask(f"partners/?as_of={day}")["results"]}
        reckoned = {
            one.slug: status_on(list(one.memberships.all()), date.fromisoformat(day)) for one in public(Partner)
        }
        assert listed == reckoned


def test_a_partner_is_listed_with_the_membership_that_fits(still_world, ask):
    finland, malta, russia = ask("partners/?framework=pfp&as_of=2014-04-01")["results"]
    assert russia["membership"]["framework"]["slug"] == "pfp"
    assert russia["membership"]["status"] == "suspended"
    assert russia["membership"]["scope"] == "practical"
    assert russia["membership"]["in_force"] == "yes"
    assert russia["membership"]["from"] == {"text": "2014-04-01", "earliest": "2014-04-01", "latest": "2014-04-01"}
    assert (russia["membership"]["to"], russia["membership"]["end"]) == (None, "open")
    assert malta["membership"]["from"]["text"] == "2008-04-03"
    assert (finland["membership"]["to"]["text"], finland["membership"]["end"]) == ("2023-04-04", "until")
    assert ask(russia["membership"]["url"])["id"] == russia["membership"]["id"]
    assert "membership" not in ask("partners/")["results"][0]
    assert ask.slugs("partners/?framework=pfp&membership_status=suspended&as_of=2014-04-01") == ["russia"]
    assert ask.slugs("partners/?framework=pfp&membership_status=suspended&as_of=2014-03-31") == []


def test_of_several_frameworks_the_first_that_fits_is_shown(crowd, ask):
    [one, two, three] = ask("partners/?framework=framework-2,framework-1")["results"]
    assert one["membership"]["framework"]["slug"] == "framework-1"
    assert two["membership"]["framework"]["slug"] == three["membership"]["framework"]["slug"] == "framework-2"


DAYS_TAKEN = [
    ("2014-03-01", "2014-03-01"),
    ("2014-02", "2014-02-28"),
    ("2016-02", "2016-02-29"),
    ("2014", "2014-12-31"),
    ("1949-04-04", "1949-04-04"),
    ("1949", "1949-12-31"),
]


@pytest.mark.parametrize(("asked", "taken"), DAYS_TAKEN)
@pytest.mark.parametrize("path", ["partners/", "partners/malta/", "claims/", "search/?q=malta"])
def test_an_answer_says_which_day_it_took(still_world, ask, path, asked, taken):
    said = ask(f"{path}{'&' if '?' in path else '?'}as_of={asked}")["meta"]["as_of"]
    assert (said["day"], said["asked"]) == (taken, asked)
    assert said["applies"] is path.startswith(("partners", "search"))


def test_without_a_day_it_is_today(still_world, ask, monkeypatch):
    monkeypatch.setattr("partnerships.api.door.portal_day", lambda: date(2019, 5, 4))
    assert ask("partners/")["meta"]["as_of"] == {"day": "2019-05-04", "asked": None, "applies": True}
    assert ask("partners/finland/")["status"] == "partner"


def test_what_has_no_periods_answers_the_same_and_says_so(still_world, ask):
    then, now = ask("sources/?as_of=1990"), ask("sources/")
    assert then["results"] == now["results"]
    assert then["meta"]["as_of"]["applies"] is False


def test_events_and_periods_that_came_later_are_left_out(still_world, ask):
    assert ask.slugs("milestones/?as_of=2008-04-02") == []
    assert ask.slugs("milestones/?as_of=2008-04-03") == ["malta-returns"]
    assert ask.slugs("editions/?as_of=2021-06-27") == []
    assert ask.slugs("editions/?as_of=2021-06-28") == ["sea-breeze-2021"]
    assert ask("participants/?as_of=2021-06-27")["count"] == 0
    assert ask("participants/?as_of=2021-06-28")["count"] == 2
    assert ask("memberships/?as_of=1994-05-09")["count"] == 1
    assert ask("participations/?as_of=1994")["count"] == 0
    assert len(ask("partners/malta/?as_of=2008-04-02")["memberships"]) == 1
    assert len(ask("partners/malta/?as_of=2008-04-03")["memberships"]) == 2
    assert len(ask("partners/?include=memberships&q=malta&as_of=2008-04-02")["results"][0]["memberships"]) == 1


def test_a_framework_before_its_founding_is_not_in_force(still_world, ask):
    assert ask("frameworks/ici/?as_of=2004-06-27")["in_force"] == "no"
    assert ask("frameworks/ici/?as_of=2004-06-28")["in_force"] == "yes"


def test_the_countries_of_an_edition_are_shown_as_they_were(still_world, ask):
    malta, turkey = sorted(ask("editions/sea-breeze-2021/")["participants"], key=lambda row: row["name"])
    assert (malta["code"], malta["status_then"], malta["partner"]["slug"]) == ("MT", "partner", "malta")
    assert (turkey["code"], turkey["name"], turkey["status_then"], turkey["partner"]) == ("TR", "Turkey", None, None)
    assert ask("editions/sea-breeze-2021/")["hosts"] == [{"partner": None, "code": "TR", "name": "Turkey"}]


# Names, uncertain and unknown edges -------------------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(world):
    """Countries whose periods aren't known to the day."""
    pfp, itpp = world.pfp, world.itpp
    utopia = save(
        Partner(slug="utopia", title="Utopia", iso2="UT"),
        memberships=[Membership(framework=pfp, start="", end="", end_is="unknown")],
        participations=[Participation(programme=itpp, start="2021", end="2023", end_is="through")],
        names=[Name(name="Nowhere", start="", end="2018-02", end_is="until"), Name(name="Utopia", start="2018-02")],
    )
    arcadia = save(
        Partner(slug="arcadia", title="Arcadia", iso2="AD"),
        memberships=[Membership(framework=pfp, start="1999~", status="active")],
    )
    invited = save(
        Partner(slug="invitia", title="Invitia"),
        memberships=[Membership(framework=pfp, start="2000-01-01", status="invited")],
    )
    publish([utopia, arcadia, invited], by="chiara", title="Elsewhere")


def test_open_unknown_and_dated_are_three_different_things(elsewhere, ask):
    [utopia] = ask("memberships/?partner=utopia")["results"]
    assert utopia["period"] == {"from": None, "to": None, "end": "unknown"}
    [arcadia] = ask("memberships/?partner=arcadia")["results"]
    assert arcadia["period"] == {
        "from": {"text": "1999~", "earliest": "1998-01-01", "latest": "2000-12-31"},
        "to": None,
        "end": "open",
    }
    [part] = ask("participations/?partner=utopia")["results"]
    assert part["period"]["to"] == {"text": "2023", "earliest": "2023-01-01", "latest": "2023-12-31"}
    assert part["period"]["end"] == "through"
    assert ask(part["url"] + "?as_of=2023-12-31")["in_force"] == "yes"
    assert ask(part["url"] + "?as_of=2024-01-01")["in_force"] == "no"


def test_what_is_uncertain_is_listed_and_counted_apart(elsewhere, ask):
    for day, sure, uncertain in (
        ("1997-12-31", {"finland", "russia"}, {"utopia"}),
        ("1998-01-01", {"finland", "russia"}, {"utopia", "arcadia"}),
        ("2000-12-30", {"finland", "russia"}, {"utopia", "arcadia"}),
        ("2000-12-31", {"finland", "russia", "arcadia"}, {"utopia"}),
    ):
        listed = {
            one["slug"]: one["membership"]["in_force"] for one in ask(f"partners/?framework=pfp&as_of={day}")["results"]
        }
        assert listed == dict.fromkeys(sure, "yes") | dict.fromkeys(uncertain, "uncertain")
        members = ask(f"frameworks/pfp/?as_of={day}")["members"]
        assert (members["in_force"], members["uncertain"]) == (len(sure), len(uncertain))
    assert ask("partners/utopia/?as_of=2014")["status"] == "uncertain"


def test_an_invitation_is_no_membership(elsewhere, ask):
    assert "invitia" not in ask.slugs("partners/?framework=pfp")
    assert ask.slugs("partners/?framework=pfp&membership_status=invited") == ["invitia"]
    assert ask("partners/invitia/")["status"] == "none"


def test_a_country_bears_the_name_of_the_day(elsewhere, ask):
    # A month of change is an uncertain one: only on its last day is it sure that the old name had gone.
    for day, name in (("2010", "Nowhere"), ("2018-01-31", "Nowhere"), ("2018-03-01", "Utopia")):
        answer = ask(f"partners/utopia/?as_of={day}")
        assert (answer["name"], answer["title"]) == (name, "Utopia")
        [listed] = ask(f"partners/?q=utopia&as_of={day}")["results"]
        assert listed["name"] == name
    for partner in public(Partner):
        assert ask(f"partners/{partner.slug}/?as_of=2018-02-10")["name"] == name_on(partner, date(2018, 2, 10))
    assert ask.slugs("partners/?q=nowhere") == ["utopia"]


# The count, by itself -----------------------------------------------------------------------------------------------------------


def test_the_standing_of_many_frameworks_costs_one_query(elsewhere, django_assert_num_queries):
    from partnerships.models import Framework

    frameworks = list(public(Framework))
    with django_assert_num_queries(1, using="published"):
        found = standings(frameworks, date(2014, 4, 1))
    pfp = next(one for one in frameworks if one.slug == "pfp")
    ici = next(one for one in frameworks if one.slug == "ici")
    assert (found[pfp.pk].active, found[pfp.pk].suspended, found[pfp.pk].uncertain, found[pfp.pk].in_force) == (
        3,
        1,
        1,
        4,
    )
    assert (found[ici.pk].in_force, found[ici.pk].uncertain, found[ici.pk].rows) == (0, 0, ())
    assert found[pfp.pk] == standing(pfp, date(2014, 4, 1))
    assert len({row.partner_id for row in found[pfp.pk].rows}) == 5
