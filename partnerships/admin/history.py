"""The history of a record: its revisions, which of them became public, what differs between two, and restoring one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from partnerships.editorial.differences import differences
from partnerships.editorial.models import Revision, State
from partnerships.editorial.permissions import may
from partnerships.editorial.saving import Stale, document_of, restore
from partnerships.models import Kind, Notice
from partnerships.publishing.models import Action, ChangeKind, Publication

from .account_log import log
from .addresses import address
from .standing import Move, ReviewForm, names, one_person, thread, where

PAGE = 100
THREAD = 20  # moves beside the changes; all of them stand in the history


@dataclass
class Line:
    """A revision in the history, with the versions that it became in public."""

    revision: Revision
    who: str
    """What the person who saved it is called."""
    published: list[tuple[int, Publication, str]] = field(default_factory=list)
    """Version, entry of the log, and what the person who approved it is called."""
    is_public: bool = False
    is_newest: bool = False
    moves: list[Move] = field(default_factory=list)
    """What happened after it was saved and before the next one was, the latest first."""


def history_view(request: HttpRequest, door, object_id: str) -> HttpResponse:
    """The revisions of a record, newest first, with what became public when, and what was withdrawn."""
    record = door.wanted(request, _uuid(object_id), "view")
    revisions = Revision.objects.filter(record=record.pk).order_by("-number")
    page = Paginator(revisions, PAGE).get_page(request.GET.get("p"))
    entries = list(Publication.objects.filter(record=record.pk))
    state = State.objects.filter(record=record.pk).first() or State(record=record.pk)
    called = names(
        [*(revision.by for revision in page), *(name for entry in entries for name in (entry.by, entry.reviewed_by))]
    )
    lines = {
        revision.number: Line(revision, called[revision.by], is_newest=revision.number == state.revision)
        for revision in page
    }
    published = [entry for entry in entries if entry.action == Action.PUBLISH]
    for version, (entry, number) in enumerate(_revisions_of(record, published), start=1):
        if line := lines.get(number):
            line.published.append((version, entry, called[entry.reviewed_by]))
            line.is_public = version == state.public_version and not state.withdrawn
    _place_moves(list(lines.values()), record, page)
    context = {
        "title": f"History of {record.title}",
        "page": page,
        "where": where(record, request.user),
        "form": ReviewForm(),
        "may_comment": may(request.user, "comment", record),
        "lines": lines.values(),
        "withdrawals": [(entry, called[entry.by]) for entry in entries if entry.action != Action.PUBLISH],
        "state": state,
        "may_restore": may(request.user, "restore", record),
    }
    return _page(request, door, "admin/desk/history.html", record, context)


def compare_view(request: HttpRequest, door, pk: UUID) -> HttpResponse:
    """What differs between two revisions. `before` and `after` are their numbers; left out: what is public, the newest."""
    return compare_page(request, door, door.wanted(request, pk, "view"))


def compare_page(request: HttpRequest, door, record: Kind, form: ReviewForm | None = None) -> HttpResponse:
    """The page of what differs; with the review of the newest revision, where that is what it shows."""
    now = where(record, request.user)
    state = now.state
    after = _revision(record, request.GET.get("after") or state.revision)
    before = _revision(record, request.GET["before"]) if request.GET.get("before") else _public_revision(record, state)
    if before and before.number > after.number:
        before, after = after, before
    newest = after.number == state.revision
    against_public = newest and (before is None or before.digest == state.public_digest)
    called = names(one.by for one in (before, after) if one)
    old, new = (document_of(one) if one else None for one in (before, after))
    context = {
        "title": f"What {'would change' if against_public else 'changed'} in {record.title}",
        "before": before,
        "after": after,
        "state": state,
        "before_by": called[before.by] if before else "",
        "after_by": called[after.by],
        "burnt": [one for one, document in ((before, old), (after, new)) if one and document is None],
        "found": differences(old, new) if new and (old or not before) else None,
        "may_restore": may(request.user, "restore", record),
        "may_publish": may(request.user, "publish", record),
        "is_newest": newest,
        "where": now if against_public else None,
        "thread": thread(record, most=THREAD) if against_public else [],
        "form": form or ReviewForm(),
        "may_comment": may(request.user, "comment", record),
        "one_person": one_person(),
    }
    return _page(request, door, "admin/desk/changes.html", record, context)


def restore_view(request: HttpRequest, door, pk: UUID, number: int) -> HttpResponse:
    """Makes an older revision the working copy again, after a page that shows what that changes."""
    record = door.wanted(request, pk, "restore")
    revision = _revision(record, number)
    document = document_of(revision)
    state = State.objects.get(record=record.pk)
    trouble = ""
    if document is None:
        trouble = "The text of this revision was taken down; it can't be restored."
    elif (
        record.kind == "notice"
        and document["fields"]["active"] != record.active
        and not may(request.user, "switch", Notice)
    ):
        trouble = "This would switch the notice on or off, which your account may not do."
    elif request.method == "POST":
        try:
            kept = restore(revision, by=request.user.get_username(), expected=_number(request.POST.get("version")))
        except Stale:
            trouble = "Somebody else saved this record while the page was open. Nothing was restored: look at it as it stands now."
        except ValidationError as error:
            trouble = " ".join(error.messages)
        else:
            log(request, [(record, f"Restored revision {number}.")])
            said = f"as revision {kept.number}" if kept else "which is what stood there already"
            door.message_user(request, f"Revision {number} is restored, {said}. It isn't public yet.", messages.SUCCESS)
            return HttpResponseRedirect(address(record))
    newest = document_of(_revision(record, state.revision))
    context = {
        "title": f"Restore revision {number} of {record.title}",
        "revision": revision,
        "by": names([revision.by])[revision.by],
        "trouble": trouble,
        "version": door.get_object(request, str(pk)).version,
        "found": differences(newest, document) if document and newest else None,
    }
    return _page(request, door, "admin/desk/restore.html", record, context)


def _place_moves(lines: list[Line], record: Kind, page) -> None:
    """Set the moves of a record between its revisions, each above the one that was newest at the time."""
    if not lines:
        return
    until = _saved_next(record, lines[0]) if page.has_previous() else None
    for move in reversed(thread(record)):
        if until and move.event.at >= until:
            continue
        older = [line for line in lines if line.revision.at <= move.event.at]
        if older:
            older[0].moves.append(move)


def _saved_next(record: Kind, line: Line) -> datetime:
    """When the revision after this one was saved."""
    return Revision.objects.get(record=record.pk, number=line.revision.number + 1).at


def _revisions_of(record: Kind, published: list[Publication]) -> Iterator[tuple[Publication, int]]:
    """Which revision each publication made public: of those with its text, the one that was newest at the time."""
    known: dict[str, list[tuple[datetime, int]]] = {}
    digests = {entry.digest for entry in published}
    for digest, at, number in Revision.objects.filter(record=record.pk, digest__in=digests).values_list(
        "digest", "at", "number"
    ):
        known.setdefault(digest, []).append((at, number))
    for entry in published:
        yield entry, max((number for at, number in known.get(entry.digest, ()) if at <= entry.at), default=0)


# Revisions by number ----------------------------------------------------------------------------------------------------


def _revision(record: Kind, number) -> Revision:
    found = Revision.objects.filter(record=record.pk, number=_number(number)).first()
    if found is None:
        raise Http404("There is no such revision.")
    return found


def _number(text) -> int:
    """A number from an address or a form; -1, which no revision or version has, for anything else."""
    return int(text) if str(text).isascii() and str(text).isdigit() and len(str(text)) < 10 else -1


def _public_revision(record: Kind, state: State) -> Revision | None:
    """The revision that is public now; None when nothing is."""
    if state.withdrawn or not state.public_digest:
        return None
    return Revision.objects.filter(record=record.pk, digest=state.public_digest).order_by("-number").first()


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Http404("This is the address of no record.") from None


def _page(request: HttpRequest, door, template: str, record: Kind, context: dict) -> HttpResponse:
    request.current_app = door.admin_site.name
    shared = {"opts": door.opts, "record": record, "change_kinds": dict(ChangeKind.choices)}
    return TemplateResponse(request, template, door.admin_site.each_context(request) | shared | context)
