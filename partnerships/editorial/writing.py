"""A reader's eye on a text in Markdown: what an editor may want to look at again. Advice, no rule: nothing is refused for it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from markdown_it import MarkdownIt
from markdown_it.token import Token

from partnerships.models import NOTE, notes_in
from partnerships.models.prose import RECORD

LONG = 150
"""Words of a paragraph from which on it is long."""
UNDATED = re.compile(
    r"\b(at present|at the moment|at the time of writing|currently|nowadays|today(?!['’]s)|to date|up to now|until now|so far|"
    r"recent|recently|lately|as of now|now|in recent (?:days|weeks|months|years|decades)|(?:this|last|next) (?:week|month|"
    r"spring|summer|autumn|winter|year|decade|century)|(?:days|weeks|months|years|decades) ago|soon|newly|"
    r"the (?:latest|newest|incumbent))\b",
    re.IGNORECASE,
)
DATED = re.compile(r"\b(?:1[89]|20)\d\d\b")
FIGURE = re.compile(r"\d[\d.,]*(?:\s?(?:%|per cent|million|billion))?")
BARE = re.compile(r"https?://[^\s)>\]]+|\bwww\.[^\s)>\]]+")
VAGUE = frozenset(["click here", "here", "link", "this link", "this page", "more", "read more", "website", "source"])
BREAK = re.compile(r"(?<=[.?!…])[”\"’)]*\s+(?=[A-Z“\"‘])")

_parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])


@dataclass(frozen=True)
class Remark:
    """What to look at: the line (the first is 1), which rule, a sentence for the editor, and the words in question."""

    line: int
    rule: str
    sentence: str
    excerpt: str


def remarks(
    text: str,
    *,
    cited: bool = True,
    slugs: Collection[str] | None = None,
    pictures: Mapping[UUID, str] | None = None,
) -> list[Remark]:
    """What a text may be lacking, in the order of the text. Never raises, whatever the text.

    `cited` says whether a source supports the text or the record as a whole; `slugs` are the sources that the record cites,
    None when that isn't known. `pictures` says of images what is in the way of showing them, by id.
    """
    lines = text.split("\n")
    found = [*_notes(lines, slugs), *_walk(text, lines, cited, pictures or {})]
    return sorted(found, key=lambda one: (one.line, one.rule))


def _walk(text: str, lines: list[str], cited: bool, pictures: Mapping[UUID, str]) -> Iterator[Remark]:
    tokens = _parser.parse(text)
    with_notes, level = any(NOTE.search(line) for line in lines), 1
    for number, token in enumerate(tokens):
        if token.type != "inline" or not token.map:
            continue
        first = token.map[0] + 1
        opening = tokens[number - 1]
        if opening.type == "heading_open":
            depth = int(opening.tag[1])
            if depth > max(level, 2) and depth > level + 1:
                words = f"This heading jumps from level {level} to level {depth}: a level between them is missing."
                yield Remark(first, "heading", words, token.content)
            level = depth
        yield from _links(token, lines)
        yield from _pictures(token, lines, opening.type == "paragraph_open", pictures)
        said = _said(token)
        if opening.type == "paragraph_open":
            yield from _paragraph(said, first)
            if not NOTE.search(said) and (with_notes or not cited):
                yield from _figure(said, lines, token)
        yield from _undated(said, lines, token)


def _said(token: Token) -> str:
    """The words of a block, without addresses and code."""
    parts = (
        child.content if child.type == "text" else "\n" if child.type == "softbreak" else ""
        for child in token.children or ()
    )
    return "".join(parts)


def _line(lines: list[str], token: Token, words: str) -> int:
    """The line of a block on which words begin: its first, where they are broken over lines or by marks."""
    start, end = token.map or (0, 0)
    for number in range(start, end):
        if words in lines[number]:
            return number + 1
    return start + 1


def _paragraph(said: str, line: int) -> Iterator[Remark]:
    if (count := len(said.split())) > LONG:
        yield Remark(line, "long", f"This paragraph has {count} words: two would be easier to read.", _short(said))


def _undated(said: str, lines: list[str], token: Token) -> Iterator[Remark]:
    for sentence in BREAK.split(said):
        if not DATED.search(sentence) and (word := UNDATED.search(sentence)):
            words = f"“{word[0]}” has no date: readers will read it later. Say when, or since when."
            yield Remark(_line(lines, token, word[0]), "undated", words, word[0])


def _figure(said: str, lines: list[str], token: Token) -> Iterator[Remark]:
    """One remark for a paragraph, at its first figure: the note that is missing is often the same for all."""
    if figure := FIGURE.search(said):
        words = f"No source is given for “{figure[0].rstrip('.,')}”: add a note, or cite a source for the text."
        yield Remark(_line(lines, token, figure[0]), "figure", words, figure[0].rstrip(".,"))


def _links(token: Token, lines: list[str]) -> Iterator[Remark]:
    inside, words = "", ""
    for child in token.children or ():
        if child.type == "link_open":
            inside, words = str(child.attrs.get("href", "")) or "-", ""
        elif child.type == "link_close":
            if BARE.match(words) or (words.strip().casefold().rstrip(".…") in VAGUE):
                said = f"A link should say where it leads: write [words](address) instead of “{_short(words)}”."
                yield Remark(_line(lines, token, words), "link", said, words)
            inside = ""
        elif child.type == "text" and inside:
            words += child.content
        elif child.type == "text":
            for bare in BARE.finditer(child.content):
                address = bare[0].rstrip(".,;:")
                said = f"A bare address is no link on the page: write [words]({_short(address)})."
                yield Remark(_line(lines, token, address), "link", said, address)


def _pictures(token: Token, lines: list[str], alone: bool, known: Mapping[UUID, str]) -> Iterator[Remark]:
    """Pictures that the page won't show, or not to everybody."""
    for child in token.children or ():
        if child.type != "image":
            continue
        address = str(child.attrs.get("src", ""))
        named = RECORD.fullmatch(address)
        if not named:
            rule, said = "picture", "Readers won't see this picture: choose one of the library with “Picture”."
        elif not alone:
            rule, said = "picture", "A picture stands on a line of its own: here readers won't see it."
        elif said := known.get(UUID(named[1]), ""):
            rule = "alt" if "alternative" in said else "picture"
        else:
            continue
        yield Remark(_line(lines, token, address), rule, said, f"]({address})")


def _notes(lines: list[str], slugs: Collection[str] | None) -> Iterator[Remark]:
    for number, line in enumerate(lines if slugs is not None else (), 1):
        for slug, _ in notes_in(line):
            if slug not in (slugs or ()):
                words = f"The record doesn't cite “{slug}”: add the citation, or take the note out."
                yield Remark(number, "note", words, f"[^{slug}")


def _short(text: str, most: int = 60) -> str:
    return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]}…"
