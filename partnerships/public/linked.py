"""Linked data in the head of pages. It says what the page says and nothing else, so a page turned to a day has none of its record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from partnerships.models import KINDS, Edition
from partnerships.queries.linked import NAME, linked_data
from partnerships.queries.snapshots import Snapshot

from .addresses import PLACES, absolute
from .details import RecordPage
from .frame import Place

SHOWN = {
    "partner": ("iso2", "iso3"),
    "edition": ("first_day", "last_day", "place"),
    "milestone": ("date",),
    "source": ("publisher", "published", "web_address", "archive_address", "licence"),
    "claim": ("statement", "corrected_statement"),
}
"""The fields that a kind's page shows and linked data has a word for, besides what every page has."""


def of_record(page: RecordPage) -> dict | None:
    """The record of a page; None where the page is turned to a day, or where its kind has nothing more to say."""
    record = page.record
    if page.day.dated:
        return None
    one: dict[str, Any] = {name: getattr(record, name) for name in SHOWN.get(record.kind, ())}
    one |= {
        "kind": record.kind,
        "title": page.title,
        "summary": record.summary if page.text_fits else "",
        "url": _in_the_api(record.kind, record.slug),
        "page": absolute(page.visit.path),
        "version": record.version,
        "updated_at": record.updated_at.date().isoformat() if record.updated_at else None,
        "citations": [
            {"source": {"url": _in_the_api("source", note.source.slug), "title": note.source.title}}
            for note in page.notes.list
        ],
    }
    if record.kind == "claim":
        one["verdict"] = record.get_verdict_display()
    if isinstance(record, Edition):
        series = record.series
        one["series"] = {"url": _in_the_api("exercise", series.slug), "title": series.title}
    return linked_data(one)


def breadcrumbs(crumbs: Sequence[Place], path: str) -> dict:
    """Where a page stands; the last step is the page itself."""
    places = [Place(_("Home"), PLACES["home"]), *crumbs]
    return {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": str(place.words), "item": absolute(place.path or path)}
            for number, place in enumerate(places, 1)
        ],
    }


def dataset(snapshots: Sequence[Snapshot]) -> dict:
    """The portal as a whole, with the snapshots that can be had."""
    return {
        "@context": "https://schema.org",
        "@type": "Dataset",
        "name": NAME,
        "description": _(
            "Everything on these pages can be had by programs, free, without a key and without an account."
        ),
        "url": absolute(PLACES["data"]),
        "license": settings.LICENCE,
        "isAccessibleForFree": True,
        "distribution": [
            {
                "@type": "DataDownload",
                "name": str(one.day),
                "encodingFormat": "application/zip",
                "contentUrl": absolute(one.path),
                "sha256": one.digest,
            }
            for one in snapshots
            if not one.withdrawn
        ],
    }


def _in_the_api(kind: str, slug: str) -> str:
    return absolute(f"{PLACES['api']}{KINDS[kind].plural}/{slug}/")
