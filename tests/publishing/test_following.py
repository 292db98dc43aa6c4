"""A mirror: fed by nothing but another portal's answers, it believes none of them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connections
from django.test import Client

from partnerships.editorial.publication import publish, withdraw
from partnerships.models import Image, Rendition
from partnerships.publishing.dump import dump_digest
from partnerships.publishing.feed import Refusal
from partnerships.publishing.following import Away, Origin, follow
from partnerships.publishing.models import Action, Head
from tests import databases
from tests.world import resave, save


class Wire(Origin):
    """Another portal, asked through a test client in its own databases; `meddle` may change what it answers."""

    def __init__(self, pair: dict, media: Path, settings) -> None:
        super().__init__("http://localhost")
        self.pair, self.media, self.settings = pair, media, settings
        self.pages, self.meddle = 0, lambda page: page
        self.size = 200

    def read(self, path: str, most: int) -> bytes | None:
        mine = self.settings.MEDIA_ROOT
        self.settings.MEDIA_ROOT = self.media
        try:
            with databases.using(self.pair):
                answer = Client().get(path.replace("page_size=200", f"page_size={self.size}"))
                content = b"".join(answer)
        finally:
            self.settings.MEDIA_ROOT = mine
        if answer.status_code != 200:
            return None
        if not urlsplit(path).path.startswith("/api/"):
            return content
        self.pages += 1
        return json.dumps(self.meddle(json.loads(content))).encode()


@pytest.fixture
def mirror(world, own, empty_template, settings, tmp_path):
    """A mirror's empty databases, and the wire to the world's."""
    pair = {alias: str(connections[alias].settings_dict["NAME"]) for alias in databases.ALIASES}
    wire = Wire(pair, settings.MEDIA_ROOT, settings)
    with own(empty_template):
        settings.MEDIA_ROOT = tmp_path / "mirrored"
        yield wire


def there(wire: Wire, do):
    """Do something in the portal that is followed."""
    with databases.using(wire.pair):
        return do()


def same(wire: Wire) -> bool:
    return dump_digest("published") == there(wire, lambda: dump_digest("published"))


def test_everything_travels(mirror, world):
    mirror.size = 3
    assert follow(mirror) == there(mirror, lambda: Head.objects.get(pk=1).seq)
    assert same(mirror)
    assert follow(mirror) == 0
    content = b"a picture's bytes"
    name = f"{hashlib.sha256(content).hexdigest()}.png"
    mirror.media.mkdir(parents=True, exist_ok=True)
    (mirror.media / name).write_bytes(content)

    def more():
        publish([resave(world.japan, capital="Tokyo")], by="chiara", change_kind="new_evidence", note="Named.")
        row = Rendition(file=name, media_type="image/png", width=1, height=1, bytes=len(content))
        image = save(Image(slug="sea", title="Sea", alt="A sea", credit="NATO", licence="CC"), renditions=[row])
        publish([image], by="chiara")
        return image

    image = there(mirror, more)
    assert follow(mirror) == 2
    assert same(mirror)
    assert b"".join(Client().get(f"/media/{name}")) == content
    there(mirror, lambda: withdraw([image], by="dag", note="Not ours to show.", action=Action.TAKE_DOWN))
    assert follow(mirror) == 1
    assert same(mirror)
    assert list(Path(mirror.settings.MEDIA_ROOT).iterdir()) == []


def test_from_the_beginning_after_a_take_down(mirror, world):
    mirror.size = 3
    there(mirror, lambda: withdraw([world.ai], by="dag", note="Not ours to show.", action=Action.TAKE_DOWN))
    follow(mirror)
    assert same(mirror)


def _changed(name, value):
    def meddle(page):
        page["results"][1][name] = value
        return page

    return meddle


def _other_document(page):
    page["results"][1]["document"]["fields"]["title"] = "Another"
    return page


def _gap(page):
    del page["results"][1]
    return page


@pytest.mark.parametrize(
    ("meddle", "said"),
    [
        (_changed("note", "Never written."), "doesn't fit the chain"),
        (_gap, "doesn't fit the chain"),
        (_other_document, "isn't what its digest says"),
        (_changed("at", "yesterday"), "can't be read"),
        (lambda page: {"results": 1}, "can't be read"),
    ],
)
def test_what_does_not_fit_is_refused_whole(mirror, meddle, said):
    empty = dump_digest("published")
    mirror.meddle = meddle
    with pytest.raises(Refusal, match=said):
        follow(mirror)
    assert dump_digest("published") == empty


def test_an_interruption_costs_nothing_that_was_applied(mirror):
    mirror.size = 3

    def break_off(page):
        if mirror.pages == 4:
            raise Away("The line is cut.")
        return page

    mirror.meddle = break_off
    with pytest.raises(Away):
        follow(mirror)
    mirror.meddle = lambda page: page
    follow(mirror)
    assert same(mirror)


def test_another_history_is_refused(mirror):
    follow(mirror)
    Head.objects.using("published").update(chain="0" * 64)
    with pytest.raises(Refusal, match="another history"):
        follow(mirror)


@pytest.mark.parametrize("address", ["ftp://example.org", "file:///etc/passwd", "example.org"])
def test_only_http(address):
    with pytest.raises(Refusal, match="no address of a portal"):
        Origin(address)


def test_who_does_not_answer_is_away():
    with pytest.raises(Away, match="can't be reached"):
        Origin("http://localhost:1").changes(0)
