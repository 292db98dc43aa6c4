"""Feeds can be found: every list and every record names its own, to programs and to readers."""

import pytest


@pytest.mark.parametrize("path", ["/partners/", "/claims/", "/sources/?as_of=2014-03-01", "/partners/?q=zqzq"])
def test_a_list_names_its_feed(world, reader, read, path):
    page, feed = read(path), path.partition("?")[0] + "feed.atom"
    named = [one.attributes["href"] for one in page.all("link", type="application/atom+xml")]
    assert named == ["/changes/feed.atom", feed]
    assert feed in page.links()
    assert reader.get(feed).status_code == 200


@pytest.mark.parametrize("path", ["/partners/malta/", "/exercises/sea-breeze/sea-breeze-2021/", "/claims/c065/"])
def test_a_record_names_its_feed(world, reader, read, path):
    page, feed = read(path), path + "feed.atom"
    assert feed in [one.attributes["href"] for one in page.all("link", type="application/atom+xml")]
    assert feed in page.links()
    assert reader.get(feed).status_code == 200
