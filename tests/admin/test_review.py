"""Review at the desk: what the pages say, the moves of one record and of several, and the queue."""

from __future__ import annotations

from html import unescape

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User

from partnerships.admin.addresses import address, list_address
from partnerships.editorial.models import Event, Release, State
from partnerships.editorial.publication import publish_for
from partnerships.editorial.releases import make
from partnerships.editorial.review import approve, comment, send_back, submit
from partnerships.models import Partner
from tests.world import resave, save

from .browser import count, typed, watched, writes

QUEUE = "/admin/queue/"


def text(response) -> str:
    return unescape(response.content.decode())


def state(record) -> State:
    return State.objects.get(record=record.pk)


def move(client, record, which, **sent):
    """Press a button of the page of changes, with what stands in its form."""
    fields = typed(client.get(address(record, "changes")), move=which, **sent)
    return client.post(address(record, "review"), fields, follow=True)


@pytest.fixture
def tokyo(world):
    """Japan, with a capital that Anna wrote and nobody has looked at."""
    return resave(world.japan, by="anna", capital="Tokyo")


def parts(client) -> dict[str, list[str]]:
    return {part.name: [line.record.title for line in part.lines] for part in client.get(QUEUE).context["parts"]}


def test_from_the_form_to_the_public_in_the_browser(tokyo, at):
    anna, bruno, chiara = at("anna"), at("bruno"), at("chiara")
    form = anna.get(address(tokyo))
    assert "Save and submit for review…" in text(form)
    assert "Bruno Reviewer, Chiara Publisher or Dag Administrator can approve." in text(form)
    saved = anna.post(address(tokyo), typed(form, capital="Tōkyō", _submit="1"))
    assert saved.url == address(tokyo, "changes")
    page = move(anna, tokyo, "submit", note="Please look.")
    assert "submitted by Anna Author." in text(page)
    assert "Please look." in text(page)
    assert "Approve…" in text(bruno.get(address(tokyo)))
    page = move(bruno, tokyo, "approve")
    assert "Approved by Bruno Reviewer" in text(page)
    assert (state(tokyo).review, state(tokyo).reviewed_by) == ("approved", "bruno")
    assert "A publisher can publish it." in text(bruno.get(address(tokyo)))
    assert "It can be published." in text(chiara.get(address(tokyo, "changes")))
    assert "Save and publish…" in text(chiara.get(address(tokyo)))
    assert LogEntry.objects.filter(object_id=str(tokyo.pk)).count() == 3  # saved, submitted, approved


def test_one_button_is_filled_and_it_is_the_next_step(world, tokyo, at):
    own = resave(world.finland, by="chiara", capital="Helsinki")
    submit([own], by=world.user("chiara"))
    for who, record in (("anna", tokyo), ("bruno", tokyo), ("chiara", tokyo), ("chiara", own), ("bruno", own)):
        page = text(at(who).get(address(record)))
        assert page.count("btn primary") == 1, (who, record)
    assert "_publish" not in text(at("chiara").get(address(own)))  # it would only be refused: she wrote it


@pytest.mark.parametrize(
    ("who", "gone", "said"),
    [
        ("bruno", ["chiara", "dag"], "Submit it for review; you can approve."),
        ("anna", ["bruno", "chiara", "dag"], "Submit it for review; nobody here can approve."),
    ],
)
def test_the_next_step_names_nobody_who_cannot_take_it(world, at, who, gone, said):
    User.objects.filter(username__in=gone).update(is_active=False)
    record = resave(world.japan, by=who, capital="Tokyo")
    assert said in text(at(who).get(address(record)))


def test_sending_back_needs_a_note_and_reaches_the_author(world, tokyo, at):
    bruno = at("bruno")
    submit([tokyo], by=world.user("anna"))
    page = move(bruno, tokyo, "send_back", note=" ")
    assert "Say what should be changed" in text(page)
    assert state(tokyo).review == "in_review"
    move(bruno, tokyo, "send_back", note="Which source says so?")
    assert state(tokyo).review == "changes"
    assert "Bruno Reviewer asked for changes on" in text(at("anna").get(address(tokyo)))
    assert "Which source says so?" in text(at("anna").get(address(tokyo)))
    assert parts(at("anna"))["back"] == ["Japan"]
    assert parts(at("chiara"))["back"] == []


def test_what_the_page_showed_is_what_is_approved(world, tokyo, at):
    bruno = at("bruno")
    submit([tokyo], by=world.user("anna"))
    sent = typed(bruno.get(address(tokyo, "changes")), move="approve", note="Well read.")
    tokyo = resave(tokyo, by="anna", capital="Edo")
    submit([tokyo], by=world.user("anna"))
    page = bruno.post(address(tokyo, "review"), sent)
    assert "saved again after you had opened this page" in text(page)
    assert "<ins>Edo</ins>" in text(page)
    assert "Well read.</textarea>" in text(page)
    assert state(tokyo).review == "in_review"


@pytest.mark.parametrize(
    ("who", "which", "status"),
    [("anna", "approve", 403), ("anna", "send_back", 403), ("bruno", "nonsense", 400), ("bruno", "publish", 400)],
)
def test_forged_moves_are_refused(world, tokyo, at, who, which, status):
    submit([tokyo], by=world.user("anna"))
    sent = {"move": which, "note": "x", "seen": state(tokyo).digest}
    assert at(who).post(address(tokyo, "review"), sent).status_code == status
    assert state(tokyo).review == "in_review"


