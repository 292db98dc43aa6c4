"""Whether something is known: `has` and `lacks` of every list, over what a record of its kind may leave empty."""

from __future__ import annotations

from typing import NamedTuple

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from partnerships.models import Citation, EdgeField, Kind, Period
from partnerships.publishing.reading import public

from .questions import ChoiceListFilter, Questions

CITATIONS = "citations"
PERIOD = {"from": "start", "to": "end"}
"""What the two ends of a period are called to the outside, and their columns."""
HOUSEKEEPING = {"updated_at", "review_by", "reviewed_on", "unsourced", "short_title"}
"""May be empty, but say nothing of the world."""
STAND_INS = {"code", "name", "host_code", "host_name"}
"""Written only where there is no record to point to; answers fill them from the record."""


class Word(NamedTuple):
    """Something that may be empty: its name in addresses, and what it is called."""

    value: str
    label: str


class PresenceFilter(ChoiceListFilter):
    """Names of what has to be there (or, `absent`, has to be missing): all of them."""

    def __init__(self, *args, model: type[models.Model], absent: bool = False, **kwargs):
        super().__init__(*args, choices=words(model), **kwargs)
        self.model, self.absent = model, absent

    def narrow(self, queryset: QuerySet, value: list[str]) -> QuerySet:
        for word in value:
            empty = _empty(self.model, word)
            queryset = queryset.filter(empty if self.absent else ~empty)
        return queryset


def words(model: type[models.Model]) -> list[Word]:
    """What a row of the model may leave empty, in the order of its columns."""
    found = [Word(CITATIONS, str(Citation._meta.verbose_name_plural))] if issubclass(model, Kind) else []
    outside = {column: name for name, column in PERIOD.items()} if issubclass(model, Period) else {}
    for field in model._meta.fields:
        may_be_empty = (field.blank or field.null) and not isinstance(field, EdgeField) and field.editable
        if may_be_empty and field.name not in HOUSEKEEPING | STAND_INS:
            found.append(Word(outside.get(field.name, field.name), str(field.verbose_name)))
    return found


def offer(model: type[models.Model], asked: type[Questions]) -> None:
    """Add both questions to a model's set."""
    asked.base_filters |= {
        "has": PresenceFilter(model=model, help_text=_("Only with all of these")),
        "lacks": PresenceFilter(model=model, absent=True, help_text=_("Only without any of these")),
    }


def _empty(model: type[models.Model], word: str) -> Q:
    if word == CITATIONS and issubclass(model, Kind):
        return ~Q(pk__in=public(Citation).order_by().values("record"))
    field = model._meta.get_field(PERIOD.get(word, word) if issubclass(model, Period) else word)
    return Q(**{f"{field.name}__isnull": True}) if field.null else Q(**{field.name: ""})
