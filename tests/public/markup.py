"""Reading the HTML of a page strictly: what is well formed, and what stands where."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset(["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"])


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    text: str = ""
    parents: list[str] = field(default_factory=list)


class Page(HTMLParser):
    """A parsed page. `faults` says what is wrong with its HTML; empty is well formed."""

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.elements: list[Element] = []
        self.faults: list[str] = []
        self._open: list[Element] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        self.faults += [f"<{element.tag}> is never closed" for element in self._open]
        self._check()

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        if len(names) != len(set(names)):
            self.faults.append(f"<{tag}> has an attribute twice: {names}")
        element = Element(tag, {name: value or "" for name, value in attrs}, parents=[one.tag for one in self._open])
        self.elements.append(element)
        if tag not in VOID:
            self._open.append(element)

    def handle_startendtag(self, tag, attrs):
        if not any(one.tag == "svg" for one in self._open) and tag not in VOID:
            self.faults.append(f"<{tag}/> outside SVG")
        names = {name: value or "" for name, value in attrs}
        self.elements.append(Element(tag, names, parents=[one.tag for one in self._open]))

    def handle_endtag(self, tag):
        if not self._open or self._open[-1].tag != tag:
            self.faults.append(f"</{tag}> closes {self._open[-1].tag if self._open else 'nothing'}")
            return
        self._open.pop()

    def handle_data(self, data):
        for element in self._open:
            element.text += data
        self.words.append(data)

    def _check(self):
        ids = [one.attributes["id"] for one in self.elements if one.attributes.get("id")]
        self.faults += [f"id {one} stands twice" for one in {one for one in ids if ids.count(one) > 1}]
        for one in self.elements:
            attributes = one.attributes
            if "style" in attributes or any(name.startswith("on") for name in attributes):
                self.faults.append(f"<{one.tag}> has inline style or script: {attributes}")
            if one.tag in ("style",) or (
                one.tag == "script" and not attributes.get("src") and attributes.get("type") != "application/ld+json"
            ):
                self.faults.append(f"inline <{one.tag}>")
            for name in ("aria-labelledby", "aria-describedby"):
                if (target := attributes.get(name)) and target not in ids:
                    self.faults.append(f"{name}={target} leads nowhere")
            if one.tag == "a" and attributes.get("href", "").startswith("#") and attributes["href"][1:] not in ids:
                self.faults.append(f"#{attributes['href'][1:]} leads nowhere")
            if one.tag == "label" and attributes.get("for") and attributes["for"] not in ids:
                self.faults.append(f"label for {attributes['for']} leads nowhere")
        headings = [int(one.tag[1]) for one in self.elements if one.tag in ("h1", "h2", "h3", "h4", "h5", "h6")]
        if headings.count(1) != 1:
            self.faults.append(f"{headings.count(1)} h1")
        mine = [
            int(one.tag[1]) for one in self.elements if one.tag in ("h2", "h3", "h4", "h5") and "main" in one.parents
        ]
        self.faults += [f"h{after} follows h{before}" for before, after in zip([1, *mine], mine) if after > before + 1]

    # What stands where ------------------------------------------------------------------------------------------------

    def all(self, tag: str, **attributes: str | None) -> list[Element]:
        """Elements with these attributes; None: without the attribute."""
        wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        return [
            one
            for one in self.elements
            if one.tag == tag and all(one.attributes.get(name) == value for name, value in wanted.items())
        ]

    def one(self, tag: str, **attributes: str | None) -> Element:
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} of {tag} {attributes}"
        return found[0]

    @property
    def title(self) -> str:
        """The title of the document (drawings have titles too)."""
        return next(one.text for one in self.elements if one.tag == "title" and "head" in one.parents)

    @property
    def text(self) -> str:
        """All words of the page, white space folded."""
        return " ".join(" ".join(self.words).split())

    @property
    def main(self) -> str:
        return " ".join(self.one("main").text.split())

    def links(self) -> list[str]:
        return [one.attributes["href"] for one in self.all("a") if "href" in one.attributes]
