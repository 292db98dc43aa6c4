"""Reports of readers at the desk: their list, and the page on which one is read and closed."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.text import Truncator, capfirst

from partnerships.editorial import reports
from partnerships.editorial.models import Report
from partnerships.editorial.permissions import may
from partnerships.models import KINDS, Record
from partnerships.publishing.feed import Refusal
from partnerships.publishing.log import EDITORIAL

from .lists import RecordList
from .standing import name_in, names


def open_reports() -> tuple[int, str]:
    """How many reports nobody has closed, and the list that shows them."""
    count = Report.objects.filter(status=Report.Status.OPEN).count()
    return count, f"{reverse('admin:editorial_report_changelist')}?status__exact={Report.Status.OPEN}"


class ReportAdmin(admin.ModelAdmin):
    """What readers reported, the latest first. Nothing of it is changed; a report is closed with an answer."""

    list_display = ("title", "of_kind", "said", "when", "status", "closer")
    list_filter = ("status", "kind")
    search_fields = ("title", "text")
    search_help_text = "Title of the record, or words of the report"
    date_hierarchy = "at"
    list_per_page = 100
    show_facets = admin.ShowFacets.NEVER
    actions = None

    def get_changelist(self, request, **kwargs):
        return RecordList

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(closer_name=name_in("closed_by"))

    @admin.display(description="closed by", ordering="closer_name")
    def closer(self, report):
        return report.closer_name

    @admin.display(description="kind", ordering="kind")
    def of_kind(self, report):
        return capfirst(KINDS[report.kind]._meta.verbose_name)

    @admin.display(description="report")
    def said(self, report):
        return Truncator(report.text).words(18)

    @admin.display(description="reported", ordering="at")
    def when(self, report):
        return f"{report.at:%-d %b %Y, %H:%M}"

    # Rights ---------------------------------------------------------------------------------------------------------------

    def has_module_permission(self, request):
        return may(request.user, "report")

    def has_view_permission(self, request, obj=None):
        return may(request.user, "report")

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    # One report -----------------------------------------------------------------------------------------------------------

    def change_view(self, request: HttpRequest, object_id, form_url="", extra_context=None) -> HttpResponse:
        """A report, the record it is about, and the form that closes it."""
        if not may(request.user, "report"):
            raise PermissionDenied
        report = self.get_object(request, object_id)
        if report is None:
            raise Http404("There is no such report.")
        trouble = ""
        if request.method == "POST":
            try:
                reports.close(
                    report,
                    by=request.user,
                    note=request.POST.get("note", ""),
                    corrected_by=_number(request.POST.get("corrected_by", "")),
                )
            except Refusal as refusal:
                trouble = str(refusal)
                report.refresh_from_db()
            else:
                said = f"The report on {report.title} is closed. Its reader sees your answer."
                self.message_user(request, said, messages.SUCCESS)
                return HttpResponseRedirect(open_reports()[1])
        corrections = reports.corrections(report)
        context = {
            "title": f"Report on {report.title}",
            "opts": self.opts,
            "report": report,
            "about": Record.objects.using(EDITORIAL).filter(pk=report.record).first(),
            "of_kind": KINDS[report.kind]._meta.verbose_name,
            "corrections": corrections,
            "correction": next((entry for entry in corrections if entry.seq == report.corrected_by), None),
            "note": request.POST.get("note", ""),
            "chosen": request.POST.get("corrected_by", ""),
            "link": settings.SITE_ORIGIN + reverse("feedback-report", args=[report.pk]),
            "trouble": trouble,
            "closed_by": names([report.closed_by])[report.closed_by],
        }
        request.current_app = self.admin_site.name
        shown = self.admin_site.each_context(request) | context
        return TemplateResponse(request, "admin/desk/report.html", shown, status=400 if trouble else 200)

    def history_view(self, request, object_id, extra_context=None):
        """A report has no history but what its page says."""
        return self.change_view(request, object_id)


def _number(text: str) -> int | None:
    """A publication's number, None for none; -1, which no publication has, for what is no number."""
    if not text:
        return None
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else -1
