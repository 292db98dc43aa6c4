"""Words of the glossary in the texts of a page: which it uses, and where each stands first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from partnerships.models import Kind, Term
from partnerships.publishing.reading import public

from .remembered import once

PASSED_OVER = (
    r"^(?:```|~~~).*?^(?:```|~~~)|`[^`\n]*`|^#.*$"  # code and headings
    r"|!?\[(?:\\.|[^\[\]\\\n]){0,400}\](?:\([^()\n]{0,600}\))?|<[^<>\n]{0,600}>"  # links, pictures, notes, addresses
)
"""What in a text isn't marked. A word that stands there counts as used: a link explains it, or a heading comes before."""

ANCHOR = "#term-"


@lru_cache(maxsize=64)
def _patterns(words: tuple[str, ...]) -> tuple[re.Pattern, re.Pattern]:
    """Where one of the words stands, and where it stands in a text that has parts to be passed over."""
    longest_first = "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
    word = rf"(?<![\w-])(?P<word>{longest_first})(?![\w-])"
    return re.compile(word), re.compile(f"{PASSED_OVER}|{word}", re.MULTILINE | re.DOTALL)


def _terms() -> list[Term]:
    return list(public(Term).only("slug", "title", "short_title", "summary"))


class Glossary:
    """The terms that some texts use, `terms` in the order of their first use. One query, once for each edition.

    An abbreviation counts as it is written; a word without one also when it begins small. What `record` itself is called
    is no word to be explained on its page.
    """

    def __init__(self, texts: Iterable[str], record: Kind):
        self.terms: list[Term] = []
        self._first: dict[str, list[tuple[int, int, Term]]] = {}
        own = {record.title.casefold(), record.short_title.casefold()}
        self._known: dict[str, Term] = {}
        for term in once("terms", _terms):
            names = [name for name in (term.title, term.short_title) if name]
            if own.isdisjoint(name.casefold() for name in names):
                small = [] if term.short_title else [term.title[0].lower() + term.title[1:]]
                self._known |= dict.fromkeys([*names, *small], term)
        if self._known:
            seen: set = set()
            for text in texts:
                self._first.setdefault(text, list(self._uses(text, seen)))

    def _uses(self, text: str, seen: set) -> Iterator[tuple[int, int, Term]]:
        alone, apart = _patterns(tuple(self._known))
        for found in apart.finditer(text):
            if not (word := found["word"]):
                seen |= {self._known[one].pk for one in alone.findall(found[0])}
            elif (term := self._known[word]).pk not in seen:
                seen.add(term.pk)
                self.terms.append(term)
                yield *found.span(), term

    def marked(self, text: str) -> str:
        """A text in Markdown, the first uses in it linked to the definitions on the page."""
        return "".join(f"[{piece}]({ANCHOR}{term.slug})" if term else piece for piece, term in self._pieces(text))

    def drawn(self, text: str) -> SafeString:
        """The same of a plain text, as HTML."""
        pieces = (
            format_html('<a class="term" href="{}{}">{}</a>', ANCHOR, term.slug, piece) if term else piece
            for piece, term in self._pieces(text)
        )
        return format_html_join("", "{}", ((piece,) for piece in pieces))

    def _pieces(self, text: str) -> Iterator[tuple[str, Term | None]]:
        at = 0
        for start, end, term in self._first.get(text, ()):
            yield text[at:start], None
            yield text[start:end], term
            at = end
        yield text[at:], None
