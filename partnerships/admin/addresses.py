"""Addresses of the desk's pages about records."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from partnerships.models import KINDS, Kind, Record


def address(record: Record, page: str = "change", **more) -> str:
    """The address of a page about a record: change, history, publish, withdraw, changes, review, preview, delete, uses, verify;
    restore and previewed (with `number`)."""
    return reverse(f"admin:partnerships_{record.kind}_{page}", args=[record.pk, *more.values()])


def list_address(kind: type[Kind] | str, **filters: str) -> str:
    """The address of a kind's list, narrowed by its filters."""
    name = kind if isinstance(kind, str) else kind._meta.model_name
    known = name if name in KINDS or name == "record" else ""
    return reverse(f"admin:partnerships_{known}_changelist") + (f"?{urlencode(filters)}" if filters else "")
