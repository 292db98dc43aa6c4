"""What records wait for: the release that collects them, or with which they become public by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth import get_user_model

from partnerships.models import Record
from partnerships.publishing.feed import Refusal

from .models import Release, ReleaseItem
from .permissions import may

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


def held_back(planned: Iterable[Release]) -> dict[UUID, str]:
    """Why each of these plans won't be run, of those that won't: whoever planned it may no longer publish. Two queries.

    A plan is a person's word that something becomes public; it ends with their right to say so, until another publisher
    takes it over.
    """
    planned = list(planned)
    found = get_user_model()._default_manager.filter(username__in={one.planned_by for one in planned})
    people = {one.get_username(): one for one in found.prefetch_related("groups")}
    return {one.pk: why for one in planned if (why := _no_longer(people.get(one.planned_by), one.planned_by))}


def _no_longer(person, name: str) -> str:
    if person is not None and may(person, "publish"):
        return ""
    called = (person and person.get_full_name()) or name
    closed = person is None or not person.is_active
    return f"{called}, who planned it, {'no longer has an account here' if closed else 'may no longer publish'}."
