"""What is written of requests and queries, and what never is: anything about people, anything typed, any token."""

from __future__ import annotations

import io
import json
import logging
import re

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.db import connections
from django.test import Client, RequestFactory

from partnerships.models import Partner
from portal.logs import JsonLines
from portal.watching import Asked, Requests, request_id, spoken_path
from tests.world import PASSWORD


@pytest.fixture
def written(monkeypatch):
    """Everything that is written while a test runs, as the production settings write it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    names = ("", "portal.request")
    levels = {name: logging.getLogger(name).level for name in names}
    logging.getLogger().addHandler(handler)
    for name in names:
        logging.getLogger(name).setLevel(logging.INFO)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logging.getLogger().removeHandler(handler)
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)


def test_a_line_for_each_request(world, written):
    Client().get("/partners/malta/?as_of=2001-01-01")
    (line,) = [said for said in written() if said["logger"] == "portal.request"]
    assert line["path"] == "/partners/malta/"
    assert line["parameters"] == ["as_of"]
    assert (line["method"], line["status"], line["role"]) == ("GET", 200, settings.ROLE)
    assert line["queries"] > 1
    assert line["milliseconds"] > 0
    assert re.fullmatch("[0-9a-f]{32}", line["request"])


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("a1b2c3d4-0000", True),
        ("", False),
        ("short", False),
        ("x" * 65, False),
        ("with space in it", False),
        ("anna@example.org", False),
        ("-begins-with-a-dash", False),
        ("a1b2c3d4\nforged", False),
    ],
)
def test_an_id_is_taken_in_a_strict_form_only(given, taken):
    ident = request_id(RequestFactory().get("/", headers={"x-request-id": given}))
    assert (ident == given) is taken


def test_the_id_goes_back_but_with_no_public_answer(world):
    given = {"x-request-id": "proxy-0123456789"}
    assert Client().get("/admin/", headers=given).headers["X-Request-ID"] == "proxy-0123456789"
    assert Client().get("/healthz", headers=given).headers["X-Request-ID"] == "proxy-0123456789"
    for path in ("/", "/api/v1/partners/malta/", "/nowhere/"):
        assert "X-Request-ID" not in Client().get(path, headers=given).headers


SECRETS = {
    "mail": "reader.canary@example.org",
    "typed": "canary-body-text",
    "query": "canary-query-value",
    "token": "canarytoken0123456789abcdefghijkl",
    "cookie": "canary-cookie-value",
    "agent": "canary-agent/1.0",
    "address": "203.0.113.77",
}


def test_nothing_about_people_is_written(world, written, settings, rf):
    settings.SLOW_QUERY_MS = 0
    dag = User.objects.get(username="dag")
    User.objects.filter(pk=dag.pk).update(email="dag.canary@example.org")
    client = Client(
        headers={"user-agent": SECRETS["agent"], "authorization": f"Bearer {SECRETS['token']}"},
        REMOTE_ADDR=SECRETS["address"],
        raise_request_exception=False,
    )
    client.cookies["other"] = SECRETS["cookie"]
    client.get(f"/search/?q={SECRETS['query']}")
    client.get(f"/partners/?{SECRETS['query']}=1&q={SECRETS['mail']}")
    client.get(f"/preview/{SECRETS['token']}/")
    client.get(f"/accounts/invitation/{SECRETS['token']}/")
    client.post("/accounts/login/", {"login": "dag", "password": PASSWORD + "wrong"})
    client.post("/accounts/login/", {"login": SECRETS["mail"], "password": SECRETS["typed"]})
    client.post("/feedback/", {"text": SECRETS["typed"], "contact": SECRETS["mail"], "page": "/partners/malta/"})
    client.post("/accounts/login/", {"login": "dag", "password": PASSWORD})
    client.get(f"/admin/auth/user/?q={SECRETS['mail']}")
    client.get(f"/admin/auth/user/{dag.pk}/change/")

    def fails(request):
        raise ValueError(f"{SECRETS['mail']} typed {SECRETS['typed']}")

    with pytest.raises(ValueError, match="typed"):
        Requests(fails)(rf.get("/partners/"))
    try:
        fails(None)
    except ValueError as error:
        logging.getLogger("portal.worker").warning("It waits: %s", error)
        logging.getLogger("django.request").error("Error: %s", f"/preview/{SECRETS['token']}/", exc_info=True)
    lines = written()
    assert len([line for line in lines if line["logger"] == "portal.request"]) == 10
    assert len([line for line in lines if line["logger"] == "portal.query"]) > 20
    text = json.dumps(lines, ensure_ascii=False)
    found = {name for name, secret in SECRETS.items() if secret in text}
    found |= {
        name for name in ("dag.canary", PASSWORD, '"dag"', "'dag'", client.cookies["other"].value) if name in text
    }
    session = client.cookies.get(settings.SESSION_COOKIE_NAME)
    assert found == set()
    assert session is None or session.value not in text
    fault = [line for line in lines if line["logger"] == "django.request" and line["level"] == "ERROR"][-1]
    assert fault["exception"] == "ValueError"
    assert "test_logs.py" in fault["at"][-1]


def test_a_slow_query_is_written_without_its_parameters(world, written, settings):
    asked = Asked("abcdefgh")
    with connections["default"].execute_wrapper(asked):
        list(Partner.objects.filter(slug="canary-parameter"))
        assert not [line for line in written() if line["logger"] == "portal.query"]
        settings.SLOW_QUERY_MS = 0
        list(Partner.objects.filter(slug="canary-parameter"))
    (line,) = [line for line in written() if line["logger"] == "portal.query"]
    assert "%s" in line["sql"]
    assert "canary" not in json.dumps(line)
    assert (line["request"], line["database"], asked.count) == ("abcdefgh", "default", 2)


def test_what_leads_nowhere_at_the_desk_is_not_spelled_out():
    assert spoken_path(RequestFactory().get("/accounts/x/canarytoken/")) == "/accounts/…"
