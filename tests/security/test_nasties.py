"""Whatever somebody puts into an address, the portal answers: through every parameter and every place, never with a fault.

The parameters and places are those of the URLconf and the views. By default each gets a few of the texts, each text
somewhere; `make test-slow` gives each many more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import cycle, islice
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client

from partnerships.models import KINDS, Record
from tests.public.samples import SAMPLES
from tests.sweep import FULL, some

from .nasties import QUERIES, VALUES
from .surface import Route, desk_parameters, of_one_kind, routes

pytestmark = pytest.mark.services

SLOW = ("known_at",)
"""Parameters whose good values make a whole past edition: tried in one place."""


class Tally:
    def __init__(self) -> None:
        self.codes: Counter[int] = Counter()
        self.faults: list[str] = []

    def ask(self, client: Client, address: str) -> None:
        response = client.get(address)
        self.codes[response.status_code] += 1
        if response.status_code >= 500:
            self.faults.append(f"{response.status_code} {address[:200]}")
        if response.streaming:
            b"".join(response.streaming_content)

    def done(self, what: str) -> None:
        print(f"\n{what}: nasties tried {self.codes.total()} / 5xx {len(self.faults)} (answers {dict(self.codes)})")
        assert not self.faults, "\n".join(self.faults[:40])


def parts_of(route: Route, editorial: bool) -> dict[str, str]:
    """What stands in the places of a route when all is well: a record of the crowd, or a number."""
    pieces = route.pattern.replace(".", "/").split("/")
    kind = next(
        (kind for kind in KINDS.values() if kind.plural in pieces or kind.kind_name() in pieces), KINDS["partner"]
    )
    name = "edition" if "series" in route.places else kind.kind_name()
    parts = {"slug": f"{name}-3", "series": "exercise-3", "number": "1", "form": "bibtex", "kind": "partners"}
    if "pk" in route.places or "object_id" in route.places:
        pk = str(Record.objects.get(slug=f"{name}-3").pk) if editorial else "00000000-0000-0000-0000-000000000000"
        parts |= {"pk": pk, "object_id": pk}
    return {place: parts.get(place, "1") for place in route.places}


def asked(chosen: Sequence[Route], each: int, *, editorial: bool = False) -> Iterator[str]:
    """Addresses: the texts through every parameter and every place, `each` to one; whole queries to some routes."""
    values, queries = cycle(VALUES), cycle(QUERIES)
    for number, route in enumerate(chosen):
        good = parts_of(route, editorial)
        where = route.at(**good)
        for name in route.parameters:
            if name in SLOW and number % 40:
                continue
            for value in islice(values, each):
                yield f"{where}?{name}={value}"
        for place in route.places:
            for value in islice(values, each):
                yield route.at(**(good | {place: value}))
        for query in islice(queries, 1 if each > 1 or not number % 9 else 0):
            yield f"{where}?{query}"


def test_there_are_many_texts():
    assert len(set(VALUES)) >= 120
    assert len(QUERIES) >= 20


def test_the_parameters_are_those_that_pages_take():
    """What the samples ask with is among the parameters read from the views: none is overlooked."""
    known = {one.name: one.parameters for one in routes() if one.door == "public"}
    asked_with = {
        (name, word) for name, asks in SAMPLES.items() for one in asks for word, _ in parse_qsl(urlsplit(one).query)
    }
    assert {(name, word) for name, word in asked_with if word not in known[name]} == set()
    assert {"q", "as_of", "cursor", "ordering", "status", "framework"} <= set(known["partners-list"])
    assert {"p", "q", "o"} <= set(desk_parameters("partnerships_partner_changelist"))


@pytest.mark.parametrize("door", ["public", "api"])
@pytest.mark.sampled
def test_readers_get_an_answer_to_whatever_they_ask(crowd, door):
    tally = Tally()
    client = Client(raise_request_exception=False)
    for address in asked(some([one for one in routes() if one.door == door], 4), 5 if FULL else 1):
        tally.ask(client, address)
    tally.done(door)


@pytest.mark.sampled
def test_each_text_is_answered_by_the_search_a_list_and_a_record(crowd):
    tally = Tally()
    client = Client(raise_request_exception=False)
    places = [
        "/search/?q=",
        "/partners/?as_of=",
        "/partners/?q=",
        "/partners/",
        "/api/v1/search/?q=",
        "/api/v1/partners/?cursor=",
    ]
    for number, value in enumerate(some(VALUES, 3)):
        for place in places if FULL else [places[number % len(places)]]:
            tally.ask(client, place + value)
    tally.done("search, list, record")


@pytest.mark.slow
def test_the_desk_answers_whatever_it_is_asked(dag):
    tally = Tally()
    pages = [one for one in routes() if one.door == "desk" and of_one_kind(one, "partner")]
    for address in asked([one for one in pages if "logout" not in one.pattern], 1, editorial=True):
        tally.ask(dag, address)
    tally.done("desk")


@pytest.mark.slow
def test_the_lists_of_the_desk_answer_every_text(dag):
    """The list, the form and the search of the desk are asked every text; the filters of every kind some."""
    tally = Tally()
    for value in VALUES[::2]:
        tally.ask(dag, f"/admin/partnerships/region/?q={value}")
    for value in VALUES[::8]:
        tally.ask(dag, f"/admin/autocomplete/?app_label=partnerships&model_name=partner&field_name=region&term={value}")
    lists = [one for one in routes() if one.name.endswith("_changelist") and not of_one_kind(one, "partner")]
    for address in asked(lists, 1, editorial=True):
        tally.ask(dag, address)
    tally.done("lists of the desk")
