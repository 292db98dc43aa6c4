"""What is open to readers on the editorial side: reporting an error on a public page, and what came of the report.

The addresses below /feedback/ look like the public site and know nobody: who is signed in at the desk is a reader here.
"""

from __future__ import annotations

from uuid import UUID

from allauth.core.internal import ratelimit
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from partnerships.editorial import reports
from partnerships.editorial.models import Report
from partnerships.models import KINDS, Kind
from partnerships.publishing.models import Publication
from partnerships.publishing.reading import Moved, public, where_now
from partnerships.queries.addresses import page_path


class ReportForm(forms.Form):
    """What a reader says. `website` is a trap: people don't see it, programs fill it in."""

    text = forms.CharField(
        label=gettext_lazy("What is wrong, and what would be right?"),
        help_text=gettext_lazy("If you know a source, name it: a web address, or a title and a page."),
        widget=forms.Textarea(attrs={"rows": 8}),
        max_length=settings.LIMITS["report_length"],
    )
    contact = forms.EmailField(
        label=gettext_lazy("Your e-mail address (optional)"),
        help_text=gettext_lazy("Only editors see it, to ask you back. It is deleted after %(days)d days.")
        % {"days": settings.LIMITS["contact_days"]},
        required=False,
        max_length=254,
    )
    website = forms.CharField(required=False)


@sensitive_post_parameters("text", "contact")
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest) -> HttpResponse:
    """The form, about the record that the address names. What is sent is kept, and the reader led to the report's page."""
    return _give(request)


def unproven(request: HttpRequest) -> HttpResponse:
    """The form again, after a post without its token: nothing is kept, what was typed stands in it, to be sent anew."""
    said = _("Your report wasn't sent: the page was open for long, or your browser keeps no cookies for this site.")
    return _give(request, f"{said} {_('What you wrote is below. Please send it again.')}")


def _give(request: HttpRequest, unproven: str = "") -> HttpResponse:
    about, version = request.GET.get("about", ""), request.GET.get("version", "")
    if (record := _about(about)) is None:
        said = _("Nothing public is named here. Use the link “Report an error” at the foot of the page you mean.")
        return _page(request, "feedback/said.html", {"title": _("What is it about?"), "said": said}, 404)
    number = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
    if version and not 0 < number <= record.version:
        said = _("There is no such version of this page. Use the link “Report an error” at its foot.")
        return _page(request, "feedback/said.html", {"title": _("Which version?"), "said": said}, 400)
    form = ReportForm(request.POST if request.method == "POST" else None)
    context = {"title": _("Report an error"), "record": record, "back": _address_of(record), "form": form}
    context |= {"version": number, "kind": KINDS[record.kind]._meta.verbose_name}
    if unproven:
        context |= {"form": ReportForm(initial=request.POST.dict()), "trouble": unproven}
        return _page(request, "feedback/form.html", context, 403)
    if request.method != "POST":
        return _page(request, "feedback/form.html", context)
    if not form.is_valid():
        return _page(request, "feedback/form.html", context, 400)
    given = form.cleaned_data
    if given["website"]:
        return _page(request, "feedback/said.html", {"title": _("Thank you"), "said": _("It was received.")})
    rates = {"report": f"{settings.LIMITS['reports_per_hour']}/h/ip"}
    if ratelimit.consume(request, app="portal", action="report", config=rates) is None:
        context["trouble"] = _(
            "Many reports came from your network within the hour. Keep this page and try again later."
        )
        return _page(request, "feedback/form.html", context, 429)
    report = reports.take_in(record, version=number, text=given["text"], contact=given["contact"])
    return redirect("feedback-report", pk=report.pk)


@require_safe
def given(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A report as its reader sees it: whether somebody has answered, and what corrected the page. Never the contact."""
    report = Report.objects.filter(pk=pk).first()
    if report is None:
        said = _("There is no report at this address. The link may have been cut.")
        return _page(request, "feedback/said.html", {"title": _("Nothing stands here"), "said": said}, 404)
    correction = Publication.objects.filter(seq=report.corrected_by).first() if report.corrected_by else None
    record = public(KINDS[report.kind]).filter(pk=report.record).first()
    context = {
        "title": _("Your report"),
        "report": report,
        "correction": correction,
        "back": _address_of(record) if record else "",
        "here": settings.SITE_ORIGIN + request.path,
    }
    response = _page(request, "feedback/report.html", context)
    response.headers["Referrer-Policy"] = "no-referrer"  # the address is its reader's alone
    return response


def _about(text: str) -> Kind | None:
    """The public record that `<kind>/<slug>` names, at its former address too."""
    name, _slash, slug = text.partition("/")
    kind = KINDS.get(name)
    if kind is None or len(slug) > 80 or "\x00" in slug:
        return None
    if record := public(kind).filter(slug=slug).first():
        return record
    match where_now(kind, slug):
        case Moved(slug=now):
            return public(kind).filter(slug=now).first()
    return None


def _address_of(record: Kind) -> str:
    """The address of a record's public page; empty where it has none."""
    path = page_path(record.kind, record.slug, record.series.slug if record.kind == "edition" else "")
    return f"{settings.SITE_ORIGIN}{path}" if path else ""


def _page(request: HttpRequest, template: str, context: dict, status: int = 200) -> HttpResponse:
    response = render(request, template, context | {"home": f"{settings.SITE_ORIGIN}/"}, status=status)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


urlpatterns = [path("", give, name="feedback"), path("<uuid:pk>/", given, name="feedback-report")]
