"""Countries at the time of an exercise: what they were called, and what they were to the Alliance."""

from __future__ import annotations

from partnerships.models import Participant, PartnerStatus, name_on, status_on


def name_then(participant: Participant) -> str:
    """What the country was called when the edition began; its record's title where that day isn't known.

    Reads `edition`, `partner` and its `names`: prefetch them.
    """
    if not participant.partner:
        return participant.name
    day = participant.edition.first_day_earliest
    return name_on(participant.partner, day) if day else participant.partner.title


def status_then(participant: Participant) -> PartnerStatus | None:
    """What the country was when the edition began; None for one without a record, or where the beginning isn't known.

    Of a beginning known to the month or year only, the status must be the same on its first and last day to be certain.
    Reads `edition`, `partner` and its `memberships`: prefetch them.
    """
    edition = participant.edition
    if not participant.partner or not edition.first_day_earliest:
        return None
    rows = list(participant.partner.memberships.all())
    first, last = (status_on(rows, day) for day in (edition.first_day_earliest, edition.first_day_latest))
    return first if first == last else PartnerStatus.UNCERTAIN
