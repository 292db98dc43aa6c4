"""Pages of lists: complete, in order, and what of each object they show."""

from __future__ import annotations

import re

import pytest

from partnerships.editorial.publication import publish, withdraw
from partnerships.models import Partner
from tests.world import resave, save

pytestmark = pytest.mark.services


def walk(ask, path: str, between=lambda number: None) -> list[str]:
    """The ids of a list in order, page by page; something may happen between the pages."""
    ids, number = [], 0
    while path:
        answer = ask(path)
        ids += [one["id"] for one in answer["results"]]
        path, number = answer["next"], number + 1
        between(number)
    return ids


@pytest.mark.parametrize(
    "ordering", ["", "id", "-id", "title", "-title", "iso2", "relations_since", "-relations_since"]
)
@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_walk_finds_every_row_once_and_in_order(still_world, ask, ordering, size):
    sorting = f"&ordering={ordering}" if ordering else ""
    whole = [one["id"] for one in ask(f"partners/?page_size=200{sorting}")["results"]]
    assert len(whole) == 4
    assert walk(ask, f"partners/?page_size={size}{sorting}") == whole


def test_the_way_back_is_the_way_there(still_world, ask):
    first = ask("partners/?page_size=1")
    second = ask(first["next"])
    third = ask(second["next"])
    assert first["previous"] is None
    assert ask(third["previous"])["results"] == second["results"]
    assert ask(second["previous"])["results"] == first["results"]
    assert ask(ask(third["previous"])["next"])["results"] == third["results"]


def test_the_last_page_says_that_it_is_the_last(still_world, ask):
    assert ask("partners/?page_size=4")["next"] is None
    assert ask("partners/?page_size=5")["next"] is None
    assert ask("partners/?page_size=3")["next"] is not None


def test_the_link_header_agrees_with_the_body(still_world, ask):
    path = ask("partners/?page_size=1&as_of=2014&status=partner,suspended")["next"]
    response = ask.response(path)
    links = {relation: address for address, relation in re.findall(r'<([^>]+)>; rel="(\w+)"', response.headers["Link"])}
    assert links["next"] == response.json()["next"]
    assert links["prev"] == response.json()["previous"]
    assert links["first"] == "http://localhost:8000/api/v1/partners/?page_size=1&as_of=2014&status=partner%2Csuspended"
    assert ask(links["first"])["results"] != response.json()["results"]


def test_what_is_published_meanwhile_repeats_and_skips_nothing(world, ask):
    before = {one["id"] for one in ask("partners/?page_size=200")["results"]}

    def meanwhile(number: int):
        if number < 4:
            new = [save(Partner(slug=name, title=name)) for name in (f"aaa-{number}", f"zzz-{number}")]
            publish(new, by="chiara", title="Meanwhile")

    ids = walk(ask, "partners/?page_size=1", meanwhile)
    assert len(ids) == len(set(ids))
    assert before <= set(ids)


def test_what_is_withdrawn_meanwhile_makes_nobody_skip(world, ask):
    before = walk(ask, "memberships/?page_size=1&ordering=id")

    def meanwhile(number: int):
        if number == 1:
            withdraw([world.finland], by="chiara", note="For a test.")

    ids = walk(ask, "memberships/?page_size=1&ordering=id", meanwhile)
    assert len(ids) == len(set(ids))
    assert set(before[1:]) - set(ids) <= {one for one in before}
    assert len(ids) >= len(before) - 1


def test_by_id_nothing_is_skipped_whatever_is_renamed(world, ask):
    before = set(walk(ask, "partners/?page_size=200"))

    def meanwhile(number: int):
        if number == 1:
            publish([resave(world.russia, title="A name that sorts first")], by="chiara", change_kind="editorial")

    assert set(walk(ask, "partners/?page_size=1&ordering=id", meanwhile)) == before


def test_titles_as_long_as_they_can_be_make_cursors_that_are_accepted(world, ask):
    long = [save(Partner(slug=f"long-{number}", title=f"{number}" + "ы" * 199)) for number in (1, 2)]
    publish(long, by="chiara", title="Long")
    assert len(walk(ask, "partners/?page_size=1&ordering=title")) == 6


# What is shown --------------------------------------------------------------------------------------------------------------


def test_a_list_leaves_out_the_longest_text_and_the_rows(still_world, ask):
    [malta] = ask("partners/?q=malta")["results"]
    assert not {"body", "memberships", "citations", "links", "meta"} & malta.keys()
    assert ask("partners/malta/").keys() - malta.keys() == {
        "body", "memberships", "participations", "names", "focus", "links", "citations", "meta",
    }  # fmt: skip


def test_include_adds_to_a_list(still_world, ask):
    [malta] = ask("partners/?q=malta&include=memberships,body")["results"]
    assert malta["body"] == "An *island* state."
    assert [row["period"]["from"]["text"] for row in malta["memberships"]] == ["1995-04-26", "2008-04-03"]
    assert malta["memberships"][0]["record"]["slug"] == "malta"
    assert malta["memberships"][0] == {
        name: value for name, value in ask(malta["memberships"][0]["url"]).items() if name != "meta"
    }


def test_fields_picks_and_keeps_the_order(still_world, ask):
    [malta] = ask("partners/?q=malta&fields=iso3,name")["results"]
    assert list(malta) == ["id", "kind", "url", "name", "iso3"]
    assert list(ask("partners/malta/?fields=status")) == ["id", "kind", "url", "status", "meta"]


def test_fields_and_include_go_together(still_world, ask):
    [malta] = ask("partners/?q=malta&fields=name&include=memberships")["results"]
    assert list(malta) == ["id", "kind", "url", "name", "memberships"]


def test_every_answer_carries_the_notices(still_world, ask):
    notice = {
        "type": "ai_disclosure",
        "severity": "info",
        "title": "Written with AI assistance",
        "text": "Check the sources.",
        "url": "http://localhost:8000/api/v1/notices/ai/",
    }
    for path in ("partners/", "partners/malta/", "memberships/", "search/?q=malta"):
        assert ask(path)["meta"]["notices"] == [notice]


def test_a_notice_that_is_switched_off_is_in_no_answer(world, ask):
    publish(
        [resave(world.ai, active=False)], by="chiara", change_kind="world_change", note="The texts have been reviewed."
    )
    assert ask("partners/")["meta"]["notices"] == []
    assert ask("notices/?active=false")["count"] == 1
