"""The home page: every number links to the list that it counts, and a public side that is behind is said to be."""

from __future__ import annotations

import re
from html import unescape

import pytest
from django.db import connections

from partnerships.editorial.review import approve, send_back, submit
from partnerships.publishing.models import Head, Publication
from tests.world import resave

from .browser import count, watched, writes
from .records import make

HOME = "/admin/"


def text(response) -> str:
    return unescape(response.content.decode())


@pytest.mark.parametrize("name", ["anna", pytest.param("dag", marks=pytest.mark.slow)])
def test_every_number_is_the_length_of_the_list_behind_it(at, name):
    browser = at(name)
    page = browser.get(HOME)
    numbers = [page.context[key] for key in ("changed", "never", "withdrawn", "overdue")]
    numbers += [tile.number for tile in page.context["tiles"]]
    numbers += [
        number
        for _, lines in page.context["groups"]
        for line in lines
        for number in (line.all, line.never, line.changed, line.withdrawn)
    ]
    assert sum(number.count for number in numbers) > 20
    for number in numbers:
        assert browser.get(number.address).context["cl"].result_count == number.count, number.address


def numbers_of(browser) -> dict[str, int]:
    return {tile.said: tile.number.count for tile in browser.get(HOME).context["tiles"]}


def test_the_numbers_follow_the_work(world, at):
    atlantis = world.atlantis
    anna, bruno, chiara = at("anna"), at("bruno"), at("chiara")
    assert numbers_of(anna)["My drafts"] == 2  # Atlantis and Malta
    assert "Waits for my review" not in numbers_of(anna)
    assert numbers_of(bruno)["Waits for my review"] == 0
    submit([atlantis], by=world.user("anna"))
    assert (numbers_of(anna)["My drafts"], numbers_of(bruno)["Waits for my review"]) == (1, 1)
    assert "1<span" in bruno.get(HOME).content.decode().partition('class="badge">')[2][:10]
    send_back([atlantis], by=world.user("bruno"), note="Which sea?")
    assert (numbers_of(anna)["Sent back to me"], numbers_of(bruno)["Waits for my review"]) == (1, 0)
    submit([atlantis], by=world.user("anna"))
    approve([atlantis], by=world.user("bruno"))
    assert numbers_of(chiara)["Approved, waiting for publication"] == 1
    for name, browser in (("anna", anna), ("chiara", chiara)):
        for tile in browser.get(HOME).context["tiles"]:
            found = browser.get(tile.number.address).context["cl"].result_count
            assert found == tile.number.count, (name, tile.said)


def test_nobody_reviews_what_is_partly_their_own(world, at):
    resave(world.atlantis, by="bruno", capital="Poseidonis")
    submit([world.atlantis], by=world.user("anna"))
    assert numbers_of(at("bruno"))["Waits for my review"] == 0
    assert numbers_of(at("chiara"))["Waits for my review"] == 1


def test_what_changed_and_what_was_published_is_shown(world, at):
    page = text(at("anna").get(HOME))
    assert "Changed since v1" in page
    assert "The small world" in page
    assert re.search(r"Old page</a>.*?Retracted", page, re.DOTALL)


def test_an_overdue_review_counts(world, at):
    anna = at("anna")
    assert anna.get(HOME).context["overdue"].count == 0
    resave(world.japan, review_by="2001-01-01")
    assert anna.get(HOME).context["overdue"].count == 1


def test_without_rights_there_is_a_sentence_and_nothing_else(world, at):
    sam = world.user("sam")
    sam.is_staff = True
    sam.save()
    page = at("sam").get(HOME)
    assert "may not see any records" in text(page)
    assert "Malta" not in text(page)


def test_the_page_changes_nothing_and_takes_constant_queries(at):
    anna = at("anna")
    with watched() as statements:
        assert anna.get(HOME).status_code == 200
    assert not writes(statements)
    for number in range(12):
        make("region", number)
    assert count(anna, HOME) == len(statements)


def test_a_public_side_that_is_behind_is_said_to_be(at):
    anna = at("anna")
    assert anna.get(HOME).context["warning"] == ""
    head = Head.objects.using("published").get()
    Head.objects.using("published").update(seq=head.seq - 1)
    assert "1 entry of the log is not applied yet, the next being source/old-page" in text(anna.get(HOME))
    Head.objects.using("published").update(seq=head.seq, chain="something else")
    assert "doesn't follow from the log" in text(anna.get(HOME))


def test_a_public_side_that_is_out_of_reach_is_said_to_be(at):
    anna = at("anna")
    with connections["published"].cursor() as cursor:
        cursor.execute("DROP TABLE publishing_head")
    assert "can't be reached" in text(anna.get(HOME))


def test_the_kinds_stand_in_their_groups(at):
    page = at("anna").get(HOME)
    groups = {
        group["name"]: [str(entry["name"]) for entry in group["models"]] for group in page.context["available_apps"]
    }
    assert groups["Partnerships"] == ["Partners", "Frameworks", "Programmes", "Regions"]
    assert sum(map(len, groups.values())) == 22
    assert groups["Desk"] == ["Reader reports", "Publications"]


def test_the_log_is_looked_at_and_never_changed(at):
    dag = at("dag")
    page = dag.get("/admin/publishing/publication/")
    assert page.context["cl"].result_count == Publication.objects.count()
    seq = page.context["cl"].result_list[0].seq
    assert dag.get(f"/admin/publishing/publication/{seq}/change/").status_code == 200
    assert dag.post(f"/admin/publishing/publication/{seq}/change/", {"note": "x"}).status_code == 403
    assert dag.get(f"/admin/publishing/publication/{seq}/delete/").status_code == 403
    assert dag.get("/admin/publishing/publication/add/").status_code == 403
