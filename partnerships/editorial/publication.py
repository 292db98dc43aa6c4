"""Publishing and withdrawing, for a person: the verbs that every door of editors calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Value
from django.db.models.functions import Replace

from partnerships.models import KINDS, Kind, Record, record_links, uuid7
from partnerships.publishing.documents import Document, digest, labels_of, pointers, references
from partnerships.publishing.feed import Refusal, linking_texts, missing_references, pointing_at, pointing_models
from partnerships.publishing.log import EDITORIAL, PUBLISHED, Step, bodies
from partnerships.publishing.models import Action, ChangeKind, LogDocument, Publication
from partnerships.publishing.release import release
from partnerships.publishing.upgrades import upgraded
from portal import media

from . import uploads
from .audit import note_move, note_moves
from .models import Event, Review, Revision, State
from .permissions import may
from .plans import leave, refuse_planned
from .review import Approval, clear
from .rules import broken, unsuitable
from .saving import keep_revisions, take_version

SYSTEM = "system"
"""The actor of the first load. No account has this name; it alone publishes without review, and the log says so."""


@dataclass(frozen=True)
class Reason:
    """Why something is published: the kind of change, a note for the public, and of a correction what was wrong since when."""

    change_kind: str = ""
    note: str = ""
    wrong: str = ""
    wrong_since: str = ""


def _pinned(records: Iterable[Record], digests: Mapping[UUID, str] | None = None) -> dict[UUID, tuple[State, Document]]:
    """The newest revision of each record (or the one whose digest is given), with the names its references have now."""
    states = {state.record: state for state in State.objects.filter(record__in=[record.pk for record in records])}
    wanted = {pk: (digests or {}).get(pk) or state.digest for pk, state in states.items()}
    texts = bodies(wanted.values())
    if burnt := [pk for pk, digest in wanted.items() if digest not in texts]:
        raise Refusal(f"The text of {_titles(burnt)} was taken down. Change it and save it, then publish the new text.")
    pinned = {pk: (state, upgraded(json.loads(texts[wanted[pk]]))) for pk, state in states.items()}
    labels = labels_of(set().union(*(references(document) for _, document in pinned.values())), EDITORIAL)
    for _, document in pinned.values():
        document["refs"] = {str(pk): labels[pk] for pk in sorted(references(document)) if pk in labels}
    return pinned


def _titles(ids: Iterable[UUID], using: str = EDITORIAL) -> str:
    return ", ".join(
        Record.objects.using(using).filter(pk__in=list(ids)).order_by("title").values_list("title", flat=True)
    )


def needed(records: Sequence[Record]) -> list[Record]:
    """The records that must be public first: all that these point at, directly or through each other, and aren't."""
    found: dict[UUID, Record] = {}
    batch = list(records)
    while batch:
        documents = [document for _, document in _pinned(batch).values()]
        have = {record.pk for record in records} | found.keys()
        missing = missing_references(documents).keys() - have
        batch = list(Record.objects.using(EDITORIAL).filter(pk__in=missing))
        found |= {record.pk: record for record in batch}
    return sorted(found.values(), key=lambda record: record.title)


