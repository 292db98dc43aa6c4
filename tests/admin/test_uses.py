"""Where a record is used, and that nothing used is deleted."""

from __future__ import annotations

import pytest

from partnerships.admin import uses
from partnerships.admin.addresses import address
from partnerships.models import Citation, Partner
from tests.admin.browser import count, watched, writes
from tests.world import resave, save

pytestmark = pytest.mark.services


def shown(client, record) -> str:
    return client.get(address(record, "uses")).content.decode()


def test_every_way_of_pointing_is_named(at, world):
    resave(world.japan, body=f"Unlike [Malta](record:{world.malta.pk}).")
    Citation.objects.create(record=world.atlantis, source=world.nato_topic)
    Citation.objects.create(record=world.atlantis, source=world.nato_topic, locator="page 2")
    anna = at("anna")
    malta = shown(anna, world.malta)
    for title, how in (
        ("Sea Breeze 2021", "names it as a participant"),
        ("Malta returns to Partnership for Peace", "concerns it"),
        ("Japan", "links to it in its text"),
    ):
        assert title in malta
        assert how in malta
    assert "is or was a member (2 times)" in shown(anna, world.pfp)
    assert "was stated in it" in shown(anna, world.nato_topic)
    assert "cites it (2 times)" in shown(anna, world.nato_topic)
    assert "has it as its region" in shown(anna, world.europe)
    assert "has it as its series" in shown(anna, world.sea_breeze)
    assert "Nothing points at this record." in shown(anna, world.atlantis)


def test_drafts_and_public_records_are_told_apart(at, world):
    save(Partner(slug="lemuria", title="Lemuria", region=world.europe))
    page = shown(at("anna"), world.europe)
    assert "chip-never" in page
    assert "chip-changed" in page  # Malta
    assert "chip-public" in page


def test_the_form_leads_there(at, world):
    form = at("anna").get(address(world.malta)).content.decode()
    assert address(world.malta, "uses") in form
    assert address(world.malta, "verify") in form


def test_many_uses_take_the_queries_of_few_and_more_pages(at, world, monkeypatch):
    monkeypatch.setattr(uses, "PAGE", 6)
    anna = at("anna")
    few = count(anna, address(world.europe, "uses"))
    for number in range(5):
        Partner(slug=f"partner-{number}", title=f"Partner {number}", region=world.europe).save()
    assert count(anna, address(world.europe, "uses")) == few
    with watched() as statements:
        page = anna.get(f"{address(world.europe, 'uses')}?p=2").content.decode()
    assert writes(statements) == []
    assert "Russia" in page
    assert "Partner 0" not in page


def test_only_the_desk_looks(at, world):
    assert at("sam").get(address(world.malta, "uses")).status_code in (302, 403)
    gone = address(world.atlantis, "uses").replace(str(world.atlantis.pk), str(world.malta.pk)[:-4] + "0000")
    assert at("anna").get(gone).status_code == 404


def test_a_draft_that_a_text_links_to_is_not_deleted(at, world):
    resave(world.japan, body=f"Unlike [it](record:{world.atlantis.pk}).")
    dag = at("dag")
    page = dag.get(address(world.atlantis, "delete")).content.decode()
    assert f'<a href="{address(world.japan)}">Japan</a>' in page
    dag.post(address(world.atlantis, "delete"), {"post": "yes"})
    assert Partner.objects.filter(slug="atlantis").exists()
