"""Whatever editors do: the live edition, a replay of the log and a load from it are the same, byte for byte."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from partnerships.editorial.models import State
from partnerships.editorial.publication import merge, needed, publish, withdraw
from partnerships.editorial.saving import record_saved, restore
from partnerships.models import Citation, Link, Objective, Record, Source
from partnerships.publishing.dump import dump_digest, lines
from partnerships.publishing.feed import Refusal, load, sync
from partnerships.publishing.log import broken_at
from partnerships.publishing.models import Change, Publication
from partnerships.publishing.rebuild import faults, rebuild
from partnerships.publishing.scratch import scratch
from tests import databases
from tests.sweep import examples
from tests.world import resave, save

pytestmark = pytest.mark.services

SLUGS = st.sampled_from(["one", "two", "three", "four"])
KINDS = st.sampled_from([Objective, Source])
pick = st.integers(min_value=0, max_value=10**6)


class Editors(RuleBasedStateMachine):
    """Two kinds that point at each other and at themselves, in the hands of editors who try everything."""

    template: databases.Pair = {}

    @initialize()
    def start(self):
        self.stack = ExitStack()
        pair = databases.copy(self.template, Path(mkdtemp()))
        self.stack.callback(databases.drop, pair)
        self.stack.enter_context(databases.using(pair))
        self.ids = []

    def teardown(self):
        if hasattr(self, "stack"):
            try:
                self.agree()
            finally:
                self.stack.close()

    def record(self, number: int) -> Record:
        there = set(Record.objects.values_list("pk", flat=True))
        ids = [pk for pk in self.ids if pk in there]
        return Record.objects.get(pk=ids[number % len(ids)]).as_kind()

    def there_are_records(self) -> bool:
        return hasattr(self, "stack") and Record.objects.exists()

    # What editors do --------------------------------------------------------------------------------------------------

    @rule(kind=KINDS, slug=SLUGS, title=st.text("ab", min_size=1, max_size=3))
    def create(self, kind, slug, title):
        if not Record.objects.filter(kind=kind._meta.model_name, slug=slug).exists():
            self.ids.append(save(kind(slug=slug, title=title)).pk)

    @precondition(there_are_records)
    @rule(one=pick, title=st.text("xyz", min_size=1, max_size=3))
    def edit(self, one, title):
        resave(self.record(one), title=title)

    @precondition(there_are_records)
    @rule(one=pick, slug=SLUGS)
    def rename(self, one, slug):
        record = self.record(one)
        if not Record.objects.filter(kind=record.kind, slug=slug).exists():
            resave(record, slug=slug)

    @precondition(there_are_records)
    @rule(one=pick, other=pick)
    def cite_or_link(self, one, other):
        record, target = self.record(one), self.record(other)
        if record.pk == target.pk:
            return
        if isinstance(target, Source):
            Citation.objects.create(record_id=record.pk, source=target)
        elif not Link.objects.filter(record=record.pk, other=target.pk).exists():
            Link.objects.create(record_id=record.pk, other_id=target.pk)
        record_saved(record, by="anna", expected=record.version)

    @precondition(there_are_records)
    @rule(one=pick, other=pick)
    def reparent(self, one, other):
        record, parent = self.record(one), self.record(other)
        if isinstance(record, Objective) and isinstance(parent, Objective) and record.pk != parent.pk:
            above = parent
            while above and above.pk != record.pk:
                above = above.parent
            if above is None:
                resave(record, parent=parent)

    @precondition(there_are_records)
    @rule(numbers=st.lists(pick, min_size=1, max_size=3), along=st.booleans())
    def publish(self, numbers, along):
        records = list({record.pk: record for record in map(self.record, numbers)}.values())
        try:
            publish(
                records + (needed(records) if along else []), by="chiara", change_kind="new_evidence", note="Because."
            )
        except Refusal as refusal:
            assert str(refusal)

    @precondition(there_are_records)
    @rule(numbers=st.lists(pick, min_size=1, max_size=2), down=st.booleans())
    def withdraw(self, numbers, down):
        records = list({record.pk: record for record in map(self.record, numbers)}.values())
        try:
            withdraw(records, by="chiara", note="Because.", action="take_down" if down else "retract")
        except Refusal as refusal:
            assert str(refusal)

    @precondition(there_are_records)
    @rule(one=pick, other=pick)
    def merge(self, one, other):
        try:
            merge(self.record(one), self.record(other), by="chiara", note="Twins.")
        except Refusal as refusal:
            assert str(refusal)

    @precondition(there_are_records)
    @rule(one=pick, steps=st.integers(1, 3))
    def restore(self, one, steps):
        from partnerships.editorial.models import Revision

        record = self.record(one)
        older = Revision.objects.filter(
            record=record.pk, number__lte=max(1, State.objects.get(record=record.pk).revision - steps)
        )
        try:
            restore(older.first(), by="anna")
        except ValidationError as impossible_by_now:
            assert impossible_by_now.messages
        except ValueError as error:
            assert "taken down" in str(error)

    @rule()
    def rebuild(self):
        before = dump_digest("published")
        rebuild()
        assert dump_digest("published") == before

    # What always holds ------------------------------------------------------------------------------------------------

    @invariant()
    def what_is_public_points_at_what_is_public(self):
        if not hasattr(self, "stack"):
            return
        public = set(Record.objects.using("published").values_list("pk", flat=True))
        for model, name in ((Link, "other_id"), (Citation, "source_id"), (Objective, "parent_id")):
            assert set(model.objects.using("published").values_list(name, flat=True)) - {None} <= public

    @invariant()
    def states_say_what_is_public(self):
        if hasattr(self, "stack"):
            said = set(State.objects.filter(standing__in=["public", "changed"]).values_list("record", flat=True))
            assert said == set(Record.objects.using("published").values_list("pk", flat=True))

    def agree(self):
        live = list(lines("published"))
        assert not list(broken_at(Publication.objects.all()))
        assert not list(broken_at(Change.objects.using("published").all()))
        with scratch() as replayed:
            sync(replayed)
            assert differing(live, replayed) == []
        with scratch() as loaded, transaction.atomic(using=loaded):
            load(loaded, batch=3)
            assert differing(live, loaded) == []


def differing(live: list[str], other: str) -> list[str]:
    """The rows by which another database differs from the live one: "-" lacks, "+" has too much."""
    there = list(lines(other))
    return [f"- {line}" for line in live if line not in there] + [f"+ {line}" for line in there if line not in live]


@pytest.mark.sampled
def test_live_is_replay_is_load(empty_template, django_db_blocker):
    Editors.template = empty_template
    with django_db_blocker.unblock():
        run_state_machine_as_test(
            Editors,
            settings=settings(
                max_examples=int(os.environ.get("EXAMPLES", examples(24, 3))),
                stateful_step_count=30,
                deadline=None,
                phases=[Phase.explicit, Phase.reuse, Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )


def test_the_small_world_replays_and_loads(world):
    live = dump_digest("published")
    with scratch() as replayed:
        sync(replayed)
        assert dump_digest(replayed) == live
        load(replayed)
        assert dump_digest(replayed) == live
    rebuild()
    assert dump_digest("published") == live
    assert list(faults()) == []


def test_verify_finds_what_was_changed_behind_its_back(world):
    Record.objects.using("published").filter(slug="malta").update(title="Melita")
    Change.objects.using("published").filter(seq=2).update(note="Never written.")
    said = " ".join(faults())
    assert "Melita" not in said
    assert "malta" in said
    assert "doesn't fit the chain" in said
