"""Any record: a list across all kinds, and what controls for "some record" choose from. Its pages are its kind's."""

from __future__ import annotations

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponseRedirect
from django.utils.text import capfirst

from partnerships.editorial.checks import TOPICS
from partnerships.editorial.permissions import may
from partnerships.models import KINDS, Focus

from .addresses import address
from .filters import FOR_ALL, EvidenceFilter, KindFilter, LinksFilter, ReviewFilter
from .lists import RecordListAdmin


class AnyRecordAdmin(RecordListAdmin):
    """All records the account may see. Nothing is changed here: each leads to its own kind's pages."""

    columns = ("kind_name",)

    def get_queryset(self, request):
        kinds = [kind._meta.model_name for kind in self.admin_site.visible_kinds(request)]
        queryset = super().get_queryset(request).filter(kind__in=kinds)
        if self._chooses_topic(request):
            queryset = queryset.filter(kind__in=TOPICS)
        return queryset

    def _chooses_topic(self, request) -> bool:
        return (request.GET.get("model_name"), request.GET.get("field_name")) == (Focus._meta.model_name, "topic")

    @admin.display(description="kind", ordering="kind")
    def kind_name(self, record):
        return capfirst(KINDS[record.kind]._meta.verbose_name)

    def get_list_filter(self, request):
        return (KindFilter, *FOR_ALL, "disclosure", EvidenceFilter, ReviewFilter, LinksFilter)

    # It is a list and a target, no page of its own ------------------------------------------------------------------------

    def has_module_permission(self, request):
        return False

    def has_view_permission(self, request, obj=None):
        if obj is not None:
            return may(request.user, "view", obj)
        return bool(self.admin_site.visible_kinds(request))

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        # The narrow row counts as deleted with its kind's: a plain False would forbid every deletion.
        return obj is not None and may(request.user, "delete", obj)

    def _lead_on(self, request, object_id, page):
        record = self.get_object(request, object_id)
        if record is None:
            raise Http404("There is no such record.")
        if not may(request.user, "view", record):
            raise PermissionDenied
        return HttpResponseRedirect(address(record, page))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        return self._lead_on(request, object_id, "change")

    def delete_view(self, request, object_id, extra_context=None):
        return self._lead_on(request, object_id, "delete")

    def history_view(self, request, object_id, extra_context=None):
        return self._lead_on(request, object_id, "history")
