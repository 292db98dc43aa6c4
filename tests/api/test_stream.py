"""The public log as programs follow it, by what comes over the wire alone."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime
from uuid import UUID
from xml.etree import ElementTree

import jsonpatch
import pytest
from django.db import transaction

from partnerships.editorial.publication import merge, publish, withdraw
from partnerships.models import Source
from partnerships.publishing.dump import dump_digest
from partnerships.publishing.feed import apply
from partnerships.publishing.log import broken_at
from partnerships.publishing.models import Change
from partnerships.publishing.scratch import scratch
from tests import databases
from tests.test_architecture import ROOT
from tests.world import World, resave, save

pytestmark = pytest.mark.services


def followed(ask, question: str = "page_size=200") -> list[dict]:
    """All entries, page by page."""
    found, path = [], f"changes/?{question}"
    while path:
        answer = ask(path)
        found += answer["results"]
        path = answer["next"]
    assert [one["seq"] for one in found] == list(range(1, answer["head"]["seq"] + 1))
    assert found[-1]["chain"] == answer["head"]["chain"]
    return found


def entry(item: dict) -> Change:
    """An entry as it was, of nothing but what the stream says."""
    release = item["release"] or {"id": None, "title": None}
    return Change(
        **{name: item[name] for name in ("seq", "action", "change_kind", "kind", "slug", "refs", "chain")},
        **{name: item[name] or "" for name in ("digest", "note", "wrong", "wrong_since")},
        record=UUID(item["id"]),
        into=item["into"] and UUID(item["into"]),
        release=release["id"] and UUID(release["id"]),
        release_title=release["title"] or "",
        at=datetime.fromisoformat(item["at"]),
    )


def canonical(document: dict) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def replayed(items: list[dict], documents: dict[str, str]) -> str:
    """The digest of a store that was empty and followed the stream."""
    with scratch() as store, transaction.atomic(using=store):
        apply([entry(item) for item in items], documents, store)
        return dump_digest(store)


def by_patches(items: list[dict]) -> dict[str, str]:
    """The documents, put together from patches where there is one."""
    kept: dict[str, dict] = {}
    for item in items:
        if item["patch"] is not None:
            assert item["document"] is None
            kept[item["digest"]] = jsonpatch.apply_patch(kept[item["previous_digest"]], item["patch"])
        elif item["document"] is not None:
            kept[item["digest"]] = item["document"]
    return {digest: canonical(document) for digest, document in kept.items()}


def make_events() -> None:
    """Everything that can happen to a record: corrected, renamed, merged, taken down, back again."""
    world = World()
    why = {"change_kind": "new_evidence", "note": "Found."}
    publish([resave(world.malta, capital="Valletta")], by="chiara", **why)
    publish(
        [resave(world.japan, slug="nippon", title="Nippon")],
        by="chiara",
        change_kind="correction",
        note="Its name was wrong.",
        wrong="The name",
        wrong_since="2026",
    )
    twin = save(Source(slug="twin", title="Twin", web_address="https://example.org/twin"))
    publish([twin], by="chiara")
    merge(twin, world.nato_topic, by="chiara", note="The same page.")
    withdraw([world.c065], by="dag", note="A person asked for it.", action="take_down")
    publish([resave(world.c065, statement="Nippon works with NATO.", title="Nippon")], by="chiara", **why)
    publish([resave(world.old_page, title="Older page")], by="chiara", **why)
    withdraw([world.malta_returns], by="chiara", note="It doubles an event.")


@pytest.fixture(scope="session")
def eventful_template(root, world_template, django_db_blocker):
    with django_db_blocker.unblock():
        return databases.template(root, "eventful", make_events, base=world_template)


@pytest.fixture
def eventful(eventful_template, django_db_blocker):
    """The small world after everything that can happen to a record: for reading only."""
    with django_db_blocker.unblock(), databases.using(eventful_template):
        yield World()


def test_replaying_the_stream_gives_the_same_edition(eventful, ask):
    here = dump_digest("published")
    by_documents = followed(ask, "include=document&page_size=200")
    bodies = {one["digest"]: canonical(one["document"]) for one in by_documents if one["document"]}
    assert all(hashlib.sha256(body.encode()).hexdigest() == digest for digest, body in bodies.items())
    assert replayed(by_documents, bodies) == here
    items = followed(ask, "include=patch&page_size=200")
    assert {one["slug"] for one in items if one["patch"]} == {"malta", "nippon", "nato-topic", "old-page"}
    assert by_patches(items) == bodies
    assert replayed(items, by_patches(items)) == here


def test_who_follows_can_check_the_chain(eventful, ask):
    items = followed(ask)
    assert list(broken_at(map(entry, items))) == []
    items[4]["note"] = "Never written."
    assert "doesn't fit the chain" in " ".join(broken_at(map(entry, items)))
    assert "missing" in " ".join(broken_at(map(entry, items[:3] + items[4:])))


def test_the_check_in_the_documentation_is_the_one(eventful, ask):
    [code] = re.findall(
        r"```python\n(import hashlib, json\n.*?)```", (ROOT / "docs" / "api.md").read_text("utf-8"), re.DOTALL
    )
    room: dict = {}
    exec(code, room)  # noqa: S102 (our own documentation)
    before = ""
    for one in followed(ask):
        before = room["chain"](before, one)
        assert before == one["chain"]


def test_pages_are_bounded_by_length_as_well(eventful, ask, settings):
    whole = followed(ask, "include=document,patch&page_size=200")
    settings.LIMITS = settings.LIMITS | {"stream_length": 3000}
    first = ask("changes/?include=document&page_size=200")
    assert 1 < len(first["results"]) < 10
    assert sum(len(canonical(one["document"])) for one in first["results"]) <= 3000
    settings.LIMITS = settings.LIMITS | {"stream_length": 1}
    assert followed(ask, "include=document,patch") == whole
    assert len(followed(ask)) == len(whole)


def test_what_was_taken_down_is_withheld_and_nothing_else(eventful, ask):
    items = followed(ask, "include=document,patch&page_size=200")
    taken, stone, back = (one for one in items if one["id"] == str(eventful.c065.pk))
    assert (taken["withheld"], taken["document"], taken["patch"]) == (True, None, None)
    assert len(taken["digest"]) == 64
    assert (stone["action"], stone["digest"], stone["withheld"]) == ("take_down", None, False)
    assert stone["note"] == "A person asked for it."
    assert (back["version"], back["previous_digest"], back["patch"]) == (2, taken["digest"], None)
    assert back["document"]["fields"]["statement"] == "Nippon works with NATO."
    assert [one["seq"] for one in items if one["withheld"]] == [taken["seq"]]
    assert b"Japan works with NATO" not in ask.response("changes/?include=document,patch&page_size=200").content


def test_each_entry_says_what_happened(eventful, ask):
    items = followed(ask, "include=document,patch&page_size=200")
    [corrected] = [one for one in items if one["change_kind"] == "correction"]
    assert (corrected["wrong"], corrected["wrong_since"]) == ("The name", "2026")
    assert {"op": "replace", "path": "/slug", "value": "nippon"} in corrected["patch"]
    [merged] = [one for one in items if one["action"] == "merge"]
    assert (merged["slug"], merged["into"]) == ("twin", str(eventful.nato_topic.pk))
    assert items[0]["release"]["title"] == "The small world"
    first, retracted, again = (one for one in items if one["slug"] == "old-page")
    assert (first["document"]["fields"]["title"], first["patch"]) == ("Old page", None)
    assert (retracted["action"], retracted["change_kind"], retracted["document"]) == ("retract", "withdrawal", None)
    assert retracted["note"] == "It was the same as the topic page."
    assert again["previous_digest"] == retracted["previous_digest"] == first["digest"]
    assert jsonpatch.apply_patch(first["document"], again["patch"]) == again["document"]
    assert first["url"] == "http://localhost:8000/api/v1/sources/old-page/"


def test_the_log_is_read_from_a_number_on(still_world, ask):
    items = followed(ask, "page_size=7")
    last = len(items)
    assert not {"document", "patch"} & items[0].keys()
    assert [one["seq"] for one in ask(f"changes/?since={last - 2}")["results"]] == [last - 1, last]
    assert ask(f"changes/?since={last - 2}")["count"] == 2
    nothing = ask(f"changes/?since={last}")
    assert (nothing["count"], nothing["next"], nothing["results"]) == (0, None, [])
    assert ask(f"changes/?since={last + 9}")["count"] == 0


def test_a_name_that_cant_be_included_is_refused(still_world, ask):
    ask.problem("changes/?include=documents", 400, "bad-value", parameter="include", hint="document")
    ask.problem("changes/?kind=partner", 400, "unknown-parameter", parameter="kind")


def test_it_costs_the_same_however_long_it_is(eventful, ask):
    for include, number in (("", 3), ("&include=document", 4), ("&include=document,patch", 4)):
        for size in (1, 200):
            assert ask.reads(f"changes/?since=0&page_size={size}{include}") == number


# Beside it ------------------------------------------------------------------------------------------------------------------


def test_corrections_say_what_was_wrong(eventful, ask):
    [one] = ask("corrections/")["results"]
    assert (one["slug"], one["title"], one["version"]) == ("nippon", "Nippon", 2)
    assert (one["wrong"], one["wrong_since"], one["note"]) == ("The name", "2026", "Its name was wrong.")
    [said] = [item for item in followed(ask) if item["change_kind"] == "correction"]
    assert {name: said[name] for name in one.keys() & said.keys()} == {
        name: one[name] for name in one.keys() & said.keys()
    }


def test_corrections_are_read_page_by_page(world, ask):
    for number in (1, 2, 3):
        publish(
            [resave(world.malta, capital=f"Mdina {number}")],
            by="chiara",
            change_kind="correction",
            note="Wrong.",
            wrong="The capital",
        )
    first = ask("corrections/?page_size=2")
    assert (first["count"], [one["version"] for one in first["results"]]) == (3, [4, 3])
    assert [one["version"] for one in ask(first["next"])["results"]] == [2]


def test_the_feed_tells_what_the_atom_feed_tells(eventful, ask, client):
    feed = ask("changes/feed.json")
    atom = ElementTree.fromstring(client.get("/changes/feed.atom").content)  # noqa: S314 (our own)
    names = {"a": "http://www.w3.org/2005/Atom"}
    for name, member in (("a:title", "title"), ("a:id", "id")):
        assert [one[member] for one in feed["items"]] == [
            entry.findtext(name, namespaces=names) for entry in atom.iterfind("a:entry", names)
        ]
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["items"][0]["title"] == "Malta returns to Partnership for Peace: Withdrawn"
    assert b"Japan works" not in ask.response("changes/feed.json").content
    together = ask(feed["items"][-1]["url"])["results"]
    assert together[0]["release"]["title"] in feed["items"][-1]["title"]
