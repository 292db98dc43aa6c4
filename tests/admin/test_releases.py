"""Releases at the desk, and publishing at a time: what is shown, what is refused, and what becomes public when."""

from __future__ import annotations

from datetime import timedelta
from html import unescape

import pytest
import time_machine
from django.utils import timezone

from partnerships.admin.addresses import address, list_address
from partnerships.editorial.models import Event, Lease, Release, State
from partnerships.editorial.people import save_person
from partnerships.editorial.publication import Reason
from partnerships.editorial.releases import cancel, collect, make, plan_records, run_due, take_over
from partnerships.editorial.review import submit
from partnerships.models import Partner, Region
from partnerships.publishing.feed import Refusal
from partnerships.publishing.models import Publication
from partnerships.publishing.reading import public
from tests.world import resave, save

from .browser import count, typed, watched, writes

RELEASES = "/admin/releases/"
WHY = Reason("new_evidence", "The capitals are named.")


def text(response) -> str:
    return unescape(response.content.decode())


def where(one: Release) -> str:
    return f"{RELEASES}{one.pk}/"


def public_capitals() -> set[str]:
    return set(public(Partner).exclude(capital="").values_list("capital", flat=True))


def do(client, one: Release, what: str, **sent):
    """Press a button of the release's page."""
    page = client.get(where(one))
    return client.post(where(one), {"do": what, "seen": page.context["seen"]} | sent, follow=True)


@pytest.fixture
def tokyo(world):
    return resave(world.japan, by="anna", capital="Tokyo")


@pytest.fixture
def helsinki(world):
    return resave(world.finland, by="anna", capital="Helsinki")


@pytest.fixture
def capitals(world, tokyo, helsinki):
    """A release of two, collected by Chiara."""
    one = make("Capitals", by=world.user("chiara"))
    collect(one, [tokyo, helsinki], by=world.user("chiara"), reason=WHY)
    return one


# Publishing at a time, or with others -----------------------------------------------------------------------------------


def asks(page, **changes) -> dict:
    return typed(page, change_kind="new_evidence", note="It is named.", **changes)


def test_the_dialog_says_what_it_checked_and_in_whose_time(tokyo, at):
    page = text(at("chiara").get(address(tokyo, "publish")))
    assert "The portal's time is UTC" in page
    assert "Written by a person" in page
    assert f"{address(tokyo)}#id_disclosure" in page
    assert "Two periods of one country in one framework can't overlap" in page
    assert "A second person stands for it." in page
    assert "Nothing has looked for due publications so far" in page


def test_the_dialog_names_who_has_to_approve(world, at):
    own = resave(world.japan, by="chiara", capital="Tokyo")
    assert "Submit it for review; Bruno Reviewer, Dag Administrator can approve." in text(
        at("chiara").get(address(own, "publish"))
    )


def test_planned_in_the_dialog_it_waits_and_is_shown_everywhere(tokyo, at):
    chiara = at("chiara")
    when = (timezone.now() + timedelta(days=2)).replace(second=0, microsecond=0)
    sent = asks(chiara.get(address(tokyo, "publish")), when="at", at=f"{when:%Y-%m-%dT%H:%M}")
    page = chiara.post(address(tokyo, "publish"), sent, follow=True)
    said = f"{when:%-d %B %Y at %H:%M} UTC"
    assert f"Japan: planned for {said}." in text(page)
    assert public_capitals() == set()
    one = Release.objects.get()
    assert (one.status, one.due_at, one.items.get().change_kind) == ("planned", when, "new_evidence")
    assert said in text(chiara.get(address(tokyo)))
    for dialog in ("publish", "withdraw"):
        refused = chiara.get(address(tokyo, dialog))
        assert "is planned already for" in text(refused)
        assert where(one) in text(refused)
        forged = {"confirmed": "1", "seen": refused.context.get("seen", ""), "change_kind": "new_evidence", "note": "x"}
        assert "is planned already for" in text(chiara.post(address(tokyo, dialog), forged))
    assert public(Partner).filter(slug="japan").exists()
    assert public_capitals() == set()
    do(chiara, one, "cancel")
    assert "is planned already" not in text(chiara.get(address(tokyo, "publish")))
    assert run_due(when + timedelta(seconds=1)) == []


@pytest.mark.parametrize(
    ("typed_at", "sentence"),
    [("", "Say when"), ("soon", "Give a day and a time"), ("2001-01-01T09:00", "That moment is past")],
)
def test_a_time_that_can_not_be_is_refused_with_a_sentence(tokyo, at, typed_at, sentence):
    chiara = at("chiara")
    page = chiara.post(address(tokyo, "publish"), asks(chiara.get(address(tokyo, "publish")), when="at", at=typed_at))
    assert sentence in text(page)
    assert ">\nIt is named.</textarea>" in text(page)
    assert not Release.objects.exists()


