"""Citations, edited with the record whose facts they support."""

from __future__ import annotations

import re
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils.functional import cached_property

from partnerships.editorial.differences import label_of, said
from partnerships.models import Citation, Record
from partnerships.publishing.documents import owned_rows, pointers
from partnerships.publishing.log import EDITORIAL

from .rows import RowForm, RowFormSet, RowInline
from .widgets import SharedChoice, SharedControl, share

LIST_ID = "citation-supports"


class CitationForm(RowForm):
    """One citation. What it supports is one choice: the record, a field, a list of rows, or one row."""

    supports = share(SharedChoice(widget=SharedControl(LIST_ID, {"aria-label": "Supports"}), required=False))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["supports"] = _key(self.instance)

    def clean(self):
        cleaned = super().clean()
        what, _, which = cleaned.get("supports", "").partition(":")
        self.instance.field = which if what == "field" else ""
        self.instance.row = UUID(which) if what == "row" else None
        if {"source", "supports", "stance", "locator", "quotation", "checked_on"} & set(self.changed_data):
            self.instance.verified_on, self.instance.value_digest = None, ""  # what was verified was something else
        return cleaned


def _key(citation: Citation) -> str:
    if citation.row:
        return f"row:{citation.row}"
    return f"field:{citation.field}" if citation.field else ""


class CitationFormSet(RowFormSet):
    @cached_property
    def choices(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """What a citation may support, in groups: (head, [(key, label)]). Rows are the saved ones of the record."""
        kind = type(self.instance)
        lists = {name: model for name, model in owned_rows(kind).items() if name in kind.citable()}
        named = sorted((label_of(kind, name), name) for name in kind.citable() - lists.keys())
        groups = [
            ("", [("", "The record as a whole")]),
            ("Fields", [(f"field:{name}", label) for label, name in named]),
        ]
        groups.append(("Lists", [(f"field:{name}", label_of(kind, name)) for name in lists]))
        for name, rows in self._saved_rows(lists).items():
            groups.append((label_of(kind, name), [(f"row:{pk}", words) for pk, words in rows]))
        return [group for group in groups if group[1]]

    def _saved_rows(self, lists: dict) -> dict[str, list[tuple[UUID, str]]]:
        if not self.instance._is_pk_set():
            return {}
        rows = {
            name: list(model._base_manager.using(EDITORIAL).filter(**{model.owner: self.instance.pk}))
            for name, model in lists.items()
        }
        wanted = {getattr(row, f"{key}_id") for part in rows.values() for row in part for key in pointers(type(row))}
        titles = Record.objects.using(EDITORIAL).filter(pk__in=wanted - {None}).values_list("pk", "title")
        names = {str(pk): title for pk, title in titles}
        return {name: [(row.pk, str(said(row, names))) for row in part] for name, part in rows.items()}

    @cached_property
    def known(self) -> dict[str, str]:
        return {key: label for _, part in self.choices for key, label in part}

    def add_fields(self, form, index):
        super().add_fields(form, index)
        form.fields["supports"].choose_among(self.known)

    def clean(self):
        super().clean()
        removed = self._removed_rows()
        for form in self.standing_forms():
            if form.instance.row in removed:
                raise ValidationError(
                    f"The citation of “{form.instance.source}” supports a row that you are removing: remove the citation "
                    "too, or let it support something else.",
                    code="row_removed",
                )

    def _removed_rows(self) -> set[UUID]:
        """The rows of the record's other lists that this submission removes."""
        lists = "|".join(owned_rows(type(self.instance)))
        ticked = (key.removesuffix("DELETE") for key in self.data if re.fullmatch(rf"({lists})-\d+-DELETE", key))
        removed = set()
        for key in ticked:
            try:
                removed.add(UUID(self.data.get(f"{key}id", "")))
            except ValueError:
                continue  # a new row that was taken back
        return removed


class CitationInline(RowInline):
    model = Citation
    form = CitationForm
    formset = CitationFormSet
    fields = (
        "source",
        "supports",
        "stance",
        "locator",
        "quotation",
        "checked_on",
        "checked_as",
        "read_as",
        "position",
    )
    list_id = LIST_ID

    def explain(self, name: str) -> str:
        if name == "supports":
            return "What the source says something about: the record as a whole, a field, a list, or one saved row."
        return super().explain(name)
