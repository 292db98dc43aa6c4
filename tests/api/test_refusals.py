"""What the API refuses, and how it says so."""

from __future__ import annotations

import base64
import json

import pytest

pytestmark = pytest.mark.services

REFUSED = [
    # unknown, misspelt, repeated, missing, empty
    ("partners/?statsu=ally", "unknown-parameter", {"parameter": "statsu", "hint": "status"}),
    ("partners/?frameworks=pfp", "unknown-parameter", {"parameter": "frameworks", "hint": "framework"}),
    ("partners/?page=2", "unknown-parameter", {"parameter": "page"}),
    ("partners/?format=api", "unknown-parameter", {"parameter": "format"}),
    ("partners/?limit=100000000", "unknown-parameter", {"parameter": "limit"}),
    ("partners/?known_at=2024", "bad-value", {"parameter": "known_at"}),
    ("partners/?status__in=ally", "unknown-parameter", {"parameter": "status__in", "hint": "status"}),
    ("partners/malta/?status=ally", "unknown-parameter", {"parameter": "status"}),
    ("memberships/?q=malta", "unknown-parameter", {"parameter": "q"}),
    ("changes/?as_of=2014", "unknown-parameter", {"parameter": "as_of"}),
    ("?q=malta", "unknown-parameter", {"parameter": "q"}),
    ("schema/?format=yaml", "unknown-parameter", {"parameter": "format"}),
    ("docs/?theme=dark", "unknown-parameter", {"parameter": "theme"}),
    ("partners/?status=ally&status=partner", "repeated-parameter", {"parameter": "status"}),
    ("partners/?as_of=2014&as_of=2014", "repeated-parameter", {"parameter": "as_of"}),
    ("partners/?membership_status=active", "bad-value", {"parameter": "membership_status"}),
    ("partners/?status=", "bad-value", {"parameter": "status"}),
    ("partners/?as_of=", "bad-value", {"parameter": "as_of"}),
    ("partners/?framework=%20", "bad-value", {"parameter": "framework"}),
    ("partners/?framework=,", "bad-value", {"parameter": "framework"}),
    # words and slugs
    ("partners/?status=allly", "bad-value", {"parameter": "status", "hint": "ally"}),
    ("partners/?status=ally,nonsense", "bad-value", {"parameter": "status"}),
    ("partners/?framework=pfpp", "bad-value", {"parameter": "framework", "hint": "pfp"}),
    ("partners/?region=europ", "bad-value", {"parameter": "region", "hint": "europe"}),
    ("memberships/?partner=malta,atlantis", "bad-value", {"parameter": "partner"}),
    ("memberships/?in_force=true", "bad-value", {"parameter": "in_force"}),
    ("partners/?has=capitol", "bad-value", {"parameter": "has", "hint": "capital"}),
    ("memberships/?lacks=capital", "bad-value", {"parameter": "lacks"}),
    ("claims/?verdict=wrong", "bad-value", {"parameter": "verdict"}),
    ("notices/?active=1", "bad-value", {"parameter": "active"}),
    ("search/?q=malta&kind=country", "bad-value", {"parameter": "kind"}),
    # years, numbers, sizes
    ("editions/?year=20x4", "bad-value", {"parameter": "year"}),
    ("editions/?year=-", "bad-value", {"parameter": "year"}),
    ("editions/?year=99999", "bad-value", {"parameter": "year"}),
    ("editions/?year=%D9%A2%D9%A0%D9%A1%D9%A4", "bad-value", {"parameter": "year"}),
    ("partners/?page_size=0", "bad-value", {"parameter": "page_size"}),
    ("partners/?page_size=201", "bad-value", {"parameter": "page_size"}),
    ("partners/?page_size=-1", "bad-value", {"parameter": "page_size"}),
    ("partners/?page_size=1e3", "bad-value", {"parameter": "page_size"}),
    ("partners/?page_size=%D9%A3", "bad-value", {"parameter": "page_size"}),
    ("partners/?page_size=" + "9" * 60, "bad-value", {"parameter": "page_size"}),
    ("changes/?since=-1", "bad-value", {"parameter": "since"}),
    ("changes/?since=99999999999999999999999", "bad-value", {"parameter": "since"}),
    ("changes/?since=last", "bad-value", {"parameter": "since"}),
    # days
    ("partners/?as_of=yesterday", "bad-day", {"parameter": "as_of"}),
    ("partners/?as_of=2014-13", "bad-day", {"parameter": "as_of"}),
    ("partners/?as_of=2014-02-30", "bad-day", {"parameter": "as_of"}),
    ("partners/?as_of=1949-04-03", "bad-day", {"parameter": "as_of"}),
    ("partners/?as_of=2999", "bad-day", {"parameter": "as_of"}),
    ("partners/?as_of=2014~", "bad-day", {"parameter": "as_of"}),
    ("partners/malta/?as_of=14-03-2014", "bad-day", {"parameter": "as_of"}),
    ("search/?q=malta&as_of=0", "bad-day", {"parameter": "as_of"}),
    # length and characters
    ("partners/?q=" + "a" * 201, "too-long", {"parameter": "q"}),
    ("partners/?q=" + "+".join("abcdefghi"), "too-long", {"parameter": "q"}),
    ("search/?q=" + "+".join(["word"] * 2000)[:480], "too-long", {"parameter": "q"}),
    ("partners/?framework=" + "a" * 501, "too-long", {"parameter": "framework"}),
    ("partners/?q=mal%00ta", "bad-value", {"parameter": "q"}),
    ("partners/?framework=%00", "bad-value", {"parameter": "framework"}),
    # what is shown, and in which order
    ("partners/?fields=nmae", "bad-value", {"parameter": "fields", "hint": "name"}),
    ("partners/?fields=,", "bad-value", {"parameter": "fields"}),
    ("partners/?fields=membership", "bad-value", {"parameter": "fields"}),
    ("partners/?fields=meta", "bad-value", {"parameter": "fields"}),
    ("partners/?include=citation", "bad-value", {"parameter": "include", "hint": "citations"}),
    ("partners/?include=title", "bad-value", {"parameter": "include"}),
    ("partners/malta/?include=record", "bad-value", {"parameter": "include"}),
    ("memberships/?include=record", "unknown-parameter", {"parameter": "include"}),
    ("partners/?ordering=capital", "bad-value", {"parameter": "ordering"}),
    ("partners/?ordering=titel", "bad-value", {"parameter": "ordering", "hint": "title"}),
    ("partners/?ordering=--title", "bad-value", {"parameter": "ordering"}),
    ("partners/?ordering=pk", "bad-value", {"parameter": "ordering"}),
    ("search/?q=malta&ordering=-rank", "bad-value", {"parameter": "ordering", "hint": "rank"}),
]


