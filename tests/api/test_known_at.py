"""The second clock: what the portal said at an earlier moment, answered by the same views over a past edition."""

from __future__ import annotations

import fcntl
import re
import time
from urllib.parse import quote

import pytest

from partnerships.editorial.publication import publish, withdraw
from partnerships.models import Link
from partnerships.publishing.models import Change
from tests import databases
from tests.world import resave

pytestmark = pytest.mark.services

FOUND = {"change_kind": "new_evidence", "note": "Found."}
QUESTIONS = [
    "partners/?include=memberships,links",
    "partners/?framework=pfp&as_of=2014-03-01",
    "partners/?ordering=-title&page_size=2",
    "partners/?status=ally",
    "partners/malta/",
    "partners/russia/?as_of=2013",
    "partners/japan/",
    "partners/nippon/",
    "frameworks/pfp/?as_of=1995-05",
    "memberships/?framework=pfp&ordering=id",
    "claims/c065/",
    "claims/?q=japan",
    "sources/old-page/",
    "participants/",
    "search/?q=malta",
    "search/?q=works+with&as_of=2014",
    "notices/",
]


@pytest.fixture(autouse=True)
def editions(settings, tmp_path):
    """A place of their own for past editions."""
    settings.EDITIONS_ROOT = tmp_path / "editions"
    return settings.EDITIONS_ROOT


def head() -> Change:
    return Change.objects.using("published").order_by("-seq")[0]


def answers(ask, known_at: str = "") -> dict[str, tuple[int, dict]]:
    """Status and body of each question; of an answer about an earlier moment without what only such a one has."""
    found = {}
    for question in QUESTIONS:
        address = f"{question}{'&' if '?' in question else '?'}known_at={known_at}" if known_at else question
        response = ask.response(address)
        said = response.json()
        if known_at and response.status_code == 200:
            del said["meta"]["known_at"], said["meta"]["withheld"]
        for name in {"next", "previous", "url"} & said.keys():
            said[name] = said[name] and re.sub(rf"[?&]known_at={known_at}(?=&|$)", "", said[name])
        found[question] = (response.status_code, said)
    return found


def test_four_corners(world, ask):
    """Malta's second membership turns out to have begun a year earlier."""
    before = head().seq
    second = world.malta.memberships.order_by("start")[1]
    second.start = "2007-04-03"
    second.save()
    wrong = {"change_kind": "correction", "note": "A year earlier.", "wrong": "The day"}
    publish([resave(world.malta)], by="chiara", **wrong)
    in_pfp = {
        (known, day): "malta" in ask.slugs(f"partners/?framework=pfp&known_at={known}&as_of={day}")
        for known in (before, before + 1)
        for day in ("2007-06", "2008-06")
    }
    assert in_pfp == {
        (before, "2007-06"): False,
        (before, "2008-06"): True,
        (before + 1, "2007-06"): True,
        (before + 1, "2008-06"): True,
    }


def test_what_was_saved_and_not_published_is_never_known(world, ask):
    resave(world.finland, capital="Helsinki")
    publish([resave(world.malta, capital="Valletta")], by="chiara", **FOUND)
    for known in (head().seq - 1, head().seq, quote(head().at.isoformat(), safe="")):
        assert ask(f"partners/finland/?known_at={known}")["capital"] is None


@pytest.mark.slow
def test_the_portal_says_again_what_it_said(world, ask):
    said = {}

    def told(records, **reason):
        publish(records, by="chiara", **FOUND | reason)
        said[head().seq] = answers(ask)

    said[head().seq] = answers(ask)
    told([resave(world.malta, capital="Valletta")])
    told([resave(world.japan, slug="nippon", title="Nippon"), resave(world.pfp, title="Peace")], title="Names")
    withdraw([world.malta_returns], by="chiara", note="It doubles an event.")
    said[head().seq] = answers(ask)
    told([resave(world.ai, active=False)], change_kind="world_change")
    for seq, then in said.items():
        assert answers(ask, str(seq)) == then, seq
    moments = {seq: Change.objects.using("published").get(seq=seq).at.isoformat() for seq in said}
    first = min(said)
    assert answers(ask, quote(moments[first], safe="")) == said[first]
    assert answers(ask) == said[max(said)]


def test_an_answer_says_which_moment_it_is_about(world, ask):
    publish([resave(world.malta, capital="Valletta")], by="chiara", **FOUND)
    meta = ask(f"partners/?known_at={head().seq - 1}&page_size=2")["meta"]
    assert meta["known_at"]["asked"] == str(head().seq - 1)
    assert meta["known_at"]["seq"] == head().seq - 1
    assert meta["withheld"] == {"records": 0, "references": 0}
    assert ask("partners/?known_at=3")["meta"]["known_at"]["seq"] == 16, "what was published together counts as a whole"
    second = ask(ask(f"partners/?known_at={head().seq - 1}&page_size=2")["next"])
    assert second["meta"]["known_at"]["seq"] == head().seq - 1
    assert "known_at" not in ask("partners/")["meta"]


