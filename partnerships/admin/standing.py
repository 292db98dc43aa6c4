"""Where a record stands on its way to the public, in words: its review, what is planned, and who can do the next step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Concat, NullIf, Trim
from django.utils.text import capfirst

from partnerships.editorial.audit import history
from partnerships.editorial.models import Event, Release, Review, Standing, State
from partnerships.editorial.permissions import four_eyes, may
from partnerships.editorial.plans import gathered, held_back
from partnerships.editorial.review import approvers, authors_of
from partnerships.models import Kind, Record

from .schedule import REMEDY

SAID = {
    "submit": "asked for a review",
    "reopen": "took it back to draft",
    "send_back": "asked for changes",
    "approve": "approved it",
    "comment": "commented",
    "publish": "published it",
    "retract": "retracted it",
    "take_down": "took it down",
    "merge": "merged it into another record",
    "collect": "put it into the release",
    "drop": "took it out of the release",
    "plan": "planned it for",
    "cancel_plan": "cancelled the plan for",
    "take_over_plan": "took the plan over",
    "plan_failed": "had planned it, and it wasn't published",
}
"""The moves of the audit log that are about one record, as its history says them."""

ALONE = (
    "Only one person can approve here at present, so no second person is asked for; "
    "what becomes public is marked “by one person” in the log."
)
OFF = "This portal doesn't ask for a second person; what nobody else has approved is marked “by one person” in the log."


class ReviewForm(forms.Form):
    """A word to colleagues, with a move or alone."""

    note = forms.CharField(
        label="Note",
        label_suffix="",
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="For colleagues: it stands in the history, and doesn't become public.",
    )


@dataclass(frozen=True)
class Move:
    """One entry of a record's thread."""

    event: Event
    who: str
    said: str


@dataclass
class Where:
    """Where a record stands for one person: sentences, the moves open to them, and which of them is the next step."""

    state: State
    said: str
    next: str = ""
    step: str = ""
    moves: set[str] = field(default_factory=set)
    release: Release | None = None

    @property
    def planned(self) -> bool:
        return self.release is not None and self.release.status == Release.Status.PLANNED

    @property
    def label(self) -> str:
        """The review in a word or two; empty where there is none to speak of."""
        if self.planned:
            return "Scheduled"
        return "" if self.state.review == Review.DRAFT else str(self.state.get_review_display())


def names(accounts: Iterable[str]) -> dict[str, str]:
    """What people are called, by the names of their accounts; those without a name, or gone, by that."""
    wanted = set(accounts)
    people = get_user_model()._default_manager.filter(username__in=wanted)
    return {name: name for name in wanted} | {
        one.get_username(): one.get_full_name() or one.get_username() for one in people
    }


def name_in(column: str) -> Coalesce:
    """What `names` gives for the account in a column, as an expression: lists ask for a page of them at once."""
    full = NullIf(Trim(Concat("first_name", Value(" "), "last_name")), Value(""))
    people = get_user_model()._default_manager.filter(username=OuterRef(column))
    return Coalesce(Subquery(people.values(called=full)), column)


def any_of(people: list) -> str:
    """People to choose from, as one says them: "Bruno or Chiara"."""
    called = [one.get_full_name() or one.get_username() for one in people[:5]]
    if len(called) > 1:
        return f"{', '.join(called[:-1])} or {called[-1]}"
    return called[0] if called else "nobody here"


def one_person() -> str:
    """Why no second person is asked for; empty while one is."""
    if four_eyes():
        return ""
    return OFF if settings.EDITORIAL_FOUR_EYES == "off" else ALONE


def where(record: Kind, user) -> Where:
    """Where a record stands for this person. Constant in queries."""
    state = State.objects.filter(record=record.pk).first() or State(record=record.pk, kind=record.kind)
    release = gathered([record.pk]).get(record.pk)
    found = Where(state, _said(state), release=release)
    if found.planned and release:
        why = held_back([release]).get(release.pk)
        found.said += (
            f" It was planned for {release.due_at:%-d %B %Y at %H:%M} UTC, but won't become public: {why} {REMEDY}"
            if why
            else f" It becomes public by itself on {release.due_at:%-d %B %Y at %H:%M} UTC."
        )
    if state.standing == Standing.PUBLIC:
        found.said = ""
        return found
    authors = authors_of(record.pk, state)
    able = approvers(authors)
    others = [one for one in able if one.pk != user.pk]
    can, own = any(one.pk == user.pk for one in able), user.get_username() in authors
    publishes = may(user, "publish", record)
    match state.review:
        case Review.IN_REVIEW:
            found.next = "You can approve it." if can else capfirst(f"{any_of(able)} can approve.")
            found.moves = {"approve", "send_back"} if can else set()
            if may(user, "send_back", record):
                found.moves.add("send_back")
            if own or user.get_username() == state.submitted_by or can:
                found.moves.add("reopen")
            found.step = "publish" if publishes and can else "approve" if can else ""
        case Review.APPROVED:
            found.next = "It can be published." if publishes else "A publisher can publish it."
            found.moves = {"reopen"}
            found.step = "publish" if publishes else ""
        case _:
            alone = publishes and can
            who = any_of(others) if others or not can else "you"
            found.next = "You can publish it." if alone else f"Submit it for review; {who} can approve."
            found.moves = {"submit"}
            found.step = "publish" if alone else "submit"
    if found.planned:
        found.next, found.step = "", ""
    found.moves = {move for move in found.moves if may(user, move, record)}
    return found


def _said(state: State) -> str:
    """The review in a sentence, with names."""
    called = names({state.submitted_by, state.reviewed_by} - {""})
    at = f"{state.review_at:%-d %B %Y at %H:%M} UTC" if state.review_at else ""
    match state.review:
        case Review.IN_REVIEW:
            return f"In review since {at}, submitted by {called.get(state.submitted_by, 'somebody')}."
        case Review.CHANGES:
            return f"{called.get(state.reviewed_by, 'Somebody')} asked for changes on {at}: {state.review_note}"
        case Review.APPROVED:
            return f"Approved by {called.get(state.reviewed_by, 'somebody')} on {at}."
    return "A draft, never public." if state.standing == Standing.NEVER else "A draft."


def thread(record: Record, *, most: int | None = None) -> list[Move]:
    """What colleagues did and said about a record, the latest last."""
    events = [event for event in history(record.pk) if event.verb in SAID][:most]
    called = names(event.by for event in events)
    return [Move(event, called[event.by], said_of(event)) for event in reversed(events)]


def said_of(event: Event) -> str:
    said = SAID[event.verb]
    if event.verb in ("collect", "drop"):
        said += f" “{event.after or event.before}”"
    elif event.verb in ("plan", "cancel_plan"):
        said += f" {event.after or event.before}"
    return said