def test_who_wrote_it_is_not_offered_the_approval(world, at):
    record = resave(world.japan, by="bruno", capital="Tokyo")
    submit([record], by=world.user("bruno"))
    bruno = at("bruno")
    page = bruno.get(address(record, "changes"))
    assert 'value="approve"' not in text(page)
    assert "Chiara Publisher or Dag Administrator can approve." in text(page)
    refused = bruno.post(address(record, "review"), typed(page, move="approve"))
    assert "you wrote part of this" in text(refused)


def test_taking_back_and_saving_return_it_to_draft(world, tokyo, at):
    submit([tokyo], by=world.user("anna"))
    move(at("anna"), tokyo, "reopen")
    assert state(tokyo).review == "draft"


def test_comments_stand_with_the_moves_between_the_revisions(world, tokyo, at):
    submit([tokyo], by=world.user("anna"), note="For Friday.")
    page = at("bruno").get(address(tokyo, "history"))
    page = at("bruno").post(address(tokyo, "review"), typed(page, note="<b>Nice</b>"), follow=True)
    assert "&lt;b&gt;Nice&lt;/b&gt;" in page.content.decode()
    lines = list(page.context["lines"])
    assert [[m.said for m in line.moves] for line in lines] == [["commented", "asked for a review"], ["published it"]]
    assert "Nice" in text(at("anna").get(address(tokyo, "changes")))
    assert "The comment is empty." in text(at("bruno").post(address(tokyo, "review"), {"move": "comment", "note": ""}))
    assert Event.objects.filter(verb="comment").count() == 1


def test_while_one_person_is_alone_it_says_so(world, tokyo, at, settings):
    settings.EDITORIAL_FOUR_EYES = "off"
    chiara = at("chiara")
    assert "marked “by one person”" in text(chiara.get(address(tokyo, "changes")))
    assert "marked “by one person”" in text(chiara.get(address(tokyo, "publish")))
    mine = resave(world.finland, by="chiara", capital="Helsinki")
    publish_for(world.user("chiara"), [mine], change_kind="new_evidence", note="It is named.")
    assert "by one person" in text(chiara.get(address(mine, "history")))
    assert "by one person" in text(chiara.get("/admin/publishing/publication/"))


# Several, and the queue -------------------------------------------------------------------------------------------------


def test_several_are_submitted_together_or_none(world, tokyo, at):
    other = resave(world.finland, by="anna", capital="Helsinki")
    anna = at("anna")
    sent = {"action": "submit_selected", "_selected_action": [str(tokyo.pk), str(other.pk)]}
    page = anna.post(list_address("partner"), sent)
    assert "Capital" in text(page)
    assert state(tokyo).review == "draft"
    done = anna.post(list_address("partner"), typed(page, note="Capitals."), follow=True)
    assert "2 partners are submitted for review." in text(done)
    assert {state(tokyo).review, state(other).review} == {"in_review"}
    assert LogEntry.objects.count() == 2
    again = anna.post(list_address("partner"), typed(anna.post(list_address("partner"), sent)))
    assert "it is in review already" in text(again)


def test_the_queue_says_what_waits_for_whom(world, tokyo, at):
    anna, bruno, chiara = (world.user(name) for name in ("anna", "bruno", "chiara"))
    own = resave(world.finland, by="bruno", capital="Helsinki")
    done = resave(world.russia, by="anna", capital="Moscow")
    back = resave(world.pfp, by="anna", summary="A programme.")
    submit([tokyo, own, done, back], by=anna)
    approve([done], by=bruno)
    send_back([back], by=bruno, note="Longer.")
    assert parts(at("bruno")) == {
        "mine": ["Japan"],
        "back": [],
        "approved": ["Russia"],
        "others": ["Finland", "Partnership for Peace"],  # what was sent back waits for its author
    }
    assert "sent back" in text(at("bruno").get(QUEUE))
    assert parts(at("chiara"))["mine"] == ["Japan", "Finland"] or set(parts(at("chiara"))["mine"]) == {
        "Japan",
        "Finland",
    }
    assert parts(at("anna"))["back"] == ["Partnership for Peace"]
    assert "mine" not in parts(at("anna"))
    page = text(at("bruno").get(QUEUE))
    assert "Anna Author" in page
    assert "Capital" in page
    assert address(tokyo, "changes") in page
    make("Together", by=chiara, records=[done])
    assert "Together" in text(at("chiara").get(QUEUE))


def test_a_longer_queue_costs_no_more_and_looking_writes_nothing(world, tokyo, at):
    bruno = at("bruno")
    submit([tokyo], by=world.user("anna"))
    few = count(bruno, QUEUE)
    more = [save(Partner(slug=f"p{n}", title=f"Country {n}")) for n in range(6)]
    submit(more, by=world.user("anna"))
    with watched() as statements:
        assert len(parts(bruno)["mine"]) == 7
    assert not writes(statements)
    assert count(bruno, QUEUE) <= few + 1  # the session
    assert few < 25


def test_the_list_leads_to_the_difference(world, tokyo, at):
    page = text(at("anna").get(list_address("partner")))
    assert address(tokyo, "changes") in page
    assert address(world.russia, "changes") not in page


def test_a_planned_record_says_when(world, tokyo, at):
    from datetime import timedelta

    from django.utils import timezone

    from partnerships.editorial.publication import Reason
    from partnerships.editorial.releases import plan_records

    when = timezone.now() + timedelta(days=1)
    plan_records([tokyo], when, by=world.user("chiara"), reason=Reason("new_evidence", "It is named."))
    comment(tokyo, by=world.user("anna"), text="Good.")
    page = text(at("anna").get(address(tokyo)))
    assert f"It becomes public by itself on {when:%-d %B %Y at %H:%M} UTC." in page
    assert Release.objects.get().status == "planned"
