"""Lists of records: how each stands to the public edition, what narrows the list, and what it refuses to read."""

from __future__ import annotations

from datetime import timedelta
from typing import ClassVar
from uuid import UUID

from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import SEARCH_VAR, ChangeList
from django.core.exceptions import BadRequest
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.html import format_html
from django.utils.text import capfirst

from partnerships.editorial.models import Standing, State
from partnerships.models import SeveralField
from partnerships.publishing.log import EDITORIAL

from .addresses import address
from .marks import chip

TOO_LONG = "A search has at most {words} words and {characters} characters: leave some out."


def with_standing(queryset: models.QuerySet) -> models.QuerySet:
    """Annotates `standing`, how a record stands to the public edition, `public_version`, how often it was published, and `newest`, its newest revision."""
    state = State.objects.filter(record=models.OuterRef("pk"))
    return queryset.annotate(
        standing=Coalesce(models.Subquery(state.values("standing")[:1]), models.Value(Standing.NEVER.value)),
        public_version=Coalesce(models.Subquery(state.values("public_version")[:1]), models.Value(0)),
        newest=models.Subquery(state.values("revision")[:1]),
    )


# Filters --------------------------------------------------------------------------------------------------------------


class StandingFilter(SimpleListFilter):
    title = "state"
    parameter_name = "standing"

    def lookups(self, request, model_admin):
        return Standing.choices

    def queryset(self, request, queryset):
        if self.value() not in Standing.values:
            return queryset
        known = State.objects.exclude(standing=Standing.NEVER)
        if self.value() == Standing.NEVER:
            return queryset.exclude(pk__in=known.values("record"))
        return queryset.filter(pk__in=known.filter(standing=self.value()).values("record"))


class KindFilter(SimpleListFilter):
    title = "kind"
    parameter_name = "kind"

    def lookups(self, request, model_admin):
        kinds = model_admin.admin_site.visible_kinds(request)
        return [(kind._meta.model_name, capfirst(kind._meta.verbose_name_plural)) for kind in kinds]

    def queryset(self, request, queryset):
        return queryset.filter(kind=self.value()) if self.value() else queryset


class ReviewFilter(SimpleListFilter):
    title = "review"
    parameter_name = "review"

    def lookups(self, request, model_admin):
        return [("overdue", "Overdue"), ("30", "Due in 30 days"), ("90", "Due in 90 days"), ("none", "No day set")]

    def queryset(self, request, queryset):
        today = timezone.now().date()
        match self.value():
            case "overdue":
                return queryset.filter(review_by__lt=today)
            case "30" | "90" as days:
                return queryset.filter(review_by__range=(today, today + timedelta(days=int(days))))
            case "none":
                return queryset.filter(review_by__isnull=True)
        return queryset


def several(name: str) -> type[SimpleListFilter]:
    """A filter for a field that holds several words: records that have the chosen one among theirs."""

    class Has(SimpleListFilter):
        title = name.replace("_", " ")
        parameter_name = name

        def field(self, model) -> SeveralField:
            return model._meta.get_field(name)

        def lookups(self, request, model_admin):
            return self.field(model_admin.model).of.choices

        def queryset(self, request, queryset):
            if self.value() not in self.field(queryset.model).of.values:
                return queryset
            return queryset.filter(**{f"{name}__contains": self.value()})

    return Has


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
    search_help_text = "Title, former name, code or slug"
    actions = ()

    def get_queryset(self, request):
        # FETCH_PEERS: what a column asks of one row (its region) is fetched for all rows of the page at once.
        return with_standing(super().get_queryset(request).using(EDITORIAL)).fetch_mode(models.FETCH_PEERS)

    def get_list_display(self, request):
        return ("named", "state", *self.columns, "saved")

    def get_list_filter(self, request):
        return (StandingFilter, *self.filters, "disclosure", ReviewFilter)

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

    @admin.display(description="saved", ordering="updated_at")
    def saved(self, record):
        return f"{record.updated_at:%-d %b %Y}" if record.updated_at else "–"

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
        return super().changelist_view(request, extra_context)
