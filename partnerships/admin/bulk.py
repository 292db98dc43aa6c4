"""What is done to several records of a list: each action has a page that shows what will happen before it does it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from partnerships.editorial.permissions import may, people_who_may
from partnerships.editorial.saving import Stale
from partnerships.editorial.upkeep import assign, set_review_day
from partnerships.models import Kind
from partnerships.publishing.feed import Refusal

from .addresses import list_address
from .widgets import ChoiceControl, DayControl


class OwnerForm(forms.Form):
    owner = forms.ChoiceField(label="Owner", required=False, widget=ChoiceControl)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)
        people = [(one.get_username(), one.get_full_name() or one.get_username()) for one in people_who_may("change")]
        self.fields["owner"].choices = [("", "Nobody"), *people]


class ReviewDayForm(forms.Form):
    review_by = forms.DateField(
        label="Review by",
        required=False,
        widget=DayControl,
        help_text="The day by which someone should check these records again. Empty: no such day.",
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, label_suffix="", **kwargs)


def owner_page(request: HttpRequest, door, queryset: models.QuerySet) -> HttpResponse:
    return _page(
        request,
        door,
        list(queryset),
        verb="assign",
        form=OwnerForm,
        action="set_owner",
        title="Set the owner of",
        column="Owner now",
        now=lambda record: record.owner_name or "Nobody",
        do=lambda records, form: len(assign(records, form.cleaned_data["owner"], by=request.user)),
        effect="Each record whose owner changes gets one entry in its history. No text changes and nothing becomes public.",
    )


def review_day_page(request: HttpRequest, door, queryset: models.QuerySet) -> HttpResponse:
    return _page(
        request,
        door,
        list(queryset),
        verb="change",
        form=ReviewDayForm,
        action="set_review_day",
        title="Set the day of review of",
        column="Review by, now",
        now=lambda record: f"{record.review_by:%-d %B %Y}" if record.review_by else "No day set",
        do=lambda records, form: len(set_review_day(records, form.cleaned_data["review_by"], by=request.user)),
        effect="Each record that changes is saved as a new revision: what was in review or approved is a draft again.",
    )


def _page(
    request: HttpRequest,
    door,
    records: list[Kind],
    *,
    verb: str,
    form: type[forms.Form],
    action: str,
    title: str,
    column: str,
    now: Callable[[Kind], str],
    do: Callable[[list[Kind], forms.Form], int],
    effect: str,
) -> HttpResponse:
    if not may(request.user, verb, door.model):
        raise PermissionDenied
    seen = _seal(records, now)
    asked = "confirmed" in request.POST
    filled = form(request.POST if asked else None)
    if asked and filled.is_valid():
        try:
            if request.POST.get("seen") != seen:
                raise Stale
            changed = do(records, filled)
        except Stale:
            filled.add_error(
                None,
                "One of these records was changed while this page was open. Nothing was written: look at it again.",
            )
        except Refusal as refusal:
            filled.add_error(None, str(refusal))
        else:
            same = len(records) - changed
            said = f"{changed} {'record is' if changed == 1 else 'records are'} changed."
            door.message_user(
                request,
                f"{said} {same} stood so already." if same else said,
                messages.SUCCESS if changed else messages.INFO,
            )
            return HttpResponseRedirect(list_address(door.model))
    request.current_app = door.admin_site.name
    context = {
        "opts": door.opts,
        "title": f"{title} {records[0].title if len(records) == 1 else f'{len(records)} {door.opts.verbose_name_plural}'}",
        "records": records,
        "lines": [(record, now(record)) for record in records],
        "column": column,
        "effect": effect,
        "form": filled,
        "action": action,
        "checkbox": ACTION_CHECKBOX_NAME,
        "seen": seen,
        "back": list_address(door.model),
    }
    return TemplateResponse(request, "admin/desk/bulk.html", door.admin_site.each_context(request) | context)


def _seal(records: list[Kind], now: Callable[[Kind], str]) -> str:
    """What the page showed, in one word: the version of each record and what stands there."""
    shown = sorted(f"{record.pk} {record.version} {now(record)}" for record in records)
    return hashlib.sha256("\n".join(shown).encode()).hexdigest()