@pytest.mark.parametrize(("path", "name", "members"), REFUSED, ids=[path[:60] for path, _, _ in REFUSED])
def test_it_is_refused(still_world, ask, path, name, members):
    ask.problem(path, 400, name, **members)


def cursor(*parts) -> str:
    return base64.urlsafe_b64encode(json.dumps(parts).encode()).decode().rstrip("=")


SOME_ID = "01a210b5-1900-744b-9c92-3d5897ce80a4"
TAMPERED = [
    "x",
    "%FF%FE",
    "AAAA",
    "W10",  # []
    "bnVsbA",  # null
    cursor("title", 0, ["Malta"]),
    cursor("title", 0, ["Malta", SOME_ID, 1]),
    cursor("title", 0, ["Malta", "no id"]),
    cursor("title", 0, ["Malta", 10**40]),
    cursor("title", 0, [None, SOME_ID]),
    cursor("title", 0, [1.5, SOME_ID]),
    cursor("title", 0, [["Malta"], SOME_ID]),
    cursor("title", 0, {"a": "Malta", "b": SOME_ID}),
    cursor("title", 0, "ab"),
    cursor("title", 2, ["Malta", SOME_ID]),
    cursor("title", [], ["Malta", SOME_ID]),
    cursor("title", 0, ["Mal\x00ta", SOME_ID]),
    cursor("title", 0, ["Mal\ud800ta", SOME_ID]),
    cursor(["title"], 0, ["Malta", SOME_ID]),
    cursor("-title", 0, ["Malta", SOME_ID]),
    cursor("iso2", 0, ["MT", SOME_ID]),
    cursor("x" * 900, 0, ["Malta", SOME_ID]),
    "[" * 900,
    base64.urlsafe_b64encode(b"[" * 2900).decode(),
]


@pytest.mark.parametrize("given", TAMPERED, ids=[str(number) for number in range(len(TAMPERED))])
def test_a_cursor_that_was_tampered_with_is_refused(still_world, ask, given):
    ask.problem(f"partners/?cursor={given}", 400, "bad-cursor", parameter="cursor")


@pytest.mark.parametrize(
    ("ordering", "key"),
    [
        ("relations_since", "no day"),
        ("relations_since", "99999-01-01"),
        ("relations_since", 20140301),
        ("relations_since", True),
    ],
)
def test_a_cursor_with_a_key_of_another_sort_is_refused(still_world, ask, ordering, key):
    given = cursor(ordering, 0, [key, SOME_ID])
    ask.problem(f"partners/?ordering={ordering}&cursor={given}", 400, "bad-cursor")


def test_a_cursor_with_a_number_out_of_range_answers_all_the_same(still_world, ask):
    for number in (10**40, -(10**40)):
        given = cursor("position", 0, [number, SOME_ID])
        assert ask.response(f"objectives/?ordering=position&cursor={given}").status_code in (200, 400)


def test_a_cursor_of_another_ordering_is_refused(still_world, ask):
    following = ask("partners/?page_size=1&ordering=iso2")["next"]
    ask.problem(following.replace("ordering=iso2", "ordering=title"), 400, "bad-cursor")


NASTY = [
    "%00", "%ED%A0%80", "%E2%80%AE", "1e999", "-0", "%27%20OR%201=1--", "%22", "%2A", "NEAR(", "{{7*7}}", "<script>", "..%2F..", "%",
    "%FF", "9" * 40, "%F0%9F%92%A9" * 20, "%5C", "a%0D%0ASet-Cookie:x=1", "AND%20OR%20NOT", "%EF%BF%BE",
]  # fmt: skip


@pytest.mark.parametrize("value", NASTY)
def test_whatever_is_given_the_answer_is_no_fault_of_the_portal(still_world, ask, value):
    lists = {
        "partners/": [
            "q",
            "framework",
            "status",
            "as_of",
            "known_at",
            "fields",
            "include",
            "ordering",
            "page_size",
            "cursor",
        ],
        "editions/": ["year", "series"],
        "notices/": ["active"],
        "sources/": ["publisher"],
        "participants/": ["code"],
        "search/": ["q", "kind"],
        "changes/": ["since"],
    }
    for path, names in lists.items():
        for name in names:
            response = ask.response(f"{path}?{name}={value}")
            assert response.status_code in (200, 400), (path, name)
            assert not response.cookies
    for path in (f"partners/{value}/", f"memberships/{value}/", f"{value}/"):
        response = ask.response(path)
        assert response.status_code in (200, 301, 400, 404), path
        assert response.headers["Content-Type"] in ("application/json", "application/problem+json")


def test_thousands_of_parameters_are_refused(still_world, ask):
    ask.problem("partners/?" + "&".join(f"a{number}=1" for number in range(25_000)), 400, "bad-request")
