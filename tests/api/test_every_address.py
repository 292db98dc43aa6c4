"""What holds for every address of the API, on a world in which every field of every kind is filled.

The addresses are read from the URLconf: a new one without a sample fails here.
"""

from __future__ import annotations

import json

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from partnerships.api.negotiation import FORMS
from partnerships.api.schema import openapi
from partnerships.api.serializers import RECORDS, ROWS
from partnerships.api.urls import urlpatterns
from partnerships.models import KINDS, EdgeField, Kind, Row, SeveralField
from partnerships.publishing.reading import public

NAMES = sorted(pattern.name for pattern in urlpatterns)
SERIALIZERS = {one.model.plural: one for one in RECORDS} | {one.endpoint: one for one in ROWS}
LISTS = [name.removesuffix("-list") for name in NAMES if name.endswith("-list")]
OTHERS = {
    "index": "",
    "search": "search/?q=title",
    "changes": "changes/",
    "changes-feed": "changes/feed.json",
    "corrections": "corrections/",
    "snapshots": "snapshots/",
    "versions": "partners/partner-3/versions/",
    "version": "partners/partner-3/versions/1/",
    "timemap": "partners/partner-3/versions/timemap/",
    "schema": "schema/",
    "docs": "docs/",
}
MEDIA_TYPES = {
    "docs": "text/html; charset=utf-8",
    "changes-feed": "application/feed+json",
    "timemap": "application/link-format",
}
NO_SAMPLE = {"nowhere"}


def sample(name: str, number: int = 3) -> str:
    """An address for a name of the URLconf. Of a single object: the one with so many rows of each sort."""
    if name in OTHERS:
        return OTHERS[name]
    plural, _, shape = name.rpartition("-")
    if shape == "list":
        return f"{plural}/"
    model = SERIALIZERS[plural].model
    if issubclass(model, Kind):
        return f"{plural}/{model._meta.model_name}-{number}/"
    return f"{plural}/{public(model).first().pk}/"


OTHER_FORMS = [name for name in NAMES if name.removesuffix("-one").rpartition("-")[2] in FORMS]
"""What test_forms.py asks."""

SAMPLED = [name for name in NAMES if name not in NO_SAMPLE and name not in OTHER_FORMS]


def test_every_kind_has_its_addresses():
    assert [one.model for one in RECORDS] == list(KINDS.values())
    for kind in KINDS.values():
        assert {f"{kind.plural}-list", f"{kind.plural}-detail"} <= set(NAMES)


@pytest.mark.parametrize("name", SAMPLED)
def test_it_answers_the_same_bytes_to_everyone(crowd, ask, name):
    response = ask.response(sample(name))
    assert response.status_code == 200, response.content[:500]
    again = ask.response(sample(name), accept="text/html", cookie="session=abc", origin="https://example.org")
    assert again.content == response.content
    etag = response.headers["ETag"]
    assert etag.startswith('"')
    assert again.headers["ETag"] == etag
    for given in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        unchanged = ask.response(sample(name), if_none_match=given)
        assert (unchanged.status_code, unchanged.content) == (304, b"")
        assert unchanged.headers["ETag"] == etag
        assert unchanged.headers["Access-Control-Allow-Origin"] == "*"
    assert ask.response(sample(name), if_none_match='"another"').status_code == 200


@pytest.mark.parametrize("name", SAMPLED)
def test_its_headers(crowd, ask, name):
    response = ask.response(sample(name))
    headers = response.headers
    assert not response.cookies
    assert headers["Vary"] == "Accept"
    assert headers["Access-Control-Allow-Origin"] == "*"
    assert {"ETag", "Link"} <= set(headers["Access-Control-Expose-Headers"].split(", "))
    assert headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    kept = {"version": "public, max-age=86400", "snapshots": "no-cache"}
    assert headers["Cache-Control"] == kept.get(name, "public, max-age=0, stale-if-error=86400")
    assert 'rel="license"' in headers["Link"]
    assert 'schema/>; rel="describedby"' in headers["Link"]
    assert headers["Content-Type"] == MEDIA_TYPES.get(name, "application/json")


@pytest.mark.parametrize("name", SAMPLED)
def test_head_and_options(crowd, client, name):
    path = f"/api/v1/{sample(name)}"
    whole = client.get(path)
    head = client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["ETag"] == whole.headers["ETag"]
    preflight = client.options(path, headers={"origin": "https://example.org", "access-control-request-method": "GET"})
    assert preflight.status_code == 204
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "trace"])
def test_nothing_can_be_written(crowd, client, method):
    for name in SAMPLED:
        response = getattr(client, method)(f"/api/v1/{sample(name)}")
        assert response.status_code == 405
        assert response.headers["Content-Type"] == "application/problem+json"
        assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


# The schema tells the truth -----------------------------------------------------------------------------------------------


