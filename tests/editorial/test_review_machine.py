"""Whatever five people do to a record in whatever order: the rules hold, as a model of a few lines states them."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from tempfile import mkdtemp

import pytest
from django.contrib.auth.models import User
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from partnerships.editorial import audit, review
from partnerships.editorial.models import Event, State
from partnerships.editorial.publication import publish_for, withdraw
from partnerships.models import Programme
from partnerships.publishing.feed import Refusal
from partnerships.publishing.models import Publication
from partnerships.publishing.reading import public
from tests import databases
from tests.sweep import examples
from tests.world import resave

pytestmark = pytest.mark.services

PEOPLE = st.sampled_from(["anna", "bruno", "chiara", "dag", "sam"])
WRITERS = st.sampled_from(["anna", "bruno", "chiara", "dag"])
RANK = {"sam": 0, "anna": 1, "bruno": 2, "chiara": 3, "dag": 4}
NEEDS = {"submit": 1, "reopen": 1, "send_back": 2, "approve": 2, "publish": 3, "withdraw": 3}


class Model:
    """The rules in short. Two people are needed throughout: Bruno, Chiara and Dag may all approve."""

    def __init__(self):
        self.state, self.authors, self.approver, self.changed, self.public = "draft", set(), "", False, True

    def may(self, who: str, verb: str) -> bool:
        if RANK[who] < NEEDS[verb]:
            return False
        match verb:
            case "submit":
                return (self.changed or not self.public) and self.state in ("draft", "changes")
            case "reopen":
                return self.state in ("in_review", "approved")
            case "send_back":
                return self.state in ("in_review", "approved")
            case "approve":
                return self.state == "in_review" and who not in self.authors
            case "publish":
                second = self.approver if self.state == "approved" else who
                return not (self.changed or not self.public) or second not in self.authors
            case "withdraw":
                return self.public

    def do(self, who: str, verb: str) -> None:
        match verb:
            case "submit":
                self.state = "in_review"
            case "reopen":
                self.state = "draft"
            case "send_back":
                self.state = "changes"
            case "approve":
                self.state, self.approver = "approved", who
            case "publish":
                if self.changed or not self.public:
                    self.state, self.authors, self.changed, self.public = "draft", set(), False, True
            case "withdraw":
                self.public = False

    def save(self, who: str) -> None:
        self.authors.add(who)
        self.changed = True
        self.state = "changes" if self.state == "changes" else "draft"


class People(RuleBasedStateMachine):
    template: databases.Pair = {}

    @initialize()
    def start(self):
        self.stack = ExitStack()
        pair = databases.copy(self.template, Path(mkdtemp()))
        self.stack.callback(databases.drop, pair)
        self.stack.enter_context(databases.using(pair))
        self.model, self.saves = Model(), 0
        self.published = Publication.objects.count()

    def teardown(self):
        if hasattr(self, "stack"):
            try:
                assert list(audit.faults()) == []
            finally:
                self.stack.close()

    @property
    def itpp(self) -> Programme:
        return Programme.objects.get(slug="itpp")

    @rule(who=WRITERS)
    def save(self, who):
        self.saves += 1
        resave(self.itpp, by=who, summary=f"Summary {self.saves}")
        self.model.save(who)

    @rule(who=PEOPLE, verb=st.sampled_from(sorted(NEEDS)))
    def try_it(self, who, verb):
        user, allowed = User.objects.get(username=who), self.model.may(who, verb)
        before = Event.objects.count()
        try:
            match verb:
                case "publish":
                    publish_for(user, [self.itpp], change_kind="new_evidence", note="Because.")
                case "withdraw":
                    if not review.may(user, "withdraw", self.itpp):
                        raise Refusal("not allowed")
                    withdraw([self.itpp], by=who, note="Because.")
                case "send_back":
                    review.send_back([self.itpp], by=user, note="Because.")
                case _:
                    getattr(review, verb)([self.itpp], by=user)
        except Refusal:
            assert not allowed, f"{who} should have been able to {verb}"
            assert Event.objects.count() == before, "a refused move left an event"
        else:
            assert allowed, f"{who} should not have been able to {verb}"
            self.model.do(who, verb)

    @invariant()
    def it_stands_where_the_model_says(self):
        if not hasattr(self, "stack"):
            return
        state = State.objects.get(record=self.itpp.pk)
        assert state.review == self.model.state
        assert public(Programme).filter(slug="itpp").exists() == self.model.public

    @invariant()
    def nothing_was_published_by_one_person(self):
        if hasattr(self, "stack"):
            new = Publication.objects.filter(seq__gt=self.published, action="publish")
            assert not new.filter(one_person=True).exists()
            assert not new.filter(reviewed_by="").exists()


@pytest.mark.sampled
def test_the_rules_of_review(world_template, django_db_blocker):
    People.template = world_template
    with django_db_blocker.unblock():
        run_state_machine_as_test(
            People,
            settings=settings(
                max_examples=examples(24, 4),
                stateful_step_count=40,
                deadline=None,
                phases=[Phase.explicit, Phase.generate],
                suppress_health_check=list(HealthCheck),
            ),
        )
