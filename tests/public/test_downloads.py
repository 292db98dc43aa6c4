"""Lists as files: the rows of the list, its filters, its order and its day, in cells that are no formulas."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from partnerships.models import Source
from partnerships.public.downloads import FIELDS, columns
from partnerships.public.frame import LIST_TITLES
from partnerships.publishing.reading import public


def table(reader, address: str) -> list[dict[str, str]]:
    response = reader.get(address)
    assert response.status_code == 200, response.content[:300]
    assert response.headers["Content-Type"] == "text/csv; charset=utf-8"
    return list(csv.DictReader(io.StringIO(response.content.decode())))


def answer(reader, address: str) -> dict:
    response = reader.get(address)
    assert response.headers["Content-Type"] == "application/json"
    return json.loads(response.content)


def test_every_kind_has_its_file_and_its_columns():
    assert set(FIELDS) == set(LIST_TITLES)
    for kind in FIELDS:
        for name in FIELDS[kind]:
            kind._meta.get_field(name)


@pytest.mark.parametrize("kind", LIST_TITLES, ids=lambda kind: kind.plural)
def test_all_rows_are_there_in_both_forms(content, reader, kind):
    rows, said = table(reader, f"/{kind.plural}.csv"), answer(reader, f"/{kind.plural}.json")
    assert len(rows) == len(said["rows"]) == said["meta"]["rows"] == public(kind).count()
    assert [row["slug"] for row in rows] == [row["slug"] for row in said["rows"]]
    for row, other in zip(rows, said["rows"], strict=True):
        assert list(row) == [*columns(kind), "as_of", "rows"]
        assert list(other) == columns(kind)
        assert (row["as_of"], row["rows"]) == ("2026-11-25", str(len(rows)))


@pytest.mark.parametrize(
    "query",
    ["status=suspended", "framework=pfp&as_of=2014-05-01", "region=europe&ordering=-title", "q=malta"],
)
def test_a_file_holds_what_the_list_shows(world, reader, read, query):
    listed = re.findall(r'<h3><a href="/partners/([\w-]+)/', read(f"/partners/?{query}").response.text)
    assert [row["slug"] for row in table(reader, f"/partners.csv?{query}")] == listed
    assert listed
    links = [one for one in read(f"/partners/?{query}").links() if one.startswith("/partners.csv?")]
    assert len(links) == 1
    assert [row["slug"] for row in table(reader, links[0])] == listed


def test_it_says_what_it_is_and_of_which_day(world, reader):
    response = reader.get("/partners.csv?framework=pfp&as_of=2014-05")
    assert response.headers["Content-Disposition"] == 'attachment; filename="partners-as-of-2014-05-31-3-rows.csv"'
    assert response.headers["X-Robots-Tag"] == "noindex"
    meta = answer(reader, "/partners.json?framework=pfp&as_of=2014-05")["meta"]
    assert meta["as_of"] == "2014-05-31"
    assert meta["filters"] == {"framework": "pfp"}
    assert meta["rows"] == 3
    assert meta["address"].endswith("/partners.json?framework=pfp&as_of=2014-05")


def test_the_day_is_honoured(world, reader):
    now = {row["slug"]: row for row in answer(reader, "/partners.json")["rows"]}
    then = {row["slug"]: row for row in answer(reader, "/partners.json?as_of=2010")["rows"]}
    assert (now["russia"]["status"], now["russia"]["status_since"]) == ("suspended", "2014-04-01")
    assert (then["russia"]["status"], then["russia"]["frameworks_in_force"]) == ("partner", "PfP")
    assert (now["finland"]["status"], then["finland"]["status"]) == ("ally", "partner")
    assert then["malta"]["address"].endswith("/partners/malta/?as_of=2010")
    before = answer(reader, "/frameworks.json?as_of=1999")["rows"]
    assert {row["slug"]: row["start"] for row in before} == {"pfp": "1994-01-10", "ici": None}
    assert [row["slug"] for row in answer(reader, "/milestones.json?as_of=2000")["rows"]] == []


def test_numbers_are_those_of_the_list(content, reader, read):
    html = read("/frameworks/").response.text
    numbers = dict(re.findall(r'<a href="/frameworks/([\w-]+)/">.*?<td[^>]*data-l="Most"[^>]*>(\d+)</td>', html))
    rows = {row["slug"]: row for row in answer(reader, "/frameworks.json")["rows"]}
    assert {slug: str(row["most_at_one_time"]) for slug, row in rows.items()} == numbers


def test_no_cell_is_a_formula(own_content, reader):
    from partnerships.editorial.publication import publish
    from tests.world import save

    source = save(Source(slug="formula", title="=HYPERLINK(1)", publisher="+1", author="@you", web_address=""))
    publish([source], by="chiara")
    row = next(row for row in table(reader, "/sources.csv?q=hyperlink") if row["slug"] == "formula")
    assert (row["title"], row["publisher"], row["author"]) == ("'=HYPERLINK(1)", "'+1", "'@you")
    assert answer(reader, "/sources.json?q=hyperlink")["rows"][0]["title"] == "=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("/partners.csv?framewrok=pfp", "Did you mean “framework”"),
        ("/partners.csv?framework=pfpp", "Did you mean “pfp”"),
        ("/partners.json?cursor=abc", "There is no parameter “cursor” here"),
        ("/partners.json?ordering=size", "can't be sorted"),
        ("/partners.csv?as_of=1900", "lies outside what can be shown"),
    ],
)
def test_slips_are_refused_as_on_the_list(world, read, address, said):
    assert said in read(address, 400).text


def test_nothing_is_a_file_with_a_head(empty, reader):
    assert table(reader, "/claims.csv") == []
    assert answer(reader, "/claims.json")["meta"]["rows"] == 0
