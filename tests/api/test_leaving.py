"""An address that will go says so on every answer, in the schema too."""

from __future__ import annotations

from datetime import UTC, datetime

from partnerships.api import schema
from partnerships.api.door import Leaving
from partnerships.api.views import Index


def test_an_address_that_will_go_says_since_when_until_when_and_why(still_world, ask, monkeypatch):
    leaving = Leaving(datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC), "https://example.org/why")
    assert "Deprecation" not in ask.response("").headers
    monkeypatch.setattr(Index, "leaving", leaving)
    said = ask.response("").headers
    assert said["Deprecation"] == "@1798761600"
    assert said["Sunset"] == "Sat, 01 Jan 2028 00:00:00 GMT"
    assert '<https://example.org/why>; rel="deprecation"' in said["Link"]
    assert 'rel="license"' in said["Link"]
    assert {"Deprecation", "Sunset"} <= set(said["Access-Control-Expose-Headers"].split(", "))
    schema.openapi.cache_clear()
    try:
        assert schema.openapi()["paths"]["/api/v1/"]["get"]["deprecated"] is True
        assert "deprecated" not in schema.openapi()["paths"]["/api/v1/search/"]["get"]
    finally:
        monkeypatch.undo()
        schema.openapi.cache_clear()
