"""Links to records and notes in texts: references like others, which survive renames and merges."""

from __future__ import annotations

import pytest
from django.test import Client

from partnerships.editorial.publication import merge, needed, publish, withdraw
from partnerships.models import Citation, Partner, Source
from partnerships.publishing.documents import build_one
from partnerships.publishing.feed import Refusal, pointing_at
from partnerships.publishing.search import entry
from tests.admin.browser import watched
from tests.world import resave, save

pytestmark = pytest.mark.services


def published(record, **values):
    record = resave(record, **values)
    publish([record], by="chiara", change_kind="new_evidence", note="It says more.")
    return record


def page(path: str) -> str:
    return Client().get(path).content.decode()


def test_a_link_to_a_draft_is_published_with_it_or_not_at_all(world):
    malta = resave(world.malta, body=f"Unlike [Atlantis](record:{world.atlantis.pk}).")
    with pytest.raises(Refusal, match="Not public yet, but pointed at: Atlantis"):
        publish([malta], by="chiara", change_kind="new_evidence", note="It says more.")
    assert [record.title for record in needed([malta])] == ["Atlantis"]
    publish([malta, *needed([malta])], by="chiara", change_kind="new_evidence", note="It says more.")
    assert 'Unlike <a href="/partners/atlantis/"' in page("/partners/malta/")


def test_a_link_to_nothing_gets_a_sentence(world):
    malta = resave(world.malta, body="Unlike [it](record:01890a5d-ac96-774b-bcce-b302099a8057).")
    with pytest.raises(Refusal, match="A link in the text leads to a record that isn't there"):
        publish([malta], by="chiara", change_kind="new_evidence", note="It says more.")


def test_a_link_survives_that_its_record_is_renamed(world):
    published(
        world.malta,
        body=f"Unlike [that country](record:{world.russia.pk}), an edition [of {2021}](record:{world.sea_breeze_2021.pk}).",
    )
    published(world.russia, slug="russian-federation")
    html = page("/partners/malta/")
    assert '<a href="/partners/russian-federation/"' in html
    assert '<a href="/exercises/sea-breeze/sea-breeze-2021/"' in html
    assert 'href="/partners/russian-federation/?as_of=2014"' in page("/partners/malta/?as_of=2014")
    body = Client().get("/api/v1/partners/malta/").json()["body"]
    assert "[that country](http://localhost:8000/partners/russian-federation/)" in body


def test_what_a_public_text_links_to_is_not_withdrawn_or_lost(world):
    atlantis = save(Partner(slug="lemuria", title="Lemuria"))
    publish([atlantis], by="chiara")
    published(world.malta, body=f"Unlike [Lemuria](record:{atlantis.pk}).")
    with pytest.raises(Refusal, match="Public records still point here: Malta"):
        withdraw([atlantis], by="chiara", note="It isn't there.")
    assert pointing_at([atlantis.pk], "default") == {atlantis.pk: {world.malta.pk}}


def test_a_merge_turns_the_links_of_texts(world):
    second = save(Partner(slug="malta-again", title="Malta again"))
    publish([second], by="chiara")
    published(world.malta, body="")
    published(world.japan, body=f"Unlike [Malta](record:{second.pk}).")
    merge(second, world.malta, by="chiara", note="They are one.")
    assert f"record:{world.malta.pk}" in world.japan.body
    assert 'Unlike <a href="/partners/malta/"' in page("/partners/japan/")


def test_search_reads_the_words_of_a_link_and_no_ids(world):
    malta = resave(world.malta, body=f"Unlike [Atlantis](record:{world.atlantis.pk}).[^nato-topic]")
    text = entry(build_one(malta, "default")).text
    assert "Unlike Atlantis." in text
    assert str(world.atlantis.pk) not in text
    assert "nato-topic" not in text


# Notes ------------------------------------------------------------------------------------------------------------------


def cited(world, body: str):
    malta = world.malta
    other = save(Source(slug="other", title="Other page"))
    publish([other], by="chiara")
    Citation.objects.create(record=malta, source=other, position=1)
    Citation.objects.create(record=malta, source=world.nato_topic, position=2, field="capital")
    Citation.objects.create(record=malta, source=world.nato_topic, position=3, locator="page 4", field="body")
    return published(malta, body=body)


def test_a_note_has_the_number_of_its_citation(world):
    cited(world, "An island.[^other] A state.[^nato-topic] Its capital.[^nato-topic: Page 4]")
    html = page("/partners/malta/")
    assert 'An island.<a href="#n1" title="Note 1"' in html
    assert 'A state.<a href="#n2" title="Note 2"' in html  # the note of the text goes before that of the capital
    assert 'Its capital.<a href="#n2"' in html
    assert 'id="n2"' in html


def test_a_note_survives_that_its_source_is_renamed_or_merged(world):
    cited(world, "An island.[^other]")
    published(world.other, slug="another")
    assert 'An island.<a href="#n1"' in page("/partners/malta/")
    survivor = save(Source(slug="survivor", title="The page that stays"))
    publish([survivor], by="chiara")
    merge(world.another, survivor, by="chiara", note="They are one.")
    assert 'An island.<a href="#n1"' in page("/partners/malta/")


def test_links_and_notes_take_no_queries_of_their_own(world):
    def count() -> int:
        page("/partners/malta/")
        with watched() as statements:
            page("/partners/malta/")
        return len(statements)

    cited(world, "An island.")
    before = count()
    published(world.malta, body=f"[a](record:{world.japan.pk}).[^other]")
    one = count()
    links = " ".join(f"[{r.title}](record:{r.pk}).[^nato-topic]" for r in (world.japan, world.russia, world.finland))
    published(world.malta, body=links)
    assert (one - before, count() - before) == (1, 1)
