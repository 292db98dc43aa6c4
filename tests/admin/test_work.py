"""Work in progress: who else is at a form, and what was typed and not saved."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from partnerships.admin.addresses import address, list_address
from partnerships.editorial import presence
from partnerships.editorial.models import Autosave, Presence, Revision
from partnerships.models import Partner
from tests.world import resave

from .browser import add_row, typed

pytestmark = pytest.mark.services


def mark():
    """What the page offers to bring back, as its button says it."""
    return {"_kept": Autosave.objects.order_by("-at")[0].mark}


TAB, OTHER = "a-tab-of-anna", "a-tab-of-bruno"


def ping(client, record, tab, **fields):
    return client.post(address(record, "presence"), {"tab": tab, "version": record.version} | fields).json()


# Presence -------------------------------------------------------------------------------------------------------------


def test_others_at_the_form_are_said_and_gone_when_they_leave(world, at):
    anna, bruno, malta = at("anna"), at("bruno"), world.malta
    assert ping(anna, malta, TAB)["said"] == []
    assert ping(bruno, malta, OTHER, dirty="1")["said"] == ["Anna Author is here"]
    assert ping(anna, malta, TAB)["said"] == ["Bruno Reviewer is here, with unsaved changes"]
    bruno.post(address(malta, "presence"), {"tab": OTHER, "gone": "1"})
    assert ping(anna, malta, TAB)["said"] == []


def test_who_crashed_is_gone_in_time_and_a_tab_in_the_background_is_not(world, at):
    anna, bruno, chiara, malta = at("anna"), at("bruno"), at("chiara"), world.malta
    ping(bruno, malta, OTHER)
    ping(chiara, malta, "a-tab-of-chiara", hidden="1")
    with time_machine.travel(timezone.now() + timedelta(seconds=25)):
        assert ping(anna, malta, TAB)["said"] == ["Chiara Publisher is here"]
    with time_machine.travel(timezone.now() + timedelta(hours=2)):
        ping(anna, malta, TAB)
        assert Presence.objects.count() == 1  # the rest is swept


def test_a_second_tab_of_ones_own_is_told_apart_and_nobody_ends_anothers(world, at):
    anna, bruno, malta = at("anna"), at("bruno"), world.malta
    ping(anna, malta, TAB)
    assert ping(anna, malta, "another-tab")["said"] == ["You have it open in another tab"]
    bruno.post(address(malta, "presence"), {"tab": TAB, "gone": "1"})
    assert presence.others(malta.pk, "x", world.user("bruno"))


def test_a_newer_version_is_said_at_once(world, at):
    anna, malta = at("anna"), world.malta
    resave(malta, by="bruno", capital="Mdina")
    answer = anna.post(address(malta, "presence"), {"tab": TAB, "version": malta.version}).json()
    assert answer["stale"]
    assert "Bruno Reviewer saved a newer version" in answer["said"][0]


def test_strangers_learn_nothing(world, at):
    sam = at("sam")
    assert sam.post(address(world.malta, "presence"), {"tab": TAB}).status_code in (302, 403)
    assert at("anna").post(address(world.malta, "presence"), {"tab": "x"}).status_code == 400
    assert at("anna").get(address(world.malta, "presence")).status_code == 405


# Autosave -------------------------------------------------------------------------------------------------------------


def test_what_was_typed_is_offered_back_from_any_computer_and_becomes_no_revision(world, at):
    anna, malta, revisions = at("anna"), world.malta, Revision.objects.count()
    fields = typed(anna.get(address(malta)), capital="Mdina", title="")
    add_row(fields, "names", name="Melita", type="short", end_is="open")
    assert "Kept" in anna.post(address(malta, "autosave"), fields).json()["said"]
    assert "Kept" in anna.post(address(malta, "autosave"), fields | {"capital": ["Mdina!"]}).json()["said"]
    assert Autosave.objects.count() == 1
    assert (world.malta.capital, Revision.objects.count()) == ("Valletta", revisions)

    elsewhere = at("anna")  # another browser
    page = elsewhere.get(address(malta)).content.decode()
    assert "that was not saved" in page
    assert 'value="Mdina!"' not in page
    back = elsewhere.post(address(malta), mark()).content.decode()
    assert 'value="Mdina!"' in back
    assert 'value="Melita"' in back
    assert "It isn&#x27;t saved yet" in back
    assert "that was not saved" not in at("bruno").get(address(malta)).content.decode()


def test_a_save_ends_it(world, at):
    anna, malta = at("anna"), world.malta
    fields = typed(anna.get(address(malta)), capital="Mdina")
    anna.post(address(malta, "autosave"), fields)
    back = typed(anna.post(address(malta), mark()))
    assert back["capital"] == ["Mdina"]
    assert anna.post(address(malta), back).status_code == 302
    assert world.malta.capital == "Mdina"
    assert not Autosave.objects.exists()


def test_it_pauses_when_somebody_else_has_saved_and_keeps_what_it_has(world, at):
    anna, malta = at("anna"), world.malta
    fields = typed(anna.get(address(malta)), capital="Mdina")
    anna.post(address(malta, "autosave"), fields)
    resave(malta, by="bruno", capital="Valletta city")
    answer = anna.post(address(malta, "autosave"), fields | {"capital": ["Mdina, Malta"]})
    assert answer.status_code == 409
    assert "no longer kept" in answer.json()["said"]
    assert "Mdina" in Autosave.objects.get().typed
    assert 'value="Mdina"' in anna.post(address(malta), mark()).content.decode()


def test_a_new_record_is_kept_too_and_can_be_thrown_away(world, at):
    anna, where = at("anna"), f"{list_address(Partner)}add/"
    anna.post(f"{where}autosave/", typed(anna.get(where), title="Lemuria"))
    assert 'value="Lemuria"' in anna.post(where, mark()).content.decode()
    anna.post(f"{where}discard/", {"mark": "1-1"})  # not the one that the page showed
    assert Autosave.objects.exists()
    assert anna.post(f"{where}discard/", {"mark": mark()["_kept"]}).url == where
    assert not Autosave.objects.exists()
    assert anna.post(where, {"_kept": "1"}).status_code == 200  # nothing is there any more: the form's own complaints


def test_two_tabs_of_one_person_never_write_over_each_other(world, at):
    anna, malta = at("anna"), world.malta
    fields = typed(anna.get(address(malta)))
    ping(anna, malta, TAB, dirty="1")
    assert ping(anna, malta, "second-tab")["said"] == ["You have it open in another tab, with unsaved changes"]
    keep = address(malta, "autosave")
    anna.post(keep, fields | {"from_tab": TAB, "summary": ["Typed for an hour."]})
    anna.post(keep, fields | {"from_tab": "second-tab", "capital": ["Mdina"]})
    page = anna.get(address(malta)).content.decode()
    assert page.count('name="_kept"') == 2
    assert "You have this open in another tab, and typed something there" in page
    back = anna.post(address(malta), {"_kept": Autosave.objects.get(tab=TAB).mark})
    assert "Typed for an hour." in back.content.decode()

    # What was brought back is kept by the new tab only; what its first tab kept meanwhile stays.
    again = typed(back) | {"from_tab": "third-tab"}
    anna.post(keep, again)
    assert set(Autosave.objects.values_list("tab", flat=True)) == {"second-tab", "third-tab"}
    anna.post(keep, fields | {"from_tab": TAB, "summary": ["Typed for two hours."]})
    assert anna.post(address(malta), again).status_code == 302
    assert set(Autosave.objects.values_list("tab", flat=True)) == {"second-tab", TAB}
    assert world.malta.summary == "Typed for an hour."


def test_a_refused_form_stays_the_tab_that_it_was(world, at):
    anna, malta = at("anna"), world.malta
    fields = typed(anna.get(address(malta)), title="", from_tab=TAB)
    anna.post(address(malta, "autosave"), fields)
    assert f'data-tab="{TAB}"' in anna.post(address(malta), fields).content.decode()


def test_only_so_many_are_kept_of_one_form(world, at, settings):
    settings.LIMITS = settings.LIMITS | {"autosaves": 2}
    fields = typed(at("anna").get(address(world.malta)))
    for number in range(3):
        at("anna").post(address(world.malta, "autosave"), fields | {"from_tab": f"tab-{number}"})
    assert set(Autosave.objects.values_list("tab", flat=True)) == {"tab-1", "tab-2"}


def test_what_is_too_long_is_said(world, at, settings):
    settings.LIMITS = settings.LIMITS | {"autosave_length": 100}
    answer = at("anna").post(address(world.malta, "autosave"), {"version": "1", "body": "x" * 200})
    assert answer.status_code == 413
    assert "too long" in answer.json()["said"]


@pytest.mark.parametrize("page", ["autosave", "discard"])
def test_who_may_not_change_it_keeps_nothing(world, at, page):
    assert at("sam").post(address(world.malta, page), {"version": "1"}).status_code in (302, 403)
    assert not Autosave.objects.exists()


# A save over somebody else's ------------------------------------------------------------------------------------------


def test_what_both_changed_elsewhere_is_merged_and_saved_at_once(world, at):
    anna, malta = at("anna"), world.malta
    fields = typed(anna.get(address(malta)), summary="An island.")
    add_row(fields, "names", name="Melita", type="short", end_is="open")
    resave(malta, by="bruno", capital="Mdina")
    response = anna.post(address(malta), fields)
    page = response.content.decode()
    assert "Bruno Reviewer saved this record" in page
    assert "Taken over from theirs: Capital." in page
    assert (world.malta.capital, world.malta.summary) == ("Mdina", "")  # nothing is saved yet
    assert anna.post(address(malta), typed(response)).status_code == 302
    assert (world.malta.capital, world.malta.summary) == ("Mdina", "An island.")
    assert [row.name for row in world.malta.names.all()] == ["Melita"]


@pytest.mark.parametrize(("choice", "capital"), [("mine", "Sliema"), ("theirs", "Mdina")])
def test_what_both_changed_differently_is_a_choice(world, at, choice, capital):
    anna, malta = at("anna"), world.malta
    fields = typed(anna.get(address(malta)), capital="Sliema", summary="An island.")
    resave(malta, by="bruno", capital="Mdina")
    response = anna.post(address(malta), fields)
    page = response.content.decode()
    assert "You both changed this" in page
    assert "Valletta" in page  # what it was
    assert "Keep mine" in page
    assert anna.post(address(malta), typed(response, **{"take-capital": choice})).status_code == 302
    assert (world.malta.capital, world.malta.summary) == (capital, "An island.")


def test_rows_merge_one_by_one(world, at):
    anna, bruno, malta = at("anna"), at("bruno"), world.malta
    page = anna.get(address(malta))
    mine = typed(page, **{"memberships-0-note": "Mine."})
    theirs = typed(
        bruno.get(address(malta)), **{"memberships-1-note": "Theirs.", "memberships-0-end_reason": "terminated"}
    )
    add_row(theirs, "names", name="Malte", type="short", end_is="open")
    assert bruno.post(address(malta), theirs).status_code == 302
    response = anna.post(address(malta), mine)
    assert "Names over time: Malte" in response.content.decode() or "Names: Malte" in response.content.decode()
    assert anna.post(address(malta), typed(response)).status_code == 302
    rows = list(world.malta.memberships.order_by("start"))
    assert [(row.note, row.end_reason) for row in rows] == [("Mine.", "terminated"), ("Theirs.", "")]
    assert [row.name for row in world.malta.names.all()] == ["Malte"]


def test_a_row_that_one_removed_and_the_other_changed(world, at):
    anna, bruno, malta = at("anna"), at("bruno"), world.malta
    removing = typed(anna.get(address(malta)), **{"memberships-0-DELETE": "on"})
    changing = typed(bruno.get(address(malta)), **{"memberships-0-note": "Read again."})
    assert bruno.post(address(malta), changing).status_code == 302
    response = anna.post(address(malta), removing)
    assert "they changed it" in response.content.decode()
    kept = typed(response)
    assert anna.post(address(malta), kept | {"take-memberships-0-DELETE": ["theirs"]}).status_code == 302
    assert [row.note for row in world.malta.memberships.all()] == [""]


def test_a_row_that_they_removed_and_i_changed_stays_mine(world, at):
    anna, bruno, malta = at("anna"), at("bruno"), world.malta
    changing = typed(anna.get(address(malta)), **{"memberships-0-note": "Read again."})
    assert (
        bruno.post(address(malta), typed(bruno.get(address(malta)), **{"memberships-0-DELETE": "on"})).status_code
        == 302
    )
    response = anna.post(address(malta), changing)
    assert "changed, and kept" in response.content.decode()
    assert anna.post(address(malta), typed(response)).status_code == 302
    assert sorted(row.note for row in world.malta.memberships.all()) == ["", "Read again."]


def test_no_list_is_edited_in_place():
    from partnerships.admin.register import ADMINS

    assert not [door for door in ADMINS.values() if door.list_editable]
