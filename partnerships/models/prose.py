"""What the portal adds to Markdown: links to records, and notes. Both name what they mean by something that lasts.

A link to a record is written `[Malta](record:<id>)`: the id stays when the record is renamed. A note is written
`[^slug-of-source]`, or `[^slug-of-source: page 4]` where a source is cited at several places: it stands for the citation
of that source by the record, whatever number that has on the page. A picture of the library is written
`![](record:<id>)`: what it shows, whose it is and its files stand in the image's own record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from uuid import UUID

MARKDOWN = ("body",)
"""The fields that hold Markdown; every other text is plain."""

RECORD = re.compile(r"\brecord:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")
PICTURE = re.compile(rf"!\[(?:\\.|[^\[\]\\])*\]\({RECORD.pattern}\)")
_LINK = re.compile(rf"(?<!!)\[((?:\\.|[^\[\]\\])*)\]\({RECORD.pattern}\)")
NOTE = re.compile(
    r"\[\^([-\w]+)(?::\s{0,20}+([^\]\n]{0,300}))?\]"
)  # bounded: many that are never closed take no long time


def record_links(text: str) -> set[UUID]:
    """The ids of the records that a text links to, those of its pictures among them."""
    return {UUID(found) for found in RECORD.findall(text)} if "record:" in text else set()


def pictures_of(text: str) -> set[UUID]:
    """The ids of the images that a text shows."""
    return {UUID(found) for found in PICTURE.findall(text)} if "](record:" in text else set()


def with_pictures(text: str, said: Callable[[UUID], str]) -> str:
    """A text with words in the place of its pictures."""
    return PICTURE.sub(lambda found: said(UUID(found[1])), text) if "](record:" in text else text


def with_addresses(text: str, address_of: Callable[[UUID], str | None]) -> str:
    """A text whose links to records lead to addresses; where there is none, only the words of the link stay."""
    if "record:" not in text:
        return text

    def turned(link: re.Match) -> str:
        address = address_of(UUID(link[2]))
        return f"[{link[1]}]({address})" if address else link[1]

    return _LINK.sub(turned, text)


def notes_in(text: str) -> Iterator[tuple[str, str]]:
    """The notes of a text in their order: the source's slug, and the place in it if one is named."""
    for note in NOTE.finditer(text):
        yield note[1], (note[2] or "").strip()


def plain(text: str) -> str:
    """A text without notes, pictures and the ids of its links: what search and the checks of wording read."""
    return NOTE.sub("", _LINK.sub(r"\1", PICTURE.sub("", text)))
