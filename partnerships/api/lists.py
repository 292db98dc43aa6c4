"""Lists: their envelope, and the addresses of the pages around one."""

from __future__ import annotations

import re
from functools import cache

from django.conf import settings
from rest_framework import serializers

from partnerships.queries.paging import Page
from partnerships.queries.parameters import BadParameter

from .addresses import api
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


def envelope(count: int, links: dict[str, str], results: list, meta: dict | None = None) -> dict:
    answer = {"count": count, "next": links.get("next"), "previous": links.get("prev")}
    return answer | ({"meta": meta} if meta else {}) | {"results": results}


@cache
def envelope_of(row: type[serializers.Serializer], *, meta: bool = True) -> type[serializers.Serializer]:
    """The envelope of a list as the schema describes it: PartnerSerializer makes PartnerList."""
    parts = {
        "__doc__": "A page of a list.",
        "count": serializers.IntegerField(help_text="How many rows the whole list has."),
        "next": serializers.URLField(allow_null=True, help_text="The next page; null on the last."),
        "previous": serializers.URLField(allow_null=True, help_text="The page before; null on the first."),
        **({"meta": MetaSerializer()} if meta else {}),
        "results": row(many=True),
    }
    return type(f"{row.__name__.removesuffix('Serializer')}List", (serializers.Serializer,), parts)
