"""Search: words against the index that is written with every publication.

Each word must occur as the beginning of a word in the title, the other names and codes, or the texts. SQLite answers with
FTS5, PostgreSQL with tsvector. A search over everything looks at a bounded number of records, those with the words in
their names first; the list of a kind is narrowed exactly.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Concat, Length

from partnerships.publishing.log import PUBLISHED
from partnerships.publishing.models import SearchEntry

_WORD = re.compile(r"\w+")


class Part(NamedTuple):
    """A part of the index, as each engine writes it."""

    sqlite: str
    postgresql: str


EVERYWHERE, NAMES, TITLE = Part("", ""), Part("{title names} : ", "AB"), Part("title : ", "A")


class Matches(models.Lookup):
    """Whether a search entry holds the words in a part of it: all of them, or `some`. They are bound as one parameter,
    quoted for the engine's own syntax. With `most`, so many are looked at: those with all in their names, then others."""

    # A lookup and no function: SQLite's "= True" around one would have it read the whole table.
    lookup_name, prepare_rhs = "matches", False

    def __init__(self, entry, terms: list[str], part: Part = EVERYWHERE, *, some: bool = False, most: int = 0):
        super().__init__(entry, terms)
        self.terms, self.part, self.some, self.most = terms, part, some, most

    @property
    def identity(self):
        return (*super().identity, self.part, self.some, self.most)

    def _sql(self, table: str, key: str, index: str, condition: str, queries: dict[Part, str]):
        found = f"SELECT {key} FROM {index} WHERE {condition}"  # noqa: S608
        if not self.most:
            return f"{table}.{key} IN ({found})", [queries[self.part]]
        parts = [NAMES, self.part] if self.part is EVERYWHERE else [self.part]
        bounded = (f"SELECT {key} FROM ({found} LIMIT {self.most}) AS found_{n}" for n in range(len(parts)))  # noqa: S608
        each = " UNION ".join(bounded)
        return f"{table}.{key} IN ({each})", [queries[part] for part in parts]

    def as_sqlite(self, compiler, connection, **context):
        column, _ = self.process_lhs(compiler, connection)
        words = (" OR " if self.some else " ").join(f'"{term}"*' for term in self.terms)
        queries = {part: f"{part.sqlite}({words})" for part in (EVERYWHERE, NAMES, TITLE)}
        index = "publishing_searchtext"
        return self._sql(column.rpartition(".")[0], "rowid", index, f"{index} MATCH %s", queries)

    def as_postgresql(self, compiler, connection, **context):
        column, _ = self.process_lhs(compiler, connection)
        queries = {
            part: (" | " if self.some else " & ").join(f"'{term}':*{part.postgresql}" for term in self.terms)
            for part in (EVERYWHERE, NAMES, TITLE)
        }
        condition = "vector @@ to_tsquery('simple', portal_plain(%s))"
        return self._sql(column.rpartition(".")[0], "record", "publishing_searchentry", condition, queries)


def matching(
    words: str, entries: models.QuerySet[SearchEntry] | None = None, part: Part = EVERYWHERE, **how
) -> models.QuerySet[SearchEntry]:
    """Entries (among some, or all) in which every word occurs; none when there is no word at all."""
    terms = _WORD.findall(words)
    if entries is None:
        entries = SearchEntry.objects.using(PUBLISHED)
    return entries.filter(Matches(F("record"), terms, part, **how)) if terms else entries.none()


def ranked(
    words: str, entries: models.QuerySet[SearchEntry] | None = None, part: Part = EVERYWHERE
) -> models.QuerySet[SearchEntry]:
    """Matching entries, as many as a search looks at, with `rank` beside them: 0 where the words are the title, 1 where they
    are another name or a code, 2 where a title or name begins with them, 3 where all stand in those, 4 where each is found
    somewhere. Sort by rank, title and record."""
    line, terms = "\n", _WORD.findall(words)
    names = Concat(Value(line), F("names"), Value(line), output_field=models.TextField())
    found = matching(words, entries, part, most=settings.LIMITS["search_candidates"])
    if not terms:
        return found.annotate(rank=Value(0))
    # A title of the same length that holds all the words is the title but for accents, which a comparison would mind.
    same = Q(letters=len(words)) & Q(Matches(F("record"), terms, TITLE))
    return found.alias(name_lines=names, letters=Length("title")).annotate(
        rank=Case(
            When(Q(title__iexact=words) | same, then=0),
            When(name_lines__icontains=f"{line}{words}{line}", then=1),
            When(Q(title__istartswith=words) | Q(name_lines__icontains=f"{line}{words}"), then=2),
            When(Matches(F("record"), terms, NAMES), then=3),
            default=4,
            output_field=models.IntegerField(),
        )
    )


def named_partly(words: str, most: int) -> list[SearchEntry]:
    """Entries that have some of the words in their title, names or codes: what to offer where nothing has all of them.
    Those that hold the longest of the words come first."""
    longest = max(_WORD.findall(words), key=len, default="")
    found = matching(words, None, NAMES, some=True, most=settings.LIMITS["search_candidates"])
    first = Case(When(Q(title__icontains=longest) | Q(names__icontains=longest), then=0), default=1)
    return list(found.order_by(first, Length("title"), "title", "record")[:most])


def narrow(queryset: models.QuerySet, words: str) -> models.QuerySet:
    """The rows of a kind's queryset whose entry matches."""
    return queryset.filter(pk__in=matching(words).values("record"))
