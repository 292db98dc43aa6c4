"""A save over somebody else's: the form comes back merged, and says what was taken over and where to choose.

Works on what stands in the form, as the browser sent it: base and newest version are put into the same shape by the
form's own fields, so a value that can't be read yet merges like any other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django import forms
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _

from partnerships.editorial.differences import Bit, label_of, prose
from partnerships.editorial.merging import Conflict, Copy, Merged, Value, Values, merge
from partnerships.editorial.models import Revision
from partnerships.editorial.saving import document_of
from partnerships.models import Kind, Record
from partnerships.publishing.documents import Document, instances
from partnerships.publishing.log import EDITORIAL

from .standing import names
from .widgets import ProseControl

OWN = ("version", "opened_revision", "save_note")
"""Fields of the form that aren't the record's."""
TAKE, THEIRS = "take-", "theirs-"


class Choice(NamedTuple):
    """One place where two people wanted different things: said in words, with the name of the field it stands in."""

    where: str
    base: str
    theirs: str
    mine: str
    bits: tuple[tuple[Bit, ...], ...]
    """Of a long text: theirs against mine, word by word."""
    name: str
    take: Value
    """What taking theirs puts into the field."""


@dataclass
class Outcome:
    """What the form shows above its fields after a merge."""

    by: str
    revision: int
    choices: list[Choice]
    taken: list[str]


# From and to the shape of forms ---------------------------------------------------------------------------------------


def _shown(field: forms.Field, value) -> Value:
    """A value as the field's control would send it."""
    if isinstance(field.widget, forms.CheckboxInput):
        return ("on",) if value else ()
    shown = field.widget.format_value(field.prepare_value(value))
    return _tidy(shown if isinstance(shown, (list, tuple)) else [shown])


def _tidy(values: Iterable) -> Value:
    texts = (str(value).replace("\r\n", "\n").strip() for value in values if value is not None)
    return tuple(text for text in texts if text)


def _values(form: forms.ModelForm, leave: Iterable[str]) -> Values:
    return {
        name: _shown(field, form.get_initial_for_field(field, name))
        for name, field in form.fields.items()
        if name not in leave
    }


def _copy_of(document: Document, form_class, sets: Mapping[str, type]) -> Copy:
    parts, rows = instances(document)
    copy = Copy(_values(form_class(instance=parts[-1]), OWN))
    for name, formset in sets.items():
        fk = formset.fk.name
        copy.rows[name] = {str(row.pk): _values(formset.form(instance=row), ("id", fk)) for row in rows.get(name, ())}
    return copy


def _sent(data: QueryDict, form: forms.ModelForm, sets: Mapping[str, type]) -> Copy:
    """What was sent, as a copy. Rows that are ticked for removal are not in it; new rows have a key of their own."""
    copy = Copy({name: _tidy(data.getlist(name)) for name in form.fields if name not in OWN})
    for name, formset in sets.items():
        rows = copy.rows[name] = {}
        fields = [
            field for field in (*formset.form.base_fields, *formset.form.declared_fields) if field != formset.fk.name
        ]
        for number in range(_count(data, f"{name}-TOTAL_FORMS")):
            prefix = f"{name}-{number}"
            if f"{prefix}-DELETE" in data:
                continue
            saved = number < _count(data, f"{name}-INITIAL_FORMS")
            key = data.get(f"{prefix}-id", "") if saved else f"new {number}"
            rows[key] = {field: _tidy(data.getlist(f"{prefix}-{field}")) for field in fields if field != "id"}
    return copy


def _count(data: QueryDict, name: str) -> int:
    text = data.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


# Merging --------------------------------------------------------------------------------------------------------------


def merged(request: HttpRequest, door, record: Kind) -> tuple[QueryDict, Outcome] | None:
    """What was sent, merged with what has been saved since; None when that can't be said (a text was taken down)."""
    newest = Revision.objects.filter(record=record.pk).order_by("-number").first()
    theirs = document_of(newest) if newest else None
    if newest is None or theirs is None:
        return None
    opened = request.POST.get("opened_revision", "")
    base = (
        Revision.objects.filter(record=record.pk, number=int(opened)).first()
        if opened.isdecimal() and len(opened) < 9
        else None
    )
    was = document_of(base) if base else None
    form_class = door.get_form(request, record, change=True)
    sets = {
        formset.get_default_prefix(): formset
        for formset, inline in door.get_formsets_with_inlines(request, record)
        if formset.get_default_prefix() in theirs["rows"]
    }
    form = form_class(instance=record)
    long = {name for name, field in form.fields.items() if isinstance(field.widget, ProseControl)}
    now = _copy_of(theirs, form_class, sets)
    found = merge(_copy_of(was, form_class, sets) if was else None, now, _sent(request.POST, form, sets), long)
    data, places = _as_sent(request.POST, found, now, sets, record, newest)
    words = _Words(form, sets, found, now)
    choices = [_choice(one, words, places, long) for one in found.conflicts]
    taken = list(dict.fromkeys(words.place(one.list, one.row, one.field) for one in found.taken))
    return data, Outcome(names([newest.by])[newest.by], newest.number, choices, taken)


