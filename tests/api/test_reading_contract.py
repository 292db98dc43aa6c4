"""The contract: the schema is the one that is committed, and nothing in it may be taken away unnoticed."""

from __future__ import annotations

import json
from copy import deepcopy

import pytest
from django.core.management import CommandError, call_command

from partnerships.api.contract import broken
from partnerships.management.commands import write_schema


@pytest.fixture(scope="module")
def committed() -> dict:
    return json.loads(write_schema.FILE.read_text())


def test_the_committed_schema_is_the_one_in_force(committed):
    assert json.loads(write_schema.text()) == committed, "Run `make schema`, and look at what changed."


def test_an_addition_breaks_nobody(committed):
    after = deepcopy(committed)
    after["paths"]["/api/v1/new/"] = deepcopy(after["paths"]["/api/v1/partners/"])
    after["components"]["schemas"]["Partner"]["properties"]["anthem"] = {"type": "string"}
    after["components"]["schemas"]["Verdict"]["enum"].append("funny")
    parameters = after["paths"]["/api/v1/partners/"]["get"]["parameters"]
    parameters.append({"in": "query", "name": "anthem", "schema": {"type": "string"}})
    assert list(broken(committed, after)) == []


def remove(path: str):
    def change(schema: dict) -> None:
        *steps, last = path.split(" ")
        for step in steps:
            schema = schema[step]
        del schema[last]

    return change


def of_partners(schema: dict) -> list[dict]:
    return schema["paths"]["/api/v1/partners/"]["get"]["parameters"]


def named(schema: dict, name: str) -> dict:
    return next(one for one in of_partners(schema) if one["name"] == name)


BREAKS = {
    "GET /api/v1/regions/ is gone.": remove("paths /api/v1/regions/"),
    "The component Verdict is gone.": remove("components schemas Verdict"),
    "Partner.capital is gone.": remove("components schemas Partner properties capital"),
    "Partner.version has another type.": lambda s: s["components"]["schemas"]["Partner"]["properties"][
        "version"
    ].update(type="string"),
    "Verdict doesn't know “supported” any more.": lambda s: s["components"]["schemas"]["Verdict"]["enum"].remove(
        "supported"
    ),
    "Partner.id needn't stand there any more.": lambda s: s["components"]["schemas"]["Partner"]["required"].remove(
        "id"
    ),
    "GET /api/v1/partners/: the parameter region is gone.": lambda s: of_partners(s).remove(named(s, "region")),
    "GET /api/v1/partners/: the parameter q is required now.": lambda s: named(s, "q").update(required=True),
    "GET /api/v1/partners/: the new parameter key is required.": lambda s: of_partners(s).append(
        {"in": "query", "name": "key", "required": True, "schema": {"type": "string"}}
    ),
    "GET /api/v1/partners/: the parameter q has a lower maxLength.": lambda s: named(s, "q")["schema"].update(
        maxLength=5
    ),
    "GET /api/v1/partners/: the parameter status doesn't take “ally” any more.": lambda s: named(s, "status")["schema"][
        "items"
    ]["enum"].remove("ally"),
    "GET /api/v1/partners/ doesn't answer 200 as text/csv any more.": remove(
        "paths /api/v1/partners/ get responses 200 content text/csv"
    ),
    "GET /api/v1/partners/ doesn't answer 304 any more.": remove("paths /api/v1/partners/ get responses 304"),
    "GET /api/v1/partners/ is called x instead of partners_list.": lambda s: s["paths"]["/api/v1/partners/"][
        "get"
    ].update(operationId="x"),
}


@pytest.mark.parametrize("sentence", BREAKS)
def test_what_breaks_somebody_is_said(committed, sentence):
    after = deepcopy(committed)
    BREAKS[sentence](after)
    assert sentence in list(broken(committed, after))


def test_the_file_is_not_written_over_by_what_breaks_it(committed, tmp_path, monkeypatch):
    before = deepcopy(committed)
    before["paths"]["/api/v1/kings/"] = deepcopy(before["paths"]["/api/v1/partners/"])
    file = tmp_path / "openapi.json"
    file.write_text(json.dumps(before))
    monkeypatch.setattr(write_schema, "FILE", file)
    with pytest.raises(CommandError, match="GET /api/v1/kings/ is gone"):
        call_command("write_schema")
    assert json.loads(file.read_text()) == before
    before["info"]["version"] = "0.9.0"
    file.write_text(json.dumps(before))
    call_command("write_schema")
    assert json.loads(file.read_text()) == committed
