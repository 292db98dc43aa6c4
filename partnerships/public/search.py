"""The search page: what was found by kind, why it was found, and help where nothing was."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Count, QuerySet, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.utils.translation import gettext as _

from partnerships.models import BY_PLURAL, KINDS, Record
from partnerships.publishing.models import SearchEntry
from partnerships.publishing.reading import public
from partnerships.queries.addresses import PAGELESS
from partnerships.queries.parameters import BadParameter, check_query, nearest
from partnerships.queries.records import Stub, stubs
from partnerships.queries.search import ranked
from partnerships.queries.spelling import corrected

from .frame import Place, many, render
from .serving import page
from .visits import Visit

OF_EACH = 5
"""Results shown of each kind."""
OF_ONE = 100
"""Results shown when one kind is chosen."""
SHORT = 3
"""Words no longer than this are marked only where they stand alone: "for" is not marked in "former"."""
EXCERPT = 200
"""Characters of an excerpt, about."""


class Piece(NamedTuple):
    """A piece of text, and whether it is what was searched for."""

    text: str
    hit: bool


@dataclass(frozen=True)
class Result:
    """A record that was found."""

    record: Stub
    title: list[Piece]
    excerpt: list[Piece]
    why: str


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


@page("q", "kind")
def search(visit: Visit) -> HttpResponse:
    words = check_query(visit.given.get("q", ""))
    kind = _kind(visit.given.get("kind", ""))
    entries, counts = _found(words)
    meant = corrected(words) if not counts else ""
    if meant:
        entries, counts = _found(meant)
        meant = meant if counts else ""
    context = {
        "words": words,
        "meant": meant,
        "asked_words": words,
        "total": sum(counts.values()),
        "kind": kind,
        "kinds": [
            KindCount(many(KINDS[name]), counts[name], visit.here(kind=KINDS[name].plural), name == kind)
            for name in KINDS
            if name in counts
        ],
        "groups": groups(entries, kind, counts, meant or words, visit),
        "unlisted": True,
    }
    return render(visit, "search.html", context, crumbs=[Place(_("Search"), "")])


def _found(words: str) -> tuple[QuerySet[SearchEntry], dict[str, int]]:
    """The entries that match, and how many there are of each kind."""
    entries = ranked(words).exclude(kind__in=PAGELESS)
    return entries, dict(entries.order_by().values_list("kind").annotate(Count("pk")))


def groups(entries: QuerySet[SearchEntry], kind: str, counts: dict[str, int], words: str, visit: Visit) -> list[Group]:
    """The best of each kind, the kind with the best first; or many of the one kind that was chosen. Four queries."""
    best = ["rank", "title", "record"]
    if kind:
        found = list(entries.filter(kind=kind).order_by(*best)[:OF_ONE])
    else:
        place = Window(RowNumber(), partition_by="kind", order_by=best)
        found = list(entries.annotate(place=place).filter(place__lte=OF_EACH).order_by(*best))
    ends = stubs(public(Record).filter(pk__in=[entry.record for entry in found]), visit.day.day)
    hits, of_kind = Hits(words), {}
    for entry in found:
        if end := ends.get(entry.record):
            result = Result(end, hits.pieces(end.title), hits.excerpt(entry.text), hits.why(entry))
            of_kind.setdefault(entry.kind, []).append((entry.rank, result))
    order = sorted(of_kind, key=lambda name: (of_kind[name][0][0], list(KINDS).index(name)))
    return [
        Group(many(KINDS[name]), [one for _, one in of_kind[name]], counts[name], visit.here(kind=KINDS[name].plural))
        for name in order
    ]


def _kind(plural: str) -> str:
    """The kind that a search is narrowed to, by its name in addresses."""
    if plural and plural not in BY_PLURAL:
        hint = nearest(plural, BY_PLURAL)
        said = f"“{plural[:40]}” is no kind of record; it can be {', '.join(BY_PLURAL)}."
        raise BadParameter("kind", said + (f" Did you mean “{hint}”?" if hint else ""), hint=hint)
    return BY_PLURAL[plural]._meta.model_name if plural else ""


# Why it was found -----------------------------------------------------------------------------------------------------


def plain(text: str) -> str:
    """The text without case and accents, character by character, so that places stay the same."""
    return "".join((unicodedata.normalize("NFD", one)[0] if one.isalpha() else one).lower()[:1] or one for one in text)


class Hits:
    """Where the words of a search stand in a text: each at the beginning of a word."""

    def __init__(self, words: str):
        self.terms = [plain(term) for term in re.findall(r"\w+", words)]
        longest = sorted(self.terms, key=len, reverse=True)
        word = "|".join(re.escape(term) + (r"\w*" if len(term) > SHORT else r"\b") for term in longest)
        self.pattern = re.compile(rf"\b(?:{word})(?:\s+(?:{word}))*") if longest else None

    def _places(self, text: str) -> list[tuple[int, int]]:
        return [match.span() for match in self.pattern.finditer(plain(text))] if self.pattern else []

    def all_in(self, text: str) -> bool:
        there = plain(text)
        return all(re.search(rf"\b{re.escape(term)}", there) for term in self.terms)

    def pieces(self, text: str) -> list[Piece]:
        """The text in pieces, those that were searched for marked."""
        pieces, at = [], 0
        for first, last in self._places(text):
            pieces += [Piece(text[at:first], False), Piece(text[first:last], True)]
            at = last
        return [piece for piece in (*pieces, Piece(text[at:], False)) if piece.text]

    def excerpt(self, text: str) -> list[Piece]:
        """The beginning of the text, or the part of it in which the first word found stands."""
        text = " ".join(re.sub(r"[#*_`>|]+|\[([^\]]*)\]\([^)]*\)", r"\1", text).split())
        places = self._places(text)
        first = max(places[0][0] - EXCERPT // 3, 0) if places and places[0][1] > EXCERPT else 0
        if first:
            first = text.find(" ", first) + 1
        part = text[first : first + EXCERPT]
        if first + EXCERPT < len(text):
            part = part.rpartition(" ")[0] + " …"
        return self.pieces(("… " if first else "") + part)

    def why(self, entry: SearchEntry) -> str:
        """In a few words, what made this a result."""
        if self.all_in(entry.title):
            return _("The title matches.")
        for name in entry.names.splitlines():
            if self.all_in(name):
                return _("Also called, or coded, “%(name)s”.") % {"name": name}
        if any(re.search(rf"\b{re.escape(term)}", plain(f"{entry.title}\n{entry.names}")) for term in self.terms):
            return _("Some of the words stand in the title or another name, the others in the text.")
        return _("The words stand in the text.")
