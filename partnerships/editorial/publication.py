"""Publishing and withdrawing, for a person: the verbs that every door of editors calls."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction

from partnerships.models import KINDS, Kind, Record, uuid7
from partnerships.publishing.documents import Document, labels_of, pointers, references
from partnerships.publishing.feed import Refusal, missing_references, pointing_at, pointing_models
from partnerships.publishing.log import EDITORIAL, PUBLISHED, Step, bodies
from partnerships.publishing.models import Action, ChangeKind, LogDocument, Publication
from partnerships.publishing.release import release
from partnerships.publishing.upgrades import upgraded

from .models import Revision, State
from .rules import broken, unsuitable
from .saving import keep_revisions, take_version


def _newest(records: Sequence[Record]) -> dict[UUID, tuple[State, Document]]:
    """The newest revision of each record, with the names that its references have now."""
    states = {state.record: state for state in State.objects.filter(record__in=[record.pk for record in records])}
    texts = bodies(state.digest for state in states.values())
    if burnt := [pk for pk, state in states.items() if state.digest not in texts]:
        raise Refusal(f"The text of {_titles(burnt)} was taken down. Change it and save it, then publish the new text.")
    newest = {pk: (state, upgraded(json.loads(texts[state.digest]))) for pk, state in states.items()}
    labels = labels_of(set().union(*(references(document) for _, document in newest.values())), EDITORIAL)
    for _, document in newest.values():
        document["refs"] = {str(pk): labels[pk] for pk in sorted(references(document)) if pk in labels}
    return newest


def _titles(ids: Iterable[UUID], using: str = EDITORIAL) -> str:
    return ", ".join(
        Record.objects.using(using).filter(pk__in=list(ids)).order_by("title").values_list("title", flat=True)
    )


def needed(records: Sequence[Record]) -> list[Record]:
    """The records that must be public first: all that these point at, directly or through each other, and aren't."""
    found: dict[UUID, Record] = {}
    batch = list(records)
    while batch:
        documents = [document for _, document in _newest(batch).values()]
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
    reviewed_by: str = "",
) -> list[Publication]:
    """Publish the newest revision of some records together: all of them, or none.

    Records whose newest revision is public already are left out. `change_kind` may be empty for records that were never
    public. Raises Refusal with a sentence for the editor: a broken rule, a reason that doesn't fit, or references that
    aren't public yet (`missing` names them; `needed` finds all that must come along).
    """
    newest = _newest(records)
    waiting = {pk: pair for pk, pair in newest.items() if pair[0].withdrawn or pair[0].digest != pair[0].public_digest}
    texts = bodies(state.public_digest for state, _ in waiting.values())
    public = {pk: texts.get(state.public_digest) for pk, (state, _) in waiting.items()}

    steps, sentences = [], []
    together = uuid7() if len(waiting) > 1 or title else None
    for pk, (state, document) in waiting.items():
        first = not state.public_version
        reason = ChangeKind.FIRST if first else change_kind
        text = public[pk]
        before = upgraded(json.loads(text)) if text else None
        complaints = [
            *broken(document),
            *unsuitable(reason, note, wrong, first=first, before=before, after=document),
        ]
        sentences += [f"{document['fields']['title']}: {complaint}" for complaint in complaints]
        steps.append(
            Step(
                action=Action.PUBLISH,
                kind=state.kind,
                record=pk,
                slug=document["slug"],
                document=document,
                change_kind=reason,
                note=note.strip(),
                wrong=wrong.strip(),
                wrong_since=wrong_since,
                by=by,
                reviewed_by=reviewed_by,
                release=together,
                release_title=title,
            )
        )
    if sentences:
        raise Refusal(" ".join(sentences))
    missing = missing_references(document for _, document in waiting.values()).keys() - waiting.keys()
    if missing:
        raise Refusal(
            f"Not public yet, but pointed at: {_titles(missing)}. Publish them together with this.", missing=missing
        )
    return release(steps, within=_settle)


def _settle(entries: list[Publication]) -> None:
    """What the log says is what the states say: runs in the log's own transaction."""
    states = {state.record: state for state in State.objects.filter(record__in=[entry.record for entry in entries])}
    for entry in entries:
        state = states[entry.record]
        state.withdrawn = entry.action != Action.PUBLISH
        state.public_digest = entry.digest
        state.public_version += entry.action == Action.PUBLISH
        state.settle()
    State.objects.bulk_update(
        states.values(), ["withdrawn", "public_digest", "public_version", "standing"], batch_size=100
    )


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
    return release(steps, within=_burn if action == Action.TAKE_DOWN else _settle)


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
            lost.delete()
            return []

    newest = _newest(list(Record.objects.filter(pk__in=was_public)))
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
        lost.delete()

    return release(steps, within=settle)


def _check(ids: Iterable[UUID]) -> None:
    """Refuse a merge after which a record would be impossible: an objective below itself, say."""
    for record in Record.objects.filter(pk__in=list(ids)):
        try:
            record.as_kind().clean()
        except ValidationError as error:
            raise Refusal(f"{record.title}: {' '.join(error.messages)}", pointing=[record.pk]) from error


def _move_pointers(lost: Kind, survivor: Kind) -> None:
    """Turn every foreign key that leads to `lost` to `survivor`; a row that would then stand twice goes."""
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