def strict() -> dict:
    """The components of the schema, with nothing allowed that they don't name."""
    components = json.loads(json.dumps(openapi()["components"]))
    for one in components["schemas"].values():
        if "properties" in one:
            one["additionalProperties"] = False
    return components


def complaints(name: str, answer) -> list[str]:
    path = f"/api/v1/{sample(name)}".partition("?")[0]
    route = next(route for route in openapi()["paths"] if _fits(route, path))
    described = openapi()["paths"][route]["get"]["responses"]["200"]["content"]
    described = described[MEDIA_TYPES.get(name, "application/json")]["schema"]
    validator = Draft202012Validator(described | {"components": strict()}, format_checker=FormatChecker())
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(answer)]


def _fits(route: str, path: str) -> bool:
    parts, given = route.strip("/").split("/"), path.strip("/").split("/")
    return len(parts) == len(given) and all(a == b or a.startswith("{") for a, b in zip(parts, given, strict=True))


@pytest.mark.parametrize("name", [name for name in SAMPLED if name not in ("docs", "timemap")])
def test_its_answer_is_what_the_schema_says(crowd, ask, name):
    assert complaints(name, ask(sample(name))) == []


@pytest.mark.parametrize("plural", LISTS)
def test_with_everything_included_it_is_still_what_the_schema_says(crowd, ask, plural):
    names = ",".join(SERIALIZERS[plural].includable())
    assert complaints(f"{plural}-list", ask(f"{plural}/" + (f"?include={names}" if names else ""))) == []


# Nothing is forgotten -----------------------------------------------------------------------------------------------------

UNSHOWN = {
    "record",  # the key of the kind's own table
    "original",  # of an image: private
    "value_digest",  # of a citation: shown as `verification`
}


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.plural)
def test_every_text_of_a_record_is_in_its_answer(crowd, ask, kind):
    text = json.dumps(ask(f"{kind.plural}/{kind._meta.model_name}-3/"), ensure_ascii=False)
    [record] = public(kind).filter(slug=f"{kind._meta.model_name}-3")
    rows: list[Row] = [row for name in kind.owned() if name != "aliases" for row in getattr(record, name).all()]
    for instance in (record, *rows):
        for field in instance._meta.concrete_fields:
            value = getattr(instance, field.attname)
            if field.name in UNSHOWN or isinstance(field, EdgeField) or not isinstance(value, str) or not value:
                continue
            if field.name == "unsourced" or isinstance(field, SeveralField):
                assert all(f'"{word}"' in text for word in value.replace(";", " ").split()), field
            else:
                assert value in text, f"{instance._meta.model_name}.{field.name}"


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.plural)
def test_every_field_has_a_value_where_the_record_has(crowd, ask, kind):
    answer = ask(f"{kind.plural}/{kind._meta.model_name}-3/")
    empty = {name for name, value in answer.items() if value is None}
    allowed = {
        "page": {"notice", "image"},
        "host_code": {"institution"},
        "host_name": {"institution"},
    }
    assert all(kind._meta.model_name in allowed.get(name, ()) for name in empty), empty


# Queries --------------------------------------------------------------------------------------------------------------------


def queries(ask, path: str) -> int:
    """What an answer costs when what is worked out once for each edition is there."""
    ask.queries(path)
    return len(ask.queries(path))


@pytest.mark.parametrize("plural", LISTS)
def test_a_list_costs_the_same_for_one_row_and_for_many(crowd, ask, plural):
    serializer = SERIALIZERS[plural]
    reckoned = [
        name
        for name, field in serializer().fields.items()
        if (field.source == "*" or hasattr(field, "needs")) and name not in (*serializer.conditional, "meta")
    ]
    chosen = ["", *(f"&include={name}" for name in serializer.includable()), *(f"&fields={name}" for name in reckoned)]
    for choice in chosen:
        one, many = (queries(ask, f"{plural}/?page_size={size}{choice}") for size in (1, 200))
        assert one == many, choice


@pytest.mark.parametrize("kind", KINDS.values(), ids=lambda kind: kind.plural)
def test_a_record_costs_the_same_however_many_rows_it_owns(crowd, ask, kind):
    two, three = (queries(ask, sample(f"{kind.plural}-detail", number)) for number in (2, 3))
    assert two == three


@pytest.mark.parametrize("path", ["search/?q=title&kind=edition", "changes/?since=0", "corrections/?"])
def test_what_is_about_everything_costs_the_same(crowd, ask, path):
    assert queries(ask, f"{path}&page_size=1") == queries(ask, f"{path}&page_size=200")


def test_partners_of_a_framework_cost_the_same(crowd, ask):
    path = "partners/?framework=framework-1,framework-2,framework-3"
    assert queries(ask, f"{path}&page_size=1") == queries(ask, f"{path}&page_size=200")
