"""What grows with the content: every list, filter, ordering, day, search, facet, feed and page, on the real content and on
a made-up one of any size, in one run and in process, without the store of ready answers.

The addresses come from the URLconf and the FilterSets, so that none is forgotten. For each: CPU time, queries, and the
steps of SQLite's machine, which don't depend on the computer: a query that reads ten times as much takes ten times as many.

    make bench-growth                 a hundredth of full size
    make bench-growth SCALE=1         100,000 editions and 800,000 participants
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OFTEN, NEVER = "exercise", "zzyzx"
"""Words of a search: one that is in many texts of both contents, and one that is in none."""
FACTOR, MOST = 2.0, 50.0
"""The goals: how much more an answer may cost on the grown content than on the real one, and milliseconds."""
DAY = "2014-03-01"
DOORS = ("partnerships.public.", "partnerships.api.")
WHOLE = (".csv", ".json", ".jsonl", ".geojson")
"""Files that hold a whole list: they are as long as it is, and are left out."""


# What is asked --------------------------------------------------------------------------------------------------------


def addresses() -> dict[str, str]:
    """Every address that is measured, by a name that is the same whatever the content."""
    from django.urls import get_resolver

    found: dict[str, str] = {}
    for route, callback, name in _routes(get_resolver().url_patterns):
        if not callback.__module__.startswith(DOORS) or route.endswith(WHOLE) or route in ("media/", "oembed"):
            continue
        view = getattr(callback, "view_class", None)
        if view is None and not hasattr(callback, "parameters"):
            continue
        if "<" in route:
            if address := _filled(route, name):
                found[f"/{route}"] = address
            continue
        found[f"/{route}"] = f"/{route}"
        model = _model(route, callback)
        taken = _taken(callback)
        if "as_of" in taken and route != "api/v1/search/":
            found[f"/{route}?as_of"] = f"/{route}?as_of={DAY}"
        if route in ("search/", "search/suggestions.json", "api/v1/search/"):
            found.pop(f"/{route}")
            for words in (OFTEN, NEVER, "source 7"):
                found[f"/{route}?q={words}"] = f"/{route}?q={words}"
            for more in {"kind", "region", "framework", "facets", "as_of"} & set(taken):
                value = "editions" if (route, more) == ("search/", "kind") else _value(_search(), more)
                found[f"/{route}?q&{more}"] = f"/{route}?q={OFTEN}&{more}={value}"
        elif model is not None:
            found |= dict(_questions(f"/{route}", model, taken))
    return found | dict(_others())


def _routes(patterns, before: str = "") -> Iterator[tuple]:
    for one in patterns:
        route = before + str(getattr(one.pattern, "_route", ""))
        if hasattr(one, "url_patterns"):
            yield from _routes(one.url_patterns, route)
        elif hasattr(one.pattern, "_route"):
            yield route, one.callback, one.name or ""


def _taken(callback) -> tuple[str, ...]:
    if hasattr(callback, "parameters"):
        return callback.parameters
    return callback.view_class(**callback.view_initkwargs).known_parameters()


def _model(route: str, callback):
    from partnerships.models import BY_PLURAL

    if serializer := getattr(callback, "view_initkwargs", {}).get("serializer"):
        return serializer.model
    plural = route.removesuffix("/")
    return BY_PLURAL.get(plural)


def _search():
    from partnerships.publishing.models import SearchEntry

    return SearchEntry


def _filled(route: str, name: str) -> str:
    """An address with the slugs of a record that has much to show; nothing where there is no such record."""
    from partnerships.models import BY_PLURAL, Edition
    from partnerships.publishing.reading import public

    parts = route.split("/")
    named = next((part.split(".")[0] for part in parts if part in BY_PLURAL), "")
    named = "editions" if "<slug:series>" in route else "partners" if "<kind:kind>" in route else named
    if not named:
        return ""
    record = _busy(BY_PLURAL[named])
    if record is None:
        return ""
    said = {"<slug:slug>": record.slug, "<kind:kind>": named, "<int:number>": "1", "<str:form>": "bibtex"}
    if named == "editions":
        said["<slug:series>"] = public(Edition).select_related("series").get(pk=record.pk).series.slug
    for place, value in said.items():
        route = route.replace(place, value)
    return "" if "<" in route else f"/{route}"


def _busy(kind):
    """The record of a kind to which most others lead; one of several otherwise."""
    from django.db.models import Count

    from partnerships.models import Edition, Exercise, Participant, Partner, Source
    from partnerships.publishing.reading import public

    if kind is Partner:
        rows = public(Participant).filter(partner__isnull=False).order_by().values_list("partner")
        counted = rows.annotate(n=Count("pk")).order_by("-n", "partner").first()
        return public(kind).get(pk=counted[0])
    if kind is Exercise:
        rows = public(Edition).order_by().values_list("series").annotate(n=Count("pk")).order_by("-n", "series")
        return public(kind).get(pk=rows.first()[0])
    if kind is Source:
        return public(kind).annotate(n=Count("cited_in")).order_by("-n", "slug").first()
    return public(kind).order_by("-slug").first()


def _value(model, name: str) -> str:
    """A value for a question of a list that some row answers."""
    from partnerships.models import Record
    from partnerships.publishing.reading import public
    from partnerships.queries.facets import facet_names
    from partnerships.queries.filters import QUESTIONS
    from partnerships.queries.questions import ChoiceListFilter, QueryFilter, RecordListFilter, YearFilter, YesNoFilter

    if name == "facets":
        return ",".join(facet_names(model))
    if name == "as_of":
        return DAY
    one = QUESTIONS[model].base_filters[name]
    if isinstance(one, RecordListFilter):
        return _busy(one.kind).slug
    if isinstance(one, ChoiceListFilter):
        return "edition" if name == "kind" else next(iter(one.words))
    if isinstance(one, YearFilter):
        return "2014"
    if isinstance(one, YesNoFilter):
        return "true"
    if isinstance(one, QueryFilter):
        return OFTEN
    if name == "publisher":
        return public(model).exclude(publisher="").order_by("slug").first().publisher.replace(" ", "%20")
    assert name == "code", name
    return "US" if not issubclass(model, Record) else ""


def _questions(route: str, model, taken) -> Iterator[tuple[str, str]]:
    """A list with each of its filters, in each of its orderings, with its facets, and its deepest page."""
    from partnerships.queries.facets import facet_names
    from partnerships.queries.filters import QUESTIONS

    questions = QUESTIONS[model]
    for name in questions.base_filters:
        if name == "membership_status":
            continue
        yield f"{route}?{name}", f"{route}?{name}={_value(model, name)}"
    if "q" in questions.base_filters:
        yield f"{route}?q=nothing", f"{route}?q={NEVER}"
    if "facets" in taken and facet_names(model):
        yield f"{route}?facets", f"{route}?facets={_value(model, 'facets')}"
    for ordering in [*questions.orderings, *(f"-{name}" for name in questions.orderings)]:
        yield f"{route}?ordering={ordering}", f"{route}?ordering={ordering}"
        if cursor := _deepest(model, ordering):
            yield f"{route}?ordering={ordering}&cursor", f"{route}?ordering={ordering}&cursor={cursor}"


def _deepest(model, ordering: str, size: int = 50) -> str:
    """The cursor of the last page of a list."""
    from datetime import date

    from partnerships.publishing.reading import public
    from partnerships.queries import paging
    from partnerships.queries.filters import QUESTIONS

    rows, name, keys = QUESTIONS[model]({}, public(model), day=date(2026, 1, 1)).sorted(ordering)
    turned = [key if descending else f"-{key}" for key, descending in keys]
    row = next(iter(rows.order_by(*turned)[size : size + 1]), None)
    return paging.cursor_after(row, name, keys) if row else ""


def _others() -> Iterator[tuple[str, str]]:
    """Addresses with parameters that are in no FilterSet."""
    from partnerships.models import Framework, Partner
    from partnerships.publishing.models import Change
    from partnerships.publishing.reading import head, public

    two = [",".join(public(kind).order_by("slug").values_list("slug", flat=True)[:3]) for kind in (Partner, Framework)]
    yield "/compare/?partner", f"/compare/?partner={two[0]}"
    yield "/compare/?framework", f"/compare/?framework={two[1]}"
    yield "/timeline/?partner", f"/timeline/?partner={two[0]}"
    middle = head().seq // 2
    yield "/changes/?before", f"/changes/?before={middle}"
    day = Change.objects.using("published").get(seq=middle).at.date()
    yield "/changes/?since&until", f"/changes/?since={day}&until={day}"
    yield "/api/v1/changes/?since", f"/api/v1/changes/?since={middle}"


# Measuring ------------------------------------------------------------------------------------------------------------


class Steps:
    """Counts what SQLite's machine does, in hundreds of its instructions."""

    def __enter__(self):
        from django.db import connections

        self.count, connection = 0, connections["published"]
        connection.ensure_connection()
        self.sqlite = connection.connection if connection.vendor == "sqlite" else None
        if self.sqlite:
            self.sqlite.set_progress_handler(self.one, 100)
        return self

    def one(self) -> int:
        self.count += 1
        return 0

    def __exit__(self, *error):
        if self.sqlite:
            self.sqlite.set_progress_handler(None, 100)


