"""How to get the data: the page that says it, and the snapshots themselves."""

from __future__ import annotations

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from partnerships.queries.snapshots import one, snapshots

from . import refusals
from .addresses import address
from .frame import LIST_TITLES, Place, many, render
from .serving import page
from .visits import Visit


def kind_feeds() -> list[Place]:
    """The feed of each kind that has a list."""
    return [Place(many(kind), f"{address(kind)}feed.atom") for kind in LIST_TITLES]


@page()
def data(visit: Visit) -> HttpResponse:
    """Ways to the data, and what snapshots there are. Two queries where there are any."""
    context = {"feeds": kind_feeds(), "snapshots": snapshots()}
    response = render(visit, "data.html", context, crumbs=[Place(_("Data"), "")])
    response.headers["Cache-Control"] = "no-cache"  # a snapshot comes without a publication: this page isn't kept ready
    return response


@require_safe
def snapshot(request: HttpRequest, name: str) -> HttpResponseBase:
    """One snapshot, sent from its file after everything that is read of the database was read.

    410 where it holds something that was taken down since.
    """
    if request.GET:
        return _strictly(request)
    found = one(name)
    if found is None:
        return refusals.not_found(request)
    if found.withdrawn:
        return refusals.withdrawn_snapshot(request)
    etag, modified = f'"{found.digest}"', int(found.at.timestamp())
    response = get_conditional_response(request, etag=etag, last_modified=modified)
    if response is None or response.status_code not in (304, 412):
        response = FileResponse(found.file.open("rb"), as_attachment=True, content_type="application/zip")
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(modified)
    # An hour, not for ever: what is taken down has to go from caches too.
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


@page(dated=False)
def _strictly(visit: Visit) -> HttpResponse:
    """Answers parameters, of which a file takes none."""
    raise Http404
