"""What the pages of publishing and of releases ask alike: at what time, and into which release."""

from __future__ import annotations

from collections.abc import Sequence

from django import forms
from django.core.exceptions import ValidationError

from partnerships.editorial import releases as verbs
from partnerships.editorial.models import Release
from partnerships.editorial.publication import Reason
from partnerships.models import Record

ZONE = "The portal's time is UTC, the same in summer and winter."


class PlainForm(forms.Form):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)


class MomentField(forms.DateTimeField):
    """A day and a time of day, in the portal's time."""

    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

    def __init__(self, **kwargs):
        told = {"required": "Say when: a day and a time.", "invalid": "Give a day and a time, as 2027-04-01 09:00."}
        super().__init__(error_messages=told, help_text=ZONE, **kwargs)


def note_field(label: str, help_text: str) -> forms.CharField:
    """A sentence or two for readers, or for the log. The verbs say when one is needed."""
    area = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(label=label, required=False, max_length=2000, widget=area, help_text=help_text)


class CollectForm(PlainForm):
    """Which release: an open one, or a new one with a name."""

    into = forms.ChoiceField(label="Release", required=False)
    new_title = forms.CharField(
        label="Name of the new release", required=False, max_length=120, help_text="Readers see it."
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["into"].choices = open_releases()


def open_releases() -> list[tuple[str, str]]:
    """The releases that still take records, and a new one, as choices."""
    found = Release.objects.filter(status__in=[Release.Status.OPEN, Release.Status.FAILED], undoes=None)
    return [*((str(one.pk), one.title) for one in found), ("", "A new release")]


def collect(user, records: Sequence[Record], into: str, new_title: str, reason: Reason | None = None) -> Release:
    """Put records into the release that a form names, or into a new one. Raises Refusal."""
    if not into:
        return verbs.make(new_title, by=user, records=records, reason=reason)
    one = Release.objects.get(pk=into)
    verbs.collect(one, records, by=user, reason=reason)
    return one


def plan(user, records: Sequence[Record], at, reason: Reason) -> Release:
    """Publish records at a time. Raises Refusal."""
    if at is None:
        raise ValidationError("Say when: a day and a time.")
    return verbs.plan_records(records, at, by=user, reason=reason)
