"""One message a day with what waits for somebody: the numbers of their home, and the lists that they count."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone

from partnerships.editorial.models import Lease
from partnerships.editorial.permissions import may, people_who_may
from partnerships.editorial.posting import post_digest
from partnerships.editorial.worker import first_of_day
from partnerships.models import KINDS, Record
from partnerships.publishing.feed import Refusal
from partnerships.publishing.log import EDITORIAL

from .home import Tile, reported, tiles, waiting_for


def waits(user) -> list[Tile]:
    """What presses on a person's home; nothing when none of it is for them to do."""
    names = [name for name, kind in KINDS.items() if may(user, "view", kind)]
    records = Record.objects.using(EDITORIAL).filter(kind__in=names)
    pressing = [tile for tile in (*tiles(records, names, user), *reported(user)) if tile.tone]
    return pressing if waiting_for(user) or any(tile.tone == "hot" for tile in pressing) else []


def send_digests() -> int:
    """Send everybody of the desk who has an address what waits for them, unless they got it today; returns how many.

    What couldn't be sent is tried again the next time. Raises Refusal where the portal sends no mail.
    """
    if not settings.SENDS_MAIL:
        raise Refusal("This portal sends no mail. Set EMAIL_URL first.")
    sent = 0
    for person in people_who_may("view"):
        if not person.email or not (found := waits(person)):
            continue
        name = f"digest {person.pk}"
        if not first_of_day(name, timezone.now()):
            continue
        lines = [(tile.number.count, tile.said, settings.SITE_ORIGIN + tile.number.address) for tile in found]
        if post_digest(person, lines):
            sent += 1
        else:
            Lease.objects.filter(name=name).update(last_run=None)
    return sent
