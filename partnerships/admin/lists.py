"""Lists of records: how each stands to the public edition, what narrows the list, and what it refuses to read."""

from __future__ import annotations

from typing import ClassVar
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.core.exceptions import BadRequest
from django.db import models
from django.http import HttpResponseRedirect
from django.utils import timezone
from django.utils.html import format_html

from partnerships.editorial.models import Standing
from partnerships.publishing.log import EDITORIAL

from . import saved
from .address_search import address_in, found_at
from .addresses import address
from .filters import FOR_ALL, UNPUBLISHED, EvidenceFilter, ReviewFilter, with_state
from .marks import NONE, chip, freshness_mark, stage_mark

TOO_LONG = "A search has at most {words} words and {characters} characters: leave some out."


# The list -------------------------------------------------------------------------------------------------------------


class SearchForm(forms.Form):
    """What is searched for. Longer than this it would be no search, and some databases fail on it."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields = {SEARCH_VAR: forms.CharField(required=False, strip=False, validators=[within_limits])}


def within_limits(text: str) -> None:
    words, characters = settings.LIMITS["query_words"], settings.LIMITS["query_length"]
    if len(text.split()) > words or len(text) > characters:
        raise forms.ValidationError(TOO_LONG.format(words=words, characters=characters))


class RecordList(ChangeList):
    search_form_class = SearchForm

    def get_filters(self, request):
        try:
            return super().get_filters(request)
        except (OverflowError, ValueError) as error:  # a year of forty digits
            raise IncorrectLookupParameters(error) from error


LOOKUPS = frozenset({"exact", "isnull", "gte", "lt", "lte", "year", "month", "day"})
"""What the parameters of a list may ask of its filters. Anything else (`body__regex`) is refused."""


class RecordListAdmin(admin.ModelAdmin):
    """What the lists of records share: state, search, filters, and as many queries for a hundred rows as for one."""

    columns: ClassVar[tuple] = ()
    """Columns between the state and the day of the last save."""
    filters: ClassVar[tuple] = ()
    """Filters besides state, disclosure and review."""
    found_by: ClassVar[tuple[str, ...]] = ()
    """Further fields that a search looks into, those of rows included ("names__name")."""

    list_per_page = 100
    list_max_show_all = 200
    show_facets = admin.ShowFacets.NEVER
    search_help_text = "Title, former name, code or address"
    actions = ()

    def get_queryset(self, request):
        # FETCH_PEERS: what a column asks of one row (its region) is fetched for all rows of the page at once.
        return with_state(super().get_queryset(request).using(EDITORIAL)).fetch_mode(models.FETCH_PEERS)

    def get_list_display(self, request):
        return ("named", "state", "stage", *self.columns, "fresh", "owner", "saved")

    def get_list_filter(self, request):
        return (*FOR_ALL, *self.filters, "disclosure", EvidenceFilter, ReviewFilter)

    def get_search_fields(self, request):
        return ("title", "slug", "short_title", "aliases__slug", *self.found_by)

    def get_changelist(self, request, **kwargs):
        return RecordList

    @admin.display(description="title", ordering="title")
    def named(self, record):
        if record.short_title:
            return format_html('{} <span class="code">{}</span>', record.title, record.short_title)
        return record.title

    @admin.display(description="state", ordering="standing")
    def state(self, record):
        mark = chip(record.standing, record.public_version)
        if record.standing not in (Standing.CHANGED, Standing.NEVER):
            return mark
        return format_html(
            '{} <a class="to-changes" href="{}" aria-label="What differs in {}">What differs</a>',
            mark,
            address(record, "changes"),
            record.title,
        )

    @admin.display(description="review", ordering="stage")
    def stage(self, record):
        return stage_mark(record.stage) if record.standing in UNPUBLISHED else NONE

    @admin.display(description="freshness", ordering="review_by")
    def fresh(self, record):
        return freshness_mark(record.review_by, timezone.now().date())

    @admin.display(description="owner", ordering="owner_name")
    def owner(self, record):
        return record.owner_name or NONE

    @admin.display(description="saved", ordering="updated_at")
    def saved(self, record):
        return f"{record.updated_at:%-d %b %Y}" if record.updated_at else NONE

    def get_search_results(self, request, queryset, search_term):
        limits = settings.LIMITS
        term = " ".join(search_term[: limits["query_length"]].split()[: limits["query_words"]])
        found, twice = super().get_search_results(request, queryset, term)
        # Two names of one country would list it twice; a subquery is cheaper than DISTINCT over long texts.
        return (queryset.filter(pk__in=found.order_by().values("pk")) if twice else found), False

    def lookup_allowed(self, lookup, value, request):
        filters = self.get_list_filter(request)
        named = {item.parameter_name for item in filters if hasattr(item, "parameter_name")}
        fields = [item for item in (*filters, self.date_hierarchy) if isinstance(item, str)]
        return lookup in named or any(
            lookup == name or (lookup.startswith(f"{name}__") and lookup.rpartition("__")[2] in LOOKUPS)
            for name in fields
        )

    def changelist_view(self, request, extra_context=None):
        for pk in request.POST.getlist(admin.helpers.ACTION_CHECKBOX_NAME):
            try:
                UUID(pk)
            except ValueError:
                raise BadRequest("The selection names something that is no record.") from None
        if request.method == "POST" and "save_filter" in request.POST:
            return saved.change(request, self)
        extra = {"saved_filters": saved.shown(request, self)} | (extra_context or {})
        if request.method == "GET" and (pasted := address_in(request.GET.get(SEARCH_VAR, ""))):
            found = [
                one
                for one in found_at(pasted)
                if self.admin_site.get_model_admin(type(one.as_kind())).has_view_permission(request)
            ]
            if len(found) == 1:
                return HttpResponseRedirect(address(found[0]))
            if not found:
                extra["no_such_address"] = True
        return super().changelist_view(request, extra)
