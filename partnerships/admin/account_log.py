"""What was done, as lines in Django's log of accounts: one for each record."""

from __future__ import annotations

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.http import HttpRequest

from partnerships.models import KINDS, Kind, Record
from partnerships.publishing.models import Action, ChangeKind, Publication


def said(entry: Publication) -> str:
    """An entry of the log as a line of the account's own history: "Published (new evidence): The capital is named."."""
    verb = str(Action(entry.action).label).capitalize()
    if entry.action == Action.PUBLISH:
        verb += f" ({str(ChangeKind(entry.change_kind).label).lower()})"
    return f"{verb}: {entry.note}" if entry.note else f"{verb}."


def stub(entry: Publication | Record, title: str = "") -> Kind:
    """As much of a record as the log of accounts keeps."""
    if isinstance(entry, Record):
        return KINDS[entry.kind](pk=entry.pk, id=entry.pk, title=entry.title, kind=entry.kind)
    return KINDS[entry.kind](pk=entry.record, id=entry.record, title=title, kind=entry.kind)


def log(request: HttpRequest, lines: list[tuple[Kind, str]], flag: int = CHANGE) -> None:
    """One entry in Django's log of accounts for each record."""
    LogEntry.objects.bulk_create(
        LogEntry(
            user_id=request.user.pk,
            content_type=ContentType.objects.get_for_model(type(record)),
            object_id=str(record.pk),
            object_repr=record.title[:200],
            action_flag=flag,
            change_message=line,
        )
        for record, line in lines
    )
