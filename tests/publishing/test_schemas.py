"""Documents of every schema that was ever in use can still be read, applied and written back."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from partnerships.models import KINDS
from partnerships.publishing import upgrades
from partnerships.publishing.documents import Unreadable, build, canonical, columns, digest, instances, owned_rows
from partnerships.publishing.upgrades import TooNew, upgraded
from tests.world import save

KEPT = Path(__file__).parent / "schemas"


@pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))
def test_every_schema_keeps_a_document(kind):
    name = kind._meta.model_name
    for number in range(1, kind.schema + 1):
        document = json.loads((KEPT / f"{name}-{number}.json").read_text("utf-8"))
        assert document["schema"] == number
        now = upgraded(document)
        assert now["schema"] == kind.schema
        instances(now)  # every field there, readable, none too many
    assert set(now["fields"]) == {column.name for column in columns(kind)}
    assert set(now["rows"]) == set(owned_rows(kind))


def test_an_upgrade_lifts_by_one_schema(monkeypatch):
    monkeypatch.setattr(KINDS["region"], "schema", 3)
    monkeypatch.setitem(upgrades.UPGRADES, ("region", 1), lambda d: d | {"fields": d["fields"] | {"steps": 1}})
    monkeypatch.setitem(upgrades.UPGRADES, ("region", 2), lambda d: d | {"fields": d["fields"] | {"steps": 2}})
    old = {"kind": "region", "schema": 1, "slug": "x", "fields": {}}
    assert upgraded(old) == {"kind": "region", "schema": 3, "slug": "x", "fields": {"steps": 2}}
    assert old["schema"] == 1


def test_a_document_of_a_later_portal_is_refused():
    with pytest.raises(TooNew, match="Update it"):
        upgraded({"kind": "region", "schema": 99, "slug": "x"})


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"colour": "red"}, "has no field colour"),
        ({"title": ...}, "lacks the field title"),
        ({"review_by": "someday"}, "review_by"),
        ({"text_as_of": "someday"}, "text_as_of"),
    ],
)
def test_a_document_of_another_shape_is_refused(world, change, message):
    document = build(type(world.europe), [world.europe.pk], "default")[world.europe.pk]
    document["fields"] = {k: v for k, v in (document["fields"] | change).items() if v is not ...}
    with pytest.raises(Unreadable, match=message):
        instances(document)


def test_a_rename_elsewhere_leaves_the_digest(world):
    from tests.world import resave

    before = build(type(world.malta), [world.malta.pk], "default")[world.malta.pk]
    resave(world.pfp, slug="partnership-for-peace")
    after = build(type(world.malta), [world.malta.pk], "default")[world.malta.pk]
    assert digest(before) == digest(after)
    assert before["refs"] != after["refs"]
    assert canonical(before) == canonical(after)


def test_microseconds_and_long_texts_survive_the_round_trip(empty):
    from partnerships.models import Page

    page = save(Page(slug="long", title="Long “text” – ünïcode 🕊", body="x" * 50_000 + "\r\n\ttab "))
    document = build(Page, [page.pk], "default")[page.pk]
    again = json.loads(canonical(document))
    assert digest(again) == digest(document)
    assert again["fields"]["body"] == page.body
