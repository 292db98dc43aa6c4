"""The real content, asked through the API: the traps of the subject, and what a consumer would ask first.

Read-only, so that it runs without an editorial side as well.
"""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date

import pytest
from django.conf import settings

from partnerships.api.views import SPECIAL
from partnerships.models import Partner, status_on
from partnerships.publishing.reading import public

PFP = [
    ("2014-03-01", 22, 0),
    ("2014-04-01", 22, 1),
    ("2021-11-19", 20, 2),
    ("2023-04-04", 19, 2),
    ("2024-03-07", 18, 2),
    ("", 18, 2),
]


@pytest.mark.parametrize(("day", "members", "suspended"), PFP, ids=[day or "today" for day, _, _ in PFP])
def test_how_many_are_in_the_partnership_for_peace(content, ask, day, members, suspended):
    turned = f"as_of={day}&" if day else ""
    listed = ask(f"partners/?{turned}framework=pfp")
    assert listed["count"] == len(listed["results"]) == members
    statuses = Counter(one["membership"]["status"] for one in listed["results"])
    assert (statuses["active"], statuses["suspended"]) == (members - suspended, suspended)
    counted = ask(f"frameworks/pfp/?{turned}fields=members")["members"]
    assert (counted["in_force"], counted["active"], counted["suspended"]) == (members, members - suspended, suspended)
    assert counted["rule"]


def test_russia_and_belarus_are_suspended_and_not_ended(content, ask):
    assert ask.slugs("partners/?framework=pfp&membership_status=suspended") == ["belarus", "russia"]
    for slug in ("russia", "belarus"):
        assert ask(f"partners/{slug}/?fields=status")["status"] == "suspended"


def test_japan_is_in_no_istanbul_cooperation_initiative_but_in_a_claim(content, ask):
    assert ask("memberships/?partner=japan&framework=ici")["count"] == 0
    claims = ask("claims/?verdict=contradicted&partner=japan")["results"]
    assert any("Istanbul Cooperation Initiative" in claim["statement"] for claim in claims)
    assert all(claim["corrected_statement"] for claim in claims)


def test_malta_has_two_stays(content, ask):
    first, second = ask("memberships/?partner=malta&framework=pfp")["results"]
    assert first["period"]["end"] == "until"
    assert (second["period"]["end"], second["in_force"]) == ("open", "yes")


def test_the_commission_and_the_council_with_ukraine_are_two_bodies(content, ask):
    bodies = {one["slug"]: one for one in ask("frameworks/?partner=ukraine&as_of=2015")["results"]}
    assert "nuc-commission" in bodies
    assert "nuc-council" not in bodies
    assert ask("frameworks/nuc-council/?as_of=2015&fields=in_force")["in_force"] == "no"
    assert ask("frameworks/nuc-council/?fields=in_force")["in_force"] == "yes"


def test_a_month_is_never_shown_as_a_day(content, ask):
    path, seen = "memberships/?page_size=200", Counter()
    while path:
        answer = ask(path)
        for row in answer["results"]:
            start = row["period"]["from"]
            if start and len(start["text"]) < 10:
                seen[len(start["text"])] += 1
                assert start["earliest"] < start["latest"]
        path = answer["next"]
    assert seen, "no membership has a partial date"


def test_an_unknown_beginning_is_uncertain_and_not_always(content, ask):
    rows = [
        row for row in ask("participations/?in_force=uncertain&page_size=200")["results"] if not row["period"]["from"]
    ]
    assert rows
    assert all(row["in_force"] == "uncertain" for row in rows)


def test_a_country_is_found_and_shown_under_the_name_of_the_day(content, ask):
    assert ask.slugs("search/?q=FYROM")[0] == "north-macedonia"
    [one] = ask("partners/?q=FYROM&as_of=2018")["results"]
    assert one["slug"] == "north-macedonia"
    assert one["name"] != one["title"] == "North Macedonia"


def test_every_text_says_how_it_came_about_and_no_citation_is_verified(content, ask):
    for plural in ("frameworks", "partners", "claims", "terms", "pages"):
        answer = ask(f"{plural}/?page_size=200&include=citations")
        assert {one["disclosure"]["how"] for one in answer["results"]} == {"ai_assisted"}
        assert {one["disclosure"]["reviewed_on"] for one in answer["results"]} == {None}
        citations = [citation for one in answer["results"] for citation in one["citations"]]
        assert {citation["verification"] for citation in citations} <= {"sourced"}
        assert {citation["quotation"] for citation in citations} <= {None}
        assert {notice["type"] for notice in answer["meta"]["notices"]} >= {"ai_disclosure"}


@pytest.mark.parametrize(
    "day", ["1991-12-20", "1994-06", "1999", "2004-03-29", "2009-04-01", "2014-04-01", "2023-04-04", "2026"]
)
def test_lists_counts_and_statuses_agree_with_a_scan_of_all_rows(content, ask, day):
    answer = ask(f"partners/?as_of={day}&page_size=200&fields=slug,status")
    shown = date.fromisoformat(answer["meta"]["as_of"]["day"])
    partners = list(public(Partner).prefetch_related("memberships__framework"))
    assert {one["slug"]: one["status"] for one in answer["results"]} == {
        one.slug: status_on(list(one.memberships.all()), shown) for one in partners
    }
    for framework in ask(f"frameworks/?as_of={day}")["results"]:
        answers = {}
        for one in partners:
            rows = [row for row in one.memberships.all() if row.framework.slug == framework["slug"] and row.counts]
            found = {row.in_force(shown) for row in rows} - {"no"}
            if found:
                answers[one.slug] = "yes" if "yes" in found else "uncertain"
        listed = ask(f"partners/?as_of={day}&page_size=200&framework={framework['slug']}")["results"]
        assert {one["slug"]: one["membership"]["in_force"] for one in listed} == answers
        counts = Counter(answers.values())
        members = framework["members"]
        assert (members["in_force"], members["uncertain"]) == (counts["yes"], counts["uncertain"])


def test_partner_at_the_time_agrees_with_the_reference_data(content, ask):
    with open(settings.FIXTURES_DIR / "reference" / "exercise_participants.csv", newline="", encoding="utf-8") as file:
        said = {
            (row["edition_slug"], row["iso2"]): row["is_partner_at_the_time"] == "true" for row in csv.DictReader(file)
        }
    path, wrong, compared = "participants/?page_size=200&ordering=id", [], 0
    while path:
        answer = ask(path)
        for row in answer["results"]:
            expected = said.get((row["record"]["slug"], row["code"]))
            if expected is None or row["partner"] is None:
                continue
            compared += 1
            if (row["status_then"] == "partner") is not expected:  # of a suspended country the data say no
                wrong.append((row["record"]["slug"], row["code"], row["status_then"], expected))
        path = answer["next"]
    assert compared > 300
    assert wrong == []


def test_the_whole_of_every_list_can_be_walked(content, ask):
    for plural, address in ask("")["endpoints"].items():
        if plural in SPECIAL:
            continue
        ids, path = [], f"{address}?ordering=id&page_size=200&fields=id"
        while path:
            answer = ask(path.removeprefix(settings.SITE_ORIGIN))
            ids += [one["id"] for one in answer["results"]]
            path = answer["next"] and answer["next"]
        assert len(ids) == len(set(ids)) == answer["count"], plural
        assert ids == sorted(ids)
