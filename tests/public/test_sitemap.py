"""The sitemap's dates are true: those of what was last published or withdrawn."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import time_machine

NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def dates(reader):
    found = ElementTree.fromstring(reader.get("/sitemap.xml").content)  # noqa: S314
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
    with time_machine.travel(datetime(2026, 12, 1, 9, tzinfo=UTC), tick=False):
        publish([resave(world.malta, capital="Mdina")], by="chiara", change_kind="new_evidence", note="More.")
    after = dates(reader)
    new = {path for path in after if after[path] != before[path]}
    assert new == {"/", "/map/", "/matrix/", "/timeline/", "/changes/", "/partners/", "/partners/malta/"}
    assert after["/partners/"].startswith("2026-12-01")
