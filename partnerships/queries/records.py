"""Records as others see them: their name on a day and where they stand, for many at once."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from partnerships.models import Edition, Partner, Record, name_on
from partnerships.publishing.reading import public

from .addresses import page_path


@dataclass(frozen=True)
class Stub:
    """A record as a link: what another page needs to name it and to lead to it."""

    id: UUID
    kind: str
    slug: str
    title: str
    series: str = ""

    @property
    def path(self) -> str | None:
        return page_path(self.kind, self.slug, self.series)

    def __str__(self) -> str:
        return self.title


def stubs(records: Iterable[Record], day: date) -> dict[UUID, Stub]:
    """The records as links, by id; countries under the name of the day.

    Queries: three at most, and only for the kinds that need them (the names of partners, the series of editions).
    """
    by_id = {record.pk: record for record in records}
    names = names_on((pk for pk, record in by_id.items() if record.kind == "partner"), day)
    series = series_of(pk for pk, record in by_id.items() if record.kind == "edition")
    return {
        pk: Stub(pk, record.kind, record.slug, names.get(pk, record.title), series.get(pk, ""))
        for pk, record in by_id.items()
    }


def names_on(partners: Iterable[UUID], day: date) -> dict[UUID, str]:
    """What countries were called on a day, by id. Two queries, none when there is no country."""
    if not (ids := list(partners)):
        return {}
    rows = public(Partner).filter(pk__in=ids).only("title").prefetch_related("names")
    return {partner.pk: name_on(partner, day) for partner in rows}


def series_of(editions: Iterable[UUID]) -> dict[UUID, str]:
    """The slugs of the series that editions belong to, by the edition's id. One query, none when there is no edition."""
    if not (ids := list(editions)):
        return {}
    return dict(public(Edition).filter(pk__in=ids).order_by().values_list("pk", "series__slug"))


def stub_of(record: Record, *, title: str = "", series: str = "") -> Stub:
    """One record as a link; no query."""
    return Stub(record.pk, record.kind, record.slug, title or record.title, series)


def paths_of(ids: Iterable[UUID]) -> dict[UUID, str]:
    """Where the pages of public records are, by id. One query, two if editions are among them; none without an id."""
    if not (ids := list(ids)):
        return {}
    rows = list(public(Record).filter(pk__in=ids).order_by().values_list("pk", "kind", "slug"))
    series = series_of(pk for pk, kind, _ in rows if kind == "edition")
    found = ((pk, page_path(kind, slug, series.get(pk, ""))) for pk, kind, slug in rows)
    return {pk: path for pk, path in found if path}
