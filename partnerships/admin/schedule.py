"""Whether what is planned will happen by itself."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from partnerships.editorial.models import Release
from partnerships.editorial.plans import held_back
from partnerships.editorial.worker import last_run

QUIET = timedelta(minutes=2)
"""A worker looks every second and says so every few; after this long it has stopped."""
REMEDY = "A publisher can take the plan over, or cancel it."
"""What can be done about a plan that nobody stands for any more."""


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
    """What the home says of planned publications: those that failed or won't run, and whether anybody does those to come."""
    failed = Release.objects.filter(status=Release.Status.FAILED).order_by("-due_at")[:3]
    said = [
        f"“{one.title}” was due on {one.due_at:%-d %B %Y at %H:%M} UTC and wasn't published: {one.trouble}"
        for one in failed
    ]
    coming = {one.pk: one for one in Release.objects.filter(status=Release.Status.PLANNED).order_by("due_at")}
    said += [
        f"“{coming[pk].title}”, planned for {coming[pk].due_at:%-d %B %Y at %H:%M} UTC, won't become public: {why} "
        f"{REMEDY}"
        for pk, why in held_back(coming.values()).items()
    ]
    return " ".join(filter(None, [worker_warning(), *said]))
