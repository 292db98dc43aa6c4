"""Previews at the desk: the public page of a revision in a frame, its refusal as a sentence, and links to it.

The page in the frame is what the public view answers while `published` holds the revision; the transaction is rolled
back before the answer leaves. It alone may be framed, and only by the desk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import wraps
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import site
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import resolve, reverse
from django.utils.csp import CSP
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csp import csp_override

from partnerships.editorial import preview as verbs
from partnerships.editorial.models import PreviewLink, Release, Revision
from partnerships.editorial.permissions import may
from partnerships.models import Record
from partnerships.publishing.feed import Refusal, Stuck
from partnerships.publishing.log import EDITORIAL, Step
from partnerships.publishing.preview import as_if_published
from partnerships.queries.addresses import PAGELESS
from partnerships.queries.records import series_of, stub_of
from portal.middleware import editorial_closed

from .addresses import address
from .standing import names

PUBLIC_URLS = "partnerships.public.urls"
LEAVING = re.compile(rb"<(a|form)\b(?=[^>]*?\s(?:xlink:)?(?:href|action)=\"(?!#))")
OUT = b' target="_top"'
FRAMING = settings.SECURE_CSP | {"frame-src": [CSP.SELF]}
FRAMED = settings.SECURE_CSP | {"frame-ancestors": [CSP.SELF]}
LIVES = ((1, "1 day"), (7, "7 days"), (30, "30 days"))


def never_kept(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Of every answer that shows what isn't public."""

    @wraps(view)
    def wrapper(*args, **kwargs) -> HttpResponse:
        response = view(*args, **kwargs)
        response.headers["Cache-Control"] = "no-store, private"
        response.headers["X-Robots-Tag"] = "noindex"
        return response

    return wrapper


def framed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page for the frame. Its address may be a secret, so no other page is told of it."""

    @wraps(view)
    def wrapper(*args, **kwargs) -> HttpResponse:
        response = view(*args, **kwargs)
        response.headers["Referrer-Policy"] = "no-referrer"
        return response

    return csp_override(FRAMED)(xframe_options_sameorigin(never_kept(wrapper)))


def framing(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A page that holds the frame; it can't be framed itself."""
    return csp_override(FRAMING)(never_kept(view))


# The page in the frame ------------------------------------------------------------------------------------------------


def public_page(request: HttpRequest, record: Record, steps_wanted: Callable[[], Sequence[Step]]) -> HttpResponse:
    """The public page of a record after some steps, or the sentence that says why there would be none."""
    if record.kind in PAGELESS and record.kind != "notice":
        said = "This kind has no page of its own: it stands on the pages of other records. Preview one of those."
        return _sentence(said)
    try:
        steps = steps_wanted()
        slug = next((step.slug for step in steps if step.record == record.pk), "")
        with as_if_published(steps), editorial_closed():
            return _answer(request, record, slug)
    except (Refusal, Stuck) as refusal:
        return _sentence(str(refusal))


def _answer(request: HttpRequest, record: Record, slug: str) -> HttpResponse:
    """What the public view at the record's address answers. Nothing of the visitor goes along but the day asked for."""
    as_now = Record(pk=record.pk, kind=record.kind, slug=slug or record.slug, title=record.title)
    series = series_of([record.pk]).get(record.pk, "") if record.kind == "edition" else ""
    # A notice stands on the home page.
    path = "/" if record.kind == "notice" else (stub_of(as_now, series=series).path or "").partition("#")[0]
    if not path:
        return _sentence("The edition's series isn't public, so the edition would have no address.")
    asked = request.GET.get("as_of", "").strip()
    visit = HttpRequest()
    visit.method, visit.path, visit.path_info = "GET", path, path
    visit.GET = QueryDict(urlencode({"as_of": asked}) if asked else "")
    visit.META = {key: request.META[key] for key in ("SERVER_NAME", "SERVER_PORT") if key in request.META}
    match = resolve(path, PUBLIC_URLS)
    answer = match.func(visit, *match.args, **match.kwargs)
    if answer.status_code in (301, 302):
        return _sentence("Readers would be led on to another address from here.")
    return HttpResponse(LEAVING.sub(rb"<\1" + OUT, answer.content), status=answer.status_code)


