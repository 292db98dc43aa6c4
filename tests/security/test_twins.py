"""A draft and what never was are told apart by nothing: same status, bytes, headers and questions of the database.

At every address that names a record: pages, what lies below them, the API in all its forms, filters, and the places that
are nobody else's.
"""

from __future__ import annotations

import re

import pytest
from django.db import connections
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partnerships.models import KINDS
from tests.sweep import some
from tests.world import save

from .surface import Route, routes

DRAFT, NEVER = "zqzqdraftzqzq", "zqzqneverzqzq"
"""As long as each other, so that lengths are no difference, and near to no other slug."""
FIELDS = {
    "edition": {"first_day": "2021-06-28"},
    "milestone": {"date": "2008-04-03"},
    "partner": {"iso2": "QZ", "iso3": "QZZ"},
}


def named(route: Route) -> str:
    """The kind of record that a route names by its slug; empty for another route."""
    pieces = [piece.partition(".")[0] for piece in route.pattern.split("/")]
    if "series" in route.places:
        return "edition"
    return next((name for name, kind in KINDS.items() if kind.plural in pieces), "")


def addresses(route: Route) -> list[str]:
    """The route with a slug that isn't public, in the forms that it has."""
    more = {"series": "sea-breeze", "number": "1"}
    forms = ("text", "bibtex", "ris", "csl-json") if "form" in route.places else ("",)
    plurals = [kind.plural for kind in KINDS.values()] if "kind" in route.places else [""]
    return [
        route.at(
            **{place: {"slug": "{}", "form": form, "kind": plural}.get(place) or more[place] for place in route.places}
        )
        for form in forms
        for plural in plurals
    ]


def asked(address: str, slug: str) -> tuple:
    """All that somebody could learn from the answer, the slug itself and digests of the bytes left out."""
    with CaptureQueriesContext(connections["published"]) as queries:
        response = Client().get(address.format(slug))
    # What was perhaps meant is looked for among spellings of what was asked for: they name it in other words.
    hide = lambda text: re.sub(r"[0-9a-f]{64}|json_each\('[^']*'\)", "#", text.replace(slug, "…"))  # noqa: E731
    headers = sorted((name, hide(value)) for name, value in response.headers.items() if name != "X-Request-ID")
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return response.status_code, hide(body.decode()), headers, [hide(one["sql"]) for one in queries]


@pytest.mark.services
@pytest.mark.slow
def test_a_draft_and_what_never_was_answer_alike_at_every_address(world):
    tried, wrong = 0, []
    places = [
        (route, name)
        for route in routes()
        if "slug" in route.places and route.door != "desk"
        for name in [named(route)]
    ]
    assert len(places) > 100
    chosen = some(places, 12, 3)
    drafted = set()
    for route, name in chosen:
        for address in addresses(route):
            kind = name or next(one for one, model in KINDS.items() if f"/{model.plural}/" in address)
            if kind not in drafted:
                drafted.add(kind)
                _draft(kind, world)
            asked(address, NEVER)  # as below: what is remembered, whoever asks first remembers
            draft, never = asked(address, DRAFT), asked(address, NEVER)
            tried += 1
            if draft != never or draft[0] not in (400, 404):
                wrong.append(f"{address}: {draft[0]} and {never[0]}, {len(draft[3])} and {len(never[3])} queries")
    print(f"\ntwins: pairs tried {tried} / told apart {len(wrong)}")
    assert wrong == []


def _draft(kind: str, world) -> None:
    """A record of a kind that nobody has published."""
    from tests.admin.records import required

    fields = required(kind) | FIELDS.get(kind, {}) | ({"partner": world.malta} if kind == "casestudy" else {})
    fields |= {"series": world.sea_breeze} if kind == "edition" else {}
    save(KINDS[kind](slug=DRAFT, title="A draft", **fields))


@pytest.mark.parametrize(
    "address",
    ["/feedback/?about=partner/{}", "/api/v1/partners/?region={}", "/partners/?framework={}", "/map/?show={}"],
)
def test_neither_do_questions_about_it_tell(world, address):
    for kind in ("partner", "region", "framework"):
        _draft(kind, world)
    asked(address, NEVER)  # what is remembered of an edition, whoever asks first remembers
    draft, never = asked(address, DRAFT), asked(address, NEVER)
    assert draft == never
    assert draft[0] in (400, 404)
