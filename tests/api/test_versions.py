"""What was published of one record, and each version as it was."""

from __future__ import annotations

import hashlib
import re

import pytest

from partnerships.editorial.publication import publish, withdraw
from tests.world import resave

pytestmark = pytest.mark.services


@pytest.fixture
def corrected(world):
    publish([resave(world.malta, capital="Mdina")], by="chiara", change_kind="new_evidence", note="Found.")
    publish(
        [resave(world.malta, capital="Valletta", slug="republic-of-malta")],
        by="chiara",
        change_kind="correction",
        note="The capital is Valletta.",
        wrong="The capital",
        wrong_since="2026",
    )
    return world


def test_versions_say_when_why_and_what_was_corrected_later(corrected, ask):
    answer = ask("partners/republic-of-malta/versions/")
    assert [one["version"] for one in answer["results"]] == [3, 2, 1]
    assert [one["corrected_by"] for one in answer["results"]] == [[], [3], [3]]
    newest, *_, oldest = answer["results"]
    assert (newest["change_kind"], newest["note"], newest["wrong"]) == (
        "correction",
        "The capital is Valletta.",
        "The capital",
    )
    assert oldest["url"] == "http://localhost:8000/api/v1/partners/republic-of-malta/versions/1/"
    assert oldest["page"] == "http://localhost:8000/partners/republic-of-malta/versions/1/"
    assert answer["record"]["url"] == "http://localhost:8000/api/v1/partners/republic-of-malta/"
    assert answer["tombstone"] is None
    first = ask("partners/republic-of-malta/versions/?page_size=2")
    assert (first["count"], [one["version"] for one in ask(first["next"])["results"]]) == (3, [1])


def article(client, path: str) -> str:
    """What a page for readers says below its banner."""
    return re.search(r"<article>.*</article>", client.get(path).content.decode(), re.DOTALL)[0]


def test_a_version_keeps_its_bytes_whatever_comes_later(world, ask, client):
    page = article(client, "/partners/malta/versions/1/")
    before = ask.response("partners/malta/versions/1/")
    said = ask("partners/malta/versions/")["results"][0]
    assert hashlib.sha256(before.content).hexdigest() == said["digest"]
    assert before.headers["ETag"] == f'"{said["digest"]}"'
    assert before.headers["Cache-Control"] == "public, max-age=86400"
    assert before.headers["Last-Modified"] == before.headers["Memento-Datetime"]
    publish([resave(world.pfp, title="Peace")], by="chiara", change_kind="editorial")
    publish([resave(world.malta, capital="Mdina", slug="mlt")], by="chiara", change_kind="new_evidence", note="Found.")
    moved = ask.response("partners/malta/versions/1/")
    assert moved.status_code == 301
    assert moved.headers["Location"] == "http://localhost:8000/api/v1/partners/mlt/versions/1/"
    withdraw([world.sea_breeze_2021, world.malta_returns, world.mlt], by="chiara", note="For a test.")
    after = ask.response("partners/mlt/versions/1/")
    assert after.content == before.content
    assert article(client, "/partners/mlt/versions/1/") == page
    for name in ("ETag", "Last-Modified", "Memento-Datetime"):
        assert after.headers[name] == before.headers[name]


def test_a_moment_is_enough_to_ask_whether_a_version_changed(still_world, ask):
    moment = ask.response("partners/malta/versions/1/").headers["Last-Modified"]
    assert ask.response("partners/malta/versions/1/", if_modified_since=moment).status_code == 304
    earlier = "Wed, 01 Jan 2020 00:00:00 GMT"
    assert ask.response("partners/malta/versions/1/", if_modified_since=earlier).status_code == 200
    assert ask.response("partners/malta/versions/1/", if_modified_since=moment, if_none_match='"x"').status_code == 200
    assert ask.response("partners/malta/", if_modified_since=moment).status_code == 200


