"""Lists as files: what a reader sees on a list, all of it, as CSV or JSON, with the same filters and on the same day."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from itertools import batched
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import ForeignKey
from django.http import HttpResponse

from partnerships.models import (
    Activity,
    Assessment,
    CaseStudy,
    Challenge,
    Claim,
    Exercise,
    Framework,
    Institution,
    Kind,
    Milestone,
    Objective,
    Partner,
    Programme,
    Region,
    Source,
    Threat,
)
from partnerships.models.cells import safe
from partnerships.models.time import EdtfField
from partnerships.publishing.reading import public
from partnerships.queries.as_of import Day
from partnerships.queries.filters import QUESTIONS

from .addresses import absolute
from .chips import list_parameters
from .days import by
from .facts import FACTS, facts_of
from .frame import LIST_TITLES
from .lists import LAYOUTS, Layout, Row
from .serving import page
from .visits import Visit

FORMS = {"csv": "text/csv; charset=utf-8", "json": "application/json"}
BATCH = 500

FIELDS: dict[type[Kind], tuple[str, ...]] = {
    Partner: (
        "official_name",
        "capital",
        "region",
        "iso2",
        "iso3",
        "relations_since",
        "aspiration",
        "aspiration_since",
    ),
    Framework: ("type", "start", "end", "founding_document", "scope", "mutual_defence", "instrument"),
    Programme: ("start", "end", "instrument"),
    Exercise: ("relationship", "led_by", "form", "domain", "focus", "first_held", "frequency"),
    Institution: ("type", "host", "host_name", "opened"),
    Region: (),
    Objective: ("parent",),
    Threat: ("transnational",),
    Activity: ("instrument", "exercise_role"),
    Challenge: ("category", "severity"),
    Assessment: ("type", "direction", "basis", "evidence"),
    CaseStudy: ("partner", "start", "end"),
    Milestone: ("date", "type"),
    Claim: ("statement", "verdict", "corrected_statement", "made_in"),
    Source: ("publisher", "author", "published", "web_address", "archive_address", "tier", "language", "licence"),
}
"""The fields of each kind that its file holds, besides what all have."""

SAME_FACT = {"iso3": "iso2", "aspiration_since": "aspiration"}
"""Fields that pages show as part of another fact."""

OF_TEXT = {"corrected_statement"}
"""Fields without a fact of their own that belong to the text."""

Value = str | int | bool | None


def _partner(row: Row) -> dict[str, Value]:
    standing = row.more.standing
    return {
        "status": str(standing.status),
        "status_since": standing.since,
        "frameworks_in_force": "; ".join(row.more.frameworks),
    }


def _framework(row: Row) -> dict[str, Value]:
    standing = row.more.standing
    return {
        "countries_in_force": standing.in_force,
        "of_them_suspended": standing.suspended,
        "countries_uncertain": standing.uncertain,
        "most_at_one_time": row.more.chart.most,
    }


def _programme(row: Row) -> dict[str, Value]:
    return {"countries_in_force": row.more[0], "countries_uncertain": row.more[1]}


def _exercise(row: Row) -> dict[str, Value]:
    return {"editions_recorded": row.more}


MORE: dict[type[Kind], tuple[tuple[str, ...], Callable[[Row], dict[str, Value]]]] = {
    Partner: (("status", "status_since", "frameworks_in_force"), _partner),
    Framework: (("countries_in_force", "of_them_suspended", "countries_uncertain", "most_at_one_time"), _framework),
    Programme: (("countries_in_force", "countries_uncertain"), _programme),
    Exercise: (("editions_recorded",), _exercise),
}
"""What the rows of a list say besides fields: the names, and how they are read."""


def columns(kind: type[Kind]) -> list[str]:
    """The names of the columns, in order. They are the same whatever is asked."""
    more = MORE[kind][0] if kind in MORE else ()
    return ["slug", "title", "short_title", *more, *FIELDS[kind], "summary", "text_describes", "address"]


def download_view(kind: type[Kind], form: str) -> Callable[..., HttpResponse]:
    """The view of a kind's list as a file. Parameters are those of the list; there are no pages."""
    lists = list_parameters(kind)
    others = [one for one in QUESTIONS[kind].parameters() if one not in lists]

    @page(*others, "ordering", lists=lists)
    def view(visit: Visit) -> HttpResponse:
        asked = QUESTIONS[kind](visit.given, public(kind), day=visit.day.day, dated=visit.day.dated)
        queryset, ordering, keys = asked.sorted(visit.given.get("ordering", ""))
        order = [f"-{name}" if descending else name for name, descending in keys]
        pks = list(queryset.order_by(*order).values_list("pk", flat=True))
        rows = _rows(kind, pks, visit)
        text = _csv(kind, rows, len(pks), visit) if form == "csv" else _json(kind, rows, len(pks), ordering, visit)
        response = HttpResponse(text, content_type=FORMS[form])
        name = f"{kind.plural}-as-of-{visit.day.day}-{len(pks)}-rows.{form}"
        response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return view


