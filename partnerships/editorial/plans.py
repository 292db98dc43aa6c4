"""What records wait for: the release that collects them, or with which they become public by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from partnerships.models import Record
from partnerships.publishing.feed import Refusal

from .models import Release, ReleaseItem

Status = Release.Status


def gathered(records: Iterable[UUID]) -> dict[UUID, Release]:
    """The release that each record waits in, of those that do: planned, or open for collecting."""
    waiting = ReleaseItem.objects.filter(record__in=list(records), release__status__in=[Status.OPEN, Status.PLANNED])
    return {item.record: item.release for item in waiting.select_related("release")}


def planned(records: Iterable[UUID]) -> dict[UUID, Release]:
    """The release with which each record becomes public by itself, of those that will."""
    return {record: one for record, one in gathered(records).items() if one.status == Status.PLANNED}


def refuse_planned(records: Iterable[UUID]) -> None:
    """Raises Refusal if one of these becomes public by itself.

    What is planned is neither published, withdrawn, merged nor deleted some other way: the plan would undo that when its
    time comes, or would have nothing left to publish.
    """
    if not (found := planned(records)):
        return
    titles = dict(Record.objects.filter(pk__in=list(found)).values_list("pk", "title"))
    said = sorted(
        f"{titles.get(record, one.title)} is planned for {one.due_at:%-d %B %Y at %H:%M} UTC with “{one.title}”."
        for record, one in found.items()
    )
    raise Refusal(f"{' '.join(said)} Cancel that first.")


def leave(records: Iterable[UUID]) -> None:
    """Take records that cease to be out of the releases that still collect."""
    collecting = [Status.OPEN, Status.FAILED]
    ReleaseItem.objects.filter(record__in=list(records), release__status__in=collecting).delete()
