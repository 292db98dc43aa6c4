"""What "the same published database" means: every row of every table that applying fills, in canonical form."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator

from django.db import models

from partnerships.models import KINDS, Record

from .documents import owned_rows
from .models import Change, FormerSlug, Head, PublicDocument, SearchEntry, Tombstone


def _models() -> list[type[models.Model]]:
    owned = {model for kind in KINDS.values() for model in owned_rows(kind).values()}
    tables = {Record, *KINDS.values(), *owned, Head, Change, PublicDocument, Tombstone, FormerSlug, SearchEntry}
    return sorted(tables, key=lambda model: model._meta.label)


def lines(using: str) -> Iterator[str]:
    """The rows of `published`, one JSON line each, tables and rows in a fixed order."""
    for model in _models():
        fields = [field for field in model._meta.local_concrete_fields if model is not FormerSlug or field.name != "id"]
        order = ["kind", "slug", "record"] if model is FormerSlug else ["pk"]
        for row in model._base_manager.using(using).order_by(*order).iterator(chunk_size=500):
            values = {field.attname: field.value_to_string(row) for field in fields}
            if model is Change:
                values["refs"] = row.refs
            yield json.dumps([model._meta.label, values], sort_keys=True, ensure_ascii=False)


def dump_digest(using: str) -> str:
    """One digest for the whole of `published`."""
    total = hashlib.sha256()
    for line in lines(using):
        total.update(line.encode() + b"\n")
    return total.hexdigest()
