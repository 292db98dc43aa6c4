"""The parts that answers are made of: words, partial dates, periods, stubs.

One rule for what isn't recorded: it is `null`, never an empty text; lists are empty. A part that follows a foreign key or
a list of rows says in `needs` what must be prefetched for it, so that no answer costs more queries for having more rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import Enum
from functools import partial

from django.db.models import Prefetch, QuerySet
from rest_framework import serializers

from partnerships.models import EndIs, InForce, Record, bounds
from partnerships.models.choices import split
from partnerships.queries.as_of import Day

from ..addresses import record_url


class Text(serializers.CharField):
    """A text that may be missing."""

    def __init__(self, **kwargs):
        super().__init__(**{"allow_null": True} | kwargs)

    def to_representation(self, value):
        return str(value) or None


class Address(serializers.URLField):
    """A web address that may be missing."""

    def __init__(self, **kwargs):
        super().__init__(**{"allow_null": True} | kwargs)

    def to_representation(self, value):
        return str(value) or None


class Word(serializers.ChoiceField):
    """One of a fixed set of words; `optional` where none may be recorded. The set is a named component of the schema."""

    def __init__(self, words: type[Enum], *, optional: bool = False, **kwargs):
        self.words = words
        labels = {word.value: str(getattr(word, "label", word.value)) for word in words if word.value}
        super().__init__(choices=list(labels.items()), **{"allow_null": optional} | kwargs)

    @property
    def component(self) -> str:
        """The name of the set in the schema: Framework.Type is FrameworkType."""
        return self.words.__qualname__.replace(".", "")

    def to_representation(self, value):
        return str(value) or None


class Several(serializers.ListField):
    """Some of a fixed set of words."""

    def __init__(self, words: type[Enum], **kwargs):
        self.words = words
        super().__init__(child=Word(words), **kwargs)

    def to_representation(self, value):
        return split(value)


class SeparatedNames(serializers.ListField):
    """Names that a record keeps as one text, separated by spaces."""

    def __init__(self, **kwargs):
        super().__init__(child=serializers.CharField(), **kwargs)

    def to_representation(self, value):
        return value.split()


class PartialDateSerializer(serializers.Serializer):
    """A date as precise as it is known. `text` is as written (EDTF): a year, month or day, with “~” for “about”."""

    text = serializers.CharField(help_text="1994, 1994-02, 1994-02-08; 1994~ for “about 1994”.")
    earliest = serializers.DateField(help_text="The first day that it may mean.")
    latest = serializers.DateField(help_text="The last day that it may mean.")

    def __init__(self, **kwargs):
        super().__init__(**{"allow_null": True} | kwargs)

    def to_representation(self, text):
        return partial_date(text)


def partial_date(text: str) -> dict | None:
    if not text:
        return None
    days = bounds(text)
    return {"text": text, "earliest": days.earliest.isoformat(), "latest": days.latest.isoformat()}


class Derived:
    """Mixed into a field whose value isn't an attribute: its `to_representation` is given the whole row or record."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{"source": "*"} | kwargs)


class PeriodSerializer(Derived, serializers.Serializer):
    """A half-open period. An empty `from` is an unknown beginning, never “always”; `end` says how `to` is meant."""

    def get_fields(self):  # "from" is no name that a class body could hold
        return {
            "from": PartialDateSerializer(),
            "to": PartialDateSerializer(),
            "end": Word(
                EndIs,
                help_text="open: still in force. until: `to` is the first day no longer in force. through: `to` is the last "
                "day, month or year in force. unknown: nobody knows whether it ended.",
            ),
        }

    def to_representation(self, row):
        return {"from": partial_date(row.start), "to": partial_date(row.end), "end": str(row.end_is)}


class InForceField(Derived, Word):
    """Whether the period of a row or record was in force on the day that the answer shows."""

    def __init__(self, **kwargs):
        super().__init__(InForce, **{"help_text": "Whether it was in force on the day shown."} | kwargs)

    def to_representation(self, row):
        return str(row.in_force(self.context["day"].day))


class StubSerializer(serializers.Serializer):
    """A record as others name it. `title` is today's; what a country was called on a day is its own `name`."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    slug = serializers.CharField()
    title = serializers.CharField()
    url = serializers.URLField(help_text="The record in this API.")

    def __init__(
        self,
        model: type[Record] = Record,
        *,
        optional: bool = False,
        rows: Callable[[], QuerySet] | None = None,
        **kwargs,
    ):
        """`rows` fetches more than a stub's columns, where other fields read them too."""
        self.rows = rows or partial(stubs, model)
        super().__init__(**{"allow_null": optional} | kwargs)

    def to_representation(self, record):
        return stub(record)

    def needs(self, day: Day) -> list[Prefetch]:
        return [Prefetch(self.source, queryset=self.rows())]


def stubs(model: type[Record], *more: str) -> QuerySet:
    """The columns of a stub, and some more. Bound to no database: a prefetch follows the rows it is made for."""
    return model._base_manager.only("kind", "slug", "title", *more)


def stub(record: Record) -> dict:
    return {
        "id": str(record.pk),
        "kind": record.kind,
        "slug": record.slug,
        "title": record.title,
        "url": record_url(record.kind, record.slug),
    }


def needs_of(fields: Iterable[serializers.Field], day: Day, *, known: str = "") -> list[Prefetch]:
    """What some fields need, each lookup once. `known` is what is there anyway: of rows fetched for their owner, the owner."""
    found: dict[str, Prefetch] = {}
    for field in fields:
        for lookup in field.needs(day) if hasattr(field, "needs") else ():
            found.setdefault(lookup.prefetch_to, lookup)
    found.pop(known, None)
    return list(found.values())
