"""Texts: Markdown as editors write it, made into HTML that can't do anything else than be read.

Twice safe: raw HTML in the Markdown is shown as text, and what comes out is cut down to the tags below. Pictures of the
library come after that, each made whole by `pictures`; all others are left out. The desk's preview draws with it too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from uuid import UUID

import nh3
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from partnerships.models import NOTE, record_links, with_addresses
from partnerships.models.prose import RECORD

from .addresses import with_query
from .pictures import pictures_in
from .records import paths_of

TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "em", "strong", "s", "a", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
NOTE_AFTER = re.compile(rf"(!?){NOTE.pattern}")
STANDS_FOR = ("\ue000", "\ue001")
"""Around the id of a picture while a text is drawn: signs that mean nothing, and are taken out of what editors write."""
PLACE = re.compile(f"{STANDS_FOR[0]}([-0-9a-f]{{36}}){STANDS_FOR[1]}")
UNMARKED = dict.fromkeys(map(ord, STANDS_FOR))
SCHEMES = {"http", "https", "mailto"}
ADDRESS = re.compile(r"https?://|mailto:|/(?![/\\])|#(?:n[0-9]+|term-[-a-z0-9]+)\Z", re.IGNORECASE)

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


def to_html(text: str, as_of: str = "", pictures: Mapping[UUID, Markup] | None = None) -> Markup:
    """The text as HTML. Its headings stand below those of the page: the first two levels as h3, and so on.

    Links to other pages of the portal are turned to the day `as_of`, if there is one, as all links of a page are.
    `pictures` are the figures by the ids of images; without them a text that has some asks for its own (two queries).
    """
    html = _html(text, as_of)
    if STANDS_FOR[0] not in html:
        return html
    known = pictures_in([text]) if pictures is None else pictures
    return Markup(PLACE.sub(lambda place: known.get(UUID(place[1]), ""), html))  # noqa: S704 (both are HTML already)


@lru_cache(maxsize=512)
def _html(text: str, as_of: str) -> Markup:
    """The text as HTML, a mark in the place of each picture of the library."""
    tokens = _with_places(_parser.parse(text.translate(UNMARKED)))
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(max(int(token.tag[1]) + 1, 3), 6)}"
        for child in token.children or ():
            child.content = child.content.translate(UNMARKED)  # written as entities they come up only here
            child.attrs = {name: str(value).translate(UNMARKED) for name, value in child.attrs.items()}
            path = child.attrs.get("href", "")
            if as_of and isinstance(path, str) and path.startswith("/") and ADDRESS.match(path):
                child.attrs["href"] = with_query(path, [("as_of", as_of)])
    html = _parser.renderer.render(tokens, _parser.options, {})
    return Markup(  # noqa: S704 (cleaned by an allow-list just here)
        nh3.clean(
            html,
            tags=TAGS,
            attributes=ATTRIBUTES,
            url_schemes=SCHEMES,
            link_rel="noopener noreferrer",
            attribute_filter=_leads_somewhere,
        )
    )


def _with_places(tokens: list[Token]) -> list[Token]:
    """The tokens with each paragraph's pictures behind it, as marks; a paragraph of pictures alone goes."""
    found: list[Token] = []
    places: list[Token] = []
    for token in tokens:
        if token.type == "inline" and found[-1].type == "paragraph_open":
            pictures = [one for one in token.children or () if one.type == "image"]
            places = [mark for one in pictures if (mark := _place(str(one.attrs.get("src", ""))))]
            if pictures:
                token.children = [one for one in token.children or () if one.type != "image"]
                if places and not any(one.content.strip() for one in token.children):
                    found.pop()
                    found += places
                    continue
        if token.type == "paragraph_close" and places:
            if found[-1].type == "inline":
                found += [token, *places]
            places = []
            continue
        found.append(token)
    return found


def _place(address: str) -> Token | None:
    named = RECORD.fullmatch(address)
    return Token("html_block", "", 0, content=named[1].join(STANDS_FOR)) if named else None


def _leads_somewhere(tag: str, name: str, value: str) -> str | None:
    """An address is one of the web or of a mailbox, or a path from the portal's root; "//host" leads to another place.

    Notes of the page ("#n1") and words that it explains ("#term-pfp") are the only places on the page itself.
    """
    return value if name != "href" or ADDRESS.match(value) else None


# Links to records, and notes ------------------------------------------------------------------------------------------


def paths_in(texts: Iterable[str]) -> dict[UUID, str]:
    """The public pages of all records that texts link to, by id; what isn't public is missing.

    One query, two if an exercise's edition is among them; none when nothing is linked to.
    """
    return paths_of(set().union(*(record_links(text) for text in texts)))


def linked(text: str, paths: dict[UUID, str] | None = None) -> str:
    """A text whose links to records lead to their public pages. Words whose record isn't public stay words."""
    if "record:" not in text:
        return text
    known = paths_in([text]) if paths is None else paths
    return with_addresses(text, known.get)


def noted(text: str, numbers_of: Callable[[str, str], Iterable[int]]) -> str:
    """A text whose notes ([^slug-of-source]) lead to the numbered notes of its page.

    `numbers_of` gives the numbers of a source's notes by its slug and the place in it. A note without a number is left
    out: its source supports only a row that the page doesn't show on this day.
    """

    def drawn(note: re.Match) -> str:
        before, slug, place = note.groups()
        links = [
            f'[{number}](#n{number} "{_("Note %(number)s") % {"number": number}}")'
            for number in numbers_of(slug, (place or "").strip())
        ]
        # "!" before a link would make it a picture
        return ("&#33;" if before and links else before) + "".join(links)

    return NOTE_AFTER.sub(drawn, text) if "[^" in text else text
