"""Review: how a working copy gets from draft to approved, and who says so.

draft → in review → approved, or sent back with a note. Approval pins the revision: the next save makes it a draft again.
Each verb checks who may, writes what changes and the audit event in one transaction, and refuses with a sentence.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from partnerships.models import Record
from partnerships.publishing.feed import Refusal
from partnerships.publishing.log import EDITORIAL

from .audit import note_moves, of
from .models import Event, Review, Revision, Standing, State
from .permissions import four_eyes, may, people_who_may


@dataclass(frozen=True)
class Approval:
    """A revision that may become public: which one, who looked at it, and whether that was nobody but its author."""

    digest: str
    reviewed_by: str
    one_person: bool


def authors_of(record: UUID, state: State) -> set[str]:
    """Who wrote what isn't public yet: the accounts of all revisions since the one that is public."""
    return writers([state])[record]


def writers(states: Iterable[State]) -> dict[UUID, set[str]]:
    """The authors of what isn't public yet, of several records at once."""
    public = {state.record: state.public_digest for state in states}
    found: dict[UUID, set[str]] = {record: set() for record in public}
    revisions = Revision.objects.filter(record__in=list(public)).order_by("record", "-number")
    reached = set()
    for record, digest, by in revisions.values_list("record", "digest", "by"):
        if digest == public[record]:
            reached.add(record)  # from here on it is public, or was before
        elif record not in reached:
            found[record].add(by)
    return found


def _states(records: Sequence[Record], *, locked: bool = True) -> dict[UUID, State]:
    rows = State.objects.filter(record__in=[record.pk for record in records])
    return {state.record: state for state in (rows.select_for_update() if locked else rows)}


def _move(
    user,
    verb: str,
    records: Sequence[Record],
    to: str,
    note: str,
    allowed: Mapping[Review, str],
    check=None,
    seen: Mapping[UUID, str] | None = None,
) -> list[State]:
    """Move the review of records, together: all of them, or none. `allowed` maps a review's state to "" or a refusal.

    `seen` holds the digests that the person was shown; a record that says something else by now is refused.
    """
    by, events = user.get_username(), []
    with transaction.atomic(using=EDITORIAL):
        states = _states(records)
        for record in records:
            state = states.get(record.pk)
            if state is None or not may(user, verb, record):
                raise Refusal(f"{record.title}: your account can't do that here.")
            refusal = allowed.get(Review(state.review), "")
            if seen is not None and seen.get(record.pk) != state.digest:
                refusal = "it was saved again after you had opened this page. Look at what it says now."
            if not refusal and check:
                refusal = check(record, state)
            if refusal:
                raise Refusal(f"{record.title}: {refusal}")
            events.append(
                Event(by=by, verb=verb, before=state.review, after=to, digest=state.digest, note=note, **of(record))
            )
            state.review, state.review_digest, state.review_note = to, state.digest, note
            state.review_at = timezone.now()
            if to == Review.IN_REVIEW:
                state.submitted_by, state.reviewed_by = by, ""
            elif verb in ("approve", "send_back"):
                state.reviewed_by = by
        fields = ["review", "review_digest", "review_note", "review_at", "submitted_by", "reviewed_by"]
        State.objects.bulk_update(states.values(), fields, batch_size=100)
        note_moves(events)
    return list(states.values())


def submit(records: Sequence[Record], *, by, note: str = "") -> list[State]:
    """Ask for a review of the newest revision of some records."""
    nothing = "everything of it is public already, so there is nothing to review."

    def waits(record: Record, state: State) -> str:
        return nothing if state.standing == Standing.PUBLIC else ""

    already = {Review.IN_REVIEW: "it is in review already.", Review.APPROVED: "it is approved already."}
    return _move(by, "submit", records, Review.IN_REVIEW, note.strip(), already, waits)


