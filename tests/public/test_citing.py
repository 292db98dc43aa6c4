"""How to cite a page: in four forms, each with the address of the version, which stays as it is."""

import json
from datetime import date

import pytest

from partnerships.public.citing import Cited, bibtex, ris

ADDRESS = "http://localhost:8000/partners/malta/versions/1/"


def get(reader, form, path="/partners/malta/"):
    response = reader.get(f"{path}cite/{form}")
    assert response.status_code == 200
    return response


def test_a_page_says_how_to_cite_it_and_links_every_form(world, read):
    page = read("/partners/malta/")
    assert "Partnerships Portal. “Malta”, version 1, " in page.main
    assert {f"/partners/malta/cite/{form}" for form in ("text", "bibtex", "ris", "csl-json")} <= set(page.links())
    assert "/partners/malta/feed.atom" in page.links()
    assert ADDRESS not in read("/partners/malta/?as_of=2014").main


def test_the_plain_form_is_what_the_page_says(world, reader, read):
    text = get(reader, "text").text.strip()
    assert text.startswith("Partnerships Portal. “Malta”, version 1, ")
    assert text.endswith(ADDRESS)
    assert text in read("/partners/malta/").main


def test_programs_read_the_other_forms(world, reader):
    assert f"  url = {{{ADDRESS}}}" in get(reader, "bibtex").text
    lines = get(reader, "ris").text.split("\r\n")
    assert lines[0] == "TY  - ELEC"
    assert lines[-1].strip() == "ER  -"
    assert f"UR  - {ADDRESS}" in lines
    (item,) = json.loads(get(reader, "csl-json").content)
    assert (item["title"], item["URL"], item["version"]) == ("Malta", ADDRESS, "1")
    assert json.loads(get(reader, "csl-json", "/exercises/sea-breeze/sea-breeze-2021/").content)
    assert get(reader, "text", "/pages/about/").text.strip().endswith("/pages/about/versions/1/")


def test_the_address_in_a_citation_leads_to_that_version(world, read):
    read(ADDRESS.removeprefix("http://localhost:8000"))


def test_no_title_breaks_a_form():
    one = Cited("50% of {A} & B_C\n\\x", "claim", "c1", 2, date(2026, 1, 2), "/claims/c1/versions/2/")
    assert r"{{50\% of \{A\} \& B\_C" in bibtex(one)
    assert "TI  - 50% of {A} & B_C \\x" in ris(one)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/partners/malta/cite/word", 404),
        ("/partners/atlantis/cite/text", 404),
        ("/sources/old-page/cite/text", 410),
        ("/partners/malta/cite/text?as_of=2014", 400),
    ],
)
def test_what_cannot_be_cited(world, reader, path, status):
    assert reader.get(path).status_code == status
