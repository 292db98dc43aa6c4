"""Saved filters: a narrowed list under a name, as a link above the list."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.admin.views.main import ORDER_VAR, SEARCH_VAR
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict

from partnerships.editorial.models import SavedFilter

from .addresses import list_address

MOST = 30


def accepted(request: HttpRequest, door, query: str) -> str:
    """The part of a query that the list itself accepts: its filters, its search, its order."""
    given = QueryDict(query[:1000])
    kept = [
        (name, value)
        for name, value in given.items()
        if value and (name in (SEARCH_VAR, ORDER_VAR) or door.lookup_allowed(name, value, request))
    ]
    return urlencode(kept)


def shown(request: HttpRequest, door) -> list[dict]:
    """The links above a list: the account's own, and what others share."""
    me, kind = request.user.get_username(), door.opts.model_name
    found = SavedFilter.objects.filter(Q(owner=me) | Q(shared=True), kind=kind)[: 2 * MOST]
    here = request.GET.urlencode()
    return [
        {
            "filter": one,
            "address": f"{list_address(kind)}?{one.query}",
            "here": one.query == here,
            "mine": one.owner == me,
        }
        for one in found
    ]


def change(request: HttpRequest, door) -> HttpResponse:
    """Save the filter of a list under a name, or remove one of one's own. Leads back to the same list, never elsewhere."""
    if not door.has_view_permission(request):
        raise PermissionDenied
    me, kind = request.user.get_username(), door.opts.model_name
    own = SavedFilter.objects.filter(owner=me, kind=kind)
    if request.POST["save_filter"] == "remove":
        number = request.POST.get("number", "")
        if number.isdecimal() and len(number) < 18:
            own.filter(pk=int(number)).delete()
        return HttpResponseRedirect(list_address(kind))
    query, name = accepted(request, door, request.POST.get("query", "")), request.POST.get("name", "").strip()
    back = list_address(kind) + (f"?{query}" if query else "")
    if not name or len(name) > 60 or "\x00" in name + query:
        door.message_user(request, "Give this view a name of at most 60 characters.", messages.ERROR)
    elif not query:
        door.message_user(request, "Narrow the list first: there is no filter to save.", messages.ERROR)
    elif own.count() >= MOST and not own.filter(name=name).exists():
        door.message_user(request, f"You have {MOST} saved views here already: remove one first.", messages.ERROR)
    else:
        SavedFilter.objects.update_or_create(
            owner=me, kind=kind, name=name, defaults={"query": query, "shared": "shared" in request.POST}
        )
        door.message_user(request, f"“{name}” is saved.", messages.SUCCESS)
    return HttpResponseRedirect(back)
