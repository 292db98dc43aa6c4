"""Columns that several kinds have: dates are shown as they are written, in words."""

from __future__ import annotations

from django.contrib import admin

from partnerships.models import words


class PeriodColumn:
    """For kinds that have a period."""

    @admin.display(description="period", ordering="start_earliest")
    def period(self, record):
        return record.period_words()


def day(name: str, description: str, ordering: str):
    """A column for a partial date: "about 1994", "February 1994"."""

    @admin.display(description=description, ordering=ordering, empty_value="–")
    def column(self, record):
        return words(getattr(record, name)) or None

    return column


def shortened(name: str, description: str, most: int = 90):
    """A column for a text, cut at a word."""

    @admin.display(description=description, empty_value="–")
    def column(self, record):
        text = getattr(record, name)
        return text if len(text) <= most else f"{text[:most].rsplit(' ', 1)[0]} …"

    return column
