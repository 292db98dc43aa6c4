"""The limits of questions: each is met exactly, and one past it is refused by name. Every limit can be printed."""

from __future__ import annotations

import io

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from partnerships.management.commands.limits import PAST

LIMITS = settings.LIMITS
QUESTIONS = {
    "page_size_most": ("page_size", str, "/api/v1/partners/"),
    "query_length": ("q", lambda n: "a" * n, "/search/"),
    "query_words": ("q", lambda n: " ".join("a" * n), "/search/"),
    "parameter_length": ("region", lambda n: "a" * n, "/api/v1/partners/"),
    "cursor_length": ("cursor", lambda n: "a" * n, "/api/v1/partners/"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_question_at_its_limit_and_one_past_it(world, name):
    parameter, of, path = QUESTIONS[name]
    at = Client().get(path, {parameter: of(LIMITS[name])})
    past = Client().get(path, {parameter: of(LIMITS[name] + 1)})
    said = str(LIMITS[name])
    assert said not in at.content.decode() or at.status_code == 200
    assert past.status_code == 400
    assert said in past.content.decode()


def test_every_limit_is_printed_with_what_happens_past_it():
    out = io.StringIO()
    call_command("limits", stdout=out)
    lines = out.getvalue().splitlines()
    assert [line.split()[0] for line in lines] == list(LIMITS)
    assert [int(line.split()[1]) for line in lines] == list(LIMITS.values())
    assert set(LIMITS) <= set(PAST)
