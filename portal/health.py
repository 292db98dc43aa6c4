"""What machines ask: does the process answer, and can it serve what it should?"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import DatabaseError, connections
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from partnerships.publishing.models import Head, LogHead, Publication

if settings.HAS_EDITORIAL:
    from partnerships.editorial import worker


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. Nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Whether the databases answer, are migrated, and the public edition has come as far as the log. 503 when not.

    Beside that: `seq` of the public edition; the first entry that waits, for how many seconds, and why if this process
    has tried; `worker_seconds` since a worker last renewed its lease or a timer looked (null: never).
    """
    said: dict = {alias: _database(alias) for alias in (["default"] if settings.HAS_EDITORIAL else []) + ["published"]}
    if all(state == "ok" for state in said.values()):
        seq = Head.objects.using("published").get(pk=1).seq
        said["seq"] = seq
        if settings.HAS_EDITORIAL and (behind := LogHead.objects.using("default").get(pk=1).seq - seq):
            said["published"] = f"{behind} entries behind the log"
            first = Publication.objects.using("default").filter(seq=seq + 1).first()
            said["waiting"] = {"entry": seq + 1, "seconds": age(first.at if first else None)}
            if worker.stuck:
                said["waiting"]["reason"] = worker.stuck
        if settings.HAS_EDITORIAL:
            said["worker_seconds"] = age(worker.last_run())
    ready = said.get("published") == "ok" and said.get("default", "ok") == "ok"
    return JsonResponse(said, status=200 if ready else 503, headers={"Cache-Control": "no-store"})


def age(moment: datetime | None) -> int | None:
    """Whole seconds since a moment; None where there was none."""
    return None if moment is None else max(int((timezone.now() - moment).total_seconds()), 0)


def _database(alias: str) -> str:
    try:
        executor = MigrationExecutor(connections[alias])
        plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except DatabaseError:
        return "doesn't answer"
    return "ok" if not plan else f"{len(plan)} migrations to run"
