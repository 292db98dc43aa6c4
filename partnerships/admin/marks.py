"""Marks that the desk sets beside words: how a record stands (shape, word, colour last) and icons."""

from __future__ import annotations

from django.utils.html import format_html
from django.utils.safestring import SafeString

from partnerships.editorial.models import Standing


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
