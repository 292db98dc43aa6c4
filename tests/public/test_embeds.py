"""Cards for other people's pages: what they show, that they alone may be framed, and how a program finds them."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from partnerships.editorial.publication import withdraw

SITE = "http://localhost:8000"


def test_a_card_says_what_it_is_of_which_day_and_where_the_rest_stands(world):
    said = Client().get("/embed/partners/russia/?as_of=2014-05-01").content.decode()
    assert "Partner, suspended" in said
    assert f'href="{SITE}/partners/russia/?as_of=2014-05-01"' in said
    assert "1 May 2014" in said
    assert "version 1" in said
    framework = Client().get("/embed/frameworks/pfp/?as_of=2014-05-01").content.decode()
    assert "<b>3</b> countries belong to it, 1 of them suspended" in framework
    assert "Not yet on 1 May 1990" in Client().get("/embed/frameworks/pfp/?as_of=1990-05-01").content.decode()


def test_a_wrong_claim_is_framed_with_what_is_right(world):
    said = Client().get("/embed/claims/c065/").content.decode()
    assert "Contradicted" in said
    assert world.c065.corrected_statement in said


def test_cards_alone_may_be_framed_and_nobody_is_known_in_them(world):
    card, whole = Client().get("/embed/partners/malta/"), Client().get("/partners/malta/")
    assert "frame-ancestors *" in card["Content-Security-Policy"]
    assert "script-src 'none'" in card["Content-Security-Policy"]
    assert "X-Frame-Options" not in card.headers
    assert card["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert not card.cookies
    assert "<script" not in card.content.decode()
    assert "frame-ancestors 'none'" in whole["Content-Security-Policy"]
    assert whole["X-Frame-Options"] == "DENY"
    assert whole["Cross-Origin-Resource-Policy"] == "same-origin"


def test_a_page_names_its_card_and_the_provider_describes_it(world):
    page = Client().get("/exercises/sea-breeze/sea-breeze-2021/").content.decode()
    found = re.search(r'application/json\+oembed" title="[^"]+" href="http://localhost:8000(/oembed\?url=[^"]+)"', page)
    said = Client().get(found[1])
    assert said["Access-Control-Allow-Origin"] == "*"
    card = said.json()
    assert (card["version"], card["type"], card["title"]) == ("1.0", "rich", "Sea Breeze 2021")
    assert (card["width"], card["height"]) == (600, 280)
    framed = re.search(r'src="http://localhost:8000([^"]+)"', card["html"])[1]
    assert "Sea Breeze 2021" in Client().get(framed).content.decode()
    small = Client().get(f"{found[1]}&maxwidth=320&maxheight=9999").json()
    assert (small["width"], small["height"]) == (320, 280)


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (f"url={SITE}/partners/nowhere/", 404),
        (f"url={SITE}/partners/", 404),
        (f"url={SITE}/admin/", 404),
        ("url=https://example.org/partners/malta/", 404),
        ("url=javascript:alert(1)", 404),
        (f"url={SITE}/exercises/other/sea-breeze-2021/", 404),
        (f"url={SITE}/partners/malta/&format=xml", 501),
        (f"url={SITE}/partners/malta/&format=pdf", 400),
        (f"url={SITE}/partners/malta/&maxwidth=12", 400),
        (f"url={SITE}/partners/malta/&callback=x", 400),
        ("", 400),
    ],
)
def test_what_has_no_card(world, query, status):
    assert Client().get(f"/oembed?{query}").status_code == status


def test_a_withdrawn_record_has_no_card(world):
    withdraw([world.malta_returns], by="dag", note="A mistake.")
    assert Client().get("/embed/milestones/malta-returns/").status_code == 410
    assert Client().get(f"/oembed?url={SITE}/milestones/malta-returns/").status_code == 404
    assert Client().get("/embed/partners/nobody/").status_code == 404
