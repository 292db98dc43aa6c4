"""Writing at the desk: the preview beside a text, its remarks, and the notes to choose from."""

from __future__ import annotations

import pytest
from django.test import Client

from partnerships.admin.addresses import address, list_address
from tests.admin.browser import Form, watched, writes

PREVIEW, NOTES = "/admin/writing/preview/", "/admin/writing/notes/"


def row(number: int, source, **values) -> dict:
    return {f"citations-{number}-{name}": value for name, value in {"source": str(source.pk), **values}.items()}


def test_a_text_is_shown_as_the_public_page_shows_it(at, world):
    text = f"## Head\n\n*Once* [Malta](record:{world.malta.pk}) <b>said</b>.[^nato-topic]"
    answer = at("anna").post(
        PREVIEW, {"text": text, **row(0, world.nato_topic, supports="field:body", locator="page 4")}
    )
    page = answer.content.decode()
    assert "<h3>Head</h3>" in page
    assert '<em>Once</em> <a href="/partners/malta/"' in page
    assert "&lt;b&gt;said&lt;/b&gt;" in page
    assert '<a href="#n1" title="Note 1"' in page
    assert "<li>Topic page, page 4</li>" in page
    assert "remark" not in page
    assert "no-store" in answer["Cache-Control"]


def test_what_the_text_may_be_lacking_stands_below_it(at, world):
    page = at("anna").post(PREVIEW, {"text": "One.\n\nIt is currently the 5th.[^unknown]"}).content.decode()
    assert 'data-line="3" data-excerpt="currently"' in page
    assert "The record doesn&#x27;t cite “unknown”" in page
    assert "2 remarks" in page


def test_links_to_drafts_are_named(at, world):
    page = at("anna").post(PREVIEW, {"text": f"Unlike [it](record:{world.atlantis.pk})."}).content.decode()
    assert "Unlike it." in page
    assert f'<a href="{address(world.atlantis)}">Atlantis</a>' in page


def test_notes_to_choose_are_those_of_the_form_as_it_stands(at, world):
    form = {
        **row(0, world.nato_topic, supports="field:capital", locator="page 9", position="3"),
        **row(1, world.old_page, supports="", position="2"),
        **row(2, world.nato_topic, supports="field:body", locator="page 4", position="1"),
        **row(3, world.nato_topic, locator="page 1", DELETE="on"),
        **row(4, world.malta),  # no source
        "citations-5-source": "nonsense",
        "citations-__prefix__-source": "",
    }
    assert at("anna").post(NOTES, form).json() == {
        "notes": [
            {"text": "1 · Topic page, page 4", "insert": "[^nato-topic: page 4]"},
            {"text": "2 · Old page", "insert": "[^old-page]"},
            {"text": "3 · Topic page, page 9", "insert": "[^nato-topic: page 9]"},
        ]
    }


def test_sources_are_offered_with_what_a_note_needs(at, world):
    asked = {"app_label": "partnerships", "model_name": "citation", "field_name": "source", "term": "topic"}
    [found] = at("anna").get("/admin/autocomplete/", asked).json()["results"]
    assert found == {"id": str(world.nato_topic.pk), "text": "Topic page", "slug": "nato-topic"}


@pytest.mark.parametrize("where", [PREVIEW, NOTES])
def test_both_are_for_those_who_write(at, world, where):
    anna = at("anna")
    with watched() as statements:
        assert anna.post(where, {"text": "One."}).status_code == 200
    assert writes(statements) == []
    assert at("anna").get(where).status_code == 405
    assert at("sam").post(where, {"text": "One."}).status_code in (302, 403)
    assert Client().post(where, {"text": "One."}).status_code == 302
    forged = Client(enforce_csrf_checks=True)
    forged.force_login(world.user("anna"))
    assert forged.post(where, {"text": "One."}).status_code == 403


def test_a_text_that_is_too_long_gets_a_sentence(at, settings):
    settings.LIMITS = settings.LIMITS | {"text_length": 10}
    assert "more than 10 characters" in at("anna").post(PREVIEW, {"text": "x" * 11}).content.decode()


def test_queries_do_not_grow_with_the_text(at, world):
    def count(n: int) -> int:
        text = " ".join(f"[a](record:{r.pk})[^nato-topic]" for r in [world.malta, world.japan, world.atlantis][:n])
        form = {"text": text} | {k: v for m in range(n) for k, v in row(m, world.nato_topic, locator=str(m)).items()}
        client = at("anna")
        with watched() as statements:
            client.post(PREVIEW, form)
        return len(statements)

    assert count(3) <= count(1) + 1  # one more that names the draft among the links


def test_without_script_the_field_is_a_plain_one(at, world):
    page = at("anna").get(address(world.malta)).content.decode()
    assert (
        page.index('<template id="writing"')
        < page.index('class="md"')
        < page.index("</template>", page.index('class="md"'))
    )
    assert page.count("data-markdown") == 1
    assert Form(page).fields["body"] == ["An *island* state."]
    assert 'id="writing"' not in at("anna").get(list_address("partner")).content.decode()
