"""Search: what was found by kind, why, and help where nothing was."""

import pytest

from partnerships.public import search
from partnerships.queries import spelling
from partnerships.queries.hits import Hits


def test_a_title_is_found_first_and_the_page_says_why(world, read):
    page = read("/search/?q=malta")
    assert "/partners/malta/" in page.links()
    assert "Malta returns to Partnership for Peace" in page.main
    assert "Why" not in page.main  # the word stands in the style sheet
    assert "In the title" in page.main
    headings = [one.text.split()[0] for one in page.all("h3") if "main" in one.parents]
    assert headings == ["Partners", "Milestones"]
    assert page.all("mark")


def test_codes_and_other_names_are_found(world, read):
    page = read("/search/?q=mt")
    assert "Code: MT" in page.main
    assert "Acronym: PfP" in read("/search/?q=pfp").main


def test_words_in_texts_are_found_with_their_place(world, read):
    page = read("/search/?q=island")
    assert "In the text" in page.main
    assert page.one("mark").text == "island"


def test_kinds_are_counted_and_one_can_be_chosen(world, read):
    page = read("/search/?q=malta")
    kinds = page.one("nav", aria_labelledby="kh")
    assert kinds.text.split() == ["Kinds", "Everything", "2", "Partners", "1", "Milestones", "1"]
    chosen = read("/search/?q=malta&kind=milestones")
    assert "/milestones/malta-returns/" in chosen.links()
    assert "/partners/malta/" not in chosen.links()
    assert "No record of this kind matches “malta”." in read("/search/?q=malta&kind=claims").main


def test_drafts_and_notices_are_never_found(world, read):
    assert "Nothing matches “atlantis”" in read("/search/?q=atlantis").main
    assert "Nothing matches “valletta”" in read("/search/?q=valletta").main
    assert "Nothing matches “check sources”" in read("/search/?q=check+sources").main


def test_nothing_found_helps(world, read):
    page = read("/search/?q=narnia")
    assert "Try fewer words" in page.main
    assert {"/partners/", "/frameworks/", "/claims/"} <= set(page.links())


def test_without_words_the_page_says_what_can_be_found(world, read):
    assert "What are you looking for?" in read("/search/").main


@pytest.mark.parametrize("words", ["%22", "*", "AND", "a:b", "-", "NEAR(", "'", "%25", "_", "“”", "ñ", "\\"])
def test_signs_of_the_engines_syntax_are_only_words(world, read, words):
    read(f"/search/?q={words}")


def test_search_pages_are_not_for_crawlers(world, read):
    assert read("/search/?q=malta").one("meta", name="robots").attributes["content"] == "noindex"


def test_results_bear_the_name_of_the_day(world, read):
    from partnerships.editorial.publication import publish
    from partnerships.editorial.saving import record_saved
    from partnerships.models import Name

    malta = world.malta
    Name(partner=malta, name="Melita", start="1990", end="2010", end_is="until").save()
    record_saved(malta, by="anna", expected=malta.version)
    publish([malta], by="chiara", change_kind="new_evidence", note="More is known.")
    page = read("/search/?q=malta&as_of=2000")
    assert "Melita" in page.main
    assert "/partners/malta/?as_of=2000" in page.links()
    assert "Former name: Melita" in read("/search/?q=melita").main


def test_only_the_best_of_each_kind_are_shown(world, read, monkeypatch):
    monkeypatch.setattr(search, "OF_EACH", 1)
    page = read("/search/?q=partnership")
    assert any(link.startswith("/search/?q=partnership&kind=") for link in page.links())


def test_a_claim_shows_its_verdict(world, read):
    page = read("/search/?q=istanbul&kind=claims")
    assert page.one("h4").text.endswith("Contradicted")
    assert "Verdict" not in page.one("h4").text


def test_results_are_narrowed_by_region_and_framework_and_each_has_a_chip(world, read):
    counted = {
        one.text.rpartition(" ")[0]: one.text.rpartition(" ")[2] for one in read("/search/?q=malta").all("label")
    }
    assert counted["Europe"] == "2"
    page = read("/search/?q=malta&region=europe&framework=pfp")
    assert "Europe" in page.one("ul", class_="chips").text
    assert "/search/?q=malta&framework=pfp" in page.links()
    assert "Nothing in the list fits all of that." in read("/search/?q=malta&framework=ici").main


