"""Lists: their envelope, and the addresses of the pages around one."""

from __future__ import annotations

import re
from functools import cache

from django.conf import settings
from django.db.models import Model, QuerySet
from rest_framework import serializers

from partnerships.queries.as_of import Day
from partnerships.queries.facets import facet_names, facets
from partnerships.queries.paging import Page
from partnerships.queries.parameters import BadParameter

from .addresses import api
from .selection import named
from .serializers import MetaSerializer

_NUMBER = re.compile(r"[0-9]{1,15}", re.ASCII)


def whole_number(name: str, text: str, *, least: int, most: int) -> int:
    """A number as a parameter gives it: plain digits. Raises BadParameter."""
    if not _NUMBER.fullmatch(text) or not least <= int(text) <= most:
        raise BadParameter(name, f"“{name}” is a whole number from {least} to {most}; “{text[:40]}” is none.")
    return int(text)


def page_size(given: dict[str, str]) -> int:
    limits = settings.LIMITS
    if "page_size" not in given:
        return limits["page_size"]
    return whole_number("page_size", given["page_size"], least=1, most=limits["page_size_most"])


def around(path: str, given: dict[str, str], page: Page) -> dict[str, str]:
    """The pages around this one: relation → address. They keep every parameter but the cursor."""
    question = {name: value for name, value in given.items() if name != "cursor"}
    links = {"first": api(path, question)}
    if page.previous:
        links["prev"] = api(path, question | {"cursor": page.previous})
    if page.next:
        links["next"] = api(path, question | {"cursor": page.next})
    return links


def envelope(count: int, links: dict[str, str], results: list, meta: dict | None = None, **more) -> dict:
    answer = {"count": count, "next": links.get("next"), "previous": links.get("prev")}
    return answer | ({"meta": meta} if meta else {}) | more | {"results": results}


class FacetValueSerializer(serializers.Serializer):
    """A value that a list can be narrowed to."""

    value = serializers.CharField(help_text="As the parameter takes it.")
    title = serializers.CharField()
    count = serializers.IntegerField(
        help_text="How many rows the list has with this value alone for the parameter, and all its other filters."
    )


def counted(
    model: type[Model], given: dict[str, str], rows: QuerySet, day: Day
) -> dict[str, dict[str, list[dict[str, str | int]]]]:
    """The facets that `facets` names, as the envelope has them; nothing where none is asked for. Raises BadParameter."""
    if "facets" not in given:
        return {}
    names = named("facets", given["facets"], tuple(facet_names(model)))
    found = {one.name: one for one in facets(model, given, rows, day, names)}
    return {
        "facets": {
            name: [
                {"value": option.value, "title": option.label, "count": option.count} for option in found[name].options
            ]
            if name in found
            else []
            for name in facet_names(model)
            if name in names
        }
    }


CORRECTED = "The words for which the results are, where nothing has the words of `q` and those look like a slip of the keys; else null."


def _facets() -> serializers.Field:
    values = FacetValueSerializer(many=True)
    return serializers.DictField(child=values, required=False, help_text="By parameter, where `facets` names it.")


@cache
def envelope_of(
    row: type[serializers.Serializer], *, meta: bool = True, facets: bool = False, corrected: bool = False
) -> type[serializers.Serializer]:
    """The envelope of a list as the schema describes it: PartnerSerializer makes PartnerList."""
    parts = {
        "__doc__": "A page of a list.",
        "count": serializers.IntegerField(help_text="How many rows the whole list has."),
        "next": serializers.URLField(allow_null=True, help_text="The next page; null on the last."),
        "previous": serializers.URLField(allow_null=True, help_text="The page before; null on the first."),
        **({"meta": MetaSerializer()} if meta else {}),
        **({"facets": _facets()} if facets else {}),
        **({"corrected": serializers.CharField(allow_null=True, help_text=CORRECTED)} if corrected else {}),
        "results": row(many=True),
    }
    return type(f"{row.__name__.removesuffix('Serializer')}List", (serializers.Serializer,), parts)
