"""The page of a record as Markdown: what the page says, made from its own words, so that the two can't disagree.

Only HTML that the portal's templates and `prose.to_html` make is read here; drawings and navigation are left out, since
each drawing has its table beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser

from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from .addresses import MARKDOWN, absolute, markdown_path
from .details import RecordPage
from .visits import Elsewhere, Visit

MEDIA_TYPE = "text/markdown; charset=utf-8"

NOTE = re.compile(r"#n\d+")
"""Where a note of the page stands."""

VOID = frozenset(["br", "hr", "img", "input", "link", "meta", "wbr"])
LEFT_OUT = frozenset(["nav", "aside", "svg", "form", "script"])
BLOCKS = frozenset(
    [
        *("h1", "h2", "h3", "h4", "h5", "h6", "p", "ul", "ol", "dl", "table", "blockquote", "pre"),
        *("main", "article", "section", "header", "div", "details", "summary", "figure", "figcaption"),
    ]
)
"""Elements that stand by themselves; all others run along in a line."""


# Reading the page -----------------------------------------------------------------------------------------------------


@dataclass
class Node:
    """An element of the page, with its words and elements in order."""

    tag: str
    attributes: dict[str, str] = field(default_factory=dict)
    inside: list[Node | str] = field(default_factory=list)

    @property
    def classes(self) -> list[str]:
        return self.attributes.get("class", "").split()

    @property
    def left_out(self) -> bool:
        """Whether it is for the eye, or for finding one's way, alone."""
        return (
            self.tag in LEFT_OUT
            or self.attributes.get("aria-hidden") == "true"
            or not {"lanecell", "report"}.isdisjoint(self.classes)
        )

    def elements(self) -> list[Node]:
        return [one for one in self.inside if isinstance(one, Node) and not one.left_out]

    def below(self, tag: str) -> Iterator[Node]:
        """All elements of a name, however deep."""
        for one in self.elements():
            if one.tag == tag:
                yield one
            yield from one.below(tag)


class Reader(HTMLParser):
    """Reads well-formed HTML into nodes."""

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.root = Node("main")
        self._open = [self.root]
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].inside.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].inside.append(Node(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) > 1:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)


# Lines ----------------------------------------------------------------------------------------------------------------


def escaped(text: str) -> str:
    """Words that must not be read as Markdown."""
    return re.sub(r"([\\`*_\[\]<>|~])", r"\\\1", text)


def _squeezed(text: str) -> str:
    text = re.sub(r"[ \t\r\n]+", " ", text).strip(" ")
    return re.sub(r" +([.,;:)])", r"\1", text)


def line(node: Node) -> str:
    """What an element says, in one line."""
    return _squeezed("".join(_piece(one) for one in node.inside))


def _piece(one: Node | str) -> str:
    if isinstance(one, str):
        return escaped(one)
    if one.left_out:
        return ""
    if one.tag == "br":
        return " "
    if one.tag == "a":
        return _link(one)
    said = line(one)
    if not said:
        return ""
    if one.tag in BLOCKS or one.tag == "li":
        return f" {said} "
    if one.tag in ("b", "strong"):
        return f"**{said}**"
    if one.tag in ("em", "i"):
        return f"*{said}*"
    if one.tag == "q":
        return f"“{said}”"
    if one.tag == "code":
        return f"`{said}`"
    aside = not {"m", "short", "unsourced"}.isdisjoint(one.classes)
    return f" ({said}) " if aside and not said.startswith("(") else _spaced(one, said)


def _spaced(one: Node, said: str) -> str:
    """With the blanks that stood at its edges."""
    first, last = one.inside[0], one.inside[-1]
    before = " " if isinstance(first, str) and first[:1].isspace() else ""
    return before + said + (" " if isinstance(last, str) and last[-1:].isspace() else "")


def _link(one: Node) -> str:
    where, said = one.attributes.get("href", ""), line(one)
    if NOTE.fullmatch(where):
        return f"[^{where.removeprefix('#n')}]"
    if where.startswith("#"):
        return said
    where = (absolute(where) if where.startswith("/") else where).replace("(", "%28").replace(")", "%29")
    where = where.replace(" ", "%20").replace("<", "%3C").replace(">", "%3E")
    return f"[{said}]({where})" if said else ""


# Blocks ---------------------------------------------------------------------------------------------------------------


def blocks(node: Node) -> list[str]:
    """What stands in an element, block by block; words between blocks are paragraphs."""
    found: list[str] = []
    loose = Node("p")
    for one in [*node.inside, Node("hr")]:
        if isinstance(one, Node) and (one.tag in BLOCKS or one.tag == "hr"):
            if said := line(loose):
                found.append(_begun(said))
            loose = Node("p")
            if not one.left_out:
                found += MADE.get(one.tag, blocks)(one)
        else:
            loose.inside.append(one)
    return [one for one in found if one]


