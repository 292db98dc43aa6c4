"""One step of the public edition, through two databases.

Order of commits: `published` is locked, changed and checked first; then the log is appended to and commits; then
`published` commits. So a refusal leaves nothing, and a crash between the two commits leaves a logged entry that `sync`
applies at the next start or publication. Nothing is published twice, because the log is the only source of `seq`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from django.db import transaction

from .documents import canonical, digest
from .editions import forget_stale
from .feed import apply, sync
from .log import EDITORIAL, PUBLISHED, Step, append, locked_head, next_entries
from .models import Action, Head, LogHead, Publication


class Outrun(Exception):
    """Somebody else's entry stands in the log and isn't applied yet: `sync`, then try again."""


def release(
    steps: Sequence[Step], *, within: Callable[[list[Publication]], None] | None = None, rehearse: bool = False
) -> list[Publication]:
    """Take some steps as one: all of them are public and logged afterwards, or none is.

    A rehearsal makes every check and keeps nothing: what would be refused, it refuses. `within` runs in the log's transaction, for what must be true of the editorial side exactly when the log says so.
    Raises feed.Refusal when the public edition would not be consistent, feed.Stuck when the log can't be followed.
    Must not be called inside a transaction on the editorial database, whose commit would then not be one.
    """
    if not steps:
        return []
    while True:
        sync()
        try:
            return _release(steps, within, rehearse)
        except Outrun:
            continue


def _release(steps: Sequence[Step], within, rehearse: bool) -> list[Publication]:
    documents = {digest(step.document): canonical(step.document) for step in steps if step.document}
    with transaction.atomic(using=PUBLISHED):
        entries = next_entries(locked_head(Head, PUBLISHED), steps)
        apply(entries, documents)
        if rehearse:
            transaction.set_rollback(True, using=PUBLISHED)
            return []
        with transaction.atomic(using=EDITORIAL, durable=True):
            head = locked_head(LogHead, EDITORIAL)
            if head.seq != entries[0].seq - 1:
                raise Outrun
            append(entries, documents)
            if within:
                within(entries)
    if any(step.action == Action.TAKE_DOWN for step in steps):
        forget_stale()
    return entries