def reopen(records: Sequence[Record], *, by, note: str = "") -> list[State]:
    """Take records back to draft: out of the review, or out of what was approved."""
    already = {Review.DRAFT: "it is a draft already.", Review.CHANGES: "it is a draft already."}
    return _move(by, "reopen", records, Review.DRAFT, note.strip(), already)


def send_back(records: Sequence[Record], *, by, note: str, seen: Mapping[UUID, str] | None = None) -> list[State]:
    """Ask the authors for changes; the note says which."""
    if not note.strip():
        raise Refusal("Say what should be changed: the author gets this note.")
    not_asked = "it was not submitted for review."
    allowed = {Review.DRAFT: not_asked, Review.CHANGES: "it was sent back already."}
    return _move(by, "send_back", records, Review.CHANGES, note.strip(), allowed, seen=seen)


def approve(records: Sequence[Record], *, by, note: str = "", seen: Mapping[UUID, str] | None = None) -> list[State]:
    """Approve the newest revision of some records: that one, and no later one, may then become public.

    `seen` holds the digests that were looked at. While two people are needed, none of its authors may.
    """
    strict = four_eyes()
    states = State.objects.filter(record__in=[record.pk for record in records])
    written = writers(states) if strict else {}

    def not_ones_own(record: Record, state: State) -> str:
        if by.get_username() in written.get(record.pk, ()):
            return f"you wrote part of this, so another person has to approve it: {others(by)}."
        return ""

    not_asked = "it was not submitted for review. Submit it first."
    allowed = {Review.DRAFT: not_asked, Review.CHANGES: not_asked, Review.APPROVED: "it is approved already."}
    return _move(by, "approve", records, Review.APPROVED, note.strip(), allowed, not_ones_own, seen)


def others(user) -> str:
    """The people besides one who may approve, as an editor would name them."""
    people = [one for one in people_who_may("approve", at_most=6) if one.pk != user.pk]
    return ", ".join(one.get_full_name() or one.get_username() for one in people) or "nobody can at present"


def approvers(authors: Iterable[str]) -> list:
    """The accounts that may approve what these people wrote: while two are needed, none of themselves."""
    kept = set(authors) if four_eyes() else set()
    return [one for one in people_who_may("approve") if one.get_username() not in kept]


def comment(record: Record, *, by, text: str) -> Event:
    """Say something about a record to colleagues. It stands in its history and changes nothing."""
    if not may(by, "comment", record):
        raise Refusal("Your account can't comment here.")
    if not text.strip():
        raise Refusal("The comment is empty.")
    return note_moves([Event(by=by.get_username(), verb="comment", note=text.strip(), **of(record))])[0]


# What publishing asks -------------------------------------------------------------------------------------------------


def clear(records: Iterable[Record], *, by) -> dict[UUID, Approval]:
    """What may become public of some records, if this person publishes them. Raises Refusal, naming who has to approve.

    An approved revision may. So may one that somebody publishes who may approve and has not written any of it: that is
    the second person. While no second person is needed, the publisher's word is enough and the log says so.
    """
    records = list(records)
    cleared = approvals(records, by=by)
    waiting = [record.title for record in records if cleared[record.pk].one_person]
    if waiting and four_eyes():
        raise Refusal(
            f"Not approved by a second person yet: {', '.join(sorted(waiting))}. Submit it for review; {others(by)} can approve."
        )
    return cleared


def approvals(records: Iterable[Record], *, by) -> dict[UUID, Approval]:
    """Whose word each record would become public on, if this person published it; refuses nothing."""
    records, name = list(records), by.get_username()
    states, found = _states(records, locked=False), {}
    written = writers(states.values())
    for record in records:
        state = states.get(record.pk) or State(record=record.pk, kind=record.kind)
        if state.review == Review.APPROVED and state.review_digest == state.digest:
            second = state.reviewed_by
        else:
            second = name if may(by, "approve", record) else ""
        alone = not second or second in written.get(record.pk, ())
        found[record.pk] = Approval(state.digest, second, alone)
    return found
