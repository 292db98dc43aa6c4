"""Whether what is planned will happen by itself."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from partnerships.editorial.models import Release
from partnerships.editorial.worker import last_run

QUIET = timedelta(minutes=2)
"""A worker looks every second and says so every few; after this long it has stopped."""


def worker_warning(*, planned: bool | None = None) -> str:
    """Why what is planned may not become public by itself; empty while a worker runs. `planned`: something is, or will be."""
    ran = last_run()
    if ran and timezone.now() - ran < QUIET:
        return ""
    if planned is None:
        planned = ran is not None or Release.objects.filter(status=Release.Status.PLANNED).exists()
    if not planned:
        return ""
    since = f"since {ran:%-d %B %Y at %H:%M} UTC" if ran else "so far"
    return (
        f"Nothing has looked for due publications {since}: what is planned won't become public by itself. Start the portal's "
        "editorial process, or run manage.py publish_due every minute."
    )


def schedule_warning() -> str:
    """What the home says of planned publications: those that failed, and whether anybody does those to come."""
    failed = Release.objects.filter(status=Release.Status.FAILED).order_by("-due_at")[:3]
    said = [
        f"“{one.title}” was due on {one.due_at:%-d %B %Y at %H:%M} UTC and wasn't published: {one.trouble}"
        for one in failed
    ]
    return " ".join(filter(None, [worker_warning(), *said]))
