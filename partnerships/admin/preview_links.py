"""What a preview link opens, for people without an account: below /preview/, only read, alike for every wrong token."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib.admin import site
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.http import require_safe

from partnerships.editorial import preview as verbs
from partnerships.editorial.models import PreviewLink
from partnerships.models import Record
from partnerships.publishing.log import EDITORIAL

from .preview import framed, framing, lines_of, public_page


def _opened(token: str) -> PreviewLink:
    if (link := verbs.opened(token)) is None:
        raise Http404
    return link


def _record(link: PreviewLink, pk: UUID) -> Record:
    """A record that a link shows; 404 for any other."""
    shown = {link.revision.record} if link.revision else {item.record for item in verbs.items_of(link.release)}
    record = Record.objects.using(EDITORIAL).filter(pk=pk).first() if pk in shown else None
    if record is None:
        raise Http404
    return record


def _page(request: HttpRequest, template: str, link: PreviewLink, context: dict) -> HttpResponse:
    # Nothing of the desk is shown here, whoever is signed in.
    shared = {"site_title": site.site_title, "site_header": site.site_header, "has_permission": False, "link": link}
    response = render(request, template, shared | {"asked": request.GET.get("as_of", "")} | context)
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@require_safe
@framing
def opened(request: HttpRequest, token: str) -> HttpResponse:
    """What a link shows: the page of its revision in a frame, or the list of its release's records."""
    link = _opened(token)
    if link.revision:
        return _framing(request, link, token, link.revision.record)
    lines = [(record, reverse("preview-record", args=[token, record.pk])) for record in lines_of(link.release)]
    return _page(request, "preview/release.html", link, {"title": link.release.title, "lines": lines})


@require_safe
@framing
def record(request: HttpRequest, token: str, pk: UUID) -> HttpResponse:
    return _framing(request, _opened(token), token, pk)


def _framing(request: HttpRequest, link: PreviewLink, token: str, pk: UUID) -> HttpResponse:
    record = _record(link, pk)
    context = {
        "title": record.title,
        "frame": reverse("preview-page", args=[token, pk]),
        "back": reverse("preview", args=[token]) if link.release else "",
        "home": settings.SITE_ORIGIN,
    }
    return _page(request, "preview/record.html", link, context)


@require_safe
@framed
def page(request: HttpRequest, token: str, pk: UUID) -> HttpResponse:
    """The page in the frame."""
    link = _opened(token)
    record = _record(link, pk)
    if link.revision:
        return public_page(request, record, lambda: verbs.steps_for(link.revision, link.made_by))
    return public_page(request, record, lambda: verbs.steps_of(link.release, link.made_by))


urlpatterns = [
    path("<str:token>/", opened, name="preview"),
    path("<str:token>/<uuid:pk>/", record, name="preview-record"),
    path("<str:token>/<uuid:pk>/page/", page, name="preview-page"),
]
