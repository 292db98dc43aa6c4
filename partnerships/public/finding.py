"""Which record stands at an address, or what became of it."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404

from partnerships.models import Edition, Kind
from partnerships.publishing.reading import Gone, Moved, public, where_now
from partnerships.queries.records import series_of

from .addresses import address
from .visits import Elsewhere, Withdrawn


def find(rows: QuerySet, kind: type[Kind], slug: str) -> Kind:
    """The record at an address. Raises Elsewhere for a former slug, Withdrawn for a tombstone, Http404 for nothing.

    A draft and a slug that nobody ever used are the same nothing.
    """
    if record := rows.filter(slug=slug).first():
        return record
    match where_now(kind, slug):
        case Moved() as moved:
            raise Elsewhere(_address_of(kind, moved.slug))
        case Gone(tombstone=tombstone):
            raise Withdrawn(tombstone)
    raise Http404


def _address_of(kind: type[Kind], slug: str) -> str:
    record = public(kind).get(slug=slug)
    series = series_of([record.pk]).get(record.pk, "") if kind is Edition else ""
    path = address(record, series=series)
    if path is None:
        raise Http404
    return path