def publish(
    records: Sequence[Record],
    *,
    by: str,
    change_kind: str = "",
    note: str = "",
    wrong: str = "",
    wrong_since: str = "",
    title: str = "",
    cleared: Mapping[UUID, Approval] | None = None,
    reasons: Mapping[UUID, Reason] | None = None,
    scheduled_for: datetime | None = None,
    within: Callable[[list[Publication]], None] | None = None,
    rehearse: bool = False,
) -> list[Publication]:
    """Publish revisions of some records together: all of them, or none. A rehearsal only refuses what would be refused.

    `cleared` pins which revision of each, and who approved it; without it the newest one is taken (by a command, or the
    first load). What is public already is left out. A record's own `reasons` go before the common one; one that was never
    public needs none. `within` runs in the log's transaction. Raises Refusal with a sentence for the editor: a broken
    rule, a reason that doesn't fit, or references that aren't public yet (`missing` names them; `needed` finds them all).
    """
    cleared, reasons, common = cleared or {}, reasons or {}, Reason(change_kind, note, wrong, wrong_since)
    pinned = _pinned(records, {pk: approval.digest for pk, approval in cleared.items()})
    waiting = {
        pk: (state, document)
        for pk, (state, document) in pinned.items()
        if state.withdrawn or digest(document) != state.public_digest
    }
    steps, sentences = [], []
    together = uuid7() if len(waiting) > 1 or title else None
    public = _public_documents(state for state, _ in waiting.values())
    for pk, (state, document) in waiting.items():
        reason, first = reasons.get(pk, common), not state.public_version
        kind_of_change = ChangeKind.FIRST if first else reason.change_kind
        complaints = [
            *broken(document),
            *unsuitable(kind_of_change, reason.note, reason.wrong, first=first, before=public.get(pk), after=document),
        ]
        sentences += [f"{document['fields']['title']}: {complaint}" for complaint in complaints]
        approval = cleared.get(pk) or Approval(state.digest, "", by != SYSTEM)
        steps.append(
            Step(
                action=Action.PUBLISH,
                kind=state.kind,
                record=pk,
                slug=document["slug"],
                document=document,
                change_kind=kind_of_change,
                note=reason.note.strip(),
                wrong=reason.wrong.strip(),
                wrong_since=reason.wrong_since,
                by=by,
                reviewed_by=approval.reviewed_by,
                one_person=approval.one_person,
                release=together,
                release_title=title,
                scheduled_for=scheduled_for,
            )
        )
    if sentences:
        raise Refusal(" ".join(sentences))
    missing = missing_references(document for _, document in waiting.values()).keys() - waiting.keys()
    if missing:
        if not (titles := _titles(missing)):
            raise Refusal("A link in the text leads to a record that isn't there: take it out, or choose another.")
        raise Refusal(f"Not public yet, but pointed at: {titles}. Publish them together with this.", missing=missing)
    return release(steps, within=_settling(within), rehearse=rehearse)


def publish_for(user, records: Sequence[Record], **reason) -> list[Publication]:
    """Publish for a person: who may, and only what a second person has approved while two are needed."""
    for record in records:
        if not may(user, "publish", record):
            raise Refusal(f"{record.title}: your account can't publish this.")
    refuse_planned(record.pk for record in records)
    return publish(records, by=user.get_username(), cleared=clear(records, by=user), **reason)


def _public_documents(states: Iterable[State]) -> dict[UUID, Document]:
    """The documents that are public now, of those states that have one."""
    states = list(states)
    texts = bodies(state.public_digest for state in states)
    return {s.record: upgraded(json.loads(texts[s.public_digest])) for s in states if s.public_digest in texts}


def _settling(within: Callable[[list[Publication]], None] | None) -> Callable[[list[Publication]], None]:
    """What must be true of the editorial side exactly when the log says so, and what a caller adds to it."""

    def settle(entries: list[Publication]) -> None:
        _settle(entries)
        if within:
            within(entries)

    return settle


def _settle(entries: list[Publication]) -> None:
    """What the log says is what the states say, and every step has its event: runs in the log's own transaction."""
    states = {state.record: state for state in State.objects.filter(record__in=[entry.record for entry in entries])}
    titles = dict(Record.objects.using(EDITORIAL).filter(pk__in=list(states)).values_list("pk", "title"))
    events = []
    for entry in entries:
        state = states[entry.record]
        was = state.standing
        state.withdrawn = entry.action != Action.PUBLISH
        state.public_digest = entry.digest
        state.public_version += entry.action == Action.PUBLISH
        if entry.digest == state.digest:
            state.review, state.review_digest, state.review_note = Review.DRAFT, "", ""
        state.settle()
        events.append(
            Event(
                by=entry.by,
                verb=entry.action,
                kind=entry.kind,
                record=entry.record,
                title=titles.get(entry.record, entry.slug),
                before=was,
                after=state.standing,
                digest=entry.digest,
                note=entry.note,
            )
        )
    fields = ["withdrawn", "public_digest", "public_version", "standing", "review", "review_digest", "review_note"]
    State.objects.bulk_update(states.values(), fields, batch_size=100)
    note_moves(events)


