"""The sitemap's dates are true: those of what was last published or withdrawn."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import time_machine

from partnerships.public import pages

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def dates(reader, address="/sitemap.xml"):
    found = ElementTree.fromstring(reader.get(address).content)  # noqa: S314
    return {
        one.findtext("s:loc", namespaces=NAMES).removeprefix("http://localhost:8000"): one.findtext(
            "s:lastmod", namespaces=NAMES
        )
        for one in found
    }


def test_a_list_is_as_new_as_what_was_last_published_of_its_kind(world, reader):
    from partnerships.editorial.publication import publish
    from tests.world import resave

    before = dates(reader)
    assert before["/partners/"]
    assert before["/activities/"] is None
    with time_machine.travel(datetime(2030, 1, 2, 9, tzinfo=UTC), tick=False):
        publish([resave(world.malta, capital="Mdina")], by="chiara", change_kind="new_evidence", note="More.")
    after = dates(reader)
    new = {path for path in after if after[path] != before[path]}
    assert new == {"/", "/map/", "/matrix/", "/timeline/", "/changes/", "/partners/", "/partners/malta/"}
    assert after["/partners/"].startswith("2030-01-02")


def test_more_records_than_one_sitemap_holds_stand_in_several(world, reader, monkeypatch):
    """Together they say what the one would; the first names the pages that are no record's."""
    whole = list(dates(reader))
    monkeypatch.setattr(pages, "PART", 7)
    index = ElementTree.fromstring(reader.get("/sitemap.xml").content)  # noqa: S314
    parts = [one.text.removeprefix("http://localhost:8000") for one in index.findall("s:sitemap/s:loc", NAMES)]
    assert len(parts) > 2
    assert [path for part in parts for path in dates(reader, part)] == whole
    assert reader.get(f"/sitemap-{len(parts) + 1}.xml").status_code == 404
    assert reader.get("/sitemap-0.xml").status_code == 404
