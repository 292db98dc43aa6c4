"""Bulk actions show what will happen, do all of it or nothing, and leave one trace for each record. Saved filters."""

from __future__ import annotations

import pytest

from partnerships.admin.addresses import list_address
from partnerships.editorial.models import Event, Revision, SavedFilter, State
from partnerships.models import Record
from tests.world import resave

from .browser import typed

LIST = list_address("partner")


def select(browser, action: str, *records):
    sent = {"action": action, "_selected_action": [str(record.pk) for record in records], "index": "0"}
    return browser.post(LIST, sent)


def test_an_owner_is_set_with_one_event_for_each_record(world, at):
    anna, two = at("anna"), (world.malta, world.japan)
    page = select(anna, "set_owner", *two)
    assert Event.objects.filter(verb="assign").count() == 0
    assert "Malta" in page.content.decode()
    assert anna.post(LIST, typed(page, owner="bruno")).url == LIST
    assert {State.objects.get(pk=record.pk).owner for record in two} == {"bruno"}
    assert [event.after for event in Event.objects.filter(verb="assign")] == ["bruno", "bruno"]
    assert at("bruno").get(LIST, {"owner": "me"}).context["cl"].result_count == 2
    anna.post(LIST, typed(select(anna, "set_owner", *two), owner="bruno"))
    assert Event.objects.filter(verb="assign").count() == 2


def test_only_people_of_the_desk_own_records(world, at):
    anna = at("anna")
    response = anna.post(LIST, typed(select(anna, "set_owner", world.malta), owner="sam"))
    assert "not one of the available choices" in response.content.decode()
    assert State.objects.get(pk=world.malta.pk).owner == ""


def test_a_day_of_review_is_a_save_of_each_record(world, at):
    anna, two = at("anna"), (world.malta, world.japan)
    before = Revision.objects.count()
    page = select(anna, "set_review_day", *two)
    assert anna.post(LIST, typed(page, review_by="2027-03-01")).url == LIST
    assert Revision.objects.count() == before + 2
    for record in two:
        now = Record.objects.get(pk=record.pk)
        assert (str(now.review_by), now.version) == ("2027-03-01", record.version + 1)


def test_nothing_is_written_when_one_was_saved_meanwhile(world, at):
    anna = at("anna")
    page = select(anna, "set_review_day", world.malta, world.japan)
    resave(world.japan, capital="Tokyo")
    before = Revision.objects.count()
    response = anna.post(LIST, typed(page, review_by="2027-03-01"))
    assert "Nothing was written" in response.content.decode()
    assert "2027-03-01" in response.content.decode()
    assert Revision.objects.count() == before
    assert not Record.objects.filter(review_by__isnull=False).exists()


def test_strangers_do_neither(world, at):
    sam = world.user("sam")
    sam.is_staff = True
    sam.save()
    sent = {"action": "set_owner", "_selected_action": [str(world.malta.pk)], "confirmed": "1", "owner": "sam"}
    assert at("sam").post(LIST, sent).status_code == 403


def test_a_filter_is_saved_shared_and_removed(world, at):
    anna, bruno = at("anna"), at("bruno")
    sent = {"save_filter": "save", "name": "Suspended", "query": "status=suspended&next=//evil.example&p=3"}
    assert anna.post(LIST, sent).url == f"{LIST}?status=suspended"
    assert f'href="{LIST}?status=suspended"' in anna.get(LIST).content.decode()
    assert "Suspended</a><form" not in bruno.get(LIST).content.decode()
    anna.post(LIST, sent | {"shared": "on"})
    kept = SavedFilter.objects.get()
    assert [one["filter"] for one in bruno.get(LIST).context["saved_filters"]] == [kept]
    bruno.post(LIST, {"save_filter": "remove", "number": str(kept.pk)})
    assert SavedFilter.objects.exists()
    anna.post(LIST, {"save_filter": "remove", "number": str(kept.pk)})
    assert not SavedFilter.objects.exists()


@pytest.mark.parametrize("sent", [{"name": "", "query": "status=x"}, {"name": "x", "query": "body__regex=1"}])
def test_a_filter_without_name_or_content_is_refused(at, sent):
    assert at("anna").post(LIST, {"save_filter": "save"} | sent).status_code == 302
    assert not SavedFilter.objects.exists()
