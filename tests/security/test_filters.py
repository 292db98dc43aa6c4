"""Lists are narrowed by declared parameters only: no path through the models is a filter, and none costs a query."""

from __future__ import annotations

from itertools import cycle

import pytest
from django.contrib.auth.models import User
from django.db import connections, models
from django.test import Client
from django.test.utils import CaptureQueriesContext

from partnerships.models import KINDS, Membership, Participant, Participation
from tests.sweep import FULL

from .surface import routes

LOOKUPS = ("exact", "iexact", "startswith", "contains", "regex", "in", "gt", "lte", "isnull", "range", "year", "search")
ROWS = {"memberships": Membership, "participations": Participation, "participants": Participant}
ACCOUNTS = [
    f"{path}__{name}"
    for path in ("user", "created_by", "state__owner", "revision__author")
    for name in ("password", "email")
]


def paths(model: type[models.Model], depth: int = 3) -> list[str]:
    """The names that lead through a model, from field to field, as the ORM spells them."""
    found = []
    for field in model._meta.get_fields():
        found.append(field.name)
        if depth > 1 and field.related_model:
            found += [f"{field.name}__{rest}" for rest in paths(field.related_model, depth - 1)]
    return found


def endpoints() -> list[tuple[str, type[models.Model], tuple[str, ...]]]:
    """Every list: its address, what it lists, the parameters that it takes."""
    plurals = {kind.plural: kind for kind in KINDS.values()} | ROWS
    found = []
    for route in routes():
        plural = route.pattern.removeprefix("/api/v1").strip("/").rpartition(".")[0] or route.pattern.removeprefix(
            "/api/v1"
        ).strip("/")
        if route.door != "desk" and plural in plurals and not route.places:
            found.append((route.pattern, plurals[plural], route.parameters))
    return found


def forged(model: type[models.Model], taken: tuple[str, ...]) -> list[str]:
    """Parameters as an ORM would read them: every path to depth three with a lookup, and with none where it is a path."""
    lookups = cycle(LOOKUPS)
    whole = [*dict.fromkeys(paths(model)), *ACCOUNTS]
    made = [
        f"{path}__{lookup}"
        for path in whole
        for lookup in (LOOKUPS if FULL and path.count("__") < 1 else (next(lookups),))
    ]
    return [name for name in [*made, *whole] if name not in taken]


def test_lists_are_found():
    found = endpoints()
    assert {where for where, _, _ in found} >= {
        "/partners/",
        "/partners.csv",
        "/api/v1/partners/",
        "/api/v1/memberships.jsonl",
    }
    assert len(found) > 90
    assert "memberships__framework__slug__startswith" in {f"{name}__startswith" for name in paths(KINDS["partner"])}
    assert issubclass(User, models.Model)


@pytest.mark.services
@pytest.mark.slow
def test_no_path_through_the_models_is_a_filter(still_world):
    client, tried, wrong = Client(), 0, []
    for number, (where, model, taken) in enumerate(endpoints()):
        names = forged(model, taken)
        chosen = names[number % 7 :: len(names) // (15 if FULL else 3) or 1]
        connections["published"].queries_log.clear()  # it holds 9000
        for name in chosen:
            with CaptureQueriesContext(connections["published"]) as asked:
                response = client.get(f"{where}?{name}=SECRET")
            reads = [one["sql"] for one in asked if one["sql"].startswith("SELECT")]
            tried += 1
            api = where.startswith("/api/")
            if response.status_code != 400 or (api and reads) or any("SECRET" in sql for sql in reads):
                wrong.append(f"{where}?{name}: {response.status_code}, {len(reads)} queries")
            elif api and not response.json()["type"].endswith("#problem-unknown-parameter"):
                wrong.append(f"{where}?{name}: {response.json()['type']}")
    print(f"\nfilters: forged parameters tried {tried} / taken {len(wrong)}")
    assert wrong == []
    assert tried > (1000 if FULL else 250)