def test_a_withdrawn_record_is_gone_but_its_versions_stay(still_world, ask):
    response = ask.response("sources/old-page/")
    assert response.status_code == 410
    assert 'sources/old-page/versions/timemap/>; rel="timemap"' in response.headers["Link"]
    answer = ask("sources/old-page/versions/")
    assert answer["tombstone"]["note"] == "It was the same as the topic page."
    assert answer["tombstone"]["action"] == "retract"
    assert [one["withheld"] for one in answer["results"]] == [False]
    assert ask("sources/old-page/versions/1/")["fields"]["title"] == "Old page"


def test_what_was_taken_down_is_gone_with_its_versions(world, ask):
    withdraw([world.c065], by="dag", note="A person asked for it.", action="take_down")
    for path in ("claims/c065/versions/", "claims/c065/versions/1/", "claims/c065/versions/timemap/"):
        said = ask.problem(path, 410, "gone")
        assert said["tombstone"]["note"] == "A person asked for it."
        assert "Japan" not in str(said)
        assert "timemap" not in ask.response("claims/c065/").headers["Link"]
    publish(
        [resave(world.c065, title="Japan and NATO", statement="Japan works with NATO.")],
        by="chiara",
        change_kind="new_evidence",
        note="Said anew.",
    )
    new, old = ask("claims/c065/versions/")["results"]
    assert (old["withheld"], old["url"], old["page"]) == (True, None, None)
    assert new["withheld"] is False
    assert ask.problem("claims/c065/versions/1/", 410, "gone")["tombstone"]["action"] == "take_down"
    assert ask("claims/c065/versions/2/")["fields"]["title"] == "Japan and NATO"
    assert "versions/1/" not in ask.response("claims/c065/versions/timemap/").content.decode()


def test_a_time_map_lists_all_versions(corrected, ask):
    response = ask.response("partners/republic-of-malta/versions/timemap/", accept="application/link-format")
    assert response.headers["Content-Type"] == "application/link-format"
    links = [line.rstrip(",") for line in response.content.decode().splitlines()]
    root = "http://localhost:8000/api/v1/partners/republic-of-malta/"
    assert links[0] == f'<{root}>; rel="original"'
    assert links[1] == f'<{root}versions/timemap/>; rel="self"; type="application/link-format"'
    mementos = [re.fullmatch(r'<(.+?)>; rel="(.+?)"; datetime="(.+?)"', line).groups() for line in links[2:]]
    assert [relation for _, relation, _ in mementos] == ["first memento", "memento", "last memento"]
    for address, _, moment in mementos:
        memento = ask.response(address)
        assert memento.headers["Memento-Datetime"] == moment
        assert f'<{root}>; rel="original"' in memento.headers["Link"]
        assert f'<{root}versions/timemap/>; rel="timemap"' in memento.headers["Link"]
    assert f'<{root}versions/timemap/>; rel="timemap"' in ask.response(root).headers["Link"]


def test_where_nothing_was_published_there_is_no_version(still_world, ask):
    for path in ("partners/atlantis/versions/", "partners/lemuria/versions/1/", "partners/malta/versions/2/"):
        ask.problem(path, 404, "not-found")
    for path in ("partners/malta/versions/0/", "partners/malta/versions/timemap/"):
        assert ask.response(path).status_code in (200, 404)
    assert ask.queries("partners/atlantis/versions/") == ask.queries("partners/lemuriaa/versions/")
    ask.problem("partners/malta/versions/1/?as_of=2014", 400, "unknown-parameter", parameter="as_of")
    assert ask.response("partners/malta/versions/999999999999999999999999/").status_code == 404


def test_versions_cost_the_same_however_many_they_are(corrected, ask):
    ask("partners/republic-of-malta/versions/")
    assert [ask.reads(f"partners/republic-of-malta/versions/?page_size={size}") for size in (1, 3)] == [5, 5]
    assert ask.reads("partners/republic-of-malta/versions/1/") == 3
    assert ask.reads("partners/republic-of-malta/versions/timemap/") == 3
