"""The documentation: the schema as JSON, and the page that is made from it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from django.http import HttpResponse
from django.template.loader import render_to_string
from rest_framework.response import Response

from .addresses import api
from .door import Door
from .problems import CATALOGUE
from .schema import openapi

REF = "#/components/schemas/"


class Schema(Door):
    """The description of the API: OpenAPI 3.1, as JSON."""

    operation = "schema"
    answer = {"type": "object", "additionalProperties": True}

    def get(self, request):
        return Response(openapi())


class Docs(Door):
    """The documentation of the API: a page for readers, made from the schema."""

    operation = "docs"
    answer = {"type": "string"}
    media_type = "text/html"

    def get(self, request):
        return HttpResponse(render_to_string("api_docs.html", contents(), using="site"))


# What the page shows ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Type:
    """A type in words, with the component it is made of, if any."""

    words: str
    component: str = ""


@dataclass(frozen=True)
class Field:
    """A property of a component, or a parameter of an address."""

    name: str
    type: Type
    description: str
    required: bool = False


@dataclass(frozen=True)
class Address:
    path: str
    description: str
    filters: tuple[Field, ...]
    """Its own parameters; what all lists take is described once."""
    sorted_by: tuple[str, ...]
    """The orderings, the default first."""
    answer: Type


@dataclass(frozen=True)
class Component:
    name: str
    description: str
    words: tuple[str, ...]
    fields: tuple[Field, ...]


class Example(NamedTuple):
    words: str
    address: str


COMMON = ("as_of", "known_at", "fields", "include", "ordering", "page_size", "cursor")


def questions() -> list[Example]:
    """Questions that the API answers, for a beginning."""
    return [
        Example(
            "Who was in the Partnership for Peace on 1 March 2014?",
            api("partners/", {"framework": "pfp", "as_of": "2014-03-01"}),
        ),
        Example(
            "Whose membership in it is suspended today?",
            api("partners/", {"framework": "pfp", "membership_status": "suspended"}),
        ),
        Example("What is known about Ukraine, with every source?", api("partners/ukraine/")),
        Example("Which statements turned out to be wrong?", api("claims/", {"verdict": "contradicted"})),
        Example(
            "Which exercises did Georgia take part in from 2014 to 2020?",
            api("editions/", {"partner": "georgia", "year": "2014-2020"}),
        ),
        Example("Where is something said about cyber defence?", api("search/", {"q": "cyber defence"})),
        Example(
            "What did the portal say when entry 100 of its log was the last?",
            api("partners/", {"framework": "pfp", "known_at": "100"}),
        ),
        Example("What was published or withdrawn after change 100?", api("changes/", {"since": "100"})),
    ]


@cache
def contents() -> dict:
    """What the page is made of: example questions, addresses by family, objects, sets of words, problems."""
    schema = openapi()
    families: dict[str, list[Address]] = {}
    for path, operations in schema["paths"].items():
        operation = operations["get"]
        families.setdefault(operation["tags"][0], []).append(_address(path, operation))
    components = [_component(name, one) for name, one in schema["components"]["schemas"].items()]
    partners = schema["paths"]["/api/v1/partners/"]["get"]["parameters"]
    return {
        "info": schema["info"],
        "questions": questions(),
        "common": [_common(one) for one in partners if one["name"] in COMMON],
        "families": families,
        "objects": [one for one in components if one.fields],
        "word_sets": [one for one in components if one.words],
        "problems": list(CATALOGUE.values()),
        "docs_url": api("docs/"),
        "schema_url": api("schema/"),
        "index_url": api(),
    }


def _common(parameter: dict) -> Field:
    """A parameter of all lists. What it can name differs from list to list."""
    kind = type_of(parameter["schema"])
    names = parameter["name"] in ("fields", "include", "ordering")
    return Field(parameter["name"], Type("names of fields") if names else kind, parameter["description"])


def _address(path: str, operation: dict) -> Address:
    content = operation["responses"]["200"]["content"]
    parameters = operation.get("parameters", ())
    ordering = next((one["schema"] for one in parameters if one["name"] == "ordering"), None)
    return Address(
        path,
        operation.get("description", ""),
        tuple(
            Field(one["name"], type_of(one["schema"]), one.get("description", ""), one.get("required", False))
            for one in parameters
            if one["name"] not in COMMON
        ),
        tuple(sorted(ordering["enum"], key=lambda word: word != ordering["default"])) if ordering else (),
        type_of(next(iter(content.values()))["schema"]),
    )


def _component(name: str, schema: dict) -> Component:
    required = schema.get("required", ())
    return Component(
        name,
        "" if "enum" in schema else schema.get("description", ""),
        tuple(line.removeprefix("* ") for line in schema["description"].splitlines()) if "enum" in schema else (),
        tuple(
            Field(one, type_of(inner), inner.get("description", ""), one in required)
            for one, inner in schema.get("properties", {}).items()
        ),
    )


def type_of(schema: dict) -> Type:
    """A schema in a few words: “text”, “list of Stub”, “day or null”."""
    if "$ref" in schema:
        name = schema["$ref"].removeprefix(REF)
        return Type(name, name)
    for key in ("oneOf", "allOf", "anyOf"):
        if key in schema:
            kinds = [type_of(one) for one in schema[key]]
            return Type(
                " or ".join(kind.words for kind in kinds), next((k.component for k in kinds if k.component), "")
            )
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return Type(" or ".join(type_of(schema | {"type": one}).words for one in kind))
    if kind == "array":
        inner = type_of(schema["items"])
        return Type(f"list of {inner.words}", inner.component)
    if "enum" in schema:
        return Type(", ".join(str(word) for word in schema["enum"]))
    named = {"uuid": "id", "uri": "address", "date": "day", "date-time": "moment"}
    plain = {"string": "text", "boolean": "true or false", "integer": "whole number"}
    return Type(named.get(schema.get("format", ""), plain.get(kind, kind)))