def test_collected_from_the_dialog_into_a_new_and_an_open_release(tokyo, helsinki, at):
    chiara = at("chiara")
    sent = asks(chiara.get(address(tokyo, "publish")), when="release", into="", new_title=" ")
    assert "Give the release a name" in text(chiara.post(address(tokyo, "publish"), sent))
    chiara.post(address(tokyo, "publish"), sent | {"new_title": ["Capitals"]})
    one = Release.objects.get()
    sent = asks(chiara.get(address(helsinki, "publish")), when="release", into=str(one.pk))
    chiara.post(address(helsinki, "publish"), sent)
    assert {item.note for item in one.items.all()} == {"It is named."}
    assert one.items.count() == 2
    assert public_capitals() == set()


# Releases ---------------------------------------------------------------------------------------------------------------


def test_opened_filled_from_a_list_reasoned_and_published(world, tokyo, helsinki, at):
    chiara = at("chiara")
    assert "Give the release a name" in text(chiara.post(RELEASES, {"title": " "}))
    chiara.post(RELEASES, {"title": "Capitals", "note": ""})
    one = Release.objects.get()
    sent = {"action": "collect_selected", "_selected_action": [str(tokyo.pk), str(helsinki.pk)]}
    page = chiara.post(list_address("partner"), sent)
    assert one.items.count() == 0
    page = chiara.post(list_address("partner"), typed(page, into=str(one.pk)), follow=True)
    assert "<ins>Tokyo</ins>" in text(page)
    assert "<ins>Helsinki</ins>" in text(page)
    assert "Say why this is published" in text(page)
    assert "Something is missing" in text(page)
    refused = do(chiara, one, "publish")
    assert "Say why this is published" in text(refused)
    assert public_capitals() == set()
    for record in (tokyo, helsinki):
        page = do(chiara, one, "reason", record=str(record.pk), change_kind="new_evidence", note="It is named.")
    assert "Nothing is missing." in text(page)
    page = do(chiara, one, "publish")
    assert public_capitals() == {"Tokyo", "Helsinki"}
    assert "Capitals is published: 2 records." in text(page)
    assert "Take it back" in text(page)
    page = do(chiara, one, "undo", note="")
    assert "Say why" in text(page)
    page = do(chiara, one, "undo", note="Too early.")
    assert "is taken back: 2 records" in text(page)
    assert "Taken back since:" in text(page)
    assert public_capitals() == set()


def test_a_correction_asks_what_was_wrong(capitals, tokyo, at):
    chiara = at("chiara")
    sent = {"record": str(tokyo.pk), "change_kind": "correction", "note": "The capital is Tokyo."}
    assert "Say what was wrong." in text(do(chiara, capitals, "reason", **sent))
    page = do(chiara, capitals, "reason", **sent, wrong="None was given.", wrong_since="soon")
    assert "no date the portal can read" in text(page)
    assert "None was given.</textarea>" in text(page)  # nothing typed is lost
    do(chiara, capitals, "reason", **sent, wrong="None was given.", wrong_since="2024")
    assert capitals.items.get(record=tokyo.pk).wrong_since == "2024"


def test_collected_again_a_record_keeps_its_reason(capitals, tokyo, at):
    chiara, partners = at("chiara"), list_address("partner")
    asked = chiara.post(partners, {"action": "collect_selected", "_selected_action": [str(tokyo.pk)]})
    chiara.post(partners, typed(asked, into=str(capitals.pk)))
    assert capitals.items.get(record=tokyo.pk).note == WHY.note


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("cancelled", "Capitals is cancelled already: open another release."),
        ("planned", "Capitals is planned already: cancel the plan first."),
    ],
)
def test_a_page_that_is_out_of_date_says_what_became_of_the_release(capitals, at, status, said):
    chiara = at("chiara")
    seen = chiara.get(where(capitals)).context["seen"]
    Release.objects.filter(pk=capitals.pk).update(status=status, due_at=timezone.now() + timedelta(days=1))
    page = chiara.post(where(capitals), {"do": "publish", "seen": seen})
    assert said in text(page)
    assert public_capitals() == set()


@pytest.mark.parametrize("when", ["9999-12-31T23:59-23:59", "0001-01-01T00:00+23:59", "2031-02-30T09:00"])
def test_a_moment_that_is_none_gets_a_sentence(capitals, at, when):
    assert do(at("chiara"), capitals, "plan", at=when).status_code == 200
    assert Release.objects.get().status == "open"


