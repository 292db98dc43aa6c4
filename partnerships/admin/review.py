"""Review at the desk: the moves of one record, those of a selection, and the queue."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import BadRequest, PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse

from partnerships.editorial import review as verbs
from partnerships.editorial.models import Release, Review, Standing, State
from partnerships.editorial.pending import Pending, against_public
from partnerships.editorial.permissions import four_eyes, may
from partnerships.editorial.plans import gathered
from partnerships.models import Kind, Record
from partnerships.publishing.feed import Refusal
from partnerships.publishing.log import EDITORIAL

from .account_log import log
from .addresses import address, list_address
from .history import compare_page
from .standing import ReviewForm, names, one_person

MOST = 100
"""How many records a part of the queue shows; it says how many more there are."""

DONE = {
    "submit": "{} is submitted for review.",
    "approve": "{} is approved.",
    "send_back": "{} is sent back with your note.",
    "reopen": "{} is a draft again.",
    "comment": "Your comment on {} stands in its history.",
}


# One record -----------------------------------------------------------------------------------------------------------


def review_view(request: HttpRequest, door, pk: UUID) -> HttpResponse:
    """Takes a move of the review, or a comment, from the page of changes, which comes back with a refusal."""
    record, move = door.wanted(request, pk, "view"), request.POST.get("move", "")
    if request.method != "POST":
        return HttpResponseRedirect(address(record, "changes"))
    if move not in DONE:
        raise BadRequest("Say what should be done with the record.")
    if not may(request.user, move, door.model):
        raise PermissionDenied
    form = ReviewForm(request.POST)
    if form.is_valid() and _moved(request, record, move, form):
        door.message_user(request, DONE[move].format(record.title), messages.SUCCESS)
        return HttpResponseRedirect(address(record, "history" if move == "comment" else "changes"))
    return compare_page(request, door, record, form=form)


def _moved(request: HttpRequest, record: Kind, move: str, form: ReviewForm) -> bool:
    note, seen = form.cleaned_data["note"], {record.pk: request.POST.get("seen", "")}
    try:
        if move == "comment":
            verbs.comment(record, by=request.user, text=note)
        elif move in ("approve", "send_back"):
            getattr(verbs, move)([record], by=request.user, note=note, seen=seen)
        else:
            getattr(verbs, move)([record], by=request.user, note=note)
    except Refusal as refusal:
        form.add_error("note" if not note.strip() and move in ("send_back", "comment") else None, str(refusal))
        return False
    if move != "comment":
        log(request, [(record, DONE[move].format(record.title))])
    return True


# Several --------------------------------------------------------------------------------------------------------------


def submit_page(request: HttpRequest, door, records: list[Kind]) -> HttpResponse:
    """The page on which several records of a list are submitted for review: all of them, or none."""
    back = list_address(door.model)
    asked = "confirmed" in request.POST
    form = ReviewForm(request.POST if asked else None)
    if asked and form.is_valid():
        try:
            verbs.submit(records, by=request.user, note=form.cleaned_data["note"])
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            log(request, [(record, DONE["submit"].format(record.title)) for record in records])
            said = records[0].title if len(records) == 1 else f"{len(records)} {door.opts.verbose_name_plural}"
            are = "is" if len(records) == 1 else "are"
            door.message_user(request, f"{said} {are} submitted for review.", messages.SUCCESS)
            return HttpResponseRedirect(back)
    request.current_app = door.admin_site.name
    shown = {
        "title": f"Submit {len(records)} {door.opts.verbose_name_plural} for review",
        "opts": door.opts,
        "form": form,
        "pendings": against_public(records),
        "records": records,
        "action": "submit_selected",
        "checkbox": ACTION_CHECKBOX_NAME,
        "back": back,
        "one_person": one_person(),
    }
    return TemplateResponse(request, "admin/desk/submit.html", door.admin_site.each_context(request) | shown)


# The queue ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """A record in the queue: what differs, and with whom it lies since when."""

    pending: Pending
    by: str
    release: Release | None

    @property
    def record(self) -> Record:
        return self.pending.record


@dataclass
class Part:
    """A part of the queue: records that wait for the same thing."""

    name: str
    title: str
    empty: str
    lines: list[Line] = field(default_factory=list)
    count: int = 0

    @property
    def more(self) -> int:
        return self.count - len(self.lines)


def waiting_for(user) -> dict[str, list[State]]:
    """The records under review by what they wait for, of whom: the oldest first.

    "mine" waits for this person's approval, "others" for somebody else, "back" was sent back to this person, and
    "approved" for a publisher. Two queries.
    """
    me, strict, approves = user.get_username(), four_eyes(), may(user, "approve")
    waits = Q(review__in=[Review.IN_REVIEW, Review.CHANGES, Review.APPROVED]) & ~Q(standing=Standing.PUBLIC)
    there = Record.objects.using(EDITORIAL).values("pk")
    states = list(State.objects.filter(waits, record__in=there).order_by("review_at", "record"))
    written = verbs.writers(states)
    found: dict[str, list[State]] = {"mine": [], "back": [], "approved": [], "others": []}
    for state in states:
        own = me in written[state.record]
        match state.review:
            case Review.IN_REVIEW:
                found["mine" if approves and not (own and strict) else "others"].append(state)
            case Review.CHANGES:
                found["back" if own or state.submitted_by == me else "others"].append(state)
            case Review.APPROVED:
                found["approved"].append(state)
    return found


def queue_view(request: HttpRequest, site) -> HttpResponse:
    """What waits for whom. Its queries don't grow with the records."""
    if not may(request.user, "view"):
        raise PermissionDenied
    publishes = may(request.user, "publish")
    parts = [
        Part("mine", "Waits for your review", "Nothing waits for your review."),
        Part("back", "Sent back to you", "Nothing was sent back to you."),
        Part("approved", "Approved, not yet public", "Nothing approved waits for publication."),
        Part("others", "Waits for others", "Nothing waits for anybody else."),
    ]
    if not may(request.user, "approve"):
        parts = parts[1:]
    found = waiting_for(request.user)
    shown = [state for part in parts for state in found[part.name][:MOST]]
    records = Record.objects.using(EDITORIAL).filter(pk__in=[state.record for state in shown])
    pendings = {pending.record.pk: pending for pending in against_public(records)}
    called = names(name for state in shown for name in (state.submitted_by, state.reviewed_by) if name)
    together = gathered(pendings)
    for part in parts:
        part.count = len(found[part.name])
        for state in found[part.name][:MOST]:
            if state.record in pendings:
                by = state.submitted_by if state.review == Review.IN_REVIEW else state.reviewed_by
                part.lines.append(Line(pendings[state.record], called.get(by, by), together.get(state.record)))
    context = {"title": "Review queue", "parts": parts, "publishes": publishes, "one_person": one_person()}
    return desk_page(request, site, "admin/desk/queue.html", context)


def desk_page(request: HttpRequest, site, template: str, context: dict) -> HttpResponse:
    """A page of the desk that is about no kind of its own."""
    request.current_app = site.name
    return TemplateResponse(request, template, site.each_context(request) | context)
