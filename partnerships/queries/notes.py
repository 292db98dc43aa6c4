"""Citations as numbered notes: what each fact of a page rests on, and where nothing supports it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlsplit
from uuid import UUID

from partnerships.models import Citation, Kind, Partner, Source
from partnerships.publishing.reading import Moved, public, where_now
from partnerships.queries import evidence

WHOLE = ("", "summary", "body")
"""What a citation supports when it supports the text, or the record as a whole."""


@dataclass
class Note:
    """One use of a source on a page. The same place in the same source is one note, whatever it supports."""

    number: int
    citation: Citation
    verified: bool = False
    checked_on: date | None = None
    supports: list[str] = field(default_factory=list)
    """Names of the fields that the note supports."""

    @property
    def source(self) -> Source:
        return self.citation.source

    @property
    def host(self) -> str:
        return (urlsplit(self.source.web_address).hostname or "").removeprefix("www.")


def citations(**lookups) -> list[Citation]:
    """Citations with what a note says of their source. One query."""
    told = ("kind", "slug", "title", "publisher", "published", "web_address", "archive_address")
    rows = public(Citation).filter(**lookups).select_related("source").order_by("position", "id")
    return list(rows.only(*(f.name for f in Citation._meta.fields), *(f"source__{name}" for name in told)))


def _verified(citations: list[Citation], record: Kind, others: type[Kind]) -> set[UUID]:
    """Which of the citations are verified: the record's own, and those of the records of another kind that its page shows."""
    own = [citation for citation in citations if citation.record_id == record.pk]
    theirs = [citation for citation in citations if citation.record_id != record.pk]
    return evidence.verified(type(record), own) | evidence.verified(others, theirs)


class Notes:
    """The notes of a page, numbered: first what supports the text, then fields, then rows in the order of the page.

    Citations of rows that the page doesn't show are left out. `others` is the kind of the records besides the page's own.
    """

    def __init__(
        self, citations: Iterable[Citation], record: Kind, rows: Sequence[UUID] = (), others: type[Kind] = Partner
    ):
        citations = list(citations)
        verified = _verified(citations, record, others)
        places = {row: number for number, row in enumerate(rows)}
        self.list: list[Note] = []
        self._of_field: dict[str, list[int]] = {}
        self._of_row: dict[UUID, list[int]] = {}
        self._of_fact: dict[tuple[UUID, str], list[int]] = {}
        known: dict[tuple, Note] = {}
        shown = [citation for citation in citations if not citation.row or citation.row in places]
        for citation in sorted(shown, key=lambda one: self._place(one, places)):
            key = (citation.source_id, citation.locator, citation.quotation, citation.stance)
            if not (note := known.get(key)):
                note = known[key] = Note(len(self.list) + 1, citation)
                self.list.append(note)
            self._take(citation, note, verified)

    @staticmethod
    def _place(citation: Citation, places: dict[UUID, int]) -> tuple[int, int]:
        if citation.row:
            return 2, places[citation.row]
        return (0, 0) if citation.field in WHOLE else (1, 0)

    def _take(self, citation: Citation, note: Note, verified: set[UUID]) -> None:
        note.verified = note.verified or citation.pk in verified
        note.checked_on = max(filter(None, (note.checked_on, citation.checked_on)), default=None)
        numbers = (
            self._of_row.setdefault(citation.row, []) if citation.row else self._of_field.setdefault(citation.field, [])
        )
        lists = [numbers]
        if not citation.row:
            lists.append(self._of_fact.setdefault((citation.record_id, citation.field), []))
        for mine in lists:
            if note.number not in mine:
                mine.append(note.number)
        if citation.field and citation.field not in note.supports:
            note.supports.append(citation.field)

    def of_record(self) -> list[int]:
        """The notes that support the record as a whole, or its text."""
        return sorted({number for name in WHOLE for number in self._of_field.get(name, ())})

    def of(self, name: str) -> list[int]:
        """The notes that support a field, or a list of rows."""
        return sorted(self._of_field.get(name, ()))

    def of_fact(self, record: UUID, name: str) -> list[int]:
        """The notes that support a field of one record, on a page of several."""
        return sorted(self._of_fact.get((record, name), ()))

    def of_row(self, pk: UUID, rows: str = "") -> list[int]:
        """The notes that support one row: its own, else those of the list (`rows`) that it is in. Empty: unsourced."""
        return sorted(self._of_row.get(pk, ())) or (self.of(rows) if rows else [])

    def of_source(self, slug: str, place: str = "") -> list[int]:
        """The notes of a source that a text names by its slug, and by the place in it (`locator`) if it is given.

        Those that support the text go before those that support single facts. A source that was renamed or merged since
        is found under its former slug, which takes queries.
        """
        mine = [note for note in self.list if note.source.slug == slug]
        if not mine and self.list and isinstance(moved := where_now(Source, slug), Moved):
            mine = [note for note in self.list if note.source.slug == moved.slug]
        if place:
            mine = [note for note in mine if note.citation.locator.casefold() == place.casefold()]
        whole = self.of_record()
        return [note.number for note in mine if note.number in whole] or [note.number for note in mine]

    @property
    def verified(self) -> int:
        return sum(note.verified for note in self.list)

    @property
    def last_checked(self) -> date | None:
        return max((note.checked_on for note in self.list if note.checked_on), default=None)
