"""History, comparison and restoring: what an editor reads, and that reading changes nothing."""

from __future__ import annotations

from html import unescape

import pytest
from django.contrib.auth.models import User

from partnerships.admin.addresses import address
from partnerships.editorial.models import Revision
from partnerships.editorial.publication import publish, withdraw
from partnerships.editorial.review import approvals, approve, submit
from partnerships.models import Partner
from partnerships.publishing.models import Publication
from partnerships.publishing.reading import public
from tests.world import resave

from .browser import count, typed, watched, writes


def text(response) -> str:
    return unescape(response.content.decode())


@pytest.fixture
def japan(world):
    """Three revisions, of which the first two are public versions."""
    record = resave(world.japan, capital="Kyoto")
    publish([record], by="chiara", change_kind="new_evidence", note="A capital.")
    return resave(record, by="bruno", capital="Tokyo")


def test_the_history_says_who_saved_what_and_what_was_public(japan, at):
    page = at("anna").get(address(japan, "history"))
    lines = list(page.context["lines"])
    assert [(line.revision.number, line.revision.by) for line in lines] == [(3, "bruno"), (2, "anna"), (1, "anna")]
    assert [[version for version, *_ in line.published] for line in lines] == [[], [2], [1]]
    assert [line.is_public for line in lines] == [False, True, False]
    assert [line.is_newest for line in lines] == [True, False, False]
    assert "New evidence: A capital." in text(page)
    assert "<td>Bruno Reviewer</td>" in text(page)
    assert "<td>bruno</td>" not in text(page)


def test_pages_speak_of_people_not_of_accounts(japan, at):
    """Wherever a page of the desk says who did something; an account without a name, or gone, stands by itself."""
    dag, log = at("dag"), "/admin/publishing/publication/"
    number = Publication.objects.filter(by="chiara").latest("seq").seq
    for where, said in (
        (address(japan, "changes"), "saved by Bruno Reviewer on"),
        (address(japan, "preview"), "saved by Bruno Reviewer on"),
        (address(japan, "restore", number=2), "saved by Anna Author on"),
        ("/admin/", "Chiara Publisher</small>"),
        (log, "Chiara Publisher"),
        (f"{log}{number}/change/", "Chiara Publisher"),
    ):
        assert said in text(dag.get(where)), where
    User.objects.filter(username="chiara").update(first_name="", last_name="")
    assert ">chiara</td>" in text(dag.get(log))


def test_the_history_says_who_approved(japan, world, at):
    submit([japan], by=world.user("bruno"))
    approve([japan], by=world.user("chiara"))
    cleared = approvals([japan], by=world.user("dag"))
    publish([japan], by="dag", change_kind="new_evidence", note="Tokyo.", cleared=cleared)
    assert "approved by Chiara Publisher" in text(at("anna").get(address(japan, "history")))


def test_a_text_that_was_public_twice_is_marked_where_it_stood(world, at):
    japan = resave(world.japan, capital="Kyoto")
    publish([japan], by="chiara", change_kind="new_evidence", note="A capital.")
    japan = resave(japan, capital="")
    publish([japan], by="chiara", change_kind="correction", note="No capital after all.", wrong="Kyoto")
    lines = at("anna").get(address(japan, "history")).context["lines"]
    assert [[version for version, *_ in line.published] for line in lines] == [[3], [2], [1]]
    assert [line.is_public for line in lines] == [True, False, False]


def test_a_withdrawal_stands_in_the_history(world, at):
    withdraw([world.c065], by="chiara", note="Published by mistake.")
    page = at("anna").get(address(world.c065, "history"))
    assert "UTC by Chiara Publisher: Published by mistake." in text(page)
    assert not any(line.is_public for line in page.context["lines"])


def test_the_comparison_is_against_the_public_version(japan, at):
    page = text(at("anna").get(address(japan, "changes")))
    assert "What would change in Japan" in page
    assert "<del>Kyoto</del>" in page
    assert "<ins>Tokyo</ins>" in page


