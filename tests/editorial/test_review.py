"""Review: drafts, submissions, approvals by a second person, and what may become public."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User
from django.db import DatabaseError, connections

from partnerships.editorial import audit
from partnerships.editorial.models import Event, State
from partnerships.editorial.permissions import four_eyes, may
from partnerships.editorial.publication import publish_for
from partnerships.editorial.review import approve, comment, reopen, send_back, submit
from partnerships.models import Framework, Partner
from partnerships.publishing.feed import Refusal
from partnerships.publishing.models import Publication
from partnerships.publishing.reading import public
from tests.world import resave, save

pytestmark = pytest.mark.services


@pytest.fixture
def anna(world):
    return world.user("anna")


@pytest.fixture
def bruno(world):
    return world.user("bruno")


@pytest.fixture
def chiara(world):
    return world.user("chiara")


@pytest.fixture
def tokyo(world):
    """Japan, with a capital that Anna wrote and nobody has looked at."""
    return resave(world.japan, by="anna", capital="Tokyo")


def state(record) -> State:
    return State.objects.get(record=record.pk)


def test_the_whole_way(anna, bruno, chiara, tokyo):
    submit([tokyo], by=anna, note="Please look.")
    assert (state(tokyo).review, state(tokyo).submitted_by) == ("in_review", "anna")
    approve([tokyo], by=bruno)
    assert (state(tokyo).review, state(tokyo).reviewed_by) == ("approved", "bruno")
    [entry] = publish_for(chiara, [tokyo], change_kind="new_evidence", note="The capital is named.")
    assert (entry.by, entry.reviewed_by, entry.one_person) == ("chiara", "bruno", False)
    assert public(Partner).get(slug="japan").capital == "Tokyo"
    assert state(tokyo).review == "draft"
    assert [event.verb for event in reversed(audit.history(tokyo.pk))][-3:] == ["submit", "approve", "publish"]


def test_the_author_can_not_approve(anna, bruno, tokyo):
    resave(tokyo, by="bruno", capital="Tōkyō")
    submit([tokyo], by=anna)
    with pytest.raises(Refusal, match=r"you wrote part of this.*Chiara"):
        approve([tokyo], by=bruno)
    assert state(tokyo).review == "in_review"


def test_an_author_may_not_approve_at_all(anna, world):
    other = resave(world.finland, by="bruno", capital="Helsinki")
    submit([other], by=anna)
    with pytest.raises(Refusal, match="can't do that"):
        approve([other], by=anna)


def test_any_later_edit_returns_it_to_draft(anna, bruno, chiara, tokyo):
    submit([tokyo], by=anna)
    approve([tokyo], by=bruno)
    resave(tokyo, by="anna", capital="Kyoto")
    assert state(tokyo).review == "draft"
    other = User.objects.create(username="eva", is_staff=True)
    other.groups.set(chiara.groups.all())
    resave(tokyo, by="chiara", capital="Nara")
    with pytest.raises(Refusal, match="Not approved by a second person"):
        publish_for(chiara, [tokyo], change_kind="new_evidence", note="The capital.")


def test_sent_back_with_a_note(anna, bruno, tokyo):
    submit([tokyo], by=anna)
    with pytest.raises(Refusal, match="Say what should be changed"):
        send_back([tokyo], by=bruno, note=" ")
    send_back([tokyo], by=bruno, note="Cite a source.")
    assert (state(tokyo).review, state(tokyo).review_note) == ("changes", "Cite a source.")
    resave(tokyo, by="anna", official_name="Japan")
    assert state(tokyo).review == "changes"
    submit([tokyo], by=anna)
    assert state(tokyo).review == "in_review"


def test_out_of_review_again(anna, tokyo):
    submit([tokyo], by=anna)
    reopen([tokyo], by=anna)
    assert state(tokyo).review == "draft"


@pytest.mark.parametrize(
    ("verb", "kwargs", "sentence"),
    [
        (approve, {}, "not submitted"),
        (send_back, {"note": "x"}, "not submitted"),
        (reopen, {}, "a draft already"),
    ],
)
def test_moves_out_of_turn_are_refused(bruno, tokyo, verb, kwargs, sentence):
    with pytest.raises(Refusal, match=sentence):
        verb([tokyo], by=bruno, **kwargs)


def test_what_is_public_needs_no_review(anna, world):
    with pytest.raises(Refusal, match=r"can't do that|nothing to review"):
        submit([world.japan], by=anna)


def test_together_or_not_at_all(anna, bruno, tokyo, world):
    helsinki = resave(world.finland, by="anna", capital="Helsinki")
    submit([tokyo], by=anna)
    with pytest.raises(Refusal, match="Japan"):
        submit([helsinki, tokyo], by=anna)
    assert state(helsinki).review == "draft"


def test_who_has_not_written_it_may_publish_as_the_second_person(chiara, tokyo):
    [entry] = publish_for(chiara, [tokyo], change_kind="new_evidence", note="The capital.")
    assert (entry.reviewed_by, entry.one_person) == ("chiara", False)


def test_one_person_alone_is_not_stuck_and_the_log_says_so(world, chiara, tokyo):
    User.objects.filter(username__in=["bruno", "dag"]).update(is_active=False)
    assert not four_eyes()
    mine = resave(tokyo, by="chiara", capital="Tōkyō")
    [entry] = publish_for(chiara, [mine], change_kind="new_evidence", note="The capital.")
    assert entry.one_person


@pytest.mark.parametrize(("setting", "strict"), [("on", True), ("off", False), ("auto", True)])
def test_the_setting_decides(world, chiara, tokyo, settings, setting, strict):
    settings.EDITORIAL_FOUR_EYES = setting
    mine = resave(tokyo, by="chiara", capital="Tōkyō")
    if strict:
        with pytest.raises(Refusal, match="second person"):
            publish_for(chiara, [mine], change_kind="new_evidence", note="The capital.")
    else:
        assert publish_for(chiara, [mine], change_kind="new_evidence", note="The capital.")[0].one_person


def test_companions_need_approval_too(world, chiara):
    draft = save(Framework(slug="md", title="Mediterranean Dialogue", type="forum"), by="chiara")
    japan = world.japan
    japan.memberships.create(framework=draft, start="1995")
    mine = resave(japan, by="anna", capital="Tokyo")
    with pytest.raises(Refusal, match=r"second person yet: Mediterranean Dialogue\."):
        publish_for(chiara, [mine, draft], change_kind="new_evidence", note="Both.")


def test_publishing_needs_the_role(anna, bruno, tokyo):
    for user in (anna, bruno):
        with pytest.raises(Refusal, match="can't publish"):
            publish_for(user, [tokyo], change_kind="new_evidence", note="The capital.")


def test_comments_change_nothing(anna, bruno, tokyo, world):
    comment(tokyo, by=bruno, text="Is this right?")
    assert audit.history(tokyo.pk)[0].note == "Is this right?"
    assert state(tokyo).review == "draft"
    with pytest.raises(Refusal, match="empty"):
        comment(tokyo, by=anna, text=" ")
    with pytest.raises(Refusal, match="can't comment"):
        comment(tokyo, by=world.user("sam"), text="Hello")


def test_a_draft_is_its_authors_to_delete(anna, bruno, world):
    mine = save(Partner(slug="lemuria", title="Lemuria"), by="anna")
    assert may(anna, "delete", mine)
    assert not may(bruno, "delete", mine)
    assert may(world.user("dag"), "delete", mine)
    assert not may(world.user("dag"), "delete", world.japan)
    resave(mine, by="bruno", capital="Mu")
    assert not may(anna, "delete", mine)


@pytest.mark.parametrize("verb", ["UPDATE editorial_event SET note = 'x'", "DELETE FROM editorial_event"])
def test_the_audit_log_can_not_be_changed(world, verb):
    with connections["default"].cursor() as cursor, pytest.raises(DatabaseError, match="append-only"):
        cursor.execute(verb)


def test_the_audit_log_is_a_chain(anna, bruno, tokyo):
    submit([tokyo], by=anna, note="Please look.")
    approve([tokyo], by=bruno)
    assert list(audit.faults()) == []
    events = list(Event.objects.order_by("seq"))
    assert [event.seq for event in events] == list(range(1, len(events) + 1))
    events[0].note = "Something else."
    assert audit.link("", events[0]) != events[0].chain


def test_every_entry_of_the_log_has_its_event(world):
    published = Event.objects.filter(verb__in=["publish", "retract", "take_down", "merge"]).order_by("seq")
    assert list(published.values_list("verb", "record")) == list(Publication.objects.values_list("action", "record"))
