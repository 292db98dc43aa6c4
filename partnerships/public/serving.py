"""From a request to a page: the one decorator of all public views.

It reads the parameters strictly, answers in the site's own look what can't be answered otherwise, and keeps sessions,
cookies and users out of reach: a page gets a Visit, never the request.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.views.decorators.http import require_safe

from partnerships.queries import parameters
from partnerships.queries.addresses import with_query
from partnerships.queries.as_of import BadDay, portal_day, read_day
from partnerships.queries.parameters import BadParameter

from . import refusals
from .visits import Elsewhere, Visit, Withdrawn, tidied

View = Callable[..., HttpResponse]


def page(*known: str, lists: tuple[str, ...] = (), dated: bool = True) -> Callable[[View], View]:
    """Make a view of `function(visit, **parts of the address)`.

    `known` are the parameters it takes, `lists` those of them that hold lists. `dated=False`: the answer has no day.
    The view says all that it takes in `parameters`.
    """
    takes = (*known, *lists, *(("as_of",) if dated else ()))

    def make(function: View) -> View:
        @require_safe
        @wraps(function)
        def view(request: HttpRequest, **parts) -> HttpResponse:
            today = portal_day()
            tidy = tidied(request.GET, lists)
            if tidy is not None:
                return HttpResponsePermanentRedirect(with_query(request.path, tidy))
            try:
                given = parameters.read(request.GET, takes)
                day = read_day(given.pop("as_of", "").strip(), today)
                return function(Visit(request.path, day, given), **parts)
            except (BadParameter, BadDay) as error:
                return refusals.bad_request(request, error, today)
            except Elsewhere as moved:
                return HttpResponsePermanentRedirect(with_query(moved.path, list(request.GET.items())))
            except Withdrawn as gone:
                return refusals.gone(request, gone.tombstone, today)
            except Http404:
                return refusals.not_found(request, today=today)

        view.parameters = takes
        return view

    return make