def withdraw(
    records: Sequence[Record], *, by: str, note: str, action: str = Action.RETRACT, title: str = ""
) -> list[Publication]:
    """Withdraw records from the public edition, together.

    Retracted ones leave a tombstone and keep their versions; a take-down deletes every document of theirs for good.
    Raises Refusal while public records outside the batch point here (`pointing` names them), or without a note.
    """
    if not note.strip():
        raise Refusal("Say why: the reason stands in the place of the record.")
    newest = {state.record: state for state in State.objects.filter(record__in=[record.pk for record in records])}
    if action == Action.TAKE_DOWN:
        public = [s for s in newest.values() if s.public_version]
    else:
        public = [s for s in newest.values() if s.public_digest and not s.withdrawn]
    if not public:
        raise Refusal("Nothing of this is public, so there is nothing to withdraw.")
    if action != Action.TAKE_DOWN:  # what is taken down can't come back with a plan: its text is gone
        refuse_planned(state.record for state in public)
    if pointing := pointing_at([state.record for state in public], PUBLISHED):
        sources = set().union(*pointing.values())
        raise Refusal(
            f"Public records still point here: {_titles(sources, PUBLISHED)}. Withdraw them together, or publish them "
            "without the reference first.",
            pointing=sources,
        )
    slugs = dict(Record.objects.using(PUBLISHED).filter(pk__in=newest).values_list("pk", "slug"))
    slugs = dict(Record.objects.using(EDITORIAL).filter(pk__in=newest).values_list("pk", "slug")) | slugs
    together = uuid7() if len(public) > 1 or title else None
    steps = [
        Step(
            action=action,
            kind=state.kind,
            record=state.record,
            slug=slugs[state.record],
            by=by,
            note=note.strip(),
            change_kind=ChangeKind.WITHDRAWAL,
            release=together,
            release_title=title,
        )
        for state in public
    ]
    if action != Action.TAKE_DOWN:
        return release(steps, within=_settle)
    with uploads.steady():
        files = uploads.files_of(state.record for state in public if state.kind == "image")
        entries = release(steps, within=_burn)
        try:
            uploads.delete(files)
        except media.Unreachable as away:
            raise Refusal(
                "It is taken down: nothing shows it any more. But its files are still in the storage of pictures, which "
                "doesn't answer. When it does, run `manage.py sweep_images`; that takes them away."
            ) from away
    return entries


def withdraw_for(user, records: Sequence[Record], *, note: str, action: str = Action.RETRACT) -> list[Publication]:
    """Withdraw for a person: retracting and taking down are rights of their own."""
    if not may(user, "take_down" if action == Action.TAKE_DOWN else "withdraw"):
        raise Refusal("Your account can't do that.")
    return withdraw(records, by=user.get_username(), note=note, action=action)


def _burn(entries: list[Publication]) -> None:
    """A take-down leaves the log and deletes the documents: of publications and of revisions, the working copy's too."""
    records = [entry.record for entry in entries]
    digests = set(Publication.objects.filter(record__in=records).values_list("digest", flat=True))
    digests |= set(Revision.objects.filter(record__in=records).values_list("digest", flat=True))
    LogDocument.objects.filter(digest__in=digests - {""}).delete()
    _settle(entries)


# Merging --------------------------------------------------------------------------------------------------------------


