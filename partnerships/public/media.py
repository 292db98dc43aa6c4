"""Renditions: files named by their content. Only what a public image lists is served."""

from __future__ import annotations

from django.http import FileResponse, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from partnerships.models import Rendition
from partnerships.models.images import INERT, RENDITION_NAME
from partnerships.publishing.reading import public
from portal import media

from . import refusals


@require_safe
def rendition(request: HttpRequest, name: str) -> HttpResponse:
    """One file. A name that no public image lists, a draft's too, isn't found. One query."""
    row = public(Rendition).filter(file=name).first() if RENDITION_NAME.fullmatch(name) else None
    if row is None:
        return refusals.not_found(request)
    try:
        file = media.renditions().open(row.file)
    except FileNotFoundError:
        return refusals.not_found(request)
    # An hour, not for ever: what is taken down has to go from caches too.
    headers = {"Cache-Control": "public, max-age=3600", "Content-Security-Policy": INERT}
    return FileResponse(file, content_type=row.media_type, headers=headers)
