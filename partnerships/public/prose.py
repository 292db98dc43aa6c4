"""Texts: Markdown as editors write it, made into HTML that can't do anything else than be read.

Twice safe: raw HTML in the Markdown is shown as text, and what comes out is cut down to the tags below. The only place of
the public pages where a string is declared to be HTML.
"""

from __future__ import annotations

import re
from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

from .addresses import with_query

TAGS = {
    *("p", "br", "hr", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "em", "strong", "s", "a", "ul", "ol", "li"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "title"}, "ol": {"start"}}
SCHEMES = {"http", "https", "mailto"}
ADDRESS = re.compile(r"https?://|mailto:|/(?![/\\])", re.IGNORECASE)

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
    return Markup(  # noqa: S704
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
    """An address is one of the web or of a mailbox, or a path from the portal's root; "//host" leads to another place."""
    return value if name != "href" or ADDRESS.match(value) else None
