"""How far a citation can be trusted: the one rule from what stands in it to "verified" or "sourced"."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from uuid import UUID

from partnerships.models import Citation, Kind
from partnerships.publishing.documents import Document, build, value_digest


class Verification(StrEnum):
    SOURCED = "sourced"
    VERIFIED = "verified"


def holds(citation: Citation, document: Document) -> bool:
    """Whether a second person found the quotation, and what it supports is still what was checked.

    `document` is that of the citing record. A value that has changed since drops the citation to "sourced" by itself.
    """
    if not (citation.verified_on and citation.value_digest):
        return False
    now = value_digest(document, field=citation.field, row=str(citation.row or ""))
    return now == citation.value_digest


def verified(kind: type[Kind], citations: Iterable[Citation]) -> set[UUID]:
    """The ids of those citations of records of one kind that are verified.

    No query unless one of them was ever verified; then those that make the documents of their records, however many.
    """
    checked = [citation for citation in citations if citation.verified_on and citation.value_digest]
    if not checked:
        return set()
    documents = build(kind, {citation.record_id for citation in checked}, str(checked[0]._state.db))
    return {citation.pk for citation in checked if holds(citation, documents[citation.record_id])}


def verification(citation: Citation, among: set[UUID]) -> Verification:
    """The word for a citation, given the verified ones."""
    return Verification.VERIFIED if citation.pk in among else Verification.SOURCED
