"""What the desk offers to those who write: a text as its readers will see it, what it may be lacking, and notes to insert.

Both answers are about what stands in the form, saved or not, and change nothing.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST

from partnerships.editorial.permissions import may
from partnerships.editorial.writing import remarks
from partnerships.models import Citation, Image, Record, Source, pictures_of, record_links, uuid7
from partnerships.publishing.log import EDITORIAL
from partnerships.queries.notes import Note, Notes
from partnerships.queries.pictures import pictures_in
from partnerships.queries.prose import linked, noted, paths_in, to_html

ROW = re.compile(r"citations-(\d{1,5})-source")


@require_POST
def preview(request: HttpRequest) -> HttpResponse:
    """A text as the public page would show it, with the notes of the form's citations and with remarks.

    Five queries, three more where the text shows pictures.
    """
    if not may(request.user, "change"):
        raise PermissionDenied
    text, most = request.POST.get("text", ""), settings.LIMITS["text_length"]
    if len(text) > most:
        return render(request, "admin/desk/_preview.html", {"too_long": most})
    notes = _notes(request.POST)
    paths, pictures = paths_in([text]), pictures_in([text])
    absent = record_links(text) - paths.keys() - pictures.keys()
    waiting = Record.objects.using(EDITORIAL).filter(pk__in=absent).order_by("title")
    context = {
        "html": to_html(linked(noted(text, notes.of_source), paths), pictures=pictures),
        "notes": notes.list,
        "waiting": list(waiting),
        "remarks": remarks(
            text, cited=bool(notes.of_record()), slugs=_slugs(notes, text), pictures=_troubles(text, pictures)
        ),
    }
    return render(request, "admin/desk/_preview.html", context)


def _troubles(text: str, public: Collection[UUID]) -> dict[UUID, str]:
    """What is in the way of showing the pictures of a text, by image."""
    if not (ids := pictures_of(text)):
        return {}
    held = Image.objects.using(EDITORIAL).only("alt", "decorative").in_bulk(ids)
    said = {pk: "This isn't a picture of the library." for pk in ids - held.keys()}
    said |= {pk: "This picture isn't public yet: it has to be published with the text." for pk in held.keys() - public}
    lacking = (pk for pk, image in held.items() if not image.alt and not image.decorative)
    return said | {
        pk: "This picture has no alternative text: say in the image's record what it shows." for pk in lacking
    }


def _slugs(notes: Notes, text: str) -> set[str]:
    """The sources that a text may name: the cited ones, by the names they have and by those they had."""
    slugs = {note.source.slug for note in notes.list}
    named = {slug for slug in re.findall(r"\[\^([-\w]+)", text) if slug not in slugs}
    return slugs | {slug for slug in named if notes.of_source(slug)}


@require_POST
def choices(request: HttpRequest) -> HttpResponse:
    """The notes that a text can have: the sources that the form cites, with what is inserted for each. One query."""
    if not may(request.user, "change"):
        raise PermissionDenied
    notes = _notes(request.POST)
    return JsonResponse({"notes": [choice.__dict__ for choice in _choices(notes.list)]})


@dataclass(frozen=True)
class Choice:
    """A note to choose: its number and source, and what is inserted in the text."""

    text: str
    insert: str


def _choices(notes: list[Note]) -> list[Choice]:
    found = []
    for note in notes:
        place = note.citation.locator
        several = sum(other.source == note.source for other in notes) > 1
        mark = f"{note.source.slug}: {place}" if several and place and "]" not in place else note.source.slug
        found.append(Choice(f"{note.number} · {note.citation}", f"[^{mark}]"))
    return found


def _notes(form: QueryDict) -> Notes:
    """The notes that the citations of a form would be. Rows without a source, or taken out, are none."""
    record = Record(pk=_id(form.get("record", "")) or uuid7())
    numbers = sorted(int(found[1]) for name in form if (found := ROW.fullmatch(name)))
    rows = {number: {name: form.get(f"citations-{number}-{name}", "") for name in _NAMES} for number in numbers}
    wanted = {row["source"]: pk for row in rows.values() if (pk := _id(row["source"])) and not row["DELETE"]}
    found = Source.objects.using(EDITORIAL).defer("summary", "body").in_bulk(wanted.values()) if wanted else {}
    citations = []
    for number, row in rows.items():
        source = found.get(wanted.get(row["source"]))
        if source is None or row["DELETE"]:
            continue
        what, _, which = row["supports"].partition(":")
        citations.append(
            Citation(
                record=record,
                source=source,
                stance=row["stance"] or Citation.Stance.SUPPORTS,
                field=which if what == "field" else "",
                row=_id(which) if what == "row" else None,
                locator=row["locator"].strip(),
                quotation=row["quotation"].strip(),
                checked_on=_day(row["checked_on"]),
                position=int(row["position"]) if row["position"].isdecimal() else number,
            )
        )
    citations.sort(key=lambda one: one.position)
    return Notes(citations, record, [one.row for one in citations if one.row])


_NAMES = ("source", "supports", "stance", "locator", "quotation", "checked_on", "position", "DELETE")


def _id(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
