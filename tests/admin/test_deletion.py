"""Deleting: drafts only, and never under something that points there."""

from __future__ import annotations

from html import unescape

import pytest
from django.contrib.admin.models import LogEntry

from partnerships.admin.addresses import address, list_address
from partnerships.admin.base import KindAdmin
from partnerships.editorial.models import Revision, State
from partnerships.editorial.saving import discard
from partnerships.models import Citation, Membership, Partner, Source
from partnerships.publishing.feed import Refusal
from tests.world import save

from .browser import typed, watched


def text(response) -> str:
    return unescape(response.content.decode())


def test_a_draft_is_deleted_after_a_page_that_says_what_goes(world, at):
    draft = world.atlantis
    Membership.objects.create(partner=draft, framework=world.pfp, start="2010")
    anna = at("anna")
    page = anna.get(address(draft, "delete"))
    assert "Memberships: 1" in text(page)
    response = anna.post(address(draft, "delete"), {"post": "yes"}, follow=True)
    assert "was deleted" in text(response)
    assert not Partner.objects.filter(pk=draft.pk).exists()
    assert Revision.objects.filter(record=draft.pk).exists()
    assert State.objects.filter(record=draft.pk).exists()
    assert LogEntry.objects.latest("pk").is_deletion()


@pytest.mark.parametrize("which", ["malta", "finland"])
def test_what_is_public_is_not_deleted_and_the_reason_is_said(world, at, which):
    record = getattr(world, which)
    anna = at("anna")
    assert address(record, "delete") not in text(anna.get(address(record)))
    for response in (
        anna.get(address(record, "delete"), follow=True),
        anna.post(address(record, "delete"), {"post": "yes"}, follow=True),
    ):
        assert "is or was public and so can't be deleted" in text(response)
        assert response.redirect_chain == [(address(record), 302)]
    assert Partner.objects.filter(pk=record.pk).exists()


def test_what_was_public_is_not_deleted_either(world, at):
    response = at("dag").post(address(world.old_page, "delete"), {"post": "yes"}, follow=True)
    assert "Withdraw instead" in text(response)
    assert Source.objects.filter(slug="old-page").exists()


def test_what_something_points_at_is_not_deleted_and_is_listed(world, at):
    source = save(Source(slug="new-page", title="New page"))
    Citation.objects.create(record=world.japan, source=source)
    anna = at("anna")
    page = text(anna.get(address(source, "delete")))
    assert "Cannot delete" in page
    assert f'Partner: <a href="{address(world.japan)}">Japan</a>' in page
    anna.post(address(source, "delete"), {"post": "yes"})
    assert Source.objects.filter(slug="new-page").exists()


def select(browser, *records, **more):
    chosen = [str(record.pk) for record in records]
    sent = {"action": "delete_selected", "_selected_action": chosen} | (more or {"index": "0"})
    return browser.post(list_address("partner"), sent, follow=True)


def test_several_drafts_are_deleted_together(world, at):
    other = save(Partner(slug="lemuria", title="Lemuria"))
    anna = at("anna")
    page = select(anna, world.atlantis, other)
    assert "Are you sure" in text(page)
    assert anna.post(list_address("partner"), typed(page)).status_code == 302
    assert not Partner.objects.filter(title__in=["Atlantis", "Lemuria"]).exists()


def test_one_public_record_among_several_stops_them_all(world, at):
    anna = at("anna")
    assert "Malta is or was public" in text(select(anna, world.atlantis, world.malta))
    assert "Malta is or was public" in text(select(anna, world.atlantis, world.malta, post="yes"))
    assert Partner.objects.filter(slug="atlantis").exists()


def test_a_draft_that_becomes_public_meanwhile_is_not_deleted(world, at, monkeypatch):
    draft = world.atlantis
    anna = at("anna")
    delete = KindAdmin.log_deletions  # the last thing that happens before the deletion

    def publish_first(self, request, queryset):
        State.objects.filter(record=draft.pk).update(public_version=1)
        return delete(self, request, queryset)

    monkeypatch.setattr(KindAdmin, "log_deletions", publish_first)
    for response in (
        anna.post(address(draft, "delete"), {"post": "yes"}, follow=True),
        select(anna, draft, post="yes"),
    ):
        assert "what was public can't be deleted" in text(response)
    assert Partner.objects.filter(pk=draft.pk).exists()


def test_the_verb_refuses_even_when_the_door_does_not(world):
    with pytest.raises(Refusal, match="only withdrawn"):
        discard([world.atlantis, world.malta])
    assert Partner.objects.filter(slug="atlantis").exists()


def test_the_page_takes_constant_queries(world, at):
    anna, taken = at("anna"), []
    for number in (1, 50):
        Membership.objects.bulk_create(Membership(partner=world.atlantis, framework=world.pfp) for _ in range(number))
        with watched() as statements:
            assert anna.get(address(world.atlantis, "delete")).status_code == 200
        taken.append(len(statements))
    assert taken[0] == taken[1]