def _sentence(said: str) -> HttpResponse:
    return HttpResponse(render_to_string("admin/desk/preview_refusal.html", {"said": said}), status=409)


# At the desk ----------------------------------------------------------------------------------------------------------


def _revision(record: Record, number: object) -> Revision:
    """A revision by its number; without one, the newest."""
    revisions = Revision.objects.filter(record=record.pk).order_by("-number")
    if number:
        text = str(number)
        revisions = revisions.filter(number=int(text) if text.isascii() and text.isdigit() and len(text) < 10 else -1)
    if (found := revisions.first()) is None:
        raise Http404("There is no such revision.")
    return found


@framed
def framed_view(request: HttpRequest, door, pk: UUID, number: int) -> HttpResponse:
    """The public page of one revision, for the frame on the preview page."""
    record = door.wanted(request, pk, "preview")
    revision = _revision(record, str(number))
    return public_page(request, record, lambda: verbs.steps_for(revision, request.user.get_username()))


@framing
def preview_view(request: HttpRequest, door, pk: UUID) -> HttpResponse:
    """The preview of a revision (the newest saved one, unless its number is given), and one's links to it."""
    record = door.wanted(request, pk, "preview")
    revision = _revision(record, request.GET.get("revision"))
    context = {
        "title": f"Preview of {record.title}",
        "opts": door.opts,
        "record": record,
        "revision": revision,
        "by": names([revision.by])[revision.by],
        "release": verbs.release_with(record.pk),
        "frame": address(record, "previewed", number=revision.number),
    }
    return _with_links(request, revision, record, context, address(record, "preview"), "admin/desk/preview.html")


@framing
def release_view(request: HttpRequest, release: UUID) -> HttpResponse:
    """The records of a release, each previewed with all of the release; and one's links to it."""
    if not may(request.user, "preview"):
        raise PermissionDenied
    one = get_object_or_404(Release, pk=release)
    context = {"title": f"Preview of {one.title}", "release": one, "lines": lines_of(one)}
    here = reverse("admin:preview_release", args=[one.pk])
    return _with_links(request, one, one, context, here, "admin/desk/preview_release.html")


def _with_links(
    request: HttpRequest, subject: Revision | Release, about: Record | Release, context: dict, here: str, template: str
) -> HttpResponse:
    """The page with the links to it; a POST makes one, which is shown this once, or revokes one."""
    made = trouble = ""
    if request.method == "POST":
        try:
            if "revoke" in request.POST:
                _revoke(request)
                messages.success(request, "The link is revoked: it opens nothing any more.")
                return HttpResponseRedirect(here)
            days = request.POST.get("days", "")
            _, token = verbs.make_link(subject, by=request.user, days=int(days) if days in {"1", "7", "30"} else 0)
            made = settings.SITE_ORIGIN + reverse("preview", args=[token])
        except Refusal as refusal:
            trouble = str(refusal)
    links = verbs.links_of(request.user, about)
    shared = {"made": made, "trouble": trouble, "links": links, "lives": LIVES, "asked": request.GET.get("as_of", "")}
    request.current_app = "admin"
    return TemplateResponse(request, template, site.each_context(request) | context | shared)


def _revoke(request: HttpRequest) -> None:
    try:
        pk = UUID(request.POST["revoke"])
    except ValueError:
        raise Http404("There is no such link.") from None
    verbs.revoke(get_object_or_404(PreviewLink, pk=pk), by=request.user)


def lines_of(release: Release) -> list[Record]:
    ids = [item.record for item in verbs.items_of(release)]
    return list(Record.objects.using(EDITORIAL).filter(pk__in=ids).order_by("kind", "title"))