def merge(lost: Kind, survivor: Kind, *, by: str, note: str) -> list[Publication]:
    """Make one record of two: what points at `lost` points at `survivor`, and its public address leads there.

    The records that pointed at it get a new revision; those that were public and unchanged are published again in the
    same release. One with unpublished changes is in the way, because publishing it would publish those too.
    """
    if type(lost) is not type(survivor) or lost.pk == survivor.pk:
        raise Refusal("Two different records of one kind can be merged.")
    state = State.objects.filter(record=lost.pk).first()
    if state is None:
        raise Refusal(f"{lost.title} was never saved.")
    public = bool(state.public_digest and not state.withdrawn)
    sources = pointing_at([lost.pk], EDITORIAL).get(lost.pk, set()) | {survivor.pk}
    refuse_planned(sources | {lost.pk})
    states = {s.record: s for s in State.objects.filter(record__in=sources)}
    if public and (unready := [pk for pk, s in states.items() if s.standing == "changed"]):
        raise Refusal(f"Publish or undo the changes of these first: {_titles(unready)}.", pointing=unready)
    if public and not states[survivor.pk].public_digest:
        raise Refusal(f"{survivor.title} isn't public: publish it first, so that the old address can lead there.")
    was_public = [pk for pk, s in states.items() if s.standing == "public"]

    with transaction.atomic(using=EDITORIAL):
        _move_pointers(lost, survivor)
        if not survivor.aliases.filter(slug=lost.slug).exists():
            survivor.aliases.create(slug=lost.slug)
        _check(sources)
        kinds = dict(Record.objects.filter(pk__in=sources).values_list("pk", "kind"))
        for name in set(kinds.values()):
            pks = [pk for pk, kind in kinds.items() if kind == name]
            for pk in pks:
                take_version(pk, Record.objects.values_list("version", flat=True).get(pk=pk))
            keep_revisions(KINDS[name], pks, by=by, note=f"{lost.title} merged into {survivor.title}")
        if not public:
            into = f"Merged into {survivor.title}."
            note_move(by, "merge", lost, before=state.standing, digest=state.digest, note=f"{into} {note}".strip())
            leave([lost.pk])
            lost.delete()
            return []

    newest = _pinned(list(Record.objects.filter(pk__in=was_public)))
    together = uuid7()
    title = f"{lost.title} merged into {survivor.title}"[:120]
    steps = [
        Step(
            action=Action.PUBLISH,
            kind=s.kind,
            record=pk,
            slug=document["slug"],
            document=document,
            by=by,
            change_kind=ChangeKind.EVIDENCE,
            note=note or title,
            release=together,
            release_title=title,
        )
        for pk, (s, document) in newest.items()
        if s.digest != s.public_digest
    ]
    steps.append(
        Step(
            action=Action.MERGE,
            kind=state.kind,
            record=lost.pk,
            slug=lost.slug,
            by=by,
            into=survivor.pk,
            change_kind=ChangeKind.WITHDRAWAL,
            note=note or title,
            release=together,
            release_title=title,
        )
    )

    def settle(entries: list[Publication]) -> None:
        _settle(entries)
        leave([lost.pk])
        lost.delete()

    return release(steps, within=settle)


def merge_for(user, lost: Kind, survivor: Kind, *, note: str) -> list[Publication]:
    """Merge for a person: who may, for both records, as either changes."""
    for record in (lost, survivor):
        if not may(user, "merge", record):
            raise Refusal(f"{record.title}: your account can't merge this.")
    return merge(lost, survivor, by=user.get_username(), note=note)


def _check(ids: Iterable[UUID]) -> None:
    """Refuse a merge after which a record would be impossible: an objective below itself, say."""
    for record in Record.objects.filter(pk__in=list(ids)):
        try:
            record.as_kind().clean()
        except ValidationError as error:
            raise Refusal(f"{record.title}: {' '.join(error.messages)}", pointing=[record.pk]) from error


def _move_pointers(lost: Kind, survivor: Kind) -> None:
    """Turn every foreign key and link that leads to `lost` to `survivor`; a row that would then stand twice goes."""
    for pk, text in list(linking_texts(EDITORIAL)):
        if lost.pk in record_links(text):
            kind = type(Record.objects.get(pk=pk).as_kind())
            body = Replace("body", Value(f"record:{lost.pk}"), Value(f"record:{survivor.pk}"))
            kind._base_manager.filter(pk=pk).update(body=body)
    for model, owner in pointing_models():
        for name in pointers(model):
            for row in model._base_manager.filter(**{name: lost.pk}):
                twins = model._base_manager.filter(**{name: survivor.pk})
                if owner != "pk" and _stands_already(row, name, owner, survivor, twins):
                    row.delete()
                else:  # the survivor's own reference to the lost one would now lead to itself
                    target = None if row.pk == survivor.pk else survivor.pk
                    model._base_manager.filter(pk=row.pk).update(**{name: target})


def _stands_already(row, name: str, owner: str, survivor: Kind, twins) -> bool:
    """Whether moving the row would break a rule of uniqueness, or make a record point at itself."""
    if getattr(row, owner) == survivor.pk:
        return True
    for constraint in row._meta.constraints:
        if name in getattr(constraint, "fields", ()):
            same = {
                field: getattr(row, row._meta.get_field(field).attname) for field in constraint.fields if field != name
            }
            if twins.filter(**same).exists():
                return True
    return False
