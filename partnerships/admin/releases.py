"""Releases at the desk: the list, the page of one with all that it would change, and collecting records into one."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse

from partnerships.editorial import releases as verbs
from partnerships.editorial import review
from partnerships.editorial.models import Release, ReleaseItem, Review
from partnerships.editorial.pending import Pending, against_public
from partnerships.editorial.permissions import four_eyes, may
from partnerships.editorial.plans import held_back
from partnerships.editorial.publication import Reason, needed
from partnerships.editorial.review import Approval
from partnerships.editorial.rules import broken, unsuitable
from partnerships.models import Kind, Record
from partnerships.publishing.feed import Refusal, Stuck
from partnerships.publishing.models import ChangeKind, Publication

from .account_log import log, said, stub
from .addresses import list_address
from .collecting import CollectForm, MomentField, PlainForm, collect, note_field
from .publication import PublishForm
from .review import desk_page
from .schedule import REMEDY, worker_warning
from .standing import names, one_person

Status = Release.Status
MOST = 200


# The list -------------------------------------------------------------------------------------------------------------


class ReleaseForm(PlainForm):
    """What readers see of a release."""

    title = forms.CharField(label="Name", max_length=120, required=False, help_text="Readers see it.")
    note = note_field("Public note", "For records that have no note of their own.")


def releases_view(request: HttpRequest, site) -> HttpResponse:
    """All releases, the latest first; a POST opens one."""
    if not may(request.user, "view"):
        raise PermissionDenied
    form = ReleaseForm()
    if request.method == "POST":
        if not may(request.user, "release"):
            raise PermissionDenied
        form = ReleaseForm(request.POST)
        if form.is_valid():
            try:
                made = verbs.make(form.cleaned_data["title"], by=request.user, note=form.cleaned_data["note"])
            except Refusal as refusal:
                form.add_error("title", str(refusal))
            else:
                messages.success(request, f"{made.title} is open: add records from their lists, or when you publish.")
                return HttpResponseRedirect(release_address(made))
    found = list(Release.objects.annotate(count=Count("items")).order_by("-made_at")[:MOST])
    waiting = [one for one in found if one.status in (Status.OPEN, Status.PLANNED, Status.FAILED)]
    called = names(one.made_by for one in found)
    context = {
        "title": "Releases",
        "form": form,
        "parts": [
            ("Open and planned", [(one, called[one.made_by]) for one in waiting]),
            ("Earlier", [(one, called[one.made_by]) for one in found if one not in waiting]),
        ],
        "may_release": may(request.user, "release"),
    }
    return desk_page(request, site, "admin/desk/releases.html", context)


def release_address(one: Release) -> str:
    return reverse("admin:release", args=[one.pk])


# One release ----------------------------------------------------------------------------------------------------------


class ReasonForm(PublishForm):
    """Why one record of a release changes."""


class TimeForm(PlainForm):
    at = MomentField(label="Publish at")


class UndoForm(PlainForm):
    note = note_field("Why it is taken back", "Public: it stands with every record of the release.")


@dataclass
class Entry:
    """A record of a release: what it would change, why, who approved it, and what is missing."""

    item: ReleaseItem
    pending: Pending
    approved: str
    missing: list[str]
    reason: str
    form: ReasonForm


def release_view(request: HttpRequest, site, pk: UUID) -> HttpResponse:
    """The page of one release: all its differences, and what can be done with it."""
    if not may(request.user, "view"):
        raise PermissionDenied
    one = Release.objects.filter(pk=pk).first()
    if one is None:
        raise Http404("There is no such release.")
    typed: dict[str, forms.Form] = {}
    if request.method == "POST":
        move = MOVES.get(request.POST.get("do", ""))
        if move is None:
            raise BadRequest("Say what should be done with the release.")
        try:
            return move(request, one, typed)
        except (Refusal, Stuck, verbs.DoneAlready) as refusal:
            said_why = str(refusal) or f"{one.title} was published in the meantime."
            messages.error(request, said_why)
        one.refresh_from_db()
    return _show(request, site, one, typed)


def _show(request: HttpRequest, site, one: Release, typed: dict[str, forms.Form]) -> HttpResponse:
    user, changeable = request.user, one.status in (Status.OPEN, Status.FAILED)
    items = {item.record: item for item in one.items.all()}
    pendings = against_public(verbs.records_of(one))
    records = [pending.record for pending in pendings]
    entries = _entries(one, items, pendings, user, typed) if one.status != Status.DONE else []
    companions, trouble = _companions(records) if changeable else ([], "")
    done = list(Publication.objects.filter(release=one.entry_release)) if one.entry_release else []
    titles = dict(Record.objects.filter(pk__in=[entry.record for entry in done]).values_list("pk", "title"))
    in_review = [entry for entry in entries if entry.pending.state.review == Review.IN_REVIEW]
    drafts = [e for e in entries if e.pending.waits and e.pending.state.review in (Review.DRAFT, Review.CHANGES)]
    context = {
        "title": one.title,
        "release": one,
        "made_by": names([one.made_by])[one.made_by],
        "held": held_back([one]).get(one.pk, "") if one.status == Status.PLANNED else "",
        "remedy": REMEDY,
        "planned_by": names([one.planned_by])[one.planned_by],
        "entries": entries,
        "done": [(entry, titles.get(entry.record, entry.slug), said(entry)) for entry in done],
        "undone": one.undone_by.filter(status=Status.DONE).first(),
        "companions": companions,
        "trouble": trouble,
        "ready": bool(entries) and not companions and not any(entry.missing for entry in entries),
        "changeable": changeable,
        "may_release": may(user, "release"),
        "may_publish": may(user, "publish"),
        "may_plan": may(user, "plan"),
        "may_approve": may(user, "approve") and in_review,
        "may_submit": may(user, "submit") and drafts,
        "seen": _seal(pendings),
        "time": typed.get("plan") or TimeForm(),
        "undo": typed.get("undo") or UndoForm(),
        "about": typed.get("rename") or ReleaseForm(initial={"title": one.title, "note": one.note}),
        "one_person": one_person(),
        "late": worker_warning(planned=True) if changeable or one.status == Status.PLANNED else "",
    }
    return desk_page(request, site, "admin/desk/release.html", context)


def _entries(one: Release, items: dict, pendings: Sequence[Pending], user, typed: dict) -> list[Entry]:
    strict = four_eyes()
    cleared = review.approvals([pending.record for pending in pendings], by=user)
    called = names({pending.state.reviewed_by for pending in pendings} | {item.reviewed_by for item in items.values()})
    entries = []
    for pending in pendings:
        item = items[pending.record.pk]
        reason = Reason(item.change_kind, item.note or one.note, item.wrong, item.wrong_since)
        missing = _missing(pending, reason, cleared[pending.record.pk], strict) if one.status != Status.PLANNED else []
        if one.status == Status.PLANNED:
            approved = called.get(item.reviewed_by, "") + (" (by one person)" if item.one_person else "")
        elif pending.state.review == Review.APPROVED:
            approved = called.get(pending.state.reviewed_by, "")
        else:
            approved = ""
        entries.append(
            Entry(
                item,
                pending,
                approved,
                missing,
                _reason_said(pending, reason),
                typed.get(str(item.record)) or _form(item),
            )
        )
    return entries


def _form(item: ReleaseItem) -> ReasonForm:
    given = {name: getattr(item, name) for name in ("change_kind", "note", "wrong", "wrong_since")}
    return ReasonForm(initial=given, auto_id=f"id_{item.pk}_%s")


def _missing(pending: Pending, reason: Reason, approval: Approval, strict: bool) -> list[str]:
    """What keeps a record from becoming public, as sentences."""
    if pending.document is None:
        return ["Its text was taken down: change it and save it first."]
    if not pending.waits:
        return []
    found = list(broken(pending.document))
    kind = ChangeKind.FIRST if pending.first else reason.change_kind
    found += unsuitable(
        kind, reason.note, reason.wrong, first=pending.first, before=pending.public, after=pending.document
    )
    if strict and approval.one_person:
        found.append("A second person has to approve it.")
    return found


def _reason_said(pending: Pending, reason: Reason) -> str:
    if pending.first:
        return f"First publication{': ' + reason.note if reason.note else ''}"
    if not reason.change_kind:
        return ""
    said_so = (
        f"{ChangeKind(reason.change_kind).label}: {reason.note}"
        if reason.note
        else str(ChangeKind(reason.change_kind).label)
    )
    return said_so + (f" Wrong was: {reason.wrong}" if reason.wrong else "")


def _companions(records: list[Record]) -> tuple[list[Record], str]:
    try:
        return needed(records) if records else [], ""
    except Refusal as refusal:
        return [], str(refusal)


def _seal(pendings: Sequence[Pending]) -> str:
    """What the page showed: the newest revision of each record of the release."""
    digests = sorted(f"{pending.record.pk}{pending.state.digest}" for pending in pendings)
    return hashlib.sha256("".join(digests).encode()).hexdigest()


def _shown(request: HttpRequest, one: Release) -> list[Pending]:
    """The records of a release as the page showed them; refuses if that is no longer what they say."""
    pendings = against_public(verbs.records_of(one))
    if request.POST.get("seen") != _seal(pendings):
        raise Refusal(
            "A record of this release was saved, added or taken out while this page was open. Nothing was done: look at what it says now."
        )
    return pendings


def _back(request: HttpRequest, one: Release, thanks: str) -> HttpResponse:
    messages.success(request, thanks)
    return HttpResponseRedirect(release_address(one))


# What can be done with a release ----------------------------------------------------------------------------------------


def _allowed(request: HttpRequest, verb: str) -> None:
    if not may(request.user, verb):
        raise PermissionDenied


def _rename(request, one, typed):
    _allowed(request, "release")
    form = typed["rename"] = ReleaseForm(request.POST)
    if not form.is_valid():
        raise Refusal("The name or note is too long: name 120, note 2000 characters at most.")
    verbs.rename(one, form.cleaned_data["title"], form.cleaned_data["note"], by=request.user)
    return _back(request, one, "Name and note are kept.")


def _one_record(request) -> Record:
    try:
        return Record.objects.get(pk=UUID(request.POST.get("record", "")))
    except (ValueError, Record.DoesNotExist):
        raise Refusal("That record is gone.") from None


def _set_reason(request, one, typed):
    _allowed(request, "release")
    record = _one_record(request)
    item = one.items.filter(record=record.pk).first()
    if item is None:
        raise Refusal(f"{record.title} isn't in this release any more.")
    form = typed[str(record.pk)] = ReasonForm(request.POST, auto_id=f"id_{item.pk}_%s")
    if not form.is_valid():
        raise Refusal("The reason can't be read: see below.")
    verbs.collect(one, [record], by=request.user, reason=Reason(**{n: form.cleaned_data[n] for n in REASON}))
    return _back(request, one, f"The reason for {record.title} is kept.")


REASON = ("change_kind", "note", "wrong", "wrong_since")


def _drop(request, one, typed):
    _allowed(request, "release")
    record = _one_record(request)
    verbs.drop(one, [record], by=request.user)
    return _back(request, one, f"{record.title} is out of the release.")


def _add_companions(request, one, typed):
    _allowed(request, "release")
    found = needed(verbs.records_of(one))
    verbs.collect(one, found, by=request.user)
    return _back(request, one, f"Added: {', '.join(record.title for record in found) or 'nothing was missing'}.")


def _submit(request, one, typed):
    _allowed(request, "submit")
    waiting = [p.record for p in _shown(request, one) if p.waits and p.state.review in (Review.DRAFT, Review.CHANGES)]
    review.submit(waiting, by=request.user, note=f"For the release “{one.title}”.")
    log(request, [(stub(record), "Submitted for review.") for record in waiting])
    return _back(request, one, f"{len(waiting)} submitted for review.")


def _approve(request, one, typed):
    _allowed(request, "approve")
    waiting = [p for p in _shown(request, one) if p.state.review == Review.IN_REVIEW]
    records = [pending.record for pending in waiting]
    seen = {pending.record.pk: pending.state.digest for pending in waiting}
    review.approve(records, by=request.user, note=f"With the release “{one.title}”.", seen=seen)
    log(request, [(stub(record), "Approved.") for record in records])
    return _back(request, one, f"{len(records)} approved.")


def _publish(request, one, typed):
    _allowed(request, "publish")
    _shown(request, one)
    entries = verbs.publish_now(one, by=request.user)
    _log(request, entries)
    return _back(request, one, f"{one.title} is published: {_counted(entries)}.")


def _plan(request, one, typed):
    _allowed(request, "plan")
    _shown(request, one)
    form = typed["plan"] = TimeForm(request.POST)
    if not form.is_valid():
        raise Refusal(" ".join(form.errors["at"]))
    planned = verbs.plan(one, form.cleaned_data["at"], by=request.user)
    return _back(request, one, f"{one.title} becomes public on {planned.due_at:%-d %B %Y at %H:%M} UTC.")


def _cancel(request, one, typed):
    _allowed(request, "plan")
    verbs.cancel(one, by=request.user)
    return _back(request, one, "The planned time is cancelled; the records stay collected.")


def _take_over(request, one, typed):
    _allowed(request, "plan")
    verbs.take_over(one, by=request.user)
    return _back(request, one, f"The plan is yours now: {one.title} becomes public at its time, in your name.")


def _give_up(request, one, typed):
    _allowed(request, "release")
    verbs.give_up(one, by=request.user)
    return _back(request, one, f"{one.title} is given up. Nothing of it was published.")


def _undo(request, one, typed):
    _allowed(request, "release")
    form = typed["undo"] = UndoForm(request.POST)
    if not form.is_valid():
        raise Refusal("The note is too long.")
    entries = verbs.undo(one, by=request.user, note=form.cleaned_data["note"])
    _log(request, entries)
    return _back(request, one, f"{one.title} is taken back: {_counted(entries)} as before.")


def _counted(entries: list[Publication]) -> str:
    return "1 record" if len(entries) == 1 else f"{len(entries)} records"


def _log(request, entries: list[Publication]) -> None:
    titles = dict(Record.objects.filter(pk__in=[e.record for e in entries]).values_list("pk", "title"))
    log(request, [(stub(e, titles.get(e.record, e.slug)), said(e)) for e in entries])


MOVES = {
    "rename": _rename,
    "reason": _set_reason,
    "drop": _drop,
    "companions": _add_companions,
    "submit": _submit,
    "approve": _approve,
    "publish": _publish,
    "plan": _plan,
    "cancel": _cancel,
    "take_over": _take_over,
    "give_up": _give_up,
    "undo": _undo,
}


# Collecting from a list -------------------------------------------------------------------------------------------------


def collect_page(request: HttpRequest, door, records: list[Kind]) -> HttpResponse:
    """The page on which records of a list are put into a release."""
    _allowed(request, "release")
    back, asked = list_address(door.model), "confirmed" in request.POST
    form = CollectForm(request.POST if asked else None)
    if asked and form.is_valid():
        try:
            one = collect(request.user, records, form.cleaned_data["into"], form.cleaned_data["new_title"])
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            log(request, [(record, f"Put into the release “{one.title}”.") for record in records])
            return _back(request, one, f"{len(records)} added to {one.title}.")
    request.current_app = door.admin_site.name
    context = {
        "title": f"Add {len(records)} {door.opts.verbose_name_plural} to a release",
        "opts": door.opts,
        "form": form,
        "pendings": against_public(records),
        "records": records,
        "action": "collect_selected",
        "checkbox": ACTION_CHECKBOX_NAME,
        "back": back,
    }
    return TemplateResponse(request, "admin/desk/collect.html", door.admin_site.each_context(request) | context)
