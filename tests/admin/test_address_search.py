"""An editor who pastes the address of a page gets to its form."""

from __future__ import annotations

import pytest

from partnerships.admin.addresses import address, list_address
from partnerships.models import Alias, Term
from tests.world import save


@pytest.mark.parametrize(
    ("pasted", "slug"),
    [
        ("https://portal.example/partners/malta/?as_of=2001-01-01#x", "malta"),
        ("portal.example/partners/malta/", "malta"),
        ("/partners/malta", "malta"),
        ("/partners/malta/history/", "malta"),
        ("https://portal.example/api/v1/partners/malta/", "malta"),
        ("/exercises/sea-breeze/", "sea-breeze"),
        ("/exercises/sea-breeze/sea-breeze-2021/", "sea-breeze-2021"),
        ("/api/v1/editions/sea-breeze-2021/", "sea-breeze-2021"),
        ("/about/", "about"),
        ("https://portal.example/", "home"),
    ],
)
def test_an_address_leads_to_the_form(world, at, pasted, slug):
    anna = at("anna")
    for kind in ("record", "partner"):
        assert anna.get(list_address(kind), {"q": pasted}).url == address(getattr(world, slug.replace("-", "_")))


def test_a_former_slug_leads_there_too(world, at):
    Alias.objects.create(
        record=world.malta.record_ptr if hasattr(world.malta, "record_ptr") else world.malta, slug="melita"
    )
    assert at("anna").get(list_address("record"), {"q": "/partners/melita/"}).url == address(world.malta)


@pytest.mark.parametrize("pasted", ["/glossary/#interoperability", "https://portal.example/glossary/#interoperability"])
def test_the_address_of_a_term_is_a_place_in_the_glossary(world, at, pasted):
    term = save(Term(slug="interoperability", title="Interoperability"))
    for kind in ("record", "term"):
        assert at("anna").get(list_address(kind), {"q": pasted}).url == address(term)
    page = at("anna").get(list_address("term"), {"q": "/glossary/#nothing"})
    assert "No record has this address." in page.content.decode()


def test_an_address_of_nothing_is_said_to_be_one(at):
    anna = at("anna")
    for pasted in (
        "/partners/lemuria/",
        "https://portal.example/partners/lemuria/",
        "/nowhere/",
        "//[",
        "/partners/%00/",
    ):
        response = anna.get(list_address("record"), {"q": pasted})
        assert response.status_code == 200
        if pasted != "//[":
            assert "No record has this address." in response.content.decode(), pasted
    assert "No record has this address" not in anna.get(list_address("record"), {"q": "Malta"}).content.decode()
