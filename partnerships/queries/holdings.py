"""The portal in numbers: of each kind how much is public, sourced, verified, unreviewed and overdue. Every count has its rule."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date

from django.db.models import Count, Q

from partnerships.models import KINDS, Citation, Disclosure, Kind, Record
from partnerships.publishing.reading import public

from .evidence import verified


@dataclass
class Holding:
    """What there is of a kind, or of several together."""

    records: int = 0
    sourced: int = 0
    """Records with at least one citation."""
    gaps: int = 0
    """Records that name facts for which no source was found."""
    citations: int = 0
    verified: int = 0
    """Citations whose quotation a second person found, and whose value is still what was checked."""
    unreviewed: int = 0
    """Records whose text was made with a machine's help and that no person has reviewed."""
    overdue: int = 0
    """Records whose day of review has passed."""


def holdings(kinds: Iterable[type[Kind]], today: date) -> dict[type[Kind], Holding]:
    """The holdings of kinds that have any, on the portal's day. Two queries, and for each kind of which a citation was ever
    verified those that make the documents of its records."""
    names = [kind.kind_name() for kind in kinds]
    alone = ~Q(disclosure=Disclosure.HUMAN) & Q(reviewed_on=None)
    counts = {"records": Count("pk"), "gaps": Count("pk", filter=~Q(unsourced=""))}
    counts |= {"unreviewed": Count("pk", filter=alone), "overdue": Count("pk", filter=Q(review_by__lt=today))}
    rows = public(Record).filter(kind__in=names).order_by().values_list("kind").annotate(**counts)
    found = {name: Holding(**dict(zip(counts, numbers, strict=True))) for name, *numbers in rows}
    cited = public(Citation).filter(record__kind__in=names).order_by()
    for name, sourced, citations in cited.values_list("record__kind").annotate(
        Count("record", distinct=True), Count("pk")
    ):
        found[name].sourced, found[name].citations = sourced, citations
    checked = cited.exclude(verified_on=None).select_related("record")
    of_kind: dict[str, list[Citation]] = {}
    for citation in checked:
        of_kind.setdefault(citation.record.kind, []).append(citation)
    for name, some in of_kind.items():
        found[name].verified = len(verified(KINDS[name], some))
    return {KINDS[name]: found[name] for name in names if name in found}


def together(some: Iterable[Holding]) -> Holding:
    """The sum of holdings."""
    rows = list(some)
    return Holding(**{one.name: sum(getattr(row, one.name) for row in rows) for one in fields(Holding)})
