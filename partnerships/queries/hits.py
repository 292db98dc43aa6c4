"""Where the words of a search stand in a text: what is marked, and which part of it is shown."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

SHORT = 3
"""Words no longer than this are marked only where they stand alone: "for" is not marked in "former"."""
EXCERPT = 200
"""Characters of an excerpt, about."""


class Piece(NamedTuple):
    """A piece of text, and whether it is what was searched for."""

    text: str
    hit: bool


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

    def any_in(self, text: str) -> bool:
        there = plain(text)
        return any(re.search(rf"\b{re.escape(term)}", there) for term in self.terms)
