"""How processes hear that the public edition has changed: at once, late, or not knowing."""

from __future__ import annotations

import threading
import time

import pytest
from django.db import connections, transaction

from partnerships.editorial.publication import publish
from partnerships.publishing import edition
from partnerships.publishing.edition import Watch, announce
from partnerships.publishing.models import Head
from partnerships.publishing.rebuild import rebuild
from tests import databases
from tests.world import resave

pytestmark = pytest.mark.services


def published(record, capital):
    return publish([resave(record, capital=capital)], by="chiara", change_kind="new_evidence", note="Named.")


def test_a_publication_is_heard_by_all_processes_when_publish_returns(world):
    here, there = Watch(), Watch()
    before = here.token()
    assert there.token() == before
    published(world.malta, "Valletta")
    assert here.token() == there.token() != before


def test_a_refused_publication_and_a_preview_announce_nothing(world):
    watch = Watch()
    before = watch.token()
    with transaction.atomic(using="published"):
        edition.announce_at_commit("published", 99)
        transaction.set_rollback(True, using="published")
    with transaction.atomic(using="published"):
        edition.announce_at_commit("scratch", 99)
    assert watch.token() == before


def test_a_rebuild_is_a_new_edition_although_the_head_is_the_same(world):
    watch = Watch()
    before = watch.token()
    rebuild()
    assert watch.token() != before


def test_a_midnight_is_a_new_edition():
    now = [23 * 3600 + 59 * 60 + 59.0]
    watch = Watch(clock=lambda: now[0])
    before = watch.token()
    now[0] += 1
    assert watch.token() != before


def test_what_nobody_announced_is_heard_by_comparing(world, monkeypatch):
    watch = Watch()
    watch.compare(Head.objects.using("published").get(pk=1).seq)
    before = watch.token()
    watch.compare(Head.objects.using("published").get(pk=1).seq)
    assert watch.token() == before
    monkeypatch.setattr(edition, "announce", lambda seq: None)  # it died between commit and announcement
    entry = published(world.malta, "Valletta")[-1]
    assert watch.token() == before
    watch.compare(entry.seq)
    after = watch.token()
    assert after != before
    watch.compare(entry.seq)
    assert watch.token() == after


def test_what_was_announced_is_not_heard_twice(world):
    watch = Watch()
    watch.compare(Head.objects.using("published").get(pk=1).seq)
    entry = published(world.malta, "Valletta")[-1]
    heard = watch.token()
    watch.compare(entry.seq)
    assert watch.token() == heard


def test_a_file_that_cannot_be_written_costs_no_publication(world, settings, tmp_path, caplog):
    (tmp_path / "taken").write_text("")
    settings.EDITION_FILE = tmp_path / "taken" / "edition"
    published(world.malta, "Valletta")
    assert "couldn't be announced" in caplog.text
    assert Watch().token() is not None  # the comparison has to do


def test_announcements_of_many_threads_are_all_counted(tmp_path, settings):
    settings.EDITION_FILE = tmp_path / "edition"
    watch = Watch()
    crowd = [threading.Thread(target=lambda: [announce(7) for _ in range(50)]) for _ in range(4)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert edition.LAYOUT.unpack(watch.memory[:]) == (200, 7)


def test_a_watch_of_another_machine_hears_by_itself(world, settings, tmp_path):
    """Its own file knows nothing: on PostgreSQL a notification reaches it, on SQLite the comparison."""
    ours = settings.EDITION_FILE
    settings.EDITION_FILE = tmp_path / "elsewhere"
    told = threading.Event()
    watch = Watch(changed=told.set)
    settings.EDITION_FILE = ours
    watch.start()
    try:
        until(lambda: watch.head is not None, 60)
        told.clear()
        before = watch.token()
        published(world.malta, "Valletta")
        until(lambda: watch.token() != before, 60)
        assert told.wait(60)
    finally:
        watch.stop()


def test_a_lost_connection_means_that_the_edition_is_unknown(world):
    if not databases.on_postgresql():
        pytest.skip("SQLite needs no connection to be heard")
    watch = Watch()
    watch.start()
    try:
        until(lambda: watch.head is not None, 60)
        before = watch.token()
        with connections["published"].cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND query LIKE 'LISTEN%%' OR query LIKE 'SELECT seq FROM%%'"
            )
        until(lambda: watch.lost or watch.token() != before, 10)
        until(lambda: watch.token() not in (None, before), 10)  # found again, and what was kept until then is gone
    finally:
        watch.stop()


def until(what, seconds=2.0):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it didn't happen in time"
        time.sleep(0.02)
