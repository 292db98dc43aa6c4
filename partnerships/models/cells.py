"""Cells of a CSV file that no spreadsheet takes for a formula."""

from __future__ import annotations

import re

DANGEROUS = re.compile(r"'*[=+\-@\t\r＝＋－＠]")


def safe(text: str) -> str:
    """A cell that no spreadsheet takes for a formula. `unsafe` gives back exactly what was there."""
    return f"'{text}" if DANGEROUS.match(text) else text


def unsafe(text: str) -> str:
    return text[1:] if text.startswith("'") and DANGEROUS.match(text) else text
