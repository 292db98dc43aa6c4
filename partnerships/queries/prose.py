"""Texts: Markdown as editors write it, made into HTML that can't do anything else than be read.

Twice safe: raw HTML in the Markdown is shown as text, and what comes out is cut down to the tags below. The only place of
the public pages where a string is declared to be HTML. The desk's preview draws with it too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from uuid import UUID

import nh3
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt
from markupsafe import Markup

from partnerships.models import NOTE, record_links, with_addresses

from .addresses import with_query
from .records import paths_of

TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "em", "strong", "s", "a", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
NOTE_AFTER = re.compile(rf"(!?){NOTE.pattern}")
SCHEMES = {"http", "https", "mailto"}
ADDRESS = re.compile(r"https?://|mailto:|/(?![/\\])|#n[0-9]+\Z", re.IGNORECASE)

_parser = MarkdownIt("commonmark", {"html": False, "linkify": False}).enable(["table", "strikethrough"])


@lru_cache(maxsize=512)
def to_html(text: str, as_of: str = "") -> Markup:
    """The text as HTML. Its headings stand below those of the page: the first two levels as h3, and so on.

    Links to other pages of the portal are turned to the day `as_of`, if there is one, as all links of a page are.
    """
    tokens = _parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(max(int(token.tag[1]) + 1, 3), 6)}"
        for child in token.children or ():
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


def _leads_somewhere(tag: str, name: str, value: str) -> str | None:
    """An address is one of the web or of a mailbox, or a path from the portal's root; "//host" leads to another place.

    Notes of the page ("#n1") are the only places on the page itself.
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