def test_what_was_taken_down_since_is_in_no_past_edition(world, ask, editions):
    seq = head().seq
    assert ask("claims/c065/")["links"]
    publish([resave(world.malta, capital="Valletta")], by="chiara", **FOUND)
    assert ask(f"claims/c065/?known_at={seq}")
    counted = ask(f"partners/?known_at={seq}")["count"]
    before = list(editions.glob("*.sqlite3"))
    assert len(before) == 1
    Link.objects.filter(record=world.c065.pk, other=world.japan.pk).delete()
    publish([resave(world.c065, explanation="x")], by="chiara", **FOUND)
    withdraw([world.japan], by="dag", note="Asked.", action="take_down")
    assert list(editions.glob("*.sqlite3")) == [], "a take-down deletes the editions that hold what was taken down"
    past = ask(f"claims/c065/?known_at={seq}")
    assert [link["other"]["slug"] for link in past["links"]] == ["ici"]
    assert past["meta"]["withheld"] == {"records": 1, "references": 1}
    gone = ask.problem(f"partners/japan/?known_at={seq}", 410, "gone")
    assert gone["tombstone"]["note"] == "Asked."
    assert "japan" not in ask.slugs(f"partners/?known_at={seq}")
    assert ask(f"partners/?known_at={seq}")["count"] == counted - 1, "the edition was made anew, and is counted anew"
    ask.problem(f"partners/lemuria/?known_at={seq}", 404, "not-found")


def test_what_cant_stand_without_it_is_left_out_as_well(world, ask):
    """An edition whose series was taken down later, and the rows and texts that named either."""
    region = resave(world.europe, body=f"Host of [the exercise](record:{world.sea_breeze.pk}).")
    publish([region, resave(world.malta, body=f"See [it](record:{world.sea_breeze_2021.pk}).")], by="chiara", **FOUND)
    seq = head().seq
    assert ask(f"editions/?known_at={seq}")["count"] == 1
    publish([resave(world.europe, body=""), resave(world.malta, body="")], by="chiara", **FOUND)
    withdraw([world.sea_breeze_2021], by="chiara", note="For a test.")
    withdraw([world.sea_breeze], by="dag", note="Asked.", action="take_down")
    assert ask(f"editions/?known_at={seq}")["meta"]["withheld"] == {"records": 2, "references": 3}
    for path in ("editions", "exercises", "participants"):
        assert ask(f"{path}/?known_at={seq}")["count"] == 0
    assert ask(f"search/?q=sea&known_at={seq}")["count"] == 0
    assert ask(f"regions/europe/?known_at={seq}")["body"] == "Host of the exercise."


@pytest.mark.parametrize(
    "text",
    [
        "2999-01-01T00:00:00Z",
        "1990-01-01T00:00:00Z",
        "2026-11-25",
        "2026-11-25T12:00:00",
        "0",
        "999",
        "soon",
        "0001-01-01T00:00:00%2B14:00",
    ],
)
def test_a_moment_that_cant_be_shown_gets_a_sentence(still_world, ask, text):
    for path in ("partners/", "partners/malta/", "search/"):
        ask.problem(
            f"{path}?known_at={text}{'&q=malta' if path == 'search/' else ''}", 400, "bad-value", parameter="known_at"
        )


def test_while_one_is_made_others_are_told_when_to_come_back(still_world, ask, editions):
    editions.mkdir()
    with open(editions / "making.lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ask.problem("partners/?known_at=16", 503, "being-made")
        response = ask.response("partners/?known_at=16")
        assert 1 <= int(response.headers["Retry-After"]) <= 60
        assert response.headers["Cache-Control"] == "no-store"
    assert ask("partners/?known_at=16")["count"] == 4


@pytest.mark.slow
def test_one_that_takes_long_is_made_aside_and_needs_no_editorial_side(world, ask, editions, settings, monkeypatch):
    publish([resave(world.malta, capital="Valletta")], by="chiara", **FOUND)
    monkeypatch.setenv("PORTAL_ROLE", "public")
    monkeypatch.setenv("PUBLISHED_DATABASE_URL", databases.addresses()["PUBLISHED_DATABASE_URL"])
    monkeypatch.setenv("VAR_DIR", str(editions.parent))
    settings.LIMITS = settings.LIMITS | {"edition_seconds": 0}
    seq, end = head().seq - 1, time.monotonic() + 300
    ask.problem(f"partners/malta/?known_at={seq}", 503, "being-made")
    while (response := ask.response(f"partners/malta/?known_at={seq}")).status_code == 503:
        assert time.monotonic() < end
        time.sleep(0.2)
    assert response.json()["capital"] is None
    assert ask("partners/malta/")["capital"] == "Valletta"


def test_few_are_kept(world, ask, editions, settings):
    settings.LIMITS = settings.LIMITS | {"editions": 2}
    for number in range(3):
        publish([resave(world.malta, capital=f"Mdina {number}")], by="chiara", **FOUND)
    last = head().seq
    for seq in (last - 3, last - 2, last - 3, last - 1):
        ask(f"partners/malta/?known_at={seq}")
    assert {int(file.name.split("-")[0]) for file in editions.glob("*.sqlite3")} == {last - 3, last - 1}


def test_a_past_edition_costs_a_constant_number_of_queries(still_world, ask):
    ask("partners/?known_at=16")
    assert ask.reads("partners/?known_at=16") == 4, "on the present edition"
