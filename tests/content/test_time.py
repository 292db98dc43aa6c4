"""The traps of time, reckoned from the documents: counts as of a day, suspensions, stays, and partners at the time."""

from datetime import date

import pytest

from fixtures.converter import reading
from partnerships.models import InForce, bounds
from partnerships.models.partners import PartnerStatus, status_on
from partnerships.publishing.documents import instances

TODAY = date(2026, 11, 25)
PARTNERSHIPS = ("pfp", "md", "ici", "patg")
"""The frameworks that make a country a partner at the time of an exercise."""


@pytest.fixture(scope="module")
def memberships(documents):
    """The memberships of each country, by its code."""
    return {
        document["fields"]["iso2"]: instances(document)[1]["memberships"]
        for label, document in documents.items()
        if label.startswith("partner/")
    }


@pytest.fixture(scope="module")
def frameworks(documents):
    """The slugs of frameworks by id, as rows hold it."""
    return {d["id"]: d["slug"] for label, d in documents.items() if label.startswith("framework/")}


def in_force(memberships, frameworks, framework, day):
    """The rows of a framework in force on a day, by country: suspended ones included."""
    return {
        code: row
        for code, rows in memberships.items()
        for row in rows
        if frameworks[str(row.framework_id)] == framework and row.counts and row.in_force(day) == InForce.YES
    }


@pytest.mark.parametrize(
    ("day", "count", "suspended"),
    [
        (date(2014, 3, 1), 22, 0),
        (date(2014, 3, 31), 22, 0),
        (date(2014, 4, 1), 22, 1),
        (date(2021, 11, 18), 20, 1),
        (date(2021, 11, 19), 20, 2),
        (date(2023, 4, 3), 20, 2),
        (date(2023, 4, 4), 19, 2),
        (date(2024, 3, 6), 19, 2),
        (date(2024, 3, 7), 18, 2),
        (TODAY, 18, 2),
    ],
)
def test_partnership_for_peace_as_of_a_day(memberships, frameworks, day, count, suspended):
    rows = in_force(memberships, frameworks, "pfp", day)
    assert len(rows) == count
    assert sum(row.status == "suspended" for row in rows.values()) == suspended


@pytest.mark.parametrize(
    ("framework", "count", "suspended"),
    [("eapc", 18, 2), ("md", 7, 0), ("ici", 4, 0), ("patg", 9, 1), ("ngc", 1, 0), ("nrc", 1, 1), ("nacc", 0, 0)],
)
def test_other_frameworks_today(memberships, frameworks, framework, count, suspended):
    rows = in_force(memberships, frameworks, framework, TODAY)
    assert len(rows) == count
    assert sum(row.status == "suspended" for row in rows.values()) == suspended


def test_there_are_121_rows_of_memberships(memberships):
    assert sum(len(rows) for rows in memberships.values()) == 121


def test_six_suspensions_are_rows_of_their_own_and_no_ends(memberships, frameworks):
    suspended = [(code, row) for code, rows in memberships.items() for row in rows if row.status == "suspended"]
    found = sorted((code, frameworks[str(row.framework_id)], row.start) for code, row in suspended)
    assert found == [
        ("AF", "patg", "2021-08-20"),
        ("BY", "eapc", "2021-11-19"),
        ("BY", "pfp", "2021-11-19"),
        ("RU", "eapc", "2014-04-01"),
        ("RU", "nrc", "2014-04-01"),
        ("RU", "pfp", "2014-04-01"),
    ]
    for code, row in suspended:
        assert (row.end_is, row.scope) == ("open", "practical")
        (before,) = [r for r in memberships[code] if r.framework_id == row.framework_id and r.status == "active"]
        assert (before.end, before.end_is, before.end_reason) == (row.start, "until", "")


def test_a_suspension_cites_what_speaks_of_it(documents):
    russia = documents["partner/russia"]
    (row,) = [
        r for r in russia["rows"]["memberships"] if r["status"] == "suspended" and r["framework"] == _pfp(documents)
    ]
    cited = {c["source"] for c in russia["rows"]["citations"] if c["row"] == row["id"]}
    assert documents["source/nato-russia-2015"]["id"] in cited
    assert documents["source/wiki-pfp-2021"]["id"] not in cited


def _pfp(documents):
    return documents["framework/pfp"]["id"]


def test_malta_has_two_stays(memberships, frameworks):
    rows = [row for row in memberships["MT"] if frameworks[str(row.framework_id)] == "pfp"]
    stays = sorted(rows, key=lambda row: row.start)
    assert [(row.start, row.end, row.end_reason) for row in stays] == [
        ("1995-04-26", "1996-10-27", "withdrew"),
        ("2008-04-03", "", ""),
    ]


