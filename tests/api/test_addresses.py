"""Where a record is, where it was, and what stands at addresses that lead nowhere."""

from __future__ import annotations

import pytest

from partnerships.api import facts
from partnerships.editorial.publication import merge, publish, withdraw
from partnerships.models import Source
from partnerships.publishing.models import Action
from tests.world import resave, save


def test_a_draft_and_a_slug_that_nobody_ever_used_are_answered_alike(still_world, ask):
    draft = ask.problem("partners/atlantis/", 404, "not-found")
    never = ask.problem("partners/lemuriaa/", 404, "not-found")
    assert {name: value for name, value in draft.items() if name != "detail"} == {
        name: value for name, value in never.items() if name != "detail"
    }
    assert draft["detail"].replace("atlantis", "lemuriaa") == never["detail"]
    assert ask.queries("partners/atlantis/") == ask.queries("partners/lemuriaa/")


def test_a_slug_of_another_kind_leads_nowhere(still_world, ask):
    ask.problem("frameworks/malta/", 404, "not-found")


def test_a_renamed_record_is_found_at_its_old_address(world, ask):
    publish([resave(world.japan, slug="nippon")], by="chiara", change_kind="editorial")
    response = ask.response("partners/japan/?as_of=2014&fields=name")
    assert response.status_code == 301
    leads_to = "http://localhost:8000/api/v1/partners/nippon/?as_of=2014&fields=name"
    assert response.headers["Location"] == leads_to
    assert response.json() == {"url": leads_to}
    assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_a_merged_record_leads_to_the_one_that_stays(world, ask):
    double = save(Source(slug="topic-page", title="Topic page, again"))
    publish([double], by="chiara")
    merge(double, world.nato_topic, by="chiara", note="The same page.")
    response = ask.response("sources/topic-page/")
    assert (response.status_code, response.headers["Location"][-20:]) == (301, "/sources/nato-topic/")


def test_a_record_that_was_withdrawn_says_when_and_why(still_world, ask):
    stone = ask.problem("sources/old-page/", 410, "gone")["tombstone"]
    assert stone["title"] == "Old page"
    assert stone["action"] == "retract"
    assert stone["note"] == "It was the same as the topic page."
    assert stone["versions"] == 1
    assert stone["at"].endswith("Z")


def test_a_record_that_was_taken_down_has_no_title_left(world, ask):
    withdraw([world.c065], by="dag", note="A person asked for it.", action=Action.TAKE_DOWN)
    said = ask.problem("claims/c065/", 410, "gone")
    assert said["tombstone"]["title"] is None
    assert "Japan" not in str(said)


def test_rows_of_a_withdrawn_record_are_gone_with_it(world, ask):
    [row] = ask("memberships/?partner=finland")["results"]
    withdraw([world.finland], by="chiara", note="For a test.")
    ask.problem(row["url"], 404, "not-found")
    ask.problem("memberships/?partner=finland", 400, "bad-value", parameter="partner")


def test_a_row_that_nobody_has(still_world, ask):
    ask.problem("memberships/01a210b5-1900-744b-9c92-3d5897ce80a4/", 404, "not-found")


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("/api/v1/partner/", "/api/v1/partners/"),
        ("/api/v1/partnerz/malta/", "/api/v1/partners/"),
        ("/api/v1/memberships/malta/", "/api/v1/memberships/"),
        ("/api/v1/partners/malta/revisions/", "/api/v1/partners/"),
        ("/api/v1/xyzzy/", None),
        ("/api/v2/partners/", None),
        ("/api/v1/partners/malta;.css", "/api/v1/partners/"),
        ("/api/v1//", None),
    ],
)
def test_an_address_that_isnt_one(still_world, ask, path, hint):
    said = ask.problem(path, 404, "unknown-address")
    assert said.get("hint") == (f"http://localhost:8000{hint}" if hint else None)


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        ("/api/", "/api/v1/"),
        ("/api/v1", "/api/v1/"),
        ("/api/v1/partners", "/api/v1/partners/"),
        ("/api/v1/partners/malta?as_of=2014", "/api/v1/partners/malta/?as_of=2014"),
    ],
)
def test_an_address_without_its_slash_leads_to_the_one_with_it(still_world, ask, path, leads_to):
    response = ask.response(path)
    assert (response.status_code, response.headers["Location"]) == (301, f"http://localhost:8000{leads_to}")


def test_no_address_comes_from_the_request(still_world, client, settings):
    settings.ALLOWED_HOSTS = ["*"]
    response = client.get(
        "/api/v1/partners/?page_size=1",
        headers={"host": "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https"},
    )
    assert response.status_code == 200
    assert "evil" not in response.content.decode() + str(response.headers)
    assert response.json()["next"].startswith("http://localhost:8000/api/v1/partners/?page_size=1&cursor=")


# Formats --------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "accept",
    ["", "*/*", "application/json", "application/json; indent=8", "application/*;q=0.5", "text/html",
     "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/csv, application/json;q=0.1"],
)  # fmt: skip
def test_json_for_whoever_takes_it(still_world, ask, accept):
    plain = ask.response("partners/malta/")
    response = ask.response("partners/malta/", accept=accept)
    assert response.status_code == 200
    assert response.content == plain.content
    assert response.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "accept", ["text/csv", "application/xml", "image/png, text/plain", "application/json;q=0", ";", "x"]
)
def test_a_format_that_isnt_offered_is_a_406(still_world, ask, accept):
    response = ask.response("partners/malta/", accept=accept)
    assert response.status_code == 406
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["type"].endswith("#problem-not-acceptable")
    assert response.headers["Access-Control-Allow-Origin"] == "*"


# Faults ---------------------------------------------------------------------------------------------------------------------


def test_a_fault_of_ours_is_a_problem_document_that_says_nothing_of_it(still_world, ask, monkeypatch, caplog):
    def broken(*args, **kwargs):
        raise RuntimeError("secret-of-the-house")

    monkeypatch.setattr(facts, "meta", broken)
    ask.client.raise_request_exception = False
    said = ask.problem("partners/", 500, "server-error")
    assert "secret-of-the-house" not in str(said)
    assert "secret-of-the-house" in caplog.text
    response = ask.response("partners/")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "ETag" not in response.headers


def test_a_question_to_the_editorial_database_is_a_fault(still_world, ask, monkeypatch):
    from partnerships.models import Partner

    monkeypatch.setattr(facts, "meta", lambda *args, **kwargs: {"leak": Partner.objects.count()})
    ask.client.raise_request_exception = False
    ask.problem("partners/", 500, "server-error")


def test_a_host_that_isnt_ours_is_refused_in_json(still_world, client):
    for path in ("/api/v1/partners/", "/api/nowhere"):
        response = client.get(path, headers={"host": "evil.example"})
        assert response.status_code == 400
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.json()["type"].endswith("#problem-bad-request")
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        assert "evil" not in response.content.decode()


def test_a_fault_around_the_views_is_a_problem_document_too(still_world, ask, monkeypatch):
    def broken(self, request):
        raise RuntimeError("secret-of-the-house")

    monkeypatch.setattr("portal.middleware.PublicOnly.__call__", broken)
    ask.client.raise_request_exception = False
    said = ask.problem("partners/", 500, "server-error")
    assert "secret" not in str(said)