def test_where_nothing_has_all_the_words_near_names_are_offered(world, read):
    page = read("/search/?q=malta+nowhere")
    assert "Nothing has all of these words." in page.main
    assert "/partners/malta/" in page.links()


def test_a_search_that_is_cut_short_says_so(world, read, settings):
    settings.LIMITS = settings.LIMITS | {"search_candidates": 1}
    page = read("/search/?q=partnership")
    assert "More may match" in page.main
    assert page.one("h2", id="found").text.startswith("The first ")


def suggested(reader, question: str) -> list[dict]:
    response = reader.get(f"/search/suggestions.json?{question}")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    return response.json()["suggestions"]


def test_names_are_suggested_with_what_they_are(world, reader):
    assert suggested(reader, "q=malt")[0] == {
        "title": "Malta",
        "kind": "Partner",
        "path": "/partners/malta/",
        "why": "",
    }
    assert suggested(reader, "q=mt")[0]["why"] == "MT"
    assert suggested(reader, "q=matla&as_of=2014")[0]["path"] == "/partners/malta/?as_of=2014"
    assert suggested(reader, "q=island") == suggested(reader, "") == suggested(reader, "q=atlantis") == []


# Marking --------------------------------------------------------------------------------------------------------------


def marked(words: str, text: str) -> list[str]:
    return [piece.text for piece in Hits(words).pieces(text) if piece.hit]


def test_hits_are_marked_where_they_stand():
    assert marked("partner peace", "Partnership for Peace") == ["Partnership", "Peace"]
    assert marked("partnership for peace", "The Partnership for Peace") == ["Partnership for Peace"]
    assert marked("for", "A former format for all") == ["for"]
    assert marked("turk", "TÜRKIYE and Türkiye") == ["TÜRKIYE", "Türkiye"]
    assert marked("cote", "Côte d’Ivoire") == ["Côte"]
    assert marked("", "Nothing") == []
    assert "".join(piece.text for piece in Hits("a b").pieces("a\u0301 bé ﬁ ß İ b")) == "a\u0301 bé ﬁ ß İ b"


def test_an_excerpt_shows_where_the_word_stands():
    text = "word " * 100 + "needle in it " + "more " * 100
    excerpt = "".join(piece.text for piece in Hits("needle").excerpt(text))
    assert "needle" in excerpt
    assert excerpt.startswith("… ")
    assert excerpt.endswith(" …")
    assert len(excerpt) < 230


def test_an_excerpt_shows_words_and_no_markdown():
    excerpt = "".join(
        piece.text for piece in Hits("x").excerpt("## Head\n\n**Bold** [link](https://example.org) `code`")
    )
    assert excerpt == "Head Bold link code"


@pytest.mark.services
@pytest.mark.parametrize(("typed", "meant"), [("Matla", "malta"), ("partenrship for peace", "partnership for peace")])
def test_a_slip_of_the_keys_is_read_as_what_was_meant(world, read, typed, meant):
    page = read(f"/search/?q={typed.replace(' ', '+')}")
    assert f"Nothing matches “{typed}”. These are the results for “{meant}”." in page.main
    assert page.one("input", id="q2").attributes["value"] == typed
    rows = [one.text for one in page.all("h4")]
    assert rows
    assert rows == [one.text for one in read(f"/search/?q={meant.replace(' ', '+')}").all("h4")]


def test_words_that_are_found_are_never_replaced(world, read):
    assert "These are the results for" not in read("/search/?q=malta").main
    assert "These are the results for" not in read("/search/?q=qqqqqq").main


def test_slips_are_counted_by_letter():
    slips = {("malta", "malta"): 0, ("malta", "matla"): 1, ("ukrane", "ukraine"): 1, ("isntanbul", "istanbul"): 1}
    slips |= {("partenrship", "partnership"): 1, ("", "abc"): 3, ("abc", "abd"): 1, ("abcd", "abc"): 1}
    assert {pair: spelling.distance(*pair) for pair in slips} == slips


@pytest.mark.services
def test_a_correction_asks_two_bounded_questions_for_each_word(world, django_assert_max_num_queries):
    with django_assert_max_num_queries(4, using="published") as asked:
        assert spelling.corrected("partenrship matla") == "partnership malta"
    assert all(" LIMIT " in one["sql"] or "portal_near(" in one["sql"] for one in asked.captured_queries)