def test_what_is_planned_is_not_deleted_meanwhile_and_its_history_says_so(world, at):
    draft = save(Partner(slug="mu", title="Mu"), by="anna")
    one = plan_records([draft], timezone.now() + timedelta(hours=1), by=world.user("chiara"), reason=WHY)
    page = at("anna").post(address(draft, "delete"), {"post": "yes"}, follow=True)
    assert "Mu is planned for" in text(page)
    cancel(one, by=world.user("chiara"))
    history = text(at("anna").get(address(draft, "history")))
    assert "planned it for" in history
    assert "cancelled the plan for" in history
    at("anna").post(address(draft, "delete"), {"post": "yes"})
    assert not Partner.objects.filter(pk=draft.pk).exists()


def test_all_of_it_is_reviewed_on_one_page(world, capitals, tokyo, helsinki, at):
    bruno = at("bruno")
    submit([tokyo, helsinki], by=world.user("anna"))
    page = bruno.get(where(capitals))
    helsinki = resave(helsinki, by="anna", capital="Turku")
    stale = bruno.post(where(capitals), {"do": "approve", "seen": page.context["seen"]}, follow=True)
    assert "while this page was open" in text(stale)
    submit([helsinki], by=world.user("anna"))
    assert "2 approved." in text(do(bruno, capitals, "approve"))
    assert {State.objects.get(record=r.pk).review for r in (tokyo, helsinki)} == {"approved"}
    assert "Approved by Bruno Reviewer" in text(bruno.get(where(capitals)))


def test_what_must_be_public_first_is_offered(world, at):
    chiara = at("chiara")
    asia = save(Region(slug="asia", title="Asia"), by="anna")
    one = make("Asia", by=world.user("chiara"), records=[resave(world.japan, by="anna", region=asia)], reason=WHY)
    page = text(chiara.get(where(one)))
    assert "must become public with it" in page
    do(chiara, one, "companions")
    assert "Nothing is missing." in text(chiara.get(where(one)))
    do(chiara, one, "publish")
    assert public(Partner).get(slug="japan").region.slug == "asia"


def test_planned_cancelled_dropped_given_up(world, capitals, tokyo, at):
    chiara = at("chiara")
    assert "Say when" in text(do(chiara, capitals, "plan", at=""))
    page = do(chiara, capitals, "plan", at=f"{timezone.now() + timedelta(days=1):%Y-%m-%dT%H:%M}")
    assert "Cancel the plan" in text(page)
    resave(tokyo, by="anna", capital="Edo")
    assert "It was edited since; what was planned becomes public" in text(chiara.get(where(capitals)))
    assert "is planned already: cancel the plan first." in text(do(chiara, capitals, "drop", record=str(tokyo.pk)))
    do(chiara, capitals, "cancel")
    do(chiara, capitals, "drop", record=str(tokyo.pk))
    assert capitals.items.count() == 1
    do(chiara, capitals, "rename", title="One capital", note="Named.")
    capitals.refresh_from_db()
    assert (capitals.title, capitals.note) == ("One capital", "Named.")
    do(chiara, capitals, "give_up")
    capitals.refresh_from_db()
    assert capitals.status == "cancelled"


def test_a_failed_release_is_said_on_its_page_and_at_home(world, tokyo, at):
    one = plan_records([tokyo], timezone.now() + timedelta(hours=1), by=world.user("chiara"), reason=WHY)
    from partnerships.publishing.models import LogDocument

    LogDocument.objects.filter(digest=one.items.get().digest).delete()
    run_due(one.due_at + timedelta(seconds=1))
    assert "wasn't published:" in text(at("chiara").get(where(one)))
    assert "wasn't published:" in at("anna").get("/admin/").context["warning"]


@pytest.mark.parametrize("how", ["closed", "another role", "gone"])
def test_a_plan_ends_with_the_right_of_its_maker(world, tokyo, at, how):
    chiara, when = world.user("chiara"), timezone.now() + timedelta(hours=1)
    one, dag = plan_records([tokyo], when, by=chiara, reason=WHY), world.user("dag")
    Lease.objects.create(name="publishing", last_run=timezone.now())
    assert at("anna").get("/admin/").context["warning"] == ""
    if how == "gone":
        chiara.delete()
    else:
        chiara.is_active = how != "closed"
        save_person(chiara, role="Author" if chiara.is_active else "Publisher", by=dag)
    why = {"another role": "may no longer publish", "closed": "no longer has an account"}.get(
        how, "chiara, who planned"
    )
    assert why in at("anna").get("/admin/").context["warning"]
    assert why in text(at("anna").get(f"/admin/calendar/?month={when:%Y-%m}"))
    assert "SUMMARY:Won’t become public" in text(at("anna").get("/admin/calendar.ics"))
    assert "won't become public" in text(at("anna").get(address(tokyo)))
    page = text(at("dag").get(where(one)))
    assert why in page
    assert "Take the plan over" in page

    run_due(when + timedelta(seconds=1))
    one.refresh_from_db()
    assert one.status == "failed"
    assert why in one.trouble
    assert "Tokyo" not in public_capitals()


