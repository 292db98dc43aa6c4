"""What a list is asked, on its page: the parameters that hold lists, and what is asked as removable chips."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Model

from partnerships.models import Kind
from partnerships.publishing.reading import public
from partnerships.queries.facets import NARROWING, Facet
from partnerships.queries.filters import QUESTIONS
from partnerships.queries.presence import PresenceFilter
from partnerships.queries.questions import ChoiceListFilter, ListQuestion, RecordListFilter

from .visits import Visit


@dataclass(frozen=True)
class Chip:
    """One filter in use, and the address without it."""

    label: str
    without: str


def list_parameters(kind: type[Kind]) -> tuple[str, ...]:
    """The parameters of a kind's list that hold lists of values."""
    return tuple(name for name, one in QUESTIONS[kind].base_filters.items() if isinstance(one, ListQuestion))


def chips(kind: type[Model], visit: Visit, names: Collection[str] | None = None) -> list[Chip]:
    """What is asked, of everything or by some names, one value a chip. A query for each parameter that names records."""
    found = []
    for name, one in QUESTIONS[kind].base_filters.items():
        given = visit.given.get(name, "").strip()
        if not given or (names is not None and name not in names):
            continue
        values = given.split(",") if isinstance(one, ListQuestion) else [given]
        labels = dict(_labels(one, values))
        for value in values:
            rest = ",".join(other for other in values if other != value)
            label = labels.get(value, value)
            if isinstance(one, PresenceFilter):
                label = f"{one.extra['help_text']}: {label}"
            elif not isinstance(one, ListQuestion):
                label = f"{one.extra.get('help_text', name)}: {value}" if name != "q" else f"“{value}”"
            without = {name: rest}
            if not rest:
                without |= {narrowing: "" for narrowing, other in NARROWING.items() if other == name}
            found.append(Chip(label, visit.here(**without)))
    return found


def parameters_to_keep(visit: Visit, shown: list[Facet]) -> dict[str, str]:
    """What the form of the facets has to send along: what it has no field for."""
    fields = {"q", *(facet.name for facet in shown)}
    kept = visit.parameters_to_keep()
    return {name: value for name, value in kept.items() if name not in fields and NARROWING.get(name) not in fields}


def _labels(one, values: list[str]) -> list[tuple[str, str]]:
    if isinstance(one, ChoiceListFilter):
        return [(choice.value, str(choice.label)) for choice in one.choices]
    if isinstance(one, RecordListFilter):
        rows = public(one.kind).filter(slug__in=values).values_list("slug", "title", "short_title")
        return [(slug, short or title) for slug, title, short in rows]
    return []