def _begun(said: str) -> str:
    """A paragraph whose first characters begin no list and no heading."""
    return re.sub(r"^(\d+)([.)] )", r"\1\\\2", re.sub(r"^([#+-])", r"\\\1", said))


def _paragraph(node: Node) -> list[str]:
    if "stamp" in node.classes:
        return ["\n".join(f"- {line(one)}" for one in node.elements() if line(one))]
    if "statusline" in node.classes:  # set apart by the sheet alone
        node = replace(node, inside=[piece for one in node.inside for piece in (one, " ")])
    return [_begun(line(node))]


def _heading(node: Node) -> list[str]:
    return [f"{'#' * int(node.tag[1])} {line(node)}"]


def _bold(node: Node) -> list[str]:
    return [f"**{line(node)}**" if line(node) else ""]


def _list(node: Node) -> list[str]:
    items = [one for one in node.elements() if one.tag == "li"]
    if "notes" in node.classes:
        return ["\n".join(f"[^{one.attributes['id'].removeprefix('n')}]: {line(one)}" for one in items)]
    return ["\n".join(_item(blocks(one)) for one in items)]


def _item(inside: list[str]) -> str:
    """An item of a list, what it holds set in below it. Headings in a list are words like others."""
    first, *rest = [re.sub(r"^#+ ", "", one) for one in inside] or [""]
    more = "".join(f"\n{one}" for one in rest)
    return "- " + first + more.replace("\n", "\n  ")


def _pairs(node: Node) -> list[str]:
    items, term = [], ""
    for one in (*node.elements(), *(below for div in node.elements() for below in div.elements())):
        if one.tag == "dt":
            term = line(one)
        elif one.tag == "dd":
            said, *rest = blocks(one) or [""]
            listed = said.startswith("- ")
            items.append(_item([f"**{term}:**" + ("" if listed else f" {said}"), *([said] if listed else []), *rest]))
    return ["\n".join(items)]


def _table(node: Node) -> list[str]:
    captions = [f"**{line(one)}**" for one in node.below("caption")]
    rows = [[line(cell) for cell in row.elements() if cell.tag in ("th", "td")] for row in node.below("tr")]
    if not rows:
        return captions
    head, *others = rows
    lines = [head, ["---"] * len(head), *others]
    return [*captions, "\n".join(f"| {' | '.join(cells)} |" for cells in lines)]


def _quote(node: Node) -> list[str]:
    return ["> " + "\n\n".join(blocks(node)).replace("\n", "\n> ")]


def _code(node: Node) -> list[str]:
    text = "".join(one if isinstance(one, str) else line(one) for one in node.inside)
    return [f"```\n{text.strip()}\n```"]


MADE: dict[str, Callable[[Node], list[str]]] = {
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), _heading),
    **dict.fromkeys(("ul", "ol"), _list),
    "p": _paragraph,
    "summary": _bold,
    "dl": _pairs,
    "table": _table,
    "blockquote": _quote,
    "pre": _code,
    "hr": lambda node: [],
}


def to_markdown(html: str) -> str:
    """HTML of the portal's own making as Markdown, without what is for the eye alone."""
    return "\n\n".join(blocks(Reader(html).root))


# The view -------------------------------------------------------------------------------------------------------------


def as_markdown(visit: Visit, make: Callable[[Visit], RecordPage]) -> HttpResponse:
    """The page that `make` makes for a visit, as Markdown. A former address leads to the Markdown at the present one."""
    path = visit.path.removesuffix(MARKDOWN) + "/"
    try:
        shown = make(replace(visit, path=path))
    except Elsewhere as moved:
        if moved.path == "/":
            raise Http404 from None
        raise Elsewhere(markdown_path(moved.path)) from None
    template, context = shown.shown
    frame = {"layout": "article.html", "visit": shown.visit, **context}
    text = to_markdown(render_to_string(template, frame, using="site"))
    text = f"{text}\n\n---\n\n{about(shown)}\n"
    answer = HttpResponse(text, content_type=MEDIA_TYPE)
    answer["Link"] = f'<{absolute(path)}>; rel="canonical"'
    return answer


def about(shown: RecordPage) -> str:
    """What the text is, for someone who has nothing but it: page, day, version, licence."""
    day = shown.day
    lines = [_("Page: <%(address)s>") % {"address": absolute(shown.visit.keep(shown.visit.path))}]
    if day.dated:
        lines.append(_("As of %(day)s, which is not today's state") % {"day": day.words})
    if shown.cited:
        lines.append(
            _("Version %(number)s, which stays at <%(address)s>")
            % {"number": shown.cited.version, "address": shown.cited.address}
        )
    lines.append(_("Licence: CC BY 4.0, Partnerships Portal. Notes name works that have licences of their own"))
    return "\n".join(f"- {one}" for one in lines)