def test_a_publisher_takes_a_plan_over_and_it_runs_in_their_name(world, tokyo, at):
    chiara, when = world.user("chiara"), timezone.now() + timedelta(hours=1)
    one, dag = plan_records([tokyo], when, by=chiara, reason=WHY), world.user("dag")
    pinned = one.items.get().digest
    with pytest.raises(Refusal, match="your own plan already"):
        take_over(one, by=chiara)
    chiara.is_active = False
    save_person(chiara, role="Publisher", by=dag)
    do(at("dag"), one, "take_over")
    one.refresh_from_db()
    assert (one.planned_by, one.status, one.items.get().digest) == ("dag", "planned", pinned)
    moved = Event.objects.filter(verb="take_over_plan").values_list("by", "before", "after")
    assert list(moved) == [("dag", "chiara", "dag")] * 2  # of the release, and of its record
    assert "took the plan over" in text(at("anna").get(address(tokyo, "history")))
    run_due(when + timedelta(seconds=1))
    assert "Tokyo" in public_capitals()
    assert Publication.objects.latest("seq").by == "dag"
    with pytest.raises(Refusal, match="nothing to take over"):
        take_over(one, by=dag)


def test_what_is_overdue_is_not_taken_over(world, tokyo):
    one = plan_records([tokyo], timezone.now() + timedelta(hours=1), by=world.user("chiara"), reason=WHY)
    with time_machine.travel(one.due_at + timedelta(minutes=1)), pytest.raises(Refusal, match="is past"):
        take_over(one, by=world.user("dag"))


def test_the_home_warns_when_nothing_looks_for_what_is_due(world, tokyo, at):
    anna = at("anna")
    assert anna.get("/admin/").context["warning"] == ""
    plan_records([tokyo], timezone.now() + timedelta(hours=1), by=world.user("chiara"), reason=WHY)
    assert "Nothing has looked for due publications so far" in anna.get("/admin/").context["warning"]
    lease = Lease.objects.create(name="publishing", last_run=timezone.now())
    assert anna.get("/admin/").context["warning"] == ""
    lease.last_run = timezone.now() - timedelta(minutes=3)
    lease.save()
    assert "publish_due every minute" in anna.get("/admin/").context["warning"]


@pytest.mark.parametrize(
    "what", ["publish", "plan", "cancel", "rename", "reason", "drop", "give_up", "undo", "companions", "take_over"]
)
def test_only_publishers_move_releases(capitals, at, what):
    bruno = at("bruno")
    seen = bruno.get(where(capitals)).context["seen"]
    assert bruno.post(where(capitals), {"do": what, "seen": seen, "at": "2030-01-01T09:00"}).status_code == 403
    assert at("anna").post(where(capitals), {"do": "approve", "seen": seen}).status_code == 403
    assert at("anna").post(RELEASES, {"title": "Mine"}).status_code == 403
    capitals.refresh_from_db()
    assert (capitals.status, capitals.items.count(), Release.objects.count()) == ("open", 2, 1)


def test_what_is_not_there_and_what_can_not_be_read(world, capitals, at):
    chiara = at("chiara")
    assert chiara.get(f"{RELEASES}{world.japan.pk}/").status_code == 404
    assert chiara.post(where(capitals), {"do": "fly"}).status_code == 400
    assert "That record is gone." in text(do(chiara, capitals, "drop", record="x"))
    assert list(chiara.get(where(capitals)).context["entries"])


def test_more_records_cost_no_more_and_looking_writes_nothing(world, capitals, at):
    chiara = at("chiara")
    few = count(chiara, where(capitals))
    more = [save(Partner(slug=f"p{n}", title=f"Country {n}")) for n in range(5)]
    collect(capitals, more, by=world.user("chiara"))
    with watched() as statements:
        assert len(chiara.get(where(capitals)).context["entries"]) == 7
    assert not writes(statements)
    assert count(chiara, where(capitals)) <= few + 2
    assert few < 40
