"""Every filter of every list, on the crowd: of each kind there are three records, the n-th with n rows of each sort.

Choices alternate (the first and third record have the first choice, the second has the second), keys lead to the third
record, links to the first partner, the first framework and the first region.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

import pytest

from partnerships.models import InForce, Membership, Participation
from partnerships.publishing.reading import public
from partnerships.queries.filters import QUESTIONS, SearchQuestions

pytestmark = pytest.mark.services

LINKED = ("objective", "threat", "activity", "challenge", "assessment", "milestone", "claim")
PLURALS = {"activity": "activities"}

ALL, LAST_TWO, LAST, ODD, SECOND, NONE = (1, 2, 3), (2, 3), (3,), (1, 3), (2,), ()
CASES: list[tuple[str, tuple[int, ...]]] = [
    ("frameworks/?type=programme", ODD),
    ("frameworks/?type=forum", SECOND),
    ("frameworks/?type=programme,forum", ALL),
    ("frameworks/?partner=partner-1", (1,)),
    ("frameworks/?partner=partner-2", (1, 2)),
    ("frameworks/?partner=partner-3&as_of=2000", NONE),
    ("programmes/?partner=partner-2", (1, 2)),
    ("programmes/?partner=partner-2&as_of=2001-01-31", NONE),
    ("partners/?status=suspended", ALL),
    ("partners/?status=none&as_of=2000", ALL),
    ("partners/?status=partner,ally,former_partner,uncertain", NONE),
    ("partners/?status=uncertain&as_of=2001-02-10", ALL),
    ("partners/?region=region-3", ALL),
    ("partners/?region=region-1", NONE),
    ("partners/?framework=framework-2", LAST_TWO),
    ("partners/?framework=framework-3,framework-2", LAST_TWO),
    ("partners/?framework=framework-1&membership_status=suspended", ALL),
    ("partners/?framework=framework-1&membership_status=active", NONE),
    ("partners/?programme=programme-3", LAST),
    ("partners/?aspiration=declared", ODD),
    ("exercises/?form=live_exercise", SECOND),
    ("exercises/?domain=joint", ODD),
    ("exercises/?relationship=nato_led", ODD),
    ("exercises/?focus=cyber_defence", ALL),
    ("exercises/?partner=partner-1", LAST),
    ("editions/?series=exercise-3", ALL),
    ("editions/?series=exercise-1", NONE),
    ("editions/?year=2001", ALL),
    ("editions/?year=2002-", NONE),
    ("editions/?year=-2001", ALL),
    ("editions/?year=1999-2001", ALL),
    ("editions/?partner=partner-3", LAST),
    ("editions/?host=partner-1", ALL),
    ("editions/?host=partner-2", NONE),
    ("institutions/?type=ptec", ODD),
    ("institutions/?partner=partner-3", ALL),
    ("institutions/?partner=XC", ALL),
    ("objectives/?parent=objective-1", SECOND),
    ("threats/?transnational=true", ALL),
    ("threats/?transnational=false", NONE),
    ("activities/?instrument=dialogue", ODD),
    ("activities/?exercise_role=exercise_focus", SECOND),
    ("challenges/?category=strategic", ODD),
    ("challenges/?region=region-1", LAST),
    ("assessments/?type=future_direction", SECOND),
    ("assessments/?direction=positive", ODD),
    ("assessments/?evidence=documented", ODD),
    ("case-studies/?partner=partner-3", ALL),
    ("milestones/?year=2001", ALL),
    ("milestones/?year=2000", NONE),
    ("milestones/?type=nato_act", ODD),
    ("claims/?verdict=supported", ODD),
    ("claims/?made_in=source-3", ALL),
    ("sources/?tier=secondary", SECOND),
    ("sources/?publisher=SOURCE-2 publisher", SECOND),
    ("notices/?type=ai_disclosure", ODD),
    ("notices/?active=true", ALL),
    *((f"{PLURALS.get(kind, f'{kind}s')}/?partner=partner-1", ALL) for kind in LINKED),
    *((f"{PLURALS.get(kind, f'{kind}s')}/?framework=framework-1", LAST_TWO) for kind in LINKED),
    *((f"{kind.plural}/?q=second", SECOND) for kind in QUESTIONS if hasattr(kind, "plural")),
    *((f"{kind.plural}/?source=source-2", LAST_TWO) for kind in QUESTIONS if hasattr(kind, "plural")),
]

ROW_CASES = [
    ("memberships/?partner=partner-2", 2),
    ("memberships/?framework=framework-3", 1),
    ("memberships/?status=suspended", 6),
    ("memberships/?status=active,invited", 0),
    ("memberships/?in_force=yes", 6),
    ("memberships/?in_force=uncertain&as_of=2001-02-10", 6),
    ("participations/?partner=partner-3", 3),
    ("participations/?programme=programme-2", 2),
    ("participations/?in_force=no", 0),
    ("participants/?edition=edition-2", 2),
    ("participants/?partner=partner-1", 3),
    ("participants/?role=host", 4),
    ("participants/?code=xb", 2),
    ("participants/?year=2001", 6),
    ("participants/?year=2002", 0),
]


@pytest.mark.parametrize(("path", "numbers"), CASES, ids=[path for path, _ in CASES])
def test_a_filter(crowd, ask, path, numbers):
    assert sorted(int(slug[-1]) for slug in ask.slugs(path)) == list(numbers)


@pytest.mark.parametrize(("path", "count"), ROW_CASES, ids=[path for path, _ in ROW_CASES])
def test_a_filter_of_rows(crowd, ask, path, count):
    assert ask(path)["count"] == count


def test_no_filter_is_left_out():
    tried = {
        (path.partition("/")[0], name)
        for path, _ in [*CASES, *ROW_CASES]
        for name, _ in parse_qsl(path.partition("?")[2])
    }
    rows = {"membership": "memberships", "participation": "participations", "participant": "participants"}
    for model, questions in QUESTIONS.items():
        if questions is SearchQuestions:
            continue
        plural = getattr(model, "plural", "") or rows[model._meta.model_name]
        for name in questions.parameters():
            if name in ("has", "lacks"):  # test_presence.py asks both of every list
                continue
            assert (plural, name) in tried, f"{plural}?{name} has no case"
    assert SearchQuestions.parameters() == ["q", "kind", "region", "framework"]


def test_several_filters_narrow_together(crowd, ask):
    assert ask.slugs("partners/?framework=framework-2&aspiration=declared") == ["partner-3"]


@pytest.mark.parametrize("model", [Membership, Participation], ids=["memberships", "participations"])
@pytest.mark.parametrize(
    "day", ["1993", "1995-04-25", "1995-04-26", "1996-10-27", "2014-03-31", "2014-04-01", "2023-04-04"]
)
def test_in_force_agrees_with_the_one_definition(still_world, ask, model, day):
    plural = f"{model._meta.model_name}s"
    shown = ask(f"{plural}/?as_of={day}")["meta"]["as_of"]["day"]
    rows = {str(row.pk): row for row in public(model)}
    for answer in InForce:
        listed = ask(f"{plural}/?as_of={day}&in_force={answer}&page_size=200")["results"]
        expected = {
            pk
            for pk, row in rows.items()
            if str(row.in_force(type(row.start_earliest).fromisoformat(shown))) == answer
            and row.begun(type(row.start_earliest).fromisoformat(shown))
        }
        assert {row["id"] for row in listed} == expected


# Search ---------------------------------------------------------------------------------------------------------------------


def test_search_finds_over_all_kinds_the_best_first(still_world, ask):
    found = ask("search/?q=malta")["results"]
    assert found[0]["url"].endswith("/api/v1/partners/malta/")
    assert {one["kind"] for one in found} == {"partner", "milestone"}


def test_search_can_be_narrowed_to_kinds(still_world, ask):
    assert {one["kind"] for one in ask("search/?q=malta&kind=milestone")["results"]} == {"milestone"}
    assert ask("search/?q=malta&kind=claim,source")["count"] == 0


def test_what_was_found_says_where_its_page_is(still_world, ask):
    pages = {one["slug"]: one["page"] for one in ask("search/?q=sea")["results"]}
    assert pages["sea-breeze-2021"].endswith("/exercises/sea-breeze/sea-breeze-2021/")
    assert pages["sea-breeze"].endswith("/exercises/sea-breeze/")


def test_search_doesnt_find_what_isnt_public(still_world, ask):
    assert ask("search/?q=atlantis")["count"] == 0
    assert ask("search/?q=valletta")["count"] == 0  # a change that is saved and not published


def test_search_without_words(still_world, ask):
    ask.problem("search/", 400, "missing-parameter", parameter="q")
    assert ask("search/?q=%3F%21")["count"] == 0


def test_what_was_found_says_why(still_world, ask):
    assert ask("search/?q=mt")["results"][0]["why"] == {"where": "code", "said": "MT"}
    assert ask("search/?q=malta")["results"][0]["why"] == {"where": "title", "said": None}
    found = ask("search/?q=istanbul&kind=claim")["results"]
    assert [one["verdict"] for one in found] == ["contradicted"]
    assert ask("search/?q=island")["results"][0]["excerpt"]


def test_a_slip_is_corrected_and_says_so_on_every_page(still_world, ask):
    answer = ask("search/?q=partenrship&page_size=1&facets=kind")
    right = ask("search/?q=partnership&page_size=1&facets=kind")
    assert (answer["corrected"], right["corrected"]) == ("partnership", None)
    for name in ("count", "results", "facets"):
        assert answer[name] == right[name]
    assert "q=partenrship" in answer["next"]
    assert ask("search/?q=qqqqqq")["corrected"] is None


FACETED = [
    "partners/?facets=status,region,framework",
    "partners/?region=europe&facets=region,status",
    "exercises/?facets=form,focus",
    "claims/?facets=verdict,framework",
    "search/?q=partnership&facets=kind,region,framework",
]


@pytest.mark.parametrize("path", FACETED)
def test_a_count_is_what_the_list_has_with_that_value(still_world, ask, path):
    answer, counted = ask(path), 0
    question = dict(parse_qsl(path.partition("?")[2]))
    assert list(answer["facets"])
    for name, values in answer["facets"].items():
        assert name in question["facets"]
        for one in values:
            narrowed = {key: value for key, value in question.items() if key != "facets"} | {name: one["value"]}
            assert ask(f"{path.partition('?')[0]}?{urlencode(narrowed)}")["count"] == one["count"], (name, one)
            counted += 1
    assert counted


def test_facets_are_counted_only_where_they_are_asked_for(still_world, ask):
    assert "facets" not in ask("partners/")
    assert ask("partners/?facets=region&q=nowhere")["facets"] == {"region": []}
    ask.problem("partners/?facets=size", 400, "bad-value", parameter="facets")
    ask.problem("memberships/?facets=status", 400, "unknown-parameter", parameter="facets")
