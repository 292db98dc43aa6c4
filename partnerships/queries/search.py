"""Search: words against the index that is written with every publication.

Each word must occur as the beginning of a word in the title, the other names and codes, or the texts. SQLite answers with
FTS5, PostgreSQL with tsvector.
"""

from __future__ import annotations

import re

from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Concat

from partnerships.publishing.log import PUBLISHED
from partnerships.publishing.models import SearchEntry

_WORD = re.compile(r"\w+")


class Matches(models.Func):
    """Whether a search entry holds all words. They are bound as one parameter, quoted for the engine's own syntax."""

    output_field = models.BooleanField()
    conditional = True

    def __init__(self, entry, terms: list[str]):
        super().__init__(entry)
        self.terms = terms

    def as_sqlite(self, compiler, connection, **context):
        column, _ = compiler.compile(self.source_expressions[0])
        table = column.rpartition(".")[0]
        query = " ".join(f'"{term}"*' for term in self.terms)
        found = "SELECT rowid FROM publishing_searchtext WHERE publishing_searchtext MATCH %s"
        return f"{table}.rowid IN ({found})", [query]

    def as_postgresql(self, compiler, connection, **context):
        column, _ = compiler.compile(self.source_expressions[0])
        table = column.rpartition(".")[0]
        query = " & ".join(f"'{term}':*" for term in self.terms)
        return f"{table}.vector @@ to_tsquery('simple', portal_plain(%s))", [query]


def matching(words: str, entries: models.QuerySet[SearchEntry] | None = None) -> models.QuerySet[SearchEntry]:
    """Entries (among some, or all) in which every word occurs; none when there is no word at all."""
    terms = _WORD.findall(words)
    if entries is None:
        entries = SearchEntry.objects.using(PUBLISHED)
    return entries.filter(Matches(F("record"), terms)) if terms else entries.none()


def ranked(words: str, entries: models.QuerySet[SearchEntry] | None = None) -> models.QuerySet[SearchEntry]:
    """Matching entries with `rank` beside them: 0 where the words are a title, name or code, 1 where they stand in one as
    they are, 2 where each is found somewhere. Sort by rank, title and record."""
    line = "\n"
    names = Concat(Value(line), F("names"), Value(line), output_field=models.TextField())
    return (
        matching(words, entries)
        .alias(name_lines=names)
        .annotate(
            rank=Case(
                When(Q(title__iexact=words) | Q(name_lines__icontains=f"{line}{words}{line}"), then=0),
                When(Q(title__icontains=words) | Q(names__icontains=words), then=1),
                default=2,
                output_field=models.IntegerField(),
            )
        )
    )


def narrow(queryset: models.QuerySet, words: str) -> models.QuerySet:
    """The rows of a kind's queryset whose entry matches."""
    return queryset.filter(pk__in=matching(words).values("record"))