def client():
    from django.test import Client

    return Client(headers={"host": "localhost:8000"})


def measured(asked: dict[str, str], turns: int) -> dict[str, dict]:
    """What each address costs: milliseconds of CPU (median), hundreds of steps, and bytes of the answer."""
    reader, found = client(), {}
    for name, address in asked.items():
        answer = reader.get(address)
        if answer.status_code != 200:
            found[name] = {"status": answer.status_code, "address": address}
            continue
        with Steps() as steps:
            reader.get(address)
        times = []
        for _ in range(turns):
            began = time.process_time()
            reader.get(address)
            times.append((time.process_time() - began) * 1000)
        found[name] = {
            "status": 200, "ms": statistics.median(times), "steps": steps.count, "bytes": len(answer.content),
            "address": address,
        }  # fmt: skip
    return found


def table(real: dict, grown: dict) -> Iterator[str]:
    """The dearest first; what is over a goal is marked."""
    rows = []
    for name, after in grown.items():
        before = real.get(name) or real.get(name.removesuffix("&cursor"))
        if after["status"] != 200 or not before or before["status"] != 200:
            continue
        rows.append((after["ms"] / before["ms"], before, after, name))
    yield "| address | real, ms | grown, ms | ratio | steps of SQLite, real → grown (hundreds) | |"
    yield "|---|---:|---:|---:|---:|---|"
    for ratio, before, after, name in sorted(rows, key=lambda one: -one[2]["ms"]):
        wrong = " and ".join(
            filter(None, (ratio > FACTOR and f"> {FACTOR:g} ×", after["ms"] > MOST and f"> {MOST:g} ms"))
        )
        yield (
            f"| `{name}` | {before['ms']:.1f} | {after['ms']:.1f} | {ratio:.1f} "
            f"| {before['steps']:,} → {after['steps']:,} | {wrong} |"
        )
    odd = [(name, one["status"]) for name, one in grown.items() if one["status"] != 200]
    yield ""
    yield f"{len(rows)} addresses; answered otherwise than by 200 on the grown content: {odd or 'none'}."


