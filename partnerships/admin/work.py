"""Work in progress at a form: who else is there, and what was typed and not saved."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse, QueryDict
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from partnerships.editorial import autosave, presence
from partnerships.editorial.models import Autosave, Revision
from partnerships.editorial.permissions import may
from partnerships.editorial.saving import Stale
from partnerships.models import Kind, Record
from partnerships.publishing.feed import Refusal
from partnerships.publishing.log import EDITORIAL

from .addresses import address, list_address
from .standing import names

UNTYPED = ("csrfmiddlewaretoken", "_kept", "brought_back", "from_tab")
"""Fields of a form that nobody types."""


# Presence -------------------------------------------------------------------------------------------------------------


@require_POST
def presence_view(request: HttpRequest, door, pk: UUID) -> HttpResponse:
    """A tab says that it is there, or that it leaves; the answer says who else is, in sentences."""
    if not may(request.user, "view", door.model):
        raise PermissionDenied
    tab = request.POST.get("tab", "")
    if not 8 <= len(tab) <= 40:
        raise BadRequest("The tab has no name.")
    if "gone" in request.POST:
        presence.gone(tab, request.user)
        return JsonResponse({})
    record = Record.objects.using(EDITORIAL).filter(pk=pk, kind=door.model.kind_name()).first()
    if record is None:
        return JsonResponse({"said": [_("This record was deleted or merged.")], "stale": True})
    presence.here(tab, pk, request.user, dirty="dirty" in request.POST, hidden="hidden" in request.POST)
    said = [_sentence(one) for one in presence.others(pk, tab, request.user)]
    stale = request.POST.get("version", "") != str(record.version)
    if stale:
        said.append(_saved_since(pk))
    return JsonResponse({"said": said, "stale": stale})


def _sentence(one: presence.Present) -> str:
    if not one.name and one.dirty:
        return _("You have it open in another tab, with unsaved changes")
    if not one.name:
        return _("You have it open in another tab")
    if one.dirty:
        return _("%(name)s is here, with unsaved changes") % {"name": one.name}
    return _("%(name)s is here") % {"name": one.name}


def _saved_since(pk: UUID) -> str:
    newest = Revision.objects.filter(record=pk).order_by("-number").first()
    if newest is None:
        return _("This record was saved since you opened it")
    when = date_format(newest.at, "H:i")
    return _("%(who)s saved a newer version at %(when)s UTC") % {"who": names([newest.by])[newest.by], "when": when}


# Autosave -------------------------------------------------------------------------------------------------------------


@require_POST
def keep_view(request: HttpRequest, door, pk: UUID | None = None) -> HttpResponse:
    """Keep what was typed so far. 409 when somebody else has saved: keeping pauses, and the form says so."""
    if not may(request.user, "change" if pk else "add", door.model):
        raise PermissionDenied
    typed = request.POST.copy()
    for name in UNTYPED:
        typed.pop(name, None)
    try:
        version = int(typed.get("version") or 0)
    except ValueError:
        raise BadRequest("The form says no version.") from None
    by = request.user.get_username()
    try:
        one = autosave.keep(door.model, pk, by=by, version=version, typed=typed.urlencode(), **tab_of(request))
    except Stale as stale:
        return JsonResponse({"said": str(stale)}, status=409)
    except Refusal as refusal:
        return JsonResponse({"said": str(refusal)}, status=413)
    return JsonResponse({"said": _("Kept %(when)s UTC") % {"when": date_format(one.at, "H:i")}})


@require_POST
def discard_view(request: HttpRequest, door, pk: UUID | None = None) -> HttpResponse:
    """Throw away what was typed and not saved: the one that the page showed."""
    if not may(request.user, "change" if pk else "add", door.model):
        raise PermissionDenied
    mark = request.POST.get("mark", "")
    if autosave.throw_away(door.model, pk, by=request.user.get_username(), mark=mark):
        messages.info(request, _("What you had typed and not saved is thrown away."))
    else:
        messages.warning(request, _("Nothing was thrown away: that was saved, or typed on, in the meantime."))
    record = door.get_object(request, str(pk)) if pk else None
    return HttpResponseRedirect(address(record) if record else f"{list_address(door.model)}add/")


def tab_of(request: HttpRequest) -> dict[str, str]:
    """The tab in which a form stood, and what it was brought back from; empty without script."""
    return {"tab": request.POST.get("from_tab", "")[:40], "brought": request.POST.get("brought_back", "")}


def kept_form(request: HttpRequest, door, object_id: str | None) -> QueryDict | None:
    """What was kept of this form, as the browser would have sent it, when the person asks for it back."""
    if request.method != "POST" or "_kept" not in request.POST:
        return None
    try:
        found = autosave.kept(door.model, UUID(object_id) if object_id else None, by=request.user.get_username())
    except ValueError:
        return None
    wanted = request.POST["_kept"].partition("-")[0]  # its tab may have kept more since the page was shown
    one = next((one for one in found if str(one.pk) == wanted), None)
    if one is None:
        return None
    typed = QueryDict(one.typed, mutable=True)
    typed["_kept"] = typed["brought_back"] = one.mark
    return typed


def offers(kind: type[Kind], pk: UUID | None, user) -> list[tuple[str, str]]:
    """What offers back what was kept: the mark and the sentence of each, the newest first."""
    found = autosave.kept(kind, pk, by=user.get_username())
    open_now = presence.open_tabs(one.tab for one in found)
    return [(one.mark, _said_of(one, still_open=one.tab in open_now)) for one in found]


def _said_of(one: Autosave, *, still_open: bool) -> str:
    when = {"when": date_format(one.at, "j F Y, H:i")}
    if still_open:
        return (
            _("You have this open in another tab, and typed something there on %(when)s UTC that is not saved.") % when
        )
    return _("You typed something here on %(when)s UTC that was not saved.") % when
