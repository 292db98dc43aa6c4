"""Marks that the desk sets beside words: how a record stands (shape, word, colour last) and icons."""

from __future__ import annotations

from datetime import date

from django.utils.html import format_html
from django.utils.safestring import SafeString

from partnerships.editorial.models import Review, Standing
from partnerships.queries.freshness import Freshness, freshness

NONE = format_html('<span class="none">{}</span>', "–")
"""Says that there is nothing to say; the cards of a phone leave such a line out."""


def icon(name: str) -> SafeString:
    """A picture of the sprite in templates/admin/desk/_icons.html; words beside it say the same."""
    return format_html('<svg class="i" aria-hidden="true" focusable="false"><use href="#i-{}"/></svg>', name)


def chip(standing: str, version: int = 0) -> SafeString:
    """How a record stands to the public edition, in a mark and words."""
    words = str(Standing(standing).label)
    if version and standing == Standing.PUBLIC:
        words = f"{words} · v{version}"
    elif version and standing == Standing.CHANGED:
        words = f"{words} v{version}"
    return format_html('<span class="chip chip-{}">{}{}</span>', standing, icon(f"s-{standing}"), words)


def stage_mark(stage: str) -> SafeString:
    """How far a working copy is on its way to publication."""
    return format_html('<span class="stage stage-{}">{}</span>', stage, Review(stage).label)


def freshness_mark(review_by: date | None, today: date) -> SafeString:
    """Whether a record is to be looked at again, and by which day."""
    match freshness(review_by, today):
        case None:
            return NONE
        case Freshness.FRESH:
            words = "Fresh"
        case Freshness.DUE:
            words = "Due"
        case _:
            words = "Overdue"
    return format_html('<span class="fresh fresh-{}">{}: {}</span>', words.lower(), words, f"{review_by:%-d %b %Y}")
