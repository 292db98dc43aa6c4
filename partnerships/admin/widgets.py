"""Controls of the desk's forms.

They are drawn here and not by Django's widget templates: a country with 500 owned rows has some 6000 of them on one page.
Long lists of choices never stand in the page: a control for a record holds only the chosen one and asks the server for
others (static/desk/desk.js wakes it when it gets the focus), one for the rows of the record borrows a shared list.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from partnerships.models import Record

SCRIPTS = (
    "vendor/jquery/jquery.min.js",
    "vendor/select2/select2.full.min.js",
    "vendor/select2/i18n/en.js",
    "jquery.init.js",
    "autocomplete.js",
)


@lru_cache(maxsize=1024)
def _attributes(fixed: tuple[tuple[str, str], ...]) -> SafeString:
    """The attributes that all controls of one column share."""
    return flatatt(dict(fixed))


class Drawn:
    """Draws a control without a template."""

    def attributes(self, name: str, attrs: dict | None) -> SafeString:
        attrs = dict(attrs or {})
        own = format_html(' name="{}" id="{}"', name, attrs.pop("id", ""))
        return format_html("{}{}{}", _attributes(tuple(self.attrs.items())), own, flatatt(attrs) if attrs else "")


class DrawnInput(Drawn):
    def render(self, name, value, attrs=None, renderer=None):
        shown, attributes = self.format_value(value), self.attributes(name, attrs)
        if shown is None:
            return format_html('<input type="{}"{}>', self.input_type, attributes)
        return format_html('<input type="{}" value="{}"{}>', self.input_type, shown, attributes)


class TextControl(DrawnInput, forms.TextInput):
    pass


class NumberControl(DrawnInput, forms.NumberInput):
    pass


class HiddenControl(DrawnInput, forms.HiddenInput):
    pass


class DayControl(DrawnInput, forms.DateInput):
    """The browser's own calendar: no script, and on a phone the wheel that people know."""

    input_type = "date"

    def __init__(self, attrs=None):
        super().__init__(attrs, format="%Y-%m-%d")


class TickControl(Drawn, forms.CheckboxInput):
    def render(self, name, value, attrs=None, renderer=None):
        attributes = self.attributes(name, attrs)
        return format_html('<input type="checkbox" checked{}>' if value else '<input type="checkbox"{}>', attributes)


class ProseControl(Drawn, forms.Textarea):
    def render(self, name, value, attrs=None, renderer=None):
        return format_html("<textarea{}>\n{}</textarea>", self.attributes(name, attrs), self.format_value(value) or "")


def option(value: str, label: str, *, chosen: bool) -> SafeString:
    if chosen:
        return format_html('<option value="{}" selected>{}</option>', value, label)
    return format_html('<option value="{}">{}</option>', value, label)


class ChoiceControl(Drawn, forms.Select):
    """One of a few words."""

    def __init__(self, attrs=None, choices=()):
        super().__init__(attrs, choices)
        self.drawn: dict[str, SafeString] = {}  # the options by what is chosen; copies of the control share it

    def render(self, name, value, attrs=None, renderer=None):
        chosen = "" if value is None else str(value)
        if chosen not in self.drawn:
            options = ((option(key, label, chosen=str(key) == chosen),) for key, label in self.choices)
            self.drawn[chosen] = format_html_join("", "{}", options)
        return format_html("<select{}>{}</select>", self.attributes(name, attrs), self.drawn[chosen])


class RecordControl(Drawn, forms.Select):
    """A record, found by typing. `found` maps ids to records for the labels; without it each control asks for its own."""

    found: Mapping[str, Record] | None = None

    def __init__(self, field: models.ForeignKey, attrs=None):
        name = f"{field.model._meta.model_name}.{field.name}"
        super().__init__({"class": "pick", "data-pick": name, "data-clear": field.blank} | (attrs or {}))

    @property
    def media(self):
        """Django's own scripts for such controls; desk.js decides when they start."""
        return forms.Media(js=[f"admin/js/{file}" for file in SCRIPTS])

    def render(self, name, value, attrs=None, renderer=None):
        chosen = "" if value in (None, "") else str(value)
        label = option(chosen, self._label(chosen), chosen=True) if chosen else ""
        return format_html('<select{}><option value=""></option>{}</select>', self.attributes(name, attrs), label)

    def _label(self, chosen: str) -> str:
        if self.found is not None:
            return str(self.found.get(chosen, chosen))
        try:
            return str(self.choices.queryset.get(pk=UUID(chosen)))
        except (ValueError, self.choices.queryset.model.DoesNotExist):
            return chosen


def share(field: forms.Field) -> forms.Field:
    """Let all forms of a formset use this one field, where Django would give each a copy: nothing in it is one row's."""
    field.__deepcopy__ = lambda memo: field
    return field


class RecordChoice(forms.ModelChoiceField):
    """A record, as RecordControl asks for it. `found` holds all that a form of many rows needs, from one query."""

    found: Mapping[str, Record] | None = None
    default_error_messages = {
        "invalid_choice": "This record isn't there any more, or can't stand here. Choose another."
    }

    def find_among(self, found: Mapping[str, Record]) -> None:
        self.found = self.widget.found = found

    def to_python(self, value):
        if self.found is None or value in self.empty_values:
            return super().to_python(value)
        if (record := self.found.get(str(value))) is None:
            raise ValidationError(self.error_messages["invalid_choice"], code="invalid_choice")
        return record


class SharedControl(Drawn, forms.Select):
    """One of many words that stand once in the page, in a <template> of the id `list_id`."""

    known: Mapping[str, str] = {}

    def __init__(self, list_id: str, attrs=None):
        super().__init__({"data-list": list_id} | (attrs or {}))

    def render(self, name, value, attrs=None, renderer=None):
        chosen = value or ""
        label = self.known.get(chosen, "a row that is gone")
        return format_html("<select{}>{}</select>", self.attributes(name, attrs), option(chosen, label, chosen=True))


class SharedChoice(forms.Field):
    """A key of `known`, which all fields of a form of many rows share."""

    known: Mapping[str, str] = {}

    def choose_among(self, known: Mapping[str, str]) -> None:
        self.known = self.widget.known = known

    def clean(self, value):
        value = value or ""
        if value not in self.known:
            raise ValidationError("Choose one of the fields or rows of this record.", code="invalid_choice")
        return value