def _rows(kind: type[Kind], pks: list[UUID], visit: Visit) -> Iterator[dict[str, Value]]:
    """The rows in the order of `pks`, some hundred at a time: as many queries for each of these as for one."""
    layout = LAYOUTS.get(kind, Layout())
    keys = [name for name in FIELDS[kind] if isinstance(kind._meta.get_field(name), ForeignKey)]
    if kind in (Framework, Institution, CaseStudy, Objective):  # facts read the records that they name
        keys = [field.name for field in kind._meta.local_fields if field.many_to_one]
    for some in batched(pks, BATCH):
        queryset = layout.fetch(public(kind).filter(pk__in=some))
        by_id = {record.pk: record for record in (queryset.select_related(*keys) if keys else queryset)}
        for row in layout.rows([by_id[pk] for pk in some], visit.day):
            yield _row(kind, row, visit)


def _row(kind: type[Kind], row: Row, visit: Visit) -> dict[str, Value]:
    """What the list and the record's page say on the day; null is what they don't say then, or nobody knows."""
    record = row.record
    said: dict[str, Value] = {"slug": record.slug, "title": row.link.title, "short_title": record.short_title or None}
    if kind in MORE:
        said |= MORE[kind][1](row)
    facts = {fact.field for fact in facts_of(record, visit.day) if fact.timeless or row.text_fits}
    for name in FIELDS[kind]:
        shown = SAME_FACT.get(name, name) in facts if record.kind in FACTS else name not in OF_TEXT or row.text_fits
        said[name] = _value(record, name, visit.day) if shown else None
    said["summary"] = (record.summary or None) if row.text_fits else None
    said["text_describes"] = (record.text_as_of or None) if row.text_fits else None
    said["address"] = absolute(visit.keep(row.link.path or ""))
    return said


def _value(record: Kind, name: str, day: Day) -> Value:
    value: Any = getattr(record, name)
    begun = value if isinstance(type(record)._meta.get_field(name), EdtfField) else getattr(record, "start", "")
    if not by(begun, day):
        return None
    if isinstance(value, Kind):
        return value.slug
    if isinstance(value, date):
        return value.isoformat()
    return None if value == "" else value


# Forms ----------------------------------------------------------------------------------------------------------------


def _csv(kind: type[Kind], rows: Iterable[dict[str, Value]], number: int, visit: Visit) -> bytes:
    """One line a row. The last two columns say the day, and how many rows the file had when it was made."""
    out = io.StringIO(newline="")
    lines = csv.writer(out)
    names = columns(kind)
    lines.writerow([*names, "as_of", "rows"])
    for row in rows:
        lines.writerow([*(safe(_cell(row[name])) for name in names), visit.day.day.isoformat(), number])
    return out.getvalue().encode()


def _cell(value: Value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _json(kind: type[Kind], rows: Iterable[dict[str, Value]], number: int, ordering: str, visit: Visit) -> bytes:
    filters = {name: value for name, value in visit.given.items() if name != "ordering"}
    meta = {
        "title": str(LIST_TITLES[kind]),
        "kind": kind.kind_name(),
        "as_of": visit.day.day.isoformat(),
        "rows": number,
        "filters": filters,
        "ordering": ordering,
        "address": absolute(visit.here()),
        "licence": settings.LICENCE,
    }
    return json.dumps({"meta": meta, "rows": list(rows)}, ensure_ascii=False, indent=1).encode()
