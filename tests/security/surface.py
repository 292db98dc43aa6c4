"""Every address of the portal and every parameter that it reads, taken from the URLconf and from the views themselves."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ALL_VAR, ERROR_FLAG, ORDER_VAR, PAGE_VAR, SEARCH_VAR
from django.test import RequestFactory
from django.urls import URLPattern, URLResolver, get_resolver

from partnerships.models import KINDS

PLACE = re.compile(r"<(?:(?P<converter>\w+):)?(?P<name>\w+)>|\(\?P<(?P<group>\w+)>(?:\[[^\]]*\]|[^()\[\]])*\)")
DESK = ("/admin/", "/accounts/", "/feedback/", "/preview/")


@dataclass(frozen=True)
class Route:
    """One line of the URLconf: its address with its places, and the parameters that it reads."""

    pattern: str
    name: str
    parameters: tuple[str, ...]

    @property
    def door(self) -> str:
        if self.pattern.startswith(DESK):
            return "desk"
        return "api" if self.pattern.startswith("/api/") else "public"

    @property
    def places(self) -> list[str]:
        return [found["name"] or found["group"] for found in PLACE.finditer(self.pattern)]

    def at(self, **parts: str) -> str:
        """The address with its places filled."""
        return PLACE.sub(lambda found: parts[found["name"] or found["group"]], self.pattern)


@cache
def routes() -> list[Route]:
    return list(_walk(get_resolver()))


def _walk(resolver: URLResolver, before: str = "/") -> Iterator[Route]:
    for entry in resolver.url_patterns:
        said = str(entry.pattern)
        where = before + re.sub(r"^\^|\\Z$|\$$", "", said)
        if isinstance(entry, URLResolver):
            yield from _walk(entry, where)
        elif isinstance(entry, URLPattern):
            yield Route(where, entry.name or "", _parameters(entry, where))


def _parameters(entry: URLPattern, where: str) -> tuple[str, ...]:
    view = entry.callback
    if where.startswith(DESK):
        return desk_parameters(entry.name or "")
    if issubclass(getattr(view, "cls", object), _door()):
        return tuple(view.cls(**view.initkwargs).known_parameters())
    return tuple(getattr(view, "parameters", ()))


def _door() -> type:
    from partnerships.api.door import Door

    return Door


@cache
def names_read() -> set[str]:
    """The parameters that the desk's own modules ask a request for."""
    found = set()
    for path in (Path(settings.BASE_DIR) / "partnerships" / "admin").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                asked, name = node.func.value, node.args[0]
            elif isinstance(node, ast.Subscript):
                asked, name = node.value, node.slice
            else:
                continue
            if ast.unparse(asked) == "request.GET" and isinstance(name, ast.Constant):
                found.add(str(name.value))
    return found


OF_LISTS = {
    ALL_VAR,
    ERROR_FLAG,
    ORDER_VAR,
    PAGE_VAR,
    SEARCH_VAR,
    "_popup",
    "_to_field",
    "_changelist_filters",
    "_facets",
}
"""What Django's own lists and forms read."""
OF_AUTOCOMPLETE = {"term", "app_label", "model_name", "field_name", "page"}


def desk_parameters(name: str) -> tuple[str, ...]:
    """What a page of the desk may read: its own words, Django's, and the filters of its list."""
    found = set(names_read()) | {"next"}
    if name == "autocomplete":
        found |= OF_AUTOCOMPLETE
    if name.endswith("_changelist"):
        found |= OF_LISTS | _filters(name)
    if name.endswith(("_add", "_change")):
        found |= {"_popup", "_to_field", "_changelist_filters", "title", "region", "slug"}
    return tuple(sorted(found))


def _filters(name: str) -> set[str]:
    """The parameters of a list's filters, as Django makes them."""
    found: set[str] = set()
    for model, page in admin.site._registry.items():
        if name == f"{model._meta.app_label}_{model._meta.model_name}_changelist":
            for one in page.get_list_filter(RequestFactory().get("/")):
                one = one[0] if isinstance(one, tuple) else one
                if isinstance(one, str):
                    found |= {one, f"{one}__exact", f"{one}__isnull", f"{one}__id__exact", f"{one}__gte"}
                else:
                    found.add(one.parameter_name)
            if page.date_hierarchy:
                found |= {f"{page.date_hierarchy}__{part}" for part in ("year", "month", "day")}
    return found


def of_one_kind(route: Route, kind: str) -> bool:
    """Whether a page of the desk is about no kind, or about this one: the pages of all kinds are made alike."""
    model = route.pattern.split("/")[3] if route.pattern.count("/") > 3 else ""
    return model not in KINDS or model == kind