def child(folder: Path, turns: int) -> dict:
    """Measures in a process of its own over one content."""
    environment = os.environ | {
        "VAR_DIR": str(folder),
        "MADE_ANSWERS": "0",
        "PORTAL_ROLE": "public",
        "SITE_ORIGIN": "http://localhost:8000",
    }
    said = subprocess.run(
        [sys.executable, "-m", "bench.growth", "--measure", "--turns", str(turns)], cwd=ROOT, env=environment,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if said.returncode:
        sys.exit(said.stderr)
    return json.loads(said.stdout)


def manage(folder: Path, *command: str) -> None:
    environment = os.environ | {"VAR_DIR": str(folder)}
    subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=environment, check=True)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    asked.add_argument("--scale", type=float, default=0.01)
    asked.add_argument("--real", type=Path, default=ROOT / "var" / "bench")
    asked.add_argument("--grown", type=Path, help="A folder that `manage.py grow` filled; made if there is none.")
    asked.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    asked.add_argument("--turns", type=int, default=3)
    given = asked.parse_args()
    if given.measure:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
        import django

        django.setup()
        sys.stdout.write(json.dumps(measured(addresses(), given.turns)))
        return
    grown = given.grown or ROOT / "var" / f"grown-{given.scale:g}"
    manage(given.real, "migrate", "--verbosity", "0")
    manage(given.real, "load_content", "--if-empty")
    new = not (grown / "published.sqlite3").exists()
    manage(grown, "migrate", "--verbosity", "0")
    if new:
        manage(grown, "grow", "--scale", str(given.scale))
    print("\n".join(table(child(given.real, given.turns), child(grown, given.turns))))


if __name__ == "__main__":
    main()
