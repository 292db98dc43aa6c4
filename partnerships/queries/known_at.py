"""What the portal said at an earlier moment: the second clock.

`known_at` is transaction time, a moment or an entry of the public log; `as_of` is valid time. It goes by the moment of
publication, never by the time for which something was planned. A past edition answers the same questions by the same
code, see publishing/editions.py.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from partnerships.models import Kind
from partnerships.publishing.editions import Busy, Withheld, past
from partnerships.publishing.log import PUBLISHED
from partnerships.publishing.models import Action, Change
from partnerships.publishing.reading import head

from .parameters import BadParameter
from .versions import body_of, taken_down_by

__all__ = ["Busy", "Known", "at_that_time", "read_moment", "taken_down_since"]

NAME = "known_at"
_SEQ = re.compile(r"[0-9]{1,15}", re.ASCII)


NOTHING = Withheld(0, 0)


@dataclass(frozen=True)
class Known:
    """The last entry of the log that counts, and how it was asked for."""

    entry: Change
    asked: str
    withheld: Withheld = NOTHING


def read_moment(text: str, now: datetime) -> Known:
    """The entry that `known_at` means: a number is that entry, a moment the last one published by then.

    What was published together counts as a whole: nobody ever saw half of it. Raises BadParameter. Two queries.
    """
    entry = _numbered(int(text)) if _SEQ.fullmatch(text) else _published_by(_moment(text, now), text)
    if entry.release:
        entry = Change.objects.using(PUBLISHED).filter(release=entry.release).order_by("-seq")[0]
    return Known(entry, text)


def _numbered(seq: int) -> Change:
    if entry := Change.objects.using(PUBLISHED).filter(seq=seq).first():
        return entry
    raise BadParameter(
        NAME, f"The public log has no entry {seq}. A moment is written with its zone: 2026-11-25T12:00:00Z."
    )


def _moment(text: str, now: datetime) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        if moment.utcoffset() is None:
            raise ValueError
        moment = moment.astimezone(UTC)
        later = moment > now
    except (ValueError, OverflowError):
        raise BadParameter(
            NAME,
            f"“{text[:40]}” is no moment that can be read. Write it with its zone (2026-11-25T12:00:00Z; the “+” of a zone "
            "is %2B in an address), or give the number of an entry of the public log.",
        ) from None
    if later:
        raise BadParameter(NAME, f"{text} lies in the future: what will be known then can't be shown.")
    return moment


def _published_by(moment: datetime, text: str) -> Change:
    changes = Change.objects.using(PUBLISHED)
    if entry := changes.filter(at__lte=moment).order_by("-seq").first():
        return entry
    raise BadParameter(NAME, f"Nothing had been published on this portal by {text}.")


@contextmanager
def at_that_time(known: Known) -> Iterator[Known]:
    """Inside, whatever is read of the public edition is what was public then. Raises Busy.

    The newest entry needs no other edition than the present one.
    """
    if known.entry.seq == head().seq:
        yield known
        return
    with past(known.entry) as withheld:
        yield Known(known.entry, known.asked, withheld)


def taken_down_since(kind: type[Kind], slug: str, seq: int) -> Change | None:
    """The entry that took down what was public at an address when the log stood at a seq. Asked of the present edition.

    Three queries at most; None if nothing was public there, or if it still can be read.
    """
    changes = Change.objects.using(PUBLISHED).filter(kind=kind.kind_name(), slug=slug, seq__lte=seq)
    entry = changes.order_by("-seq").first()
    if not entry or entry.action != Action.PUBLISH or body_of(entry.digest) is not None:
        return None
    return taken_down_by(entry)
