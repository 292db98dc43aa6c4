"""A field for several of a fixed set of words, kept as text: `interoperability;crisis_response`."""

from __future__ import annotations

from django import forms
from django.core.exceptions import ValidationError
from django.db import models


class SeveralField(models.CharField):
    """Some of the values of a TextChoices class, in its order, joined by semicolons. The attribute is the text itself."""

    def __init__(self, *args, of: type[models.TextChoices] | None = None, **kwargs):
        self.of = of
        super().__init__(*args, **{"max_length": 200, "blank": True} | kwargs)

    def deconstruct(self):
        name, path, args, kwargs = super().deconstruct()
        return name, path, args, kwargs  # the set of words is no matter of the database

    def to_python(self, value):
        if value is None:
            return ""
        chosen = set(value if isinstance(value, (list, tuple)) else filter(None, str(value).split(";")))
        if self.of is None:
            return ";".join(sorted(chosen))
        if unknown := sorted(chosen - set(self.of.values)):
            raise ValidationError(
                f"{', '.join(unknown)}: choose from {', '.join(self.of.values)}.", code="unknown_choice"
            )
        return ";".join(word for word in self.of.values if word in chosen)

    def get_prep_value(self, value):
        return super().get_prep_value(self.to_python(value))

    def formfield(self, **kwargs):
        return forms.TypedMultipleChoiceField(
            choices=self.of.choices if self.of else [],
            required=not self.blank,
            label=kwargs.get("label", self.verbose_name.capitalize()),
            help_text=self.help_text,
            widget=forms.CheckboxSelectMultiple,
            coerce=str,
        )

    def value_from_object(self, obj):
        """The list that the checkboxes of a form expect."""
        return split(getattr(obj, self.attname))

    def value_to_string(self, obj):
        return getattr(obj, self.attname)


def split(text: str) -> list[str]:
    return [word for word in text.split(";") if word]


def labels(choices: type[models.TextChoices], text: str) -> list[str]:
    """The words of a SeveralField as a reader would say them."""
    return [str(choices(word).label) for word in split(text)]
