"""What prose states: numbers, dates and proper names. A change of one is no mere change of wording.

A heuristic, made to let wording pass and to stop facts. Names are capitalised words inside a sentence, words with more than
one capital, and countries; a word at the start of a sentence counts only if it is a name elsewhere in the two texts.
Numbers count as often as they stand. Names may come more or less often ("Georgia" becomes "it"), but none may come or go
altogether, and none may take the place of another.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import pycountry

from partnerships.models import plain

DATE, NUMBER, NAME = "a date", "a number", "a name"

MONTHS = frozenset(
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ]
)
NUMBERS: dict[str, str] = {
    word: str(number)
    for number, word in (
        *enumerate(
            [
                "two",
                "three",
                "four",
                "five",
                "six",
                "seven",
                "eight",
                "nine",
                "ten",
                "eleven",
                "twelve",
                "thirteen",
                "fourteen",
                "fifteen",
            ],
            2,
        ),
        *enumerate(["sixteen", "seventeen", "eighteen", "nineteen", "twenty"], 16),
        *(
            (10 * n, word)
            for n, word in enumerate(["thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"], 3)
        ),
        *((12, word) for word in ("dozen", "dozens")),
        *((10**2, word) for word in ("hundred", "hundreds")),
        *((10**3, word) for word in ("thousand", "thousands")),
        *((10**6, word) for word in ("million", "millions")),
        *((10**9, word) for word in ("billion", "billions")),
        (0.5, "half"),
    )
}
"""Numbers in words, as digits: to write "5" for "five" is wording."""
SMALL = frozenset(
    [
        "a",
        "an",
        "and",
        "as",
        "at",
        "before",
        "after",
        "but",
        "by",
        "for",
        "from",
        "he",
        "if",
        "i",
        "in",
        "it",
        "its",
        "no",
        "not",
        "of",
        "on",
        "or",
        "our",
        "she",
        "since",
        "that",
        "the",
        "their",
        "these",
        "they",
        "this",
        "those",
        "to",
        "we",
        "when",
        "where",
        "while",
        "with",
    ]
)
"""Words that are no names, even where they have a capital."""
GENERIC = frozenset(
    [
        "and",
        "british",
        "central",
        "democratic",
        "federal",
        "federated",
        "former",
        "great",
        "island",
        "islands",
        "kingdom",
        "land",
        "minor",
        "new",
        "north",
        "northern",
        "of",
        "outlying",
        "part",
        "people's",
        "republic",
        "saint",
        "sint",
        "south",
        "southern",
        "special",
        "state",
        "states",
        "territories",
        "territory",
        "the",
        "union",
        "united",
        "western",
    ]
)
"""Words in the names of countries that aren't names by themselves."""
MARKERS = re.compile(r"^[ \t]*(?:#{1,6}|[-*+>]|\d{1,3}[.)])[ \t]+|\n[ \t]*\n|\|", re.MULTILINE)
ADDRESSES = re.compile(r"\]\([^)]*\)|<[a-z]+:[^>]*>|https?://\S+")
TOKEN = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+(?:['’][^\W\d_]+)*")
THOUSANDS = re.compile(r"(?<=\d)[,  ](?=\d{3}\b)")
YEAR = re.compile(r"1[5-9]\d\d|20\d\d|2100")


class Token(NamedTuple):
    """A word or a number of a text. `first`: it begins a sentence, so its capital says nothing."""

    text: str
    first: bool
    beside_number: bool

    @property
    def key(self) -> str:
        return self.text.casefold()

    @property
    def is_number(self) -> bool:
        return self.text[0].isdigit() or self.key in NUMBERS

    @property
    def is_month(self) -> bool:
        """“May” and “March” are months only beside a number."""
        return (
            self.key in MONTHS and self.text[0].isupper() and (self.beside_number or self.key not in ("may", "march"))
        )

    @property
    def is_name(self) -> bool:
        if not self.text[0].isupper() or self.key in SMALL:
            return False
        return not self.first or any(sign.isupper() for sign in self.text[1:]) or self.key in countries()


@cache
def countries() -> frozenset[str]:
    """The words of the names of countries, in lower case."""
    names = " ".join(
        getattr(country, name, "")
        for country in pycountry.countries
        for name in ("name", "common_name", "official_name")
    )
    return frozenset(word.casefold() for word in TOKEN.findall(names) if word[0].isupper()) - GENERIC - MONTHS


def tokens(text: str) -> Iterator[Token]:
    """The words and numbers of a text in Markdown, without its marks, addresses and notes."""
    text = ADDRESSES.sub(" ", plain(text))
    text = THOUSANDS.sub("", re.sub(r"[*_~`]", "", MARKERS.sub(" . ", text)))
    found = list(TOKEN.finditer(text))
    digits = [one[0][0].isdigit() for one in found]
    for number, one in enumerate(found):
        before = text[found[number - 1].end() : one.start()] if number else ""
        first = not number or bool(re.search(r"[.?!:…]|[“\"‘(]\s*$", before))
        beside = any(digits[max(number - 1, 0) : number + 2])
        yield Token(re.sub(r"['’]s?$", "", one[0]) or one[0], first, beside)


def stated(before: str, after: str) -> tuple[str, ...]:
    """What of two texts differs besides wording: DATE, NUMBER, NAME; empty when nothing does."""
    if before == after:
        return ()
    old, new = list(tokens(before)), list(tokens(after))
    numbers = [Counter(NUMBERS.get(one.key, one.key) for one in part if one.is_number) for part in (old, new)]
    months = [Counter(one.key for one in part if one.is_month) for part in (old, new)]
    differing = {*(numbers[0] - numbers[1]), *(numbers[1] - numbers[0])}
    found = []
    if months[0] != months[1] or any(YEAR.fullmatch(one) for one in differing):
        found.append(DATE)
    if any(not YEAR.fullmatch(one) for one in differing):
        found.append(NUMBER)
    if _names_differ(old, new):
        found.append(NAME)
    return tuple(found)


def _names_differ(old: list[Token], new: list[Token]) -> bool:
    names = {one.key for one in (*old, *new) if one.is_name and not one.is_month and not one.is_number}
    there = [{one.key for one in part} for part in (old, new)]
    if any((name in there[0]) != (name in there[1]) for name in names):
        return True
    counts = [Counter(one.key for one in part if one.key in names and one.text[0].isupper()) for part in (old, new)]
    return bool(counts[0] - counts[1] and counts[1] - counts[0])
