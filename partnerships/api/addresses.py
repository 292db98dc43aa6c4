"""Absolute addresses of the API and of the pages its records have. They come from SITE_ORIGIN, never from a request."""

from __future__ import annotations

from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings

from partnerships.models import KINDS, Record
from partnerships.queries.addresses import absolute, page_path

ROOT = "/api/v1/"
LICENCE: str = settings.LICENCE


def api(path: str = "", parameters: dict[str, str] | None = None) -> str:
    """An address below /api/v1/."""
    query = f"?{urlencode(parameters)}" if parameters else ""
    return f"{settings.SITE_ORIGIN}{ROOT}{path}{query}"


def record_url(kind: str, slug: str) -> str:
    return api(f"{KINDS[kind].plural}/{slug}/")


def versions_path(kind: str, slug: str, below: str = "") -> str:
    """Where the versions of a record stand, below /api/v1/."""
    return f"{KINDS[kind].plural}/{slug}/versions/{below}"


def row_url(plural: str, pk: UUID) -> str:
    return api(f"{plural}/{pk}/")


def page_url(record: Record, series: str = "") -> str | None:
    """The public page of a record; None where there is none."""
    path = page_path(record.kind, record.slug, series)
    return absolute(path) if path else None
