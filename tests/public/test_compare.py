"""Comparisons: facts of several records side by side, on the day; what is unknown, what can't be and what isn't differ."""

from __future__ import annotations

import re

import pytest

from partnerships.models import Framework, Partner, Programme
from partnerships.publishing.reading import public


def cells(html: str) -> dict[str, list[str]]:
    """The rows of the table: label → the words of its cells, without the numbers of notes."""
    body = re.search(r'<table class="tbl compare">.*?<tbody>(.*?)</tbody>', html, re.S)[1]
    body = re.sub(r'<a class="nt".*?</a>', "", body)
    found = {}
    for row in re.findall(r"<tr>(.*?)</tr>", body, re.S):
        words = [
            " ".join(re.sub(r"<[^>]+>", " ", one).replace("\xa0", " ").split())
            for one in re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.S)
        ]
        found[words[0]] = words[1:]
    return found


def marks(html: str, label: str) -> list[str]:
    row = re.search(rf'<tr><th scope="row">(?:<a[^>]*>)?{re.escape(label)}(?:</a>)?</th>(.*?)</tr>', html, re.S)[1]
    return [
        (re.search(r'class="tag t-([\w-]+)', one) or [None, ""])[1] for one in re.findall(r"<td>(.*?)</td>", row, re.S)
    ]


def test_countries_stand_side_by_side_with_their_memberships(world, read):
    html = read("/compare/?partner=malta,russia,finland,japan").response.text
    found = cells(html)
    assert found["Status"][:3] == [
        "Partner since 3 Apr 2008",
        "Suspended since 1 Apr 2014",
        "Ally since 4 Apr 2023",
    ]
    assert marks(html, "Status") == ["held", "paused", "ally", "none"]
    pfp = found["Partnership for Peace"]
    assert pfp[0].startswith("In force since 3 Apr 2008")
    assert pfp[1].startswith("Suspended since 22 Jun 1994 practical cooperation")
    assert pfp[2].startswith("Ended 4 Apr 2023")
    assert pfp[3].startswith("None up to this day")
    assert [one.split()[0] for one in found["Editions of exercises"]] == ["1", "None", "None", "None"]


def test_unknown_not_applicable_and_none_are_three_things(world, read):
    html = read("/compare/?partner=malta,finland,japan").response.text
    assert marks(html, "Capital") == ["unknown"] * 3
    assert marks(html, "Wish to join") == ["none", "na", "none"]
    assert marks(html, "Region") == ["", "", "none"]
    html = read("/compare/?framework=pfp,ici").response.text
    assert marks(html, "Closed") == ["none", "none"]
    assert marks(html, "Followed by") == ["na", "na"]
    assert marks(html, "Founding document") == ["unknown", "unknown"]
    assert marks(html, "Mutual defence") == ["none", "none"]


def test_the_day_is_honoured(world, read):
    html = read("/compare/?partner=malta,finland&as_of=2000").response.text
    found = cells(html)
    assert found["Partnership for Peace"][0].startswith("Ended 27 Oct 1996")
    assert found["Partnership for Peace"][1].startswith("In force since 9 May 1994")
    assert marks(html, "Capital") == ["unknown", "unknown"]
    main = html.split("<main")[1].split("</main>")[0]
    assert not re.search(r'datetime="20(0[1-9]|[12]\d)', main)
    before = read("/compare/?framework=pfp,ici&as_of=1999").response.text
    assert marks(before, "Countries in force") == ["", "na"]
    assert marks(before, "Founded") == ["", "none"]
    assert marks(before, "Type") == ["", "na"]


def test_the_numbers_are_those_of_the_frameworks_own_pages(content, read):
    slugs = list(public(Framework).order_by("slug").values_list("slug", flat=True)[:4])
    found = cells(read(f"/compare/?framework={','.join(slugs)}").response.text)
    for slug, words in zip(slugs, found["Countries in force"], strict=True):
        own = re.search(r'<span class="bign">(\d+)', read(f"/frameworks/{slug}/").response.text)[1]
        assert words == (own if own != "0" else "None")


@pytest.mark.parametrize("query", ["partner=ukraine,japan,finland,russia", "partner=serbia,malta&as_of=2010"])
def test_notes_are_numbered_at_the_end(content, read, query):
    page = read(f"/compare/?{query}")
    numbers = [int(one) for one in re.findall(r'<a class="nt" href="#n(\d+)"', page.response.text)]
    listed = re.findall(r'<li id="n(\d+)">', page.response.text)
    assert sorted(set(numbers)) == [int(one) for one in listed] == list(range(1, len(listed) + 1))


def test_programmes_are_compared_too(content, read):
    slugs = list(public(Programme).order_by("slug").values_list("slug", flat=True)[:2])
    found = cells(read(f"/compare/?programme={','.join(slugs)}").response.text)
    assert len(found["Countries surely taking part"]) == 2


def test_a_form_chooses_without_script(world, read, reader):
    page = read("/compare/?partner=malta")
    assert len(page.all("select", name="partner")) == 4
    assert [one.attributes["value"] for one in page.elements if "selected" in one.attributes] == ["malta"]
    assert not page.all("table", class_="tbl compare")
    sent = reader.get("/compare/?partner=malta&partner=russia&partner=&partner=")
    assert sent.status_code == 301
    assert sent.headers["Location"] == "/compare/?partner=malta,russia"
    assert {one.attributes["name"] for one in read("/compare/").all("select")} == {"partner", "framework", "programme"}


def test_records_lead_to_the_comparison(world, read):
    assert "/compare/?partner=malta" in read("/partners/malta/").links()
    assert "/compare/?framework=pfp&as_of=2010" in read("/frameworks/pfp/?as_of=2010").links()
    assert "/compare/?programme=itpp" in read("/programmes/itpp/").links()


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("partner=malta,russai", "Did you mean “russia”"),
        ("partner=malta&framework=pfp", "Records of one kind are compared"),
        ("partners=malta,russia", "Did you mean “partner”"),
        ("partner=malta,russia&as_of=never", "is no day that can be read"),
    ],
)
def test_what_cannot_be_compared_is_refused(world, read, query, said):
    assert said in read(f"/compare/?{query}", 400).text


def test_five_are_too_many(content, read):
    slugs = ",".join(public(Partner).order_by("slug").values_list("slug", flat=True)[:5])
    assert "Up to 4 records stand side by side" in read(f"/compare/?partner={slugs}", 400).text


def test_nothing_recorded_is_said(empty, read):
    assert "There is nothing to compare yet" in read("/compare/").text