def test_commission_and_council_are_two_bodies(documents, memberships, frameworks):
    commission, council = documents["framework/nuc-commission"], documents["framework/nuc-council"]
    assert commission["fields"]["successor"] == council["id"]
    assert (commission["fields"]["end"], commission["fields"]["end_is"]) == ("2023-07-11", "until")
    assert in_force(memberships, frameworks, "nuc-commission", date(2023, 7, 10)).keys() == {"UA"}
    assert in_force(memberships, frameworks, "nuc-commission", date(2023, 7, 11)).keys() == set()
    assert in_force(memberships, frameworks, "nuc-council", date(2023, 7, 11)).keys() == {"UA"}


def test_japan_is_in_no_istanbul_cooperation_initiative(documents, memberships, frameworks, labels):
    assert {frameworks[str(row.framework_id)] for row in memberships["JP"]} == {"patg"}
    claim = documents["claim/c065"]
    assert claim["fields"]["verdict"] == "contradicted"
    assert "no role in the Istanbul Cooperation Initiative" in claim["fields"]["corrected_statement"]
    about = {labels[link["other"]] for link in claim["rows"]["links"] if link["relation"] == "about"}
    assert about == {"partner/japan", "framework/ici"}


def test_saudi_arabia_and_oman_are_members_of_nothing(memberships):
    assert memberships["SA"] == memberships["OM"] == []


def test_a_month_is_never_turned_into_a_day(documents, memberships):
    (row,) = [row for row in memberships["GE"] if row.start.startswith("1992")]
    assert row.start == "1992-06"
    assert row.in_force(date(1992, 6, 15)) == InForce.UNCERTAIN
    assert documents["milestone/georgia-and-albania-join-the-nacc"]["fields"]["date"] == "1992-06"
    assert documents["partner/georgia"]["fields"]["relations_since"] == "1992-06"


def test_an_unknown_start_is_uncertain_and_not_always(documents):
    rows = instances(documents["partner/switzerland"])[1]["participations"]
    ipcp = documents["programme/ipcp"]["id"]
    (row,) = [row for row in rows if str(row.programme_id) == ipcp]
    assert (row.start, row.end_is) == ("", "open")
    assert row.in_force(date(1980, 1, 1)) == row.in_force(TODAY) == InForce.UNCERTAIN
    assert documents["framework/patg"]["fields"]["start"] == ""


def test_fyrom_is_found(documents):
    names = {row["name"]: row for row in documents["partner/north-macedonia"]["rows"]["names"]}
    assert names["FYROM"]["type"] == "acronym"
    assert (
        names["the former Yugoslav Republic of Macedonia"]["end"] == names["North Macedonia"]["start"] == "2019-02-12"
    )


def test_what_countries_are_today_agrees_with_the_reference(memberships):
    said = {
        "partner": PartnerStatus.PARTNER,
        "suspended": PartnerStatus.SUSPENDED,
        "former_partner_now_member": PartnerStatus.ALLY,
        "non_participating": PartnerStatus.NONE,
    }
    for row in reading.rows("countries"):
        assert status_on(memberships[row["iso2"]], TODAY) == said[row["status"]], row["name"]


# Exercises --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def codes(documents):
    """The country code of each record of a partner, by its id."""
    return {d["id"]: d["fields"]["iso2"] for label, d in documents.items() if label.startswith("partner/")}


def test_partner_at_the_time_follows_from_the_memberships(documents, memberships, frameworks, codes):
    """For all 1340 participants what is reckoned agrees with what the reference says; there is no exception."""
    counted, differing = 0, []
    for row in reading.rows("exercise_participants"):
        edition = documents[f"edition/{row['edition_slug']}"]
        day = bounds(edition["fields"]["first_day"]).earliest
        partner = any(
            membership.status == "active" and membership.in_force(day) == InForce.YES
            for membership in memberships.get(row["iso2"], ())
            if frameworks[str(membership.framework_id)] in PARTNERSHIPS
        )
        counted += 1
        if partner != (row["is_partner_at_the_time"] == "true"):
            differing.append((row["edition_slug"], row["iso2"]))
    assert counted == 1340
    assert differing == []


def test_participants_and_hosts_are_those_of_the_reference(documents, codes):
    wanted = {(row["edition_slug"], row["iso2"], row["role"]) for row in reading.rows("exercise_participants")}
    found = {
        (document["slug"], codes.get(row["partner"]) or row["code"], row["role"])
        for label, document in documents.items()
        if label.startswith("edition/")
        for row in document["rows"]["participants"]
    }
    assert found == wanted
    for row in reading.rows("exercise_editions"):
        hosts = {code for slug, code, role in found if slug == row["slug"] and role == "host"}
        assert hosts == set(reading.split(row["host_iso2"])), row["slug"]


def test_participants_with_a_record_point_to_it_and_others_bear_the_name_of_the_time(documents, codes):
    with_record = set(codes.values())
    for label, document in documents.items():
        if not label.startswith("edition/"):
            continue
        for row in document["rows"]["participants"]:
            assert bool(row["partner"]) != bool(row["code"] and row["name"])
            assert row["code"] not in with_record
            if row["code"] == "TR":
                before = document["fields"]["first_day"] < "2022-06"
                assert row["name"] == ("Turkey" if before else "Türkiye"), label
