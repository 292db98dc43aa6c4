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
from .models import Event, Review, Revision, State
from .permissions import RIGHTS, four_eyes, may, people_who_may


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
    """The authors of what isn't public yet, of several records at once. To verify a citation isn't to write."""
    public = {state.record: state.public_digest for state in states}
    found: dict[UUID, set[str]] = {record: set() for record in public}
    verified = set(Event.objects.filter(record__in=list(public), verb="verify").values_list("record", "digest"))
    revisions = Revision.objects.filter(record__in=list(public)).order_by("record", "-number")
    reached = set()
    for record, digest, by in revisions.values_list("record", "digest", "by"):
        if digest == public[record]:
            reached.add(record)  # from here on it is public, or was before
        elif record not in reached and (record, digest) not in verified:
            found[record].add(by)
    return found


def _states(records: Sequence[Record], *, locked: bool = True) -> dict[UUID, State]:
    rows = State.objects.filter(record__in=[record.pk for record in records])
    return {state.record: state for state in (rows.select_for_update() if locked else rows)}


SUBMITTED_ALREADY = {Review.IN_REVIEW: "it is in review already.", Review.APPROVED: "it is approved already."}
DRAFT_ALREADY = {Review.DRAFT: "it is a draft already.", Review.CHANGES: "it is a draft already."}
NOT_SUBMITTED = {
    Review.DRAFT: "it was not submitted for review. Submit it first.",
    Review.CHANGES: "it was sent back, and not submitted again since.",
    Review.APPROVED: "it is approved already.",
}
NOTHING_WAITS = "everything of it is public already, so there is nothing to review."


def _move(
    user,
    verb: str,
    records: Sequence[Record],
    to: str,
    note: str,
    why_not: Mapping,
    also=None,
    seen: Mapping[UUID, str] | None = None,
) -> list[State]:
    """Move the review of records, together: all of them, or none.

    The table of rights says in which states that is possible; `why_not` says in words why it isn't, by the state of the
    review. `also` is a further condition: a sentence when it doesn't hold. `seen` holds the digests that
    the person was shown; a record that says something else by now is refused.
    """
    by, note, events = user.get_username(), note.strip(), []
    if not may(user, verb):
        raise Refusal("Your account can't do that here.")
    with transaction.atomic(using=EDITORIAL):
        states = _states(records)
        for record in records:
            state = states.get(record.pk)
            if state is None:
                raise Refusal(f"{record.title} was never saved.")
            if seen is not None and seen.get(record.pk) != state.digest:
                raise Refusal(
                    f"{record.title}: it was saved again after you had opened this page. Look at what it says now."
                )
            if not RIGHTS[verb].fits(state):
                raise Refusal(f"{record.title}: {why_not.get(state.review, NOTHING_WAITS)}")
            if also and (sentence := also(record, state)):
                raise Refusal(f"{record.title}: {sentence}")
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
    return _move(by, "submit", records, Review.IN_REVIEW, note, SUBMITTED_ALREADY)


def reopen(records: Sequence[Record], *, by, note: str = "") -> list[State]:
    """Take records back to draft: out of the review, or out of what was approved."""
    return _move(by, "reopen", records, Review.DRAFT, note, DRAFT_ALREADY)


def send_back(records: Sequence[Record], *, by, note: str, seen: Mapping[UUID, str] | None = None) -> list[State]:
    """Ask the authors for changes; the note says which."""
    if not note.strip():
        raise Refusal("Say what should be changed: the author gets this note.")
    return _move(by, "send_back", records, Review.CHANGES, note, NOT_SUBMITTED, seen=seen)


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

    return _move(by, "approve", records, Review.APPROVED, note, NOT_SUBMITTED, not_ones_own, seen)


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
            second = name if may(by, "approve") else ""
        alone = not second or second in written.get(record.pk, ())
        found[record.pk] = Approval(state.digest, second, alone)
    return found
