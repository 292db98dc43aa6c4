"""Lists and records in other forms than JSON: the same numbers in each, however they are asked for."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.db import connections

from partnerships.api.formats import cells, columns
from partnerships.api.negotiation import FORMS, wanted_form
from partnerships.api.serializers.fields import Text
from partnerships.publishing.reading import public
from partnerships.queries import paging
from partnerships.queries.linked import linked_data

from .test_every_address import NAMES, OTHER_FORMS, SERIALIZERS

WHOLE = [name for name in OTHER_FORMS if not name.endswith("-one")]
ONE = [name for name in OTHER_FORMS if name.endswith("-one")]


def asked(name: str) -> tuple[str, str]:
    """The plural and the form that a name of the URLconf stands for."""
    plural, _, form = name.removesuffix("-one").rpartition("-")
    return plural, form


def body(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


def table(text: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text.decode())))


def test_every_list_has_a_table_and_lines_and_every_record_is_linked_data():
    for plural in SERIALIZERS:
        assert {f"{plural}-csv", f"{plural}-jsonl"} <= set(NAMES)
    assert [name for name in NAMES if "geojson" in name] == ["partners-geojson", "partners-geojson-one"]
    assert (
        len(ONE) == len([name for name in NAMES if name.endswith("-detail")]) - 3 + 1
    )  # rows aren't; one is on the globe


def test_every_form_of_a_list_says_what_its_json_says(crowd, ask):
    for name in WHOLE:
        plural, form = asked(name)
        listed = ask(f"{plural}/?page_size=200")["results"]
        response = ask.response(f"{plural}.{form}")
        assert response.headers["Content-Type"] == FORMS[form], name
        text = body(response)
        assert response.headers["Content-Length"] == str(len(text))
        assert len(listed) > 1, name
        match form:
            case "jsonl":
                assert [json.loads(line) for line in text.splitlines()] == listed, name
            case "geojson":
                features = json.loads(text)["features"]
                assert [{"id": one["id"]} | one["properties"] for one in features] == listed
            case "csv":
                rows = table(text)
                assert [row["id"] for row in rows] == [one["id"] for one in listed], name
                for row, one in zip(rows, listed, strict=True):
                    for column, cell in row.items():
                        assert cell in ("", *told(one, column)), (name, column)


def told(one: dict, column: str) -> set[str]:
    """What an object says for a column: the parts between its dots, each a member of the one before."""
    value = one
    for part in column.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    if isinstance(value, dict) and "text" in value:
        value = value["text"]
    if isinstance(value, bool):
        return {str(value).lower()}
    if isinstance(value, list):
        plain = all(isinstance(item, str) for item in value)
        return {"; ".join(value)} if plain else {json.dumps(value, separators=(",", ":"), ensure_ascii=False)}
    return {str(value), f"'{value}"}


def test_every_record_is_linked_data_that_says_what_its_json_says(crowd, ask):
    for name in ONE:
        plural, form = asked(name)
        slug = f"{SERIALIZERS[plural].model._meta.model_name}-3"
        one = ask(f"{plural}/{slug}/")
        response = ask.response(f"{plural}/{slug}.{form}")
        assert (response.status_code, response.headers["Content-Type"]) == (200, FORMS[form])
        if form == "jsonld":
            said = response.json()
            assert (said["@id"], said["name"], said["@context"]) == (one["url"], one["title"], "https://schema.org")
            known = json.dumps(one, ensure_ascii=False)
            for value in leaves(
                {k: v for k, v in said.items() if k not in ("@context", "@type", "license", "isPartOf")}
            ):
                assert value in OUR_OWN or value in known, (name, value)


OUR_OWN = {
    "CreativeWork", "Organization", "PropertyValue", "ISO 3166-1 alpha-2", "ISO 3166-1 alpha-3", "Place", "EventSeries",
    "Rating", "Partnerships Portal", "http://localhost:8000/", "http://localhost:8000/glossary/",
}  # fmt: skip


def leaves(value):
    if isinstance(value, dict):
        for one in value.values():
            yield from leaves(one)
    elif isinstance(value, list):
        for one in value:
            yield from leaves(one)
    else:
        yield str(value)


def test_filters_and_days_hold_for_files(still_world, ask):
    path = "memberships{}framework=pfp&as_of=2014-05-01&in_force=yes&fields=status,period"
    listed = ask(path.format("/?"))["results"]
    rows = table(body(ask.response(path.format(".csv?"))))
    assert [row["status"] for row in rows] == [one["status"] for one in listed]
    assert "suspended" in {row["status"] for row in rows}
    period = ["from", "from.earliest", "from.latest", "to", "to.earliest", "to.latest", "end"]
    assert list(rows[0]) == ["id", "kind", "url", "status", *(f"period.{part}" for part in period)]
    name = ask.response(path.format(".csv?")).headers["Content-Disposition"]
    assert name == 'attachment; filename="memberships-as-of-2014-05-01.csv"'


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("partners.csv?page_size=2", "page_size"),
        ("partners.jsonl?cursor=x", "cursor"),
        ("partners.csv?statsu=ally", "statsu"),
        ("partners.geojson?fields=nothing", "fields"),
        ("partners/malta.jsonld?include=bodies", "include"),
    ],
)
def test_what_a_file_cannot_be_asked_is_a_problem_in_json(still_world, ask, path, parameter):
    refused = ask.response(path, accept="text/csv")
    assert (refused.status_code, refused.headers["Content-Type"]) == (400, "application/problem+json")
    assert refused.json()["parameter"] == parameter


def test_accept_asks_for_a_form_as_well(still_world, ask):
    by_name = ask.response("partners.csv")
    by_accept = ask.response("partners/", accept="text/csv")
    assert body(by_accept) == body(by_name)
    assert by_accept.headers["ETag"] == by_name.headers["ETag"]
    assert by_accept.headers["Vary"] == "Accept"
    assert ask.response("partners/malta/", accept="application/ld+json").json()["@type"] == "Country"
    assert ask.response("partners/malta/", accept="text/csv").status_code == 406
    assert ask.response("partners.csv", accept="application/json").headers["Content-Type"] == FORMS["csv"]
    assert (
        'partners.csv?status=ally>; rel="alternate"'
        in ask.response("partners/?status=ally&page_size=2").headers["Link"]
    )


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", ""),
        ("*/*", ""),
        ("text/csv", "csv"),
        ("text/csv, application/json", ""),
        ("application/json;q=0.5, text/csv", "csv"),
        ("application/json, text/csv;q=0.5", ""),
        ("text/csv;q=0", ""),
        ("text/csv;q=x", ""),
        ("application/x-ndjson", "jsonl"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", ""),
        ("application/ld+json", ""),
    ],
)
def test_the_form_that_is_preferred(accept, form):
    assert wanted_form(accept, ("csv", "jsonl")) == form


def test_a_file_is_not_sent_again_to_who_has_it(still_world, ask, client):
    first = ask.response("sources.csv")
    again = ask.response("sources.csv", if_none_match=first.headers["ETag"])
    assert (again.status_code, body(again)) == (304, b"")
    head = client.head("/api/v1/sources.csv")
    assert (head.headers["ETag"], body(head)) == (first.headers["ETag"], b"")


def test_while_it_is_sent_no_database_is_held(still_world, ask):
    response = ask.response("partners.jsonl")

    def refused(*args):
        raise AssertionError("a query while the file is sent")

    with connections["published"].execute_wrapper(refused):
        assert body(response).count(b"\n") == 4


def test_a_whole_list_is_read_some_rows_at_a_time(crowd, ask):
    rows = public(SERIALIZERS["partners"].model)
    keys = (("title", True), ("pk", False))
    batches = list(paging.batches(rows, keys, 2))
    assert [len(batch) for batch in batches] == [2, 1]
    assert [row for batch in batches for row in batch] == list(rows.order_by("-title", "pk"))
    assert list(paging.batches(rows.none(), keys, 2)) == []


def test_no_cell_is_a_formula():
    field = Text()
    assert cells(field, "=1+1") == ["=1+1"]  # as it is …
    from partnerships.api import formats

    shown = {"title": field}
    written = b"".join(formats.LISTS["csv"](shown, [{"title": "=1+1"}, {"title": "@x"}, {"title": None}]))
    assert written.decode().splitlines() == ["title", "'=1+1", "'@x", '""']  # … and as it is written
    assert columns("title", field) == ["title"]


def test_a_day_that_is_only_about_known_is_no_date_of_linked_data():
    event = {
        "kind": "milestone",
        "url": "u",
        "date": {"text": "1994~", "earliest": "1993-01-01", "latest": "1995-12-31"},
    }
    assert "startDate" not in linked_data(event)
    assert linked_data(event | {"date": {"text": "1994-02"}})["startDate"] == "1994-02"
