"""What publishing would change: records beside what is public of them now."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from partnerships.models import Record
from partnerships.publishing.documents import Document
from partnerships.publishing.log import bodies
from partnerships.publishing.upgrades import upgraded

from .differences import Differences, differences, names_in
from .models import State


@dataclass(frozen=True)
class Pending:
    """A record with what its newest revision would change in public.

    `document` is the newest revision's; None when its text was taken down. `public` is None when nothing is public.
    """

    record: Record
    state: State
    document: Document | None
    public: Document | None
    differences: Differences | None

    @property
    def first(self) -> bool:
        """Whether the record was never public."""
        return not self.state.public_version

    @property
    def waits(self) -> bool:
        """Whether publishing would do anything."""
        return self.document is not None and (self.state.withdrawn or self.state.digest != self.state.public_digest)


def against_public(records: Iterable[Record]) -> list[Pending]:
    """What publishing these records would change, in their order. Constant in queries."""
    records = list(records)
    states = State.objects.in_bulk([record.pk for record in records])
    digests = {digest for state in states.values() for digest in (state.digest, state.public_digest)}
    read = {digest: upgraded(json.loads(body)) for digest, body in bodies(digests).items()}
    names = names_in(*read.values())
    found = []
    for record in records:
        state = states.get(record.pk) or State(record=record.pk, kind=record.kind)
        newest = read.get(state.digest)
        public = None if state.withdrawn else read.get(state.public_digest)
        changes = differences(public, newest, names) if newest else None
        found.append(Pending(record, state, newest, public, changes))
    return found
