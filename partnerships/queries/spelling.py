"""Words that are in the search index, for words that aren't: what a slip of the keys was perhaps meant to be.

SQLite reads the index's own terms, PostgreSQL the titles and names that share most trigrams. Both give a bounded list of
candidates, of which the nearest by edit distance is taken.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter

from django.db import connections

from partnerships.publishing.log import PUBLISHED

from .search import matching

CANDIDATES = 2000
"""Terms of the index that are read for one word, at most."""
ENTRIES = 50
"""Titles that are read for one word, at most, where the index can't list its terms."""
SHORTEST = 4
"""Letters a word must have to be corrected: most short words are near to some other."""
LETTERS = "abcdefghijklmnopqrstuvwxyz"
"""What a word of the index may begin with instead: letters as the index has them, without accents."""
_WORD = re.compile(r"\w+")


def folded(text: str) -> str:
    """The text as the index has it: small letters without accents."""
    return "".join(one for one in unicodedata.normalize("NFD", text.lower()) if not unicodedata.combining(one))


def allowed(word: str) -> int:
    """How many slips a word of this length may hold."""
    return 1 if len(word) <= 5 else 2


def distance(one: str, other: str) -> int:
    """Letters to add, drop, replace, or swap with their neighbour, to make one word of the other."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, there in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != there))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == there:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]


def other_beginnings(word: str) -> list[str]:
    """The words that this one may be when the slip is in its first letter: another, none, one too many, or swapped."""
    rest = word[1:]
    return [
        rest,
        word[1] + word[0] + word[2:],
        *(f"{letter}{rest}" for letter in LETTERS),
        *(f"{letter}{word}" for letter in LETTERS),
    ]


def candidates(word: str) -> Counter[str]:
    """Terms of the index that begin like the word or share its trigrams, with the number of entries read that hold them."""
    connection, most = connections[PUBLISHED], allowed(word)
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            near_by: list[str | int] = [word[0], chr(ord(word[0]) + 1), len(word) - most, len(word) + most, CANDIDATES]
            cursor.execute(
                "SELECT * FROM (SELECT term, doc FROM publishing_searchterm WHERE term >= %s AND term < %s"
                " AND length(term) BETWEEN %s AND %s LIMIT %s) UNION"
                " SELECT term, doc FROM publishing_searchterm WHERE term IN (SELECT value FROM json_each(%s))",
                [*near_by, json.dumps(other_beginnings(word))],
            )
            return Counter(dict(cursor.fetchall()))
        cursor.execute("SELECT portal_near(%s, %s)", [word, ENTRIES])
        return Counter(term for (text,) in cursor.fetchall() for term in set(_WORD.findall(folded(text))))


def near(word: str) -> str:
    """The term of the index nearest to the word, of two as near the one in more entries; an empty text when none is."""
    word, found = folded(word), []
    if len(word) < SHORTEST or not word.isalpha():
        return ""
    most, letters = allowed(word), set(word)
    for term, entries in candidates(word).items():
        if len(letters ^ set(term)) <= 2 * most and 0 < (far := distance(word, term)) <= most:
            found.append((far, -entries, term))
    return min(found)[2] if found else ""


def corrected(words: str) -> str:
    """The words, those the index doesn't hold replaced by the nearest it does; an empty text if that makes no difference.

    Two queries a word.
    """
    terms = _WORD.findall(words)
    said = [term if matching(term).exists() else near(term) or term for term in terms]
    return " ".join(said) if said != terms else ""
