from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.core.exceptions import ValidationError
from django.utils import timezone

from partnerships.editorial.checks import TOPICS
from partnerships.editorial.differences import said
from partnerships.models import Focus, Membership, Name, Participation, Record, first_overlap
from partnerships.models.partners import PartnerStatus

from .base import KindAdmin
from .rows import RowFormSet, RowInline


class MembershipFormSet(RowFormSet):
    def clean(self):
        super().clean()
        if any(self.errors):
            return
        if pair := first_overlap([form.instance for form in self.standing_forms()]):
            names = {str(row.framework_id): str(self.found["framework"][str(row.framework_id)]) for row in pair}
            earlier, later = (said(row, names) for row in pair)
            raise ValidationError(
                f"Two periods of {earlier.name} overlap: “{earlier.words}” and “{later.words}”. End the earlier where the "
                "later begins.",
                code="overlap",
            )


class MembershipInline(RowInline):
    model = Membership
    formset = MembershipFormSet
    fields = ("framework", "status", "scope", "start", "end", "end_is", "end_reason", "note")


class ParticipationInline(RowInline):
    model = Participation
    fields = ("programme", "start", "end", "end_is", "note")


class NameInline(RowInline):
    model = Name
    fields = ("name", "type", "start", "end", "end_is", "note")


class FocusInline(RowInline):
    model = Focus
    fields = ("topic", "start", "end", "end_is", "note", "position")

    def targets(self, db_field):
        found = super().targets(db_field)
        return found.filter(kind__in=TOPICS) if db_field.related_model is Record else found


class StatusFilter(SimpleListFilter):
    title = "today"
    parameter_name = "status"

    def lookups(self, request, model_admin):
        return PartnerStatus.choices

    def queryset(self, request, queryset):
        return queryset.filter(status=self.value()) if self.value() in PartnerStatus.values else queryset


class PartnerAdmin(KindAdmin):
    columns = ("codes", "today", "region")
    filters = (StatusFilter, "region", "aspiration")
    found_by = ("official_name", "iso2", "iso3", "names__name")
    facts = (
        ("iso2", "iso3", "code_status"),
        ("official_name", "capital"),
        ("region", "relations_since"),
        ("aspiration", "aspiration_since", "aspiration_note"),
        ("location_note", "official_address"),
    )
    texts = ("membership_note", "key_dates")
    rows = (MembershipInline, ParticipationInline, NameInline, FocusInline)

    def get_queryset(self, request):
        return super().get_queryset(request).with_status(timezone.now().date())

    @admin.display(description="codes", ordering="iso2")
    def codes(self, partner):
        return " ".join(filter(None, (partner.iso2, partner.iso3))) or "–"

    @admin.display(description="today", ordering="status")
    def today(self, partner):
        return PartnerStatus(partner.status).label
