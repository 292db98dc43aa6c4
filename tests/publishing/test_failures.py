"""A publication that fails or crashes, at any statement and at either commit: nothing is lost, nothing happens twice."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager

import pytest
from django.db import DatabaseError, InterfaceError, connections
from django.db.utils import IntegrityError, OperationalError

from partnerships.editorial.publication import publish, withdraw
from partnerships.editorial.saving import Stale, record_saved
from partnerships.models import Partner, Record
from partnerships.publishing.dump import dump_digest
from partnerships.publishing.feed import sync
from partnerships.publishing.log import broken_at
from partnerships.publishing.models import Head, LogHead, Publication
from partnerships.publishing.reading import public
from partnerships.publishing.rebuild import faults
from tests.sweep import some
from tests.world import resave, save

pytestmark = pytest.mark.services


class Crash(BaseException):
    """The process dies: nothing after this runs, no handler helps, no transaction is ended by hand."""


FAILURES = [
    OperationalError("disk I/O error: disk full"),
    IntegrityError("constraint"),
    InterfaceError("connection lost"),
    Crash(),
]


@contextmanager
def failing_at(number: int, failure: BaseException):
    """Fail at the n-th statement, whichever of the two databases it goes to; yields the count of statements run."""
    ran = [0]

    def count(execute, sql, params, many, context):
        ran[0] += 1
        if ran[0] == number:
            raise failure
        return execute(sql, params, many, context)

    with ExitStack() as stack:
        for alias in ("default", "published"):
            stack.enter_context(connections[alias].execute_wrapper(count))
        yield ran


@contextmanager
def failing_commit(alias: str, failure: BaseException, monkeypatch):
    def fail():
        if isinstance(failure, (Crash, InterfaceError)):
            connections[alias].connection.close()  # as the database sees it
        raise failure

    with monkeypatch.context() as patch:
        patch.setattr(connections[alias], "_commit", fail)
        yield


def bury() -> None:
    """What is left of a dead process or a lost connection: no commit, no rollback by hand, a new connection."""
    for alias in ("default", "published"):
        connections[alias].connection and connections[alias].connection.close()
        connections[alias].connection = None
        connections[alias].in_atomic_block = False
        connections[alias].needs_rollback = False
        connections[alias].savepoint_ids, connections[alias].atomic_blocks = [], []
        connections[alias].run_on_commit, connections[alias].closed_in_transaction = [], False
        connections[alias].close()


def check_whole(before: str, tokyo) -> None:
    """After the failure the edition is the old one or the new one; in the end it is the new one, published once."""
    logged = LogHead.objects.get(pk=1).seq - Head.objects.using("published").get(pk=1).seq
    assert logged in (0, 1)
    if not logged and public(Partner).get(slug="japan").capital == "":
        assert dump_digest("published") == before
    sync()
    publish_tokyo(tokyo)
    assert public(Partner).get(slug="japan").capital == "Tokyo"
    assert Publication.objects.filter(record=tokyo.pk).count() == 2  # the first, and this one
    assert not list(broken_at(Publication.objects.all()))


def publish_tokyo(tokyo):
    return publish([tokyo], by="chiara", change_kind="new_evidence", note="The capital.")


@pytest.mark.sampled
@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_failing_at_any_statement_loses_nothing(own, world_template, failure):
    def attempt(number: int) -> int:
        """Publish, failing at a statement; how many there were."""
        with own(world_template):
            tokyo = resave(Partner.objects.get(slug="japan"), capital="Tokyo")
            before = dump_digest("published")
            try:
                with failing_at(number, failure) as ran:
                    publish_tokyo(tokyo)
            except (DatabaseError, InterfaceError, Crash):
                if isinstance(failure, (Crash, InterfaceError)):
                    bury()
            check_whole(before, tokyo)
            return ran[0]

    in_all = attempt(0)  # which never comes
    assert in_all > 20
    # Four failures take turns: by default each statement fails in one way, in the sweep in all four.
    for number in some(range(1, in_all + 1), len(FAILURES), FAILURES.index(failure)):
        assert attempt(number) >= number


@pytest.mark.parametrize("alias", ["default", "published"])
@pytest.mark.parametrize("failure", FAILURES, ids=lambda failure: type(failure).__name__)
def test_failing_at_either_commit_loses_nothing(world, monkeypatch, alias, failure):
    tokyo = resave(world.japan, capital="Tokyo")
    before = dump_digest("published")
    raised = pytest.raises((DatabaseError, InterfaceError, Crash))
    with raised, failing_commit(alias, failure, monkeypatch):
        publish_tokyo(tokyo)
    if isinstance(failure, (Crash, InterfaceError)):
        bury()
    logged = LogHead.objects.get(pk=1).seq - Head.objects.using("published").get(pk=1).seq
    assert logged == (1 if alias == "published" else 0)
    check_whole(before, tokyo)
    assert list(faults()) == []


def test_a_withdrawal_survives_a_failing_second_commit(world, monkeypatch):
    with pytest.raises(OperationalError), failing_commit("published", OperationalError("gone"), monkeypatch):
        withdraw([world.c065], by="chiara", note="Wrong.", action="take_down")
    assert public(type(world.c065)).filter(slug="c065").exists()
    sync()
    assert not public(type(world.c065)).filter(slug="c065").exists()
    assert list(faults()) == []


def together(*tasks) -> list:
    """Run tasks at once, each in a thread with connections of its own; their results, or what they raised."""
    results = [None] * len(tasks)
    ready = threading.Barrier(len(tasks))

    def run(position, task):
        try:
            ready.wait()
            results[position] = task()
        except Exception as error:
            results[position] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(tasks)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_four_publishers_at_once_leave_a_log_without_gaps(world):
    records = [[save(Partner(slug=f"p{n}-{m}", title=f"Partner {n}.{m}")) for m in range(5)] for n in range(4)]

    def publisher(mine):
        return lambda: [publish([record], by="chiara") for record in mine]

    results = together(*(publisher(mine) for mine in records))
    assert not [result for result in results if isinstance(result, Exception)]
    assert not list(broken_at(Publication.objects.all()))
    assert public(Partner).filter(slug__startswith="p").count() == 20
    assert LogHead.objects.get(pk=1).seq == Head.objects.using("published").get(pk=1).seq == Publication.objects.count()
    assert list(faults()) == []


def test_of_two_saves_of_one_reading_only_one_holds(world):
    japan = world.japan

    def editor(capital):
        def save_it():
            from django.db import transaction

            mine = Partner.objects.get(pk=japan.pk)
            mine.version, mine.capital = japan.version, capital
            with transaction.atomic():
                Partner.objects.filter(pk=mine.pk).update(capital=capital)
                record_saved(mine, by="anna", expected=japan.version)
            return capital

        return save_it

    results = together(editor("Tokyo"), editor("Kyoto"), editor("Nara"), editor("Edo"))
    assert len([result for result in results if isinstance(result, Stale)]) == 3
    [kept] = [result for result in results if isinstance(result, str)]
    assert Partner.objects.get(pk=japan.pk).capital == kept
    assert Record.objects.get(pk=japan.pk).version == japan.version + 1