@pytest.mark.parametrize("asked", ["?before=1&after=3", "?before=3&after=1"])
def test_any_two_are_compared_the_older_first(japan, at, asked):
    page = text(at("anna").get(address(japan, "changes") + asked))
    assert "What changed in Japan" in page
    assert "empty" in page
    assert "<ins>Tokyo</ins>" in page
    assert "<del>" not in page


@pytest.mark.parametrize("asked", ["?before=9", "?after=x", "?after=-1", "?before=1e3", "?after=" + "9" * 40])
def test_a_revision_that_is_not_there_is_not_found(japan, at, asked):
    assert at("anna").get(address(japan, "changes") + asked).status_code == 404


def test_a_revision_that_was_taken_down_says_so(world, at):
    withdraw([world.c065], by="dag", note="Privacy.", action="take_down")
    anna = at("anna")
    assert "was taken down" in text(anna.get(address(world.c065, "changes")))
    assert "was taken down" in text(anna.get(address(world.c065, "restore", number=1)))
    response = anna.post(address(world.c065, "restore", number=1), {"version": world.c065.version})
    assert "was taken down" in text(response)


def test_restoring_is_confirmed_and_makes_a_new_revision(japan, at):
    anna = at("anna")
    page = anna.get(address(japan, "restore", number=1))
    assert "<del>Tokyo</del>" in text(page)
    assert Revision.objects.filter(record=japan.pk).count() == 3
    response = anna.post(address(japan, "restore", number=1), typed(page), follow=True)
    assert "Revision 1 is restored, as revision 4. It isn't public yet." in text(response)
    assert Partner.objects.get(pk=japan.pk).capital == ""
    assert public(Partner).get(slug="japan").capital == "Kyoto"
    assert Revision.objects.filter(record=japan.pk).latest("number").note == "Restored from revision 1"


@pytest.mark.parametrize("version", [None, "0", "x"])
def test_restoring_needs_the_version_that_was_seen(japan, at, version):
    anna = at("anna")
    sent = typed(anna.get(address(japan, "restore", number=1)), version=version)
    response = anna.post(address(japan, "restore", number=1), sent)
    assert "Nothing was restored" in text(response)
    assert Partner.objects.get(pk=japan.pk).capital == "Tokyo"


def test_restoring_over_somebody_elses_save_is_refused(japan, at):
    anna = at("anna")
    sent = typed(anna.get(address(japan, "restore", number=1)))
    resave(japan, by="bruno", capital="Nara")
    assert "Nothing was restored" in text(anna.post(address(japan, "restore", number=1), sent))
    assert Partner.objects.get(pk=japan.pk).capital == "Nara"


def test_what_can_not_be_restored_any_more_says_why(japan, world, at):
    resave(world.finland, slug="suomi")
    first = Partner.objects.get(slug="japan")
    resave(first, slug="nippon")
    resave(Partner.objects.get(slug="suomi"), slug="japan")
    anna = at("anna")
    page = anna.get(address(japan, "restore", number=1))
    assert "has this slug already" in text(anna.post(address(japan, "restore", number=1), typed(page)))


def test_restoring_does_not_switch_a_notice_without_permission(world, at):
    notice = resave(world.ai, active=False)
    anna = at("anna")
    page = anna.get(address(notice, "restore", number=1))
    assert "may not do" in text(anna.post(address(notice, "restore", number=1), typed(page)))
    assert not world.ai.active


@pytest.mark.parametrize("page", ["history", "changes"])
def test_looking_changes_nothing_and_takes_constant_queries(japan, at, page):
    anna = at("anna")
    with watched() as statements:
        assert anna.get(address(japan, page)).status_code == 200
    assert not writes(statements)
    few = len(statements)
    for number in range(20):
        japan = resave(japan, capital=f"Capital {number}")
    assert count(anna, address(japan, page)) == few


def test_a_long_history_has_pages(japan, at, monkeypatch):
    monkeypatch.setattr("partnerships.admin.history.PAGE", 2)
    anna = at("anna")
    assert len(anna.get(address(japan, "history")).context["lines"]) == 2
    [last] = anna.get(address(japan, "history") + "?p=2").context["lines"]
    assert [version for version, *_ in last.published] == [1]
    assert anna.get(address(japan, "history") + "?p=x").status_code == 200
