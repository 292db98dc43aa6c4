"""Where a record is used: everything that points at it, and how."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from partnerships.models import (
    Citation,
    Claim,
    Focus,
    Kind,
    Link,
    Membership,
    Participant,
    Participation,
    Record,
    record_links,
)
from partnerships.publishing.documents import pointers
from partnerships.publishing.feed import linking_texts, pointing_models
from partnerships.publishing.log import EDITORIAL

from .filters import with_state

PAGE = 100
HOW = {
    (Citation, "source"): "cites it",
    (Claim, "made_in"): "was stated in it",
    (Membership, "framework"): "is or was a member",
    (Participation, "programme"): "takes or took part in it",
    (Participant, "partner"): "names it as a participant",
    (Focus, "topic"): "has it as a focus",
}
"""How an editor says what a key means, the record that has the key being named before."""


@dataclass(frozen=True)
class Use:
    """A record that points here, and how it does: words, each with how often."""

    record: Record
    how: list[str]


def ways(record: Kind) -> dict[UUID, Counter]:
    """How other records point at one: by their ids. One query for each key that may lead to a record of its kind."""
    found: dict[UUID, Counter] = {}
    for source, words in _pointing(record):
        if source != record.pk:
            found.setdefault(source, Counter())[words] += 1
    return found


def _pointing(record: Kind) -> Iterator[tuple[UUID, str]]:
    for model, owner in sorted(pointing_models(), key=lambda one: one[0]._meta.label):
        for name, target in pointers(model).items():
            if target not in ("", record.kind):
                continue
            rows = model._base_manager.using(EDITORIAL).filter(**{name: record.pk}).order_by()
            if model is Link:
                labels = dict(Link.Relation.choices)
                yield from ((pk, f"{labels[relation]} it") for pk, relation in rows.values_list(owner, "relation"))
            else:
                words = HOW.get((model, name)) or f"has it as its {model._meta.get_field(name).verbose_name}"
                yield from ((pk, words) for pk in rows.values_list(owner, flat=True))
    for pk, text in linking_texts(EDITORIAL):
        if record.pk in record_links(text):
            yield pk, "links to it in its text"


def uses_view(request: HttpRequest, door, pk: UUID) -> HttpResponse:
    """What points at a record, by kind and title, a hundred to a page."""
    record = door.wanted(request, pk, "view")
    found = ways(record)
    rows = with_state(Record.objects.using(EDITORIAL).filter(pk__in=found)).order_by("kind", "title", "pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("p"))
    request.current_app = door.admin_site.name
    context = {
        "title": f"Where {record.title} is used",
        "opts": door.opts,
        "record": record,
        "page": page,
        "uses": [Use(row, [_times(words, n) for words, n in found[row.pk].items()]) for row in page],
    }
    return TemplateResponse(request, "admin/desk/uses.html", door.admin_site.each_context(request) | context)


def _times(words: str, number: int) -> str:
    return words if number == 1 else f"{words} ({number} times)"
