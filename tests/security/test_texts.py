"""Texts: whatever is written, only text comes out, and in a time that grows with its length and no faster."""

from __future__ import annotations

import time
from collections.abc import Callable
from itertools import product

import pytest

from partnerships.models import record_links
from partnerships.models.time import bounds
from partnerships.queries.parameters import nearest
from partnerships.queries.prose import _html, linked, noted, to_html
from portal.store import best_encoding, canonical
from tests.public.test_prose import PAYLOADS, Strict

SCRIPTS = [
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    "\x01javascript:alert(1)",
]
SCRIPTS += [
    " javascript:alert(1)",
    "javascript&#58;alert(1)",
    "&#x6a;avascript:alert(1)",
    "javascript&Tab;:alert(1)",
    "vbscript:x",
    "data:text/html,x",
]
SCRIPTS += [
    "data:image/svg+xml,<svg onload=alert(1)>",
    "blob:https://x/y",
    "file:///etc/passwd",
    "ftp://x",
    "tel:1",
    "//evil.example",
    "/\\evil.example",
]
SCRIPTS += [
    "\\\\evil.example",
    "https:evil",
    "view-source:x",
    "feed:javascript:alert(1)",
    "jar:x!y",
    "intent://x",
    "ms-word:x",
]
FRAMES = [
    "[x]({})",
    "[x](<{}>)",
    "![x]({})",
    "<{}>",
    "[x][y]\n\n[y]: {}",
    "<a href='{}'>x</a>",
    "[![x]({})]({})",
    '[x]({} "t")',
]
TAGS = [
    "script",
    "style",
    "iframe",
    "object",
    "embed",
    "form",
    "input",
    "button",
    "base",
    "meta",
    "link",
    "svg",
    "math",
    "template",
    "noscript",
]
TAGS += [
    "video",
    "audio",
    "source",
    "track",
    "details",
    "dialog",
    "portal",
    "frameset",
    "marquee",
    "textarea",
    "select",
    "title",
    "xmp",
    "plaintext",
]
HANDLERS = [
    "onerror",
    "onload",
    "onfocus autofocus",
    "onmouseover",
    "ontoggle",
    "onanimationstart",
    "onbeforeinput",
    "style",
    "srcdoc",
    "formaction",
]

CORPUS = [
    *PAYLOADS,
    *(frame.replace("{}", script) for frame, script in product(FRAMES, SCRIPTS)),
    *(f"<{tag}>alert(1)</{tag}>" for tag in TAGS),
    *(
        f"<{tag} {handler}=alert(1)>"
        for tag, handler in product(("img src=x", "svg", "a", "p", "details open"), HANDLERS)
    ),
    *(
        f"{before}<img src=x onerror=alert(1)>{after}"
        for before, after in [("```\n", "\n```"), ("    ", ""), ("> ", ""), ("| ", " |\n|---|"), ("<!--", "-->")]
    ),
]


def test_nothing_but_text_comes_out_of_the_corpus():
    wrong = []
    for text in dict.fromkeys(CORPUS):
        html = str(to_html(text))
        if (complaints := Strict(html).complaints) or "<script" in html.lower():
            wrong.append(f"{text!r}: {complaints}")
    print(f"\ntexts: payloads tried {len(set(CORPUS))} / let through {len(wrong)}")
    assert wrong == []
    assert len(set(CORPUS)) >= 150


def _fresh(text: str) -> None:
    _html.cache_clear()
    to_html(text)


def _quietly(call: Callable[[str], object]) -> Callable[[str], object]:
    def tried(text: str) -> None:
        try:
            call(text)
        except ValueError:
            return

    return tried


GROWING: list[tuple[str, Callable[[str], object], str, int]] = [
    *(
        ("markdown", _fresh, part, 400)
        for part in ("[", "*a ", "`", "> ", "![", "<", "a_", "[a](", "|a", "- ", "&#", "\\", "<a ", "~~", "[^a]", "1. ")
    ),
    *(("links", record_links, part, 4000) for part in ("[", "[x](record:", "](", "record:", "[[x]")),
    *(("links", lambda text: linked(text, {}), part, 4000) for part in ("[x](record:", "[", "![")),
    *(
        ("notes", lambda text: noted(text, lambda slug, place: [1]), part, 2000)
        for part in ("[^", "[^a", "[^a: ", "![^a]", "[^a:", " [^a:  ")
    ),
    *(("days", _quietly(bounds), part, 4000) for part in ("1", "1994-", "~", "X", " ", "/")),
    *(("queries", canonical, part, 2000) for part in ("a=", "&", "a=1&", "%", "+")),
    *(("encodings", best_encoding, part, 2000) for part in ("gzip,", ";q=", "br;q=0.1,", " ")),
    *(("hints", lambda text: nearest(text[:60], ["status", "framework"]), part, 2000) for part in ("s", "framework")),
]


@pytest.mark.slow
def test_no_parser_takes_longer_than_its_text():
    """With text twice as long, about twice the time: fourfold would be the square. Measured anew when it looks worse."""
    wrong = []
    for name, call, part, number in GROWING:
        for _ in range(4):
            ratio = _took(call, part * number) / max(_took(call, part * (number // 2)), 1e-4)
            if ratio <= 3:
                break
        else:
            wrong.append(f"{name} of {part!r}: {ratio:.1f} times as long for twice the text")
    print(f"\ntexts: parsers measured {len(GROWING)} / slower than their text {len(wrong)}")
    assert wrong == []


def _took(call: Callable[[str], object], text: str) -> float:
    best = float("inf")
    for _ in range(3):
        began = time.process_time()
        call(text)
        best = min(best, time.process_time() - began)
    return best
