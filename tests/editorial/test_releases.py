"""Releases: many records at one instant, now or planned; and taking them back."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from django.db import OperationalError
from django.utils import timezone

from partnerships.editorial import releases
from partnerships.editorial.models import Event, Lease, Release, Revision, State
from partnerships.editorial.publication import Reason, merge, publish_for, withdraw
from partnerships.editorial.saving import discard
from partnerships.editorial.worker import Worker, last_run, look, take_lease
from partnerships.models import Partner, Region, Source
from partnerships.publishing.dump import lines
from partnerships.publishing.feed import Refusal
from partnerships.publishing.models import Head, LogDocument, Publication
from partnerships.publishing.reading import public
from partnerships.publishing.rebuild import faults
from tests.publishing.test_failures import failing_commit, together
from tests.world import resave, save

pytestmark = pytest.mark.services

WHY = Reason("new_evidence", "The capitals are named.")


@pytest.fixture
def chiara(world):
    return world.user("chiara")


@pytest.fixture
def capitals(world):
    return [resave(world.japan, by="anna", capital="Tokyo"), resave(world.finland, by="anna", capital="Helsinki")]


def soon() -> datetime:
    return timezone.now() + timedelta(hours=1)


def later(one: Release) -> datetime:
    return one.due_at + timedelta(seconds=1)


def public_capitals() -> set[str]:
    return set(public(Partner).exclude(capital="").values_list("capital", flat=True))


def test_a_release_is_published_at_one_instant(world, chiara, capitals):
    one = releases.make("Capitals", by=chiara)
    releases.collect(one, capitals, by=chiara, reason=WHY)
    entries = releases.publish_now(one, by=chiara)
    assert len({(entry.release, entry.at) for entry in entries}) == 1
    assert {entry.release_title for entry in entries} == {"Capitals"}
    assert public_capitals() == {"Tokyo", "Helsinki"}
    assert Release.objects.get(pk=one.pk).status == "done"


def test_all_or_nothing(world, chiara, capitals):
    broken = save(Partner(slug="mu", title="Mu", disclosure="ai_generated"), by="anna")
    one = releases.make("Capitals", by=chiara)
    releases.collect(one, [*capitals, broken], by=chiara, reason=WHY)
    with pytest.raises(Refusal, match="Mu"):
        releases.publish_now(one, by=chiara)
    assert public_capitals() == set()
    assert Release.objects.get(pk=one.pk).status == "open"


def test_a_record_is_in_one_open_release_only(world, chiara, capitals):
    one, two = releases.make("One", by=chiara), releases.make("Two", by=chiara)
    releases.collect(one, capitals, by=chiara)
    with pytest.raises(Refusal, match="in the release “One” already"):
        releases.collect(two, capitals[:1], by=chiara)
    releases.drop(one, capitals[:1], by=chiara)
    releases.collect(two, capitals[:1], by=chiara)


def test_each_record_has_its_own_reason(world, chiara, capitals):
    one = releases.make("Capitals", by=chiara)
    releases.collect(
        one, capitals[:1], by=chiara, reason=Reason("correction", "The capital was missing.", "No capital.")
    )
    releases.collect(one, capitals[1:], by=chiara, reason=WHY)
    assert {entry.slug: entry.change_kind for entry in releases.publish_now(one, by=chiara)} == {
        "japan": "correction",
        "finland": "new_evidence",
    }


def test_planned_for_a_time_it_publishes_what_was_pinned(world, chiara, capitals):
    one = releases.plan_records(capitals[:1], soon(), by=chiara, reason=WHY)
    resave(capitals[0], by="anna", capital="Kyoto")
    assert releases.run_due(timezone.now()) == []
    assert public_capitals() == set()
    [ran] = releases.run_due(later(one))
    assert ran.status == "done"
    assert public_capitals() == {"Tokyo"}
    entry = Publication.objects.latest("seq")
    assert entry.scheduled_for == one.due_at
    assert abs(entry.at - timezone.now()) < timedelta(minutes=1)
    assert State.objects.get(record=capitals[0].pk).standing == "changed"


def test_planning_refuses_now_what_would_be_refused_then(world, chiara, capitals):
    before = list(lines("published"))
    with pytest.raises(Refusal, match="Write a note"):
        releases.plan_records(capitals, soon(), by=chiara, reason=Reason("new_evidence"))
    with pytest.raises(Refusal, match="past"):
        releases.plan_records(capitals, timezone.now() - timedelta(seconds=1), by=chiara, reason=WHY)
    assert not Release.objects.exists()
    assert list(lines("published")) == before


def test_what_fails_when_it_is_due_waits_for_a_person_with_the_reason(world, chiara, capitals):
    one = releases.plan_records(capitals[:1], soon(), by=chiara, reason=WHY)
    LogDocument.objects.filter(digest=one.items.get().digest).delete()  # taken down meanwhile
    [ran] = releases.run_due(later(one))
    assert ran.status == "failed"
    assert "taken down" in ran.trouble
    assert releases.run_due(later(one)) == []


def test_cancelled_it_does_not_happen(world, chiara, capitals):
    one = releases.plan_records(capitals, soon(), by=chiara, reason=WHY)
    releases.cancel(one, by=chiara)
    assert releases.run_due(later(one)) == []
    assert public_capitals() == set()
    with pytest.raises(Refusal, match="nothing to cancel"):
        releases.cancel(one, by=chiara)


def test_two_schedulers_publish_once(world, chiara, capitals):
    one = releases.plan_records(capitals, soon(), by=chiara, reason=WHY)
    results = together(*(lambda: releases.run_due(later(one)) for _ in range(4)))
    assert not [result for result in results if isinstance(result, Exception)]
    assert Publication.objects.filter(record=capitals[0].pk).count() == 2
    assert Head.objects.get(pk=1).seq == Publication.objects.count()


def test_a_crash_after_the_log_is_not_published_twice(world, chiara, capitals, monkeypatch):
    one = releases.plan_records(capitals, soon(), by=chiara, reason=WHY)

    with pytest.raises(OperationalError), failing_commit("published", OperationalError("gone"), monkeypatch):
        releases.run_due(later(one))
    assert Release.objects.get(pk=one.pk).status == "done"
    assert look(later(one)) == []  # nothing is due any more, but the log is followed
    assert public_capitals() == {"Tokyo", "Helsinki"}
    assert Publication.objects.filter(record=capitals[0].pk).count() == 2


def test_taking_a_release_back_restores_what_each_was(world, chiara, capitals):
    before = {line for line in lines("published") if "partnerships." in line and '"version"' not in line}
    fresh = save(Partner(slug="mu", title="Mu"), by="anna")
    one = releases.make("Capitals", by=chiara)
    releases.collect(one, [*capitals, fresh], by=chiara, reason=WHY)
    releases.publish_now(one, by=chiara)
    done = Release.objects.get(pk=one.pk)
    entries = releases.undo(done, by=chiara, note="Published too early.")
    assert {entry.slug: entry.action for entry in entries} == {
        "japan": "publish",
        "finland": "publish",
        "mu": "retract",
    }
    assert public_capitals() == set()
    after = {line for line in lines("published") if "partnerships." in line and '"version"' not in line}
    assert after == before
    assert Partner.objects.get(slug="japan").capital == ""
    assert State.objects.get(record=capitals[0].pk).standing == "public"
    assert State.objects.get(record=fresh.pk).standing == "withdrawn"
    assert list(faults()) == []
    with pytest.raises(Refusal, match="again since"):
        releases.undo(done, by=chiara, note="Once more.")


def test_taking_back_leaves_later_work_alone(world, chiara, capitals):
    one = releases.make("Capitals", by=chiara)
    releases.collect(one, capitals, by=chiara, reason=WHY)
    releases.publish_now(one, by=chiara)
    resave(Partner.objects.get(slug="japan"), by="anna", capital="Edo")
    releases.undo(Release.objects.get(pk=one.pk), by=chiara, note="Too early.")
    assert Partner.objects.get(slug="japan").capital == "Edo"
    assert State.objects.get(record=capitals[0].pk).standing == "changed"


@pytest.mark.parametrize("name", ["anna", "bruno", "sam"])
def test_releases_are_for_publishers(world, capitals, name):
    user = world.user(name)
    for attempt in (
        lambda: releases.make("Mine", by=user),
        lambda: releases.plan_records(capitals, soon(), by=user, reason=WHY),
    ):
        with pytest.raises(Refusal, match="can't do that"):
            attempt()


def test_every_move_is_written_down(world, chiara, capitals):
    one = releases.plan_records(capitals, soon(), by=chiara, reason=WHY)
    releases.cancel(one, by=chiara)
    moves = [(event.verb, event.title) for event in Event.objects.order_by("seq")]
    of_each = [one.title, "Finland", "Japan"]
    assert moves[-9:] == [
        ("make_release", one.title),
        ("collect", "Japan"),
        ("collect", "Finland"),
        *(("plan", title) for title in of_each),
        *(("cancel_plan", title) for title in of_each),
    ]


def test_what_is_planned_stays_as_it_is_until_it_is_cancelled(world, chiara, capitals):
    old, twin = (
        save(Source(slug=slug, title=slug, web_address=f"https://example.org/{slug}")) for slug in ("twin-1", "twin-2")
    )
    draft = save(Partner(slug="mu", title="Mu"))
    one = releases.plan_records([old, draft, capitals[0]], soon(), by=chiara, reason=WHY)
    for attempt in (
        lambda: discard([draft]),
        lambda: merge(old, twin, by="chiara", note="The same."),
        lambda: merge(twin, old, by="chiara", note="The same."),
        lambda: publish_for(chiara, [capitals[0]], change_kind="new_evidence", note="Sooner."),
        lambda: withdraw([capitals[0]], by="chiara", note="Never mind."),
    ):
        with pytest.raises(Refusal, match=r"is planned for .* UTC with “.*Cancel that first"):
            attempt()
    releases.cancel(one, by=chiara)
    discard([draft])
    merge(old, twin, by="chiara", note="The same.")
    assert [item.record for item in one.items.all()] == [capitals[0].pk]  # what is gone is in no open release


def test_a_take_down_does_not_wait_for_a_plan(world, chiara, capitals):
    one = releases.plan_records(capitals[1:], soon(), by=chiara, reason=WHY)
    withdraw(capitals[1:], by="dag", note="A court says so.", action="take_down")
    [ran] = releases.run_due(later(one))
    assert (ran.status, "taken down" in ran.trouble) == ("failed", True)


def test_a_release_with_a_record_that_is_gone_is_not_published_without_it(world, chiara, capitals):
    draft = save(Partner(slug="mu", title="Mu"))
    one = releases.plan_records([draft, *capitals], soon(), by=chiara, reason=WHY)
    draft.delete()  # past every path of ours
    [ran] = releases.run_due(later(one))
    assert (ran.status, "no longer there" in ran.trouble) == ("failed", True)
    assert public_capitals() == set()
    releases.plan(ran, soon(), by=chiara)
    assert [again.status for again in releases.run_due(later(Release.objects.get(pk=one.pk)))] == ["done"]
    assert public_capitals() == {"Tokyo", "Helsinki"}


def test_a_refused_taking_back_leaves_nothing(world, chiara, capitals):
    asia = save(Region(slug="asia", title="Asia"))
    one = releases.make("Capitals", by=chiara)
    releases.collect(one, [asia, *capitals], by=chiara, reason=WHY)
    releases.publish_now(one, by=chiara)
    publish_for(chiara, [resave(world.russia, region=asia)], change_kind="new_evidence", note="It lies there, too.")
    revisions = Revision.objects.count()
    with pytest.raises(Refusal, match="point"):
        releases.undo(Release.objects.get(pk=one.pk), by=chiara, note="Too early.")
    assert Release.objects.count() == 1
    assert Partner.objects.get(slug="japan").capital == "Tokyo"
    assert Revision.objects.count() == revisions


@pytest.mark.parametrize(("status", "said"), [("planned", "is planned"), ("cancelled", "is cancelled")])
def test_only_an_open_release_is_published_by_hand(world, chiara, capitals, status, said):
    one = releases.make("Capitals", by=chiara)
    releases.collect(one, capitals, by=chiara, reason=WHY)
    Release.objects.filter(pk=one.pk).update(status=status)
    with pytest.raises(Refusal, match=said):
        releases.publish_now(one, by=chiara)
    assert public_capitals() == set()


def test_nothing_is_planned_for_a_day_that_nobody_will_see(world, chiara, capitals):
    last = datetime.max.replace(tzinfo=timezone.get_fixed_timezone(-600))
    with pytest.raises(Refusal, match="ten years"):
        releases.plan_records(capitals, last, by=chiara, reason=WHY)


# The worker -----------------------------------------------------------------------------------------------------------


def test_a_lease_has_one_holder(world):
    now = timezone.now()
    assert take_lease(now, "one")
    assert not take_lease(now, "two")
    assert take_lease(now + timedelta(seconds=1), "one")
    assert take_lease(now + timedelta(minutes=1), "two")
    assert not take_lease(now + timedelta(minutes=1), "one")
    assert last_run() == now + timedelta(minutes=1)


def test_a_quiet_minute_writes_the_lease_only_now_and_then(world, django_assert_num_queries):
    now = timezone.now()
    take_lease(now, "one")
    before = Lease.objects.get().until
    for second in range(1, 5):
        look(now + timedelta(seconds=second), "one")
    assert Lease.objects.get().until == before


def test_work_that_its_holder_lets_lie_is_done_by_another(world, chiara, capitals):
    one = releases.plan_records(capitals, soon(), by=chiara, reason=WHY)
    take_lease(later(one), "a process that has died")
    assert look(later(one), "me") == []
    assert [ran.status for ran in look(later(one) + timedelta(seconds=3), "me")] == ["done"]


def test_the_thread_publishes_within_five_seconds(world, chiara, capitals):
    worker = Worker()
    worker.start()
    try:
        releases.plan_records(capitals, timezone.now() + timedelta(seconds=1.5), by=chiara, reason=WHY)
        waited = threading.Event()
        for _ in range(65):
            if public_capitals():
                break
            waited.wait(0.1)
    finally:
        worker.stopping.set()
        worker.join(5)
    assert public_capitals() == {"Tokyo", "Helsinki"}