def _as_sent(data: QueryDict, found: Merged, now: Copy, sets, record: Kind, newest: Revision):
    """The merged copy as the form would send it, and where each row stands in it."""
    sent = data.copy()
    for name in [
        name
        for name in sent
        if any(name.startswith(f"{prefix}-") for prefix in sets) or name.startswith((TAKE, THEIRS, "_"))
    ]:
        del sent[name]
    for name, value in found.copy.fields.items():
        sent.setlist(name, list(value))
    places: dict[tuple[str, str], str] = {}
    for name, formset in sets.items():
        stood = [data.get(f"{name}-{number}-id", "") for number in range(_count(data, f"{name}-INITIAL_FORMS"))]
        saved = list(dict.fromkeys([key for key in stood if key in now.rows[name]] + list(now.rows[name])))
        rows = found.copy.rows[name]
        order = [*saved, *(key for key in rows if key not in now.rows[name])]
        for number, key in enumerate(order):
            prefix = places[name, key] = f"{name}-{number}"
            sent[f"{prefix}-{formset.fk.name}"] = str(record.pk)
            if key in now.rows[name]:
                sent[f"{prefix}-id"] = key
            if key not in rows:
                sent[f"{prefix}-DELETE"] = "on"
            for field, value in rows.get(key, now.rows[name].get(key, {})).items():
                sent.setlist(f"{prefix}-{field}", list(value))
        sent[f"{name}-INITIAL_FORMS"], sent[f"{name}-TOTAL_FORMS"] = str(len(saved)), str(len(order))
        sent[f"{name}-MIN_NUM_FORMS"], sent[f"{name}-MAX_NUM_FORMS"] = "0", "1000"
    sent["version"], sent["opened_revision"], sent["_merged"] = str(record.version), str(newest.number), "1"
    return sent, places


def take_theirs(data: QueryDict) -> QueryDict:
    """What was sent, where the person chose the other's version in a merge."""
    if not any(name.startswith(TAKE) for name in data):
        return data
    chosen = data.copy()
    for name in [name for name in data if name.startswith(TAKE)]:
        field = name.removeprefix(TAKE)
        if data[name] == "theirs":
            chosen.setlist(field, data.getlist(THEIRS + field))
        del chosen[name]
    for name in [name for name in chosen if name.startswith(THEIRS)]:
        del chosen[name]
    return chosen


# In words -------------------------------------------------------------------------------------------------------------


class _Words:
    """Values and places as an editor reads them. One query for the titles of all records that are named."""

    def __init__(self, form, sets, found: Merged, now: Copy):
        self.form, self.sets, self.rows = form, sets, found.copy.rows
        self.now = now
        values = [value for one in found.conflicts for side in (one.base, one.theirs, one.mine) for value in side or ()]
        values += [
            text
            for rows in found.copy.rows.values()
            for row in rows.values()
            for value in row.values()
            for text in value
        ]
        ids = {text for text in values if len(text) == 36 and text.count("-") == 4}
        self.titles = {
            str(pk): title
            for pk, title in Record.objects.using(EDITORIAL).filter(pk__in=ids).values_list("pk", "title")
        }

    def field(self, name: str, key: str) -> forms.Field:
        return (self.sets[name].form.base_fields if name else self.form.fields)[key]

    def value(self, name: str, key: str, value: Value | None) -> str:
        labels = (
            dict(_flat(getattr(self.field(name, key), "choices", ())))
            if value and not self._is_record(name, key)
            else {}
        )
        return ", ".join(self.titles.get(text) or str(labels.get(text, text)) for text in value or ()) or _("nothing")

    def _is_record(self, name: str, key: str) -> bool:
        return isinstance(self.field(name, key), forms.ModelChoiceField)

    def place(self, name: str, row: str, key: str) -> str:
        label = str(self.field(name, key).label or key) if key else ""
        if not name:
            return label
        head = label_of(type(self.form.instance), name)
        values = self.rows[name].get(row) or self.now.rows[name].get(row) or {}
        said = ", ".join(self.value(name, field, value) for field, value in list(values.items())[:3] if value)
        return f"{head}: {said or _('a row')}" + (f" – {label}" if label else "")


def _flat(choices) -> list[tuple[str, str]]:
    return [(str(key), str(label)) for key, label in choices if not isinstance(label, (list, tuple))]


def _choice(one: Conflict, words: _Words, places: Mapping[tuple[str, str], str], long: set[str]) -> Choice:
    where = words.place(one.list, one.row, one.field)
    if not one.field:
        name = f"{places[one.list, one.row]}-DELETE"
        if one.mine is None:
            said = (_("there"), _("changed"), _("removed, which isn’t done: they changed it"))
            return Choice(where, *said, (), name, ("on",))
        return Choice(where, _("there"), _("removed"), _("changed, and kept"), (), name, ("on",))
    name = f"{places[one.list, one.row]}-{one.field}" if one.list else one.field
    said = [words.value(one.list, one.field, side) for side in (one.base, one.theirs, one.mine)]
    if one.base is None:
        said[0] = _("not known")
    bits = prose(said[2], said[1]) if one.field in long and not one.list else ()
    return Choice(where, *said, bits, name, one.theirs or ())
