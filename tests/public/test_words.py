"""Words of the glossary on the pages that use them: explained once, at their first use, without a pointer that hovers."""

from __future__ import annotations

import pytest

from partnerships.editorial.publication import publish
from partnerships.models import Term
from partnerships.queries.glossary import Glossary
from tests.world import resave, save


@pytest.fixture
def terms(world):
    made = [
        Term(slug="peace", title="Partnership for Peace", short_title="PfP", summary="A programme of cooperation."),
        Term(slug="map", title="Membership Action Plan", short_title="MAP", summary="Advice before accession."),
        Term(slug="aspirant", title="Aspirant", summary="A partner that wishes to join."),
        Term(slug="co", title="Collective <b>", summary="Odd."),
    ]
    publish([save(term) for term in made], by="chiara", title="Words")
    return {term.slug: Term.objects.using("published").get(slug=term.slug) for term in made}


def used(world, *texts: str) -> list[str]:
    return [term.slug for term in Glossary(texts, world.malta).terms]


@pytest.mark.parametrize(
    ("text", "slugs"),
    [
        ("It joined PfP. PfP again.", ["peace"]),
        ("MAP came after PfP.", ["map", "peace"]),
        ("An aspirant, Aspirant of old.", ["aspirant"]),
        ("The map of pfp.", []),  # abbreviations count as they are written
        ("EUPfP, PfP-like, a PfPs.", []),  # whole words only
        ("partnership for Peace", []),
        ("In code `PfP`, and\n\n```\nMAP\n```\n", []),
        ("# PfP\n\nText.", []),
        ("[PfP](/frameworks/pfp/) explains it; PfP comes later.", []),
        ("A note[^pfp] and ![PfP](record:x) a picture.", []),
        ("", []),
    ],
)
def test_which_words_a_text_uses(world, terms, text, slugs):
    assert used(world, text) == slugs


def test_a_word_is_marked_at_its_first_use_in_all_texts(world, terms):
    glossary = Glossary(["Before PfP.", "PfP and MAP."], world.malta)
    assert glossary.marked("Before PfP.") == "Before [PfP](#term-peace)."
    assert glossary.marked("PfP and MAP.") == "PfP and [MAP](#term-map)."
    assert glossary.marked("PfP in a text of another page.") == "PfP in a text of another page."


def test_a_plain_text_stays_plain(world, terms):
    text = "<i>PfP</i> & Collective <b>"
    assert Glossary([text], world.malta).drawn(text) == (
        '&lt;i&gt;<a class="term" href="#term-peace">PfP</a>&lt;/i&gt; &amp; '
        '<a class="term" href="#term-co">Collective &lt;b&gt;</a>'
    )


def test_the_record_itself_is_no_word_to_explain(world, terms):
    pfp = type(world.pfp).objects.using("published").get(pk=world.pfp.pk)
    assert Glossary(["Partnership for Peace, PfP, and MAP."], pfp).terms == [terms["map"]]


def test_the_page_explains_what_its_first_uses_lead_to(world, terms, read):
    changed = resave(
        world.malta,
        summary="Left PfP, came back.",
        body="## MAP\n\nMAP was never asked for; PfP was.",
        capital="Valletta",
    )
    publish([changed], by="chiara", change_kind="new_evidence", note="Written.")
    page = read("/partners/malta/")
    assert [link for link in page.links() if link.startswith("#term-")] == ["#term-peace"]
    assert "#words" in page.links()
    explained = [one.text for one in page.all("div") if one.attributes.get("id", "").startswith("term-")]
    assert [" ".join(one.split()) for one in explained] == ["Partnership for Peace PfPA programme of cooperation."]


def test_a_draft_of_a_word_explains_nothing(world, read):
    save(Term(slug="peace", title="Partnership for Peace", short_title="PfP", summary="A draft."))
    publish([resave(world.malta, summary="Left PfP.")], by="chiara", change_kind="new_evidence", note="Written.")
    assert "#term-peace" not in read("/partners/malta/").links()
    assert "A draft." not in read("/partners/malta/").text


def test_many_brackets_take_no_long_time(world, terms):
    """Each alternative is bounded: the work grows with the text, not with its square."""
    for odd in ("[" * 20_000, "![" * 20_000, "<" * 20_000, "[a](" * 10_000, "`" * 20_000):
        assert used(world, odd + " PfP") == ["peace"]


def test_in_markdown_the_first_use_leads_to_the_page(world, terms, client):
    publish([resave(world.malta, summary="Left PfP.")], by="chiara", change_kind="new_evidence", note="Written.")
    text = client.get("/partners/malta.md").text
    assert "Left PfP." in text
    assert "A programme of cooperation." in text
