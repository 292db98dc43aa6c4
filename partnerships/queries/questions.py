"""How lists are asked: parameters as filters, read strictly, and what a list can be sorted by.

A filter's `help_text` is the label on the page and the description in the API's schema. Slugs that lead nowhere and values
outside a choice are refused with a hint, not answered with an empty list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from enum import Enum
from typing import Any

import django_filters as filters
from django.db import models
from django.db.models import F, Q

from partnerships.models import Kind, Partner
from partnerships.publishing.reading import public

from . import search
from .parameters import BadParameter, check_query, nearest

# Kinds of filters -----------------------------------------------------------------------------------------------------


class Question(filters.CharFilter):
    """One parameter of a list. `read` makes values of its text, or refuses it; `narrow` asks the rows."""

    @property
    def name(self) -> str:
        """The parameter's name in the address."""
        return next(name for name, one in self.parent.filters.items() if one is self)

    def refusal(self, message: str, hint: str = "") -> BadParameter:
        return BadParameter(self.name, message + (f" Did you mean “{hint}”?" if hint else ""), hint=hint)

    def read(self, text: str):
        return text

    def narrow(self, queryset, value):
        return queryset.filter(**{self.field_name: value})

    def ask(self, queryset, text: str):
        """The rows that answer. Where the set names a `method`, django-filter has put that in place of `filter`."""
        value = self.read(text)
        return self.filter(queryset, value) if self._method else self.narrow(queryset, value)


class ListQuestion(Question):
    """Several values, separated by commas: any of them will do."""

    def narrow(self, queryset, value):
        return queryset.filter(**{f"{self.field_name}__in": value})

    def words_of(self, text: str) -> list[str]:
        words = list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
        if not words:
            raise self.refusal(f"“{self.name}” names nothing; give one or more values, with commas between them.")
        return words


class ChoiceListFilter(ListQuestion):
    """Some of a fixed set of words: the values of a class of choices, or plain words."""

    def __init__(self, *args, choices: type[Enum] | Iterable[Any], **kwargs):
        super().__init__(*args, **kwargs)
        self.choices = choices
        self.words = [word for word in (str(getattr(choice, "value", choice)) for choice in choices) if word]

    def title_of(self, word: str) -> str:
        """What one of the words is called."""
        return next((str(one.label) for one in self.choices if getattr(one, "value", one) == word), word)  # type: ignore[union-attr]

    def read(self, text: str) -> list[str]:
        given = self.words_of(text)
        for word in given:
            if word not in self.words:
                said = f"“{word[:60]}” is no value of “{self.name}”; it can be {', '.join(self.words)}."
                raise self.refusal(said, nearest(word, self.words))
        return given


class RecordListFilter(ListQuestion):
    """Slugs of public records of one kind. Partners may be named by their country codes as well."""

    def __init__(self, *args, kind: type[Kind], **kwargs):
        super().__init__(*args, **kwargs)
        self.kind = kind

    def read(self, text: str) -> list:
        given = self.words_of(text)
        rows = public(self.kind)
        wanted = Q(slug__in=given)
        codes = ("iso2", "iso3") if self.kind is Partner else ()
        for code in codes:
            wanted |= Q(**{f"{code}__in": [word.upper() for word in given]})
        by_name = {
            str(name).lower(): pk
            for pk, *names in rows.filter(wanted).values_list("pk", "slug", *codes)
            for name in names
            if name
        }
        for word in given:
            if word.lower() not in by_name:
                known = rows.order_by("slug").values_list("slug", flat=True)[:2000]
                raise self.refusal(f"There is no {self.kind._meta.verbose_name} “{word[:80]}”.", nearest(word, known))
        return [by_name[word.lower()] for word in given]


class YearFilter(Question):
    """A year, or a range of years: 2014, 2014-2020, 2014-, -2020."""

    SHAPE = re.compile(r"(?P<first>[1-9]\d{3})?(?P<to>-)?(?P<last>[1-9]\d{3})?", re.ASCII)

    def read(self, text: str) -> tuple[date, date]:
        match = self.SHAPE.fullmatch(text)
        if not match or not (match["first"] or match["last"]) or (match["first"] and match["last"] and not match["to"]):
            raise self.refusal(f"“{text[:40]}” is no year; write 2014, 2014-2020, 2014- or -2020.")
        first, last = match["first"] or "0001", match["last"] or ("9999" if match["to"] else match["first"])
        return date(int(first), 1, 1), date(int(last), 12, 31)

    def narrow(self, queryset, value):
        return queryset.filter(**{f"{self.field_name}__range": value})


class YesNoFilter(Question):
    """true or false."""

    def read(self, text: str) -> bool:
        if text not in ("true", "false"):
            raise self.refusal(f"“{text[:40]}” is neither true nor false.")
        return text == "true"


class QueryFilter(Question):
    """Words to be found in titles, other names, codes and texts."""

    def read(self, text: str) -> str:
        return check_query(text)

    def narrow(self, queryset, value):
        return search.narrow(queryset, value)


# The base of the sets -------------------------------------------------------------------------------------------------


class Questions(filters.FilterSet):
    """Base of the sets. `orderings` maps the names that a list can be sorted by to what sorts it (never null)."""

    orderings: dict = {"title": F("title")}
    default_ordering = "title"
    begins = ""
    """The column that says when an event came or a period began; empty for what has no such day."""

    def __init__(self, data=None, queryset=None, *, day: date, dated: bool = False, **kwargs):
        """`dated`: someone asked for the day. Then rows that came later than it are left out."""
        self.day, self.dated = day, dated
        super().__init__(data, queryset, **kwargs)

    @classmethod
    def parameters(cls) -> list[str]:
        return list(cls.base_filters)

    @classmethod
    def sort_names(cls) -> list[str]:
        return ["id", *cls.orderings]

    @property
    def qs(self):
        """The rows that answer; raises BadParameter."""
        if not hasattr(self, "_rows"):
            rows = self.queryset.all()
            if self.dated and self.begins:
                rows = rows.filter(Q(**{f"{self.begins}__isnull": True}) | Q(**{f"{self.begins}__lte": self.day}))
            for name, one in self.filters.items():
                if value := (self.data.get(name) or "").strip():
                    rows = one.ask(rows, value)
            self._rows = rows
        return self._rows

    def sorted(self, ordering: str) -> tuple[models.QuerySet, str, list[tuple[str, bool]]]:
        """The rows with their sort key beside them, the ordering's full name, and the keys for paging."""
        ordering = ordering or self.default_ordering
        name, descending = ordering.removeprefix("-"), ordering.startswith("-")
        if name == "id":
            return self.qs, ordering, [("id", descending)]
        if name not in self.orderings:
            allowed = self.sort_names()
            raise BadParameter(
                "ordering",
                f"The list can't be sorted by “{name[:60]}”; it can be by {', '.join(allowed)}, each also with “-” before it.",
                hint=nearest(name, allowed),
            )
        expression = self.orderings[name]
        if isinstance(expression, F):
            column = expression.name  # type: ignore[attr-defined]
            rows, of_record = self.qs, column in ("title", "slug")
            if of_record and issubclass(rows.model, Kind):  # then an index gives the order
                rows = rows.filter(kind=rows.model.kind_name())
            return rows, ordering, [(column, descending), ("id" if of_record else "pk", descending)]
        return self.qs.annotate(sort_key=expression), ordering, [("sort_key", descending), ("pk", descending)]
