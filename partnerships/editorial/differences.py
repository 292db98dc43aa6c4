"""What differs between two documents of one record, as the desk asks: records stand under their working titles.

The comparing itself is `partnerships.publishing.differences`, which the public history uses as well.
"""

from __future__ import annotations

from collections.abc import Mapping

from partnerships.models import Record
from partnerships.publishing import differences as compared
from partnerships.publishing.differences import (
    GONE,
    Bit,
    Differences,
    FieldChange,
    ListChange,
    RowChange,
    Said,
    TextChange,
    label_of,
    prose,
    rows_said,
    said,
    value_words,
)
from partnerships.publishing.documents import Document, references
from partnerships.publishing.log import EDITORIAL

__all__ = [
    "GONE",
    "Bit",
    "Differences",
    "FieldChange",
    "ListChange",
    "RowChange",
    "Said",
    "TextChange",
    "differences",
    "label_of",
    "names_in",
    "prose",
    "rows_said",
    "said",
    "value_words",
]


def names_in(*documents: Document | None) -> dict[str, str]:
    """The titles of all records that documents point at, by id. One query."""
    ids = set().union(*(references(document) for document in documents if document))
    found = Record.objects.using(EDITORIAL).filter(pk__in=ids).values_list("pk", "title")
    return {str(pk): title for pk, title in found}


def differences(before: Document | None, after: Document, names: Mapping[str, str] | None = None) -> Differences:
    """What `after` says that `before` doesn't, and the other way round. Without `before`, everything is new.

    `names` are titles by id (see `names_in`); left out, they are asked for.
    """
    return compared.differences(before, after, names_in(before, after) if names is None else names)
