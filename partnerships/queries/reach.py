"""What a record of any kind has to do with: the regions and frameworks by which a search over all kinds is narrowed.

A record has to do with a region if it is the region, lies in it, is about a country that does, or links to either; with a
framework if it is the framework, a country with a period of it in force on the day, or links to it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from functools import reduce
from operator import or_
from typing import NamedTuple, cast
from uuid import UUID

from django.db.models import Q, QuerySet

from partnerships.models import CaseStudy, Framework, Institution, Link, Membership, Partner, Region
from partnerships.models.partners import MembershipQuerySet
from partnerships.publishing.reading import public


class Way(NamedTuple):
    """Rows by which records lead to what they have to do with: the columns of both ends."""

    rows: QuerySet
    record: str
    other: str

    @property
    def slug(self) -> str:
        return "slug" if self.other == "pk" else f"{self.other}__slug"


def periods(day: date) -> MembershipQuerySet:
    """The periods of countries in frameworks that count: in force on the day, or possibly so."""
    return cast(MembershipQuerySet, public(Membership)).counted().possibly_on(day)


def regions() -> list[Way]:
    return [
        Way(public(Region), "pk", "pk"),
        Way(public(Partner), "pk", "region"),
        Way(public(Institution), "pk", "host__region"),
        Way(public(CaseStudy), "pk", "partner__region"),
        Way(public(Link), "record", "other__as_partner__region"),
        Way(public(Link).filter(other__kind=Region.kind_name()), "record", "other"),
    ]


def frameworks(day: date) -> list[Way]:
    return [
        Way(public(Framework), "pk", "pk"),
        Way(periods(day), "partner", "framework"),
        Way(public(Link).filter(other__kind=Framework.kind_name()), "record", "other"),
    ]


def narrow(ways: Iterable[Way], rows: QuerySet, pks: list[UUID]) -> QuerySet:
    """The rows, of whatever kind, that lead to any of the given records."""
    found = (Q(pk__in=way.rows.filter(**{f"{way.other}__in": pks}).order_by().values(way.record)) for way in ways)
    return rows.filter(reduce(or_, found))


def count(ways: Iterable[Way], rows: QuerySet) -> dict[str, int]:
    """How many of the rows lead where, by slug; a row counts once for each place. One query."""
    there = rows.order_by().values("pk")
    pairs = [
        way.rows.filter(**{f"{way.record}__in": there, f"{way.other}__isnull": False})
        .order_by()
        .values_list(way.record, way.slug)
        for way in ways
    ]
    return dict(Counter(slug for _, slug in pairs[0].union(*pairs[1:]).order_by()))
