"""How dates and numbers are written."""

from __future__ import annotations

from datetime import date, datetime

from partnerships.models import words

SPACE = "\N{NO-BREAK SPACE}"
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
MONTH_LENGTH = 3


def written(value: str | date | None, short: bool = False) -> str:
    """A date as a reader would say it, kept on one line: "8 February 1994", or short "8 Feb 1994"."""
    said = words(_edtf(value))
    if short:
        said = " ".join(part[:MONTH_LENGTH] if part.istitle() else part for part in said.split(" "))
    return said.replace(" ", SPACE)


def machine(value: str | date | None) -> str:
    """A date as the datetime attribute of a `time` element; empty for one that HTML has no way to write ("about 1994")."""
    text = _edtf(value)
    return text if text[-1:].isdigit() else ""


def _edtf(value: str | date | None) -> str:
    if isinstance(value, datetime):
        value = value.date()
    return value.isoformat() if isinstance(value, date) else value or ""


def upfirst(text: str) -> str:
    """With a capital at the beginning, as a heading needs it ("the former Yugoslav Republic …")."""
    return text[:1].upper() + text[1:]


def number(value: int) -> str:
    return f"{value:,}".replace(",", THIN_SPACE)
