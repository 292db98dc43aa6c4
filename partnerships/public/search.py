"""The search page: what was found by kind, why it was found, and help where nothing was."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.db.models import Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.utils.translation import gettext as _

from partnerships.models import BY_PLURAL, KINDS, Claim, Record, Verdict
from partnerships.publishing.models import SearchEntry
from partnerships.publishing.reading import public
from partnerships.queries.addresses import PAGELESS
from partnerships.queries.facets import facets
from partnerships.queries.filters import SearchQuestions
from partnerships.queries.hits import Hits, Piece
from partnerships.queries.parameters import BadParameter, check_query, nearest
from partnerships.queries.reasons import Reason, reasons
from partnerships.queries.records import Stub, stubs
from partnerships.queries.search import named_partly
from partnerships.queries.spelling import corrected

from .chips import chips
from .frame import Place, many, render
from .serving import page
from .visits import Visit

OF_EACH = 5
"""Results shown of each kind."""
OF_ONE = 100
"""Results shown when one kind is chosen."""
NEAREST = 6
"""Records offered where nothing was found."""
NARROWS = ("region", "framework")
"""What results can be narrowed by besides their kind."""


@dataclass(frozen=True)
class Result:
    """A record that was found."""

    record: Stub
    title: list[Piece]
    excerpt: list[Piece]
    why: Reason
    verdict: Verdict | None
    """Of a claim."""


class Group(NamedTuple):
    """Results of one kind: the best, how many there are, and where to see more."""

    title: str
    results: list[Result]
    count: int
    path: str


class KindCount(NamedTuple):
    """How much was found of a kind, and the address that shows only that."""

    title: str
    count: int
    path: str
    used: bool


@page("q", "kind", lists=NARROWS)
def search(visit: Visit) -> HttpResponse:
    """Twenty queries at most."""
    words = check_query(visit.given.get("q", ""))
    kind = _kind(visit.given.get("kind", ""))
    found = Found(words, kind, visit) if words else None
    if found and not found.total and (meant := corrected(words)):
        better = Found(meant, kind, visit)
        found = better if better.total else found
    context = {
        "words": words,
        "asked_words": words,
        "found": found,
        "meant": found.words if found and found.words != words else "",
        "kind": kind,
        "near": _nearest(words, visit) if found and not found.total else [],
        "chips": chips(SearchEntry, visit, NARROWS),
        "kept": {name: value for name, value in visit.given.items() if name in ("q", "kind")},
        "most": settings.LIMITS["search_candidates"],
        "unlisted": True,
    }
    return render(visit, "search.html", context, crumbs=[Place(_("Search"), "")])


class Found:
    """What a search found: how much of which kind, and the best of it."""

    def __init__(self, words: str, kind: str, visit: Visit):
        """Three queries, and one for each facet that offers records."""
        self.words, self.kind, self.visit = words, kind, visit
        given = {"q": words} | {name: visit.given.get(name, "") for name in NARROWS}
        rows = public(SearchEntry).exclude(kind__in=PAGELESS)
        self.entries = SearchQuestions(given, rows, day=visit.day.day).qs
        kinds, *self.facets = facets(SearchEntry, given | {"kind": kind}, rows, visit.day) or [None]
        self.counts = {one.value: one.count for one in kinds.options} if kinds and kinds.name == "kind" else {}
        self.total = sum(self.counts.values())
        self.kinds = [
            KindCount(many(KINDS[name]), count, visit.here(kind=KINDS[name].plural), name == kind)
            for name, count in self.counts.items()
        ]

    @property
    def bounded(self) -> bool:
        """Whether more may match than were looked at."""
        return self.total >= settings.LIMITS["search_candidates"]

    def groups(self) -> list[Group]:
        """The best of each kind, the kind with the best first; or many of the one kind that was chosen. Ten queries."""
        if not self.total:
            return []
        found, day = self._best(), self.visit.day.day
        ids = [entry.record for entry in found]
        ends = stubs(public(Record).filter(pk__in=ids), day)
        hits = Hits(self.words)
        why = reasons(found, hits, day)
        verdicts = dict(public(Claim).filter(pk__in=ids).order_by().values_list("pk", "verdict"))
        of_kind: dict[str, list[tuple[int, Result]]] = {}
        for entry in found:
            if end := ends.get(entry.record):
                verdict = Verdict(verdicts[entry.record]) if entry.record in verdicts else None
                said = hits.pieces(end.title), hits.excerpt(entry.text)
                of_kind.setdefault(entry.kind, []).append((entry.rank, Result(end, *said, why[entry.record], verdict)))
        order = sorted(of_kind, key=lambda name: (of_kind[name][0][0], list(KINDS).index(name)))
        return [
            Group(
                many(KINDS[name]),
                [one for _, one in of_kind[name]],
                self.counts[name],
                self.visit.here(kind=KINDS[name].plural),
            )
            for name in order
        ]

    def _best(self) -> list[SearchEntry]:
        best = ["rank", "title", "record"]
        if self.kind:
            return list(self.entries.filter(kind=self.kind).order_by(*best)[:OF_ONE])
        place = Window(RowNumber(), partition_by="kind", order_by=best)
        return list(self.entries.annotate(place=place).filter(place__lte=OF_EACH).order_by(*best))


def _nearest(words: str, visit: Visit) -> list[Stub]:
    """Records with some of the words in their names, where none has them all."""
    found = named_partly(corrected(words) or words, NEAREST)
    ends = stubs(public(Record).filter(pk__in=[entry.record for entry in found]), visit.day.day)
    return [end for entry in found if (end := ends.get(entry.record)) and end.path]


def _kind(plural: str) -> str:
    """The kind that a search is narrowed to, by its name in addresses."""
    if plural and plural not in BY_PLURAL:
        hint = nearest(plural, BY_PLURAL)
        said = f"“{plural[:40]}” is no kind of record; it can be {', '.join(BY_PLURAL)}."
        raise BadParameter("kind", said + (f" Did you mean “{hint}”?" if hint else ""), hint=hint)
    return BY_PLURAL[plural]._meta.model_name if plural else ""
