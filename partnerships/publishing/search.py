"""The search index: one entry per public record, written with it and by nothing else.

The database keeps the full-text side (FTS5 on SQLite, tsvector on PostgreSQL) up to date by itself, see the migration.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from partnerships.models import MARKDOWN, plain

from .documents import Document
from .models import SearchEntry

CODES = ("iso2", "iso3")
TEXTS = (
    "summary",
    "body",
    "statement",
    "corrected_statement",
    "explanation",
    "purpose",
    "effect",
    "mitigation",
    "aims",
    "measures",
    "results",
    "limits",
    "scope",
    "founding_document",
    "led_by",
    "place",
    "capital",
    "publisher",
    "key_dates",
)


def entry(document: Document) -> SearchEntry:
    """What search knows of a document: its title, its other names and codes, and its texts."""
    fields, rows = document["fields"], document["rows"]
    names = [fields.get("short_title", ""), fields.get("official_name", ""), *(fields.get(code, "") for code in CODES)]
    names += [row["name"] for row in rows.get("names", ())]
    names += [alias["slug"] for alias in rows.get("aliases", ())]
    texts = (plain(fields.get(name, "")) if name in MARKDOWN else fields.get(name, "") for name in TEXTS)
    return SearchEntry(
        record=UUID(document["id"]),
        kind=document["kind"],
        slug=document["slug"],
        title=fields["title"],
        names="\n".join(dict.fromkeys(filter(None, names))),
        text="\n".join(filter(None, texts)),
    )


def index(documents: Sequence[Document], using: str) -> None:
    """Write the entries of the documents, in place of what they had."""
    forget([UUID(document["id"]) for document in documents], using)
    SearchEntry.objects.using(using).bulk_create((entry(document) for document in documents), batch_size=200)


def forget(records: Iterable[UUID], using: str) -> None:
    SearchEntry.objects.using(using).filter(record__in=list(records)).delete()
