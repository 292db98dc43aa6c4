"""The public edition as it would be: documents applied to `published`, read there, and always rolled back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import transaction

from .documents import canonical, digest
from .feed import apply
from .log import PUBLISHED, Step, locked_head, next_entries
from .models import Head


@contextmanager
def as_if_published(steps: Sequence[Step]) -> Iterator[None]:
    """All that is read from `published` inside is what it would be after these steps; nothing of them is kept.

    The same applying as a publication's, with the same checks: raises feed.Refusal for what would be refused. While it
    lasts it holds the writers' place, so only render inside. Without steps nothing is locked.
    """
    if not steps:
        yield
        return
    documents = {digest(step.document): canonical(step.document) for step in steps if step.document}
    with transaction.atomic(using=PUBLISHED):
        apply(next_entries(locked_head(Head, PUBLISHED), steps), documents)
        try:
            yield
        finally:
            transaction.set_rollback(True, using=PUBLISHED)
