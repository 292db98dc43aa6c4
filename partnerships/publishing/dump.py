"""What "the same published database" means: every row of every table that applying fills, in canonical form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from django.db import models

from partnerships.models import KINDS, Record

from .documents import owned_rows
from .models import Change, FormerSlug, Head, PublicDocument, SearchEntry, Tombstone


def dumped_models() -> list[type[models.Model]]:
    """The models whose rows make up `published`."""
    owned = {model for kind in KINDS.values() for model in owned_rows(kind).values()}
    tables: set[type[models.Model]] = {
        Record,
        *KINDS.values(),
        *owned,
        Head,
        Change,
        PublicDocument,
        Tombstone,
        FormerSlug,
        SearchEntry,
    }
    return sorted(tables, key=lambda model: model._meta.label)


def lines(using: str) -> Iterator[str]:
    """The rows of `published`, one JSON line each, tables and rows in a fixed order whatever the database's collation."""
    for model in dumped_models():
        if model is FormerSlug:  # its own key is the database's affair; the few rows are put in order here
            yield from sorted(_lines(model, using, leaving_out="id"))
        else:
            yield from _lines(model, using)


def _lines(model: type[models.Model], using: str, leaving_out: str = "") -> Iterator[str]:
    fields = [field for field in model._meta.local_concrete_fields if field.name != leaving_out]
    for row in model._base_manager.using(using).order_by("pk").iterator(chunk_size=500):
        values = {field.attname: field.value_to_string(row) for field in fields}
        if isinstance(row, Change):
            values["refs"] = row.refs
        yield json.dumps([model._meta.label, values], sort_keys=True, ensure_ascii=False)


def dump_digest(using: str) -> str:
    """One digest for the whole of `published`."""
    total = hashlib.sha256()
    for line in lines(using):
        total.update(line.encode() + b"\n")
    return total.hexdigest()
