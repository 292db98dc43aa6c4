"""Reports of readers: from the public page to the desk, closed with an answer, and what their reader then sees."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape

import pytest
from django.core.management import call_command
from django.test import Client, override_settings
from django.utils import timezone

from partnerships.editorial.models import Event, Report
from partnerships.editorial.publication import publish
from partnerships.editorial.worker import Worker
from partnerships.publishing.models import Publication

from .browser import count, watched, writes

pytestmark = pytest.mark.services
FORM = "/feedback/?about=partner/malta&version=1"
LIST = "/admin/editorial/report/"


def text(response) -> str:
    return unescape(response.content.decode())


def send(where: str = FORM, reader: Client | None = None, **given):
    return (reader or Client()).post(where, {"text": "It left in 1996.", "contact": "", "website": ""} | given)


@pytest.fixture
def report(world) -> Report:
    send(contact="reader@example.org")
    return Report.objects.get()


# The reader -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("page", "about"), [("/partners/malta/", "partner/malta"), ("/claims/c065/", "claim/c065")])
def test_a_public_page_leads_to_the_form(world, page, about):
    link = re.search(r'href="(/feedback/[^"]+)"', Client().get(page).content.decode())[1].replace("&amp;", "&")
    with watched() as statements:
        form = Client().get(link)
    assert f"{form.context['record'].kind}/{form.context['record'].slug}" == about
    assert form.context["version"] == 1
    assert "no-store" in form.headers["Cache-Control"]
    assert not writes(statements)


def test_where_nobody_would_read_it_there_is_no_link(world):
    with override_settings(REPORT_URL=""):
        assert "Report an error" not in text(Client().get("/partners/malta/"))
    with override_settings(REPORT_URL="https://desk.example.org/feedback/"):
        page = text(Client().get("/partners/malta/"))
        assert 'href="https://desk.example.org/feedback/?about=partner%2Fmalta&version=1"' in page
    with override_settings(REPORT_URL="mailto:errors@example.org"):
        assert 'href="mailto:errors@example.org"' in text(Client().get("/partners/malta/"))


def test_what_is_sent_is_kept_and_its_reader_led_to_its_page(world):
    answer = send(contact="reader@example.org")
    report = Report.objects.get()
    assert (report.kind, report.record, report.title, report.version) == ("partner", world.malta.pk, "Malta", 1)
    assert (report.text, report.contact, report.status) == ("It left in 1996.", "reader@example.org", "open")
    assert answer.url == f"/feedback/{report.pk}/"
    page = Client().get(answer.url)
    assert "nobody has answered it yet" in text(page)
    assert "It left in 1996." in text(page)
    assert "reader@example.org" not in text(page)
    assert page.headers["Referrer-Policy"] == "no-referrer"


def test_what_was_typed_stays_when_it_is_refused(world, settings):
    refused = send(text="x" * (settings.LIMITS["report_length"] + 1))
    assert refused.status_code == 400
    assert "x" * settings.LIMITS["report_length"] in text(refused)
    refused = send(contact="nobody")
    assert (refused.status_code, "It left in 1996." in text(refused), "nobody" in text(refused)) == (400, True, True)
    assert send(text="  ").status_code == 400
    assert not Report.objects.exists()


def test_a_program_that_fills_the_trap_is_thanked_and_forgotten(world):
    assert "It was received." in text(send(website="https://spam.example.org"))
    assert not Report.objects.exists()


def test_an_address_sends_so_many_reports_an_hour(world, settings):
    for _ in range(settings.LIMITS["reports_per_hour"]):
        assert send().status_code == 302
    refused = send(text="One more thing.")
    assert refused.status_code == 429
    assert "One more thing." in text(refused)
    assert Report.objects.count() == settings.LIMITS["reports_per_hour"]
    assert send(reader=Client(REMOTE_ADDR="203.0.113.9")).status_code == 302


def test_a_report_takes_the_token_of_the_form(world):
    reader = Client(enforce_csrf_checks=True)
    refused = send(reader=reader, text="It was 1994 & not <1995>.", contact="reader@example.org")
    assert refused.status_code == 403
    assert "Your report wasn't sent" in text(refused)
    assert "It was 1994 &amp; not &lt;1995&gt;." in refused.content.decode()
    assert 'value="reader@example.org"' in text(refused)
    assert not Report.objects.exists()
    again = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text(refused))[1]
    assert send(reader=reader, csrfmiddlewaretoken=again).status_code == 302
    assert Report.objects.count() == 1


def test_the_form_itself_gives_a_token(world):
    reader = Client(enforce_csrf_checks=True)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', text(reader.get(FORM)))[1]
    assert send(reader=reader, csrfmiddlewaretoken=token).status_code == 302


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("", 404),
        ("about=partner/atlantis", 404),  # a draft
        ("about=partner/nowhere", 404),
        ("about=source/old-page", 404),  # withdrawn
        ("about=nothing/malta", 404),
        ("about=partner/malta&version=2", 400),
        ("about=partner/malta&version=x", 400),
        ("about=partner/malta", 200),
        ("about=edition/sea-breeze-2021&version=1", 200),
    ],
)
def test_what_it_is_about_must_be_public(world, query, status):
    assert Client().get(f"/feedback/?{query}").status_code == status
    if status != 200:
        assert send(f"/feedback/?{query}").status_code == status
    assert not Report.objects.exists()


def test_nothing_stands_at_another_address(report):
    assert Client().get("/feedback/00000000-0000-4000-8000-000000000000/").status_code == 404
    assert Client().get("/feedback/nonsense/").status_code == 404


# The desk -------------------------------------------------------------------------------------------------------------


def test_a_report_waits_on_the_home_and_in_its_list(report, at):
    anna = at("anna")
    tile = next(tile for tile in anna.get("/admin/").context["tiles"] if tile.said == "Reader reports")
    assert (tile.number.count, tile.tone) == (1, "hot")
    assert list(anna.get(tile.number.address).context["cl"].result_list) == [report]
    page = text(anna.get(f"{LIST}{report.pk}/change/"))
    assert "reader@example.org" in page
    assert f"/admin/partnerships/partner/{report.record}/change/" in page


def test_closed_with_an_answer_and_the_publication_that_corrected_it(report, world, at):
    publish([world.malta], by="chiara", change_kind="correction", note="The day was wrong.", wrong="The day.")
    entry = Publication.objects.get(record=report.record, change_kind="correction")
    page = at("anna").get(f"{LIST}{report.pk}/change/")
    assert page.context["corrections"] == [entry]  # not the first, which held the error
    done = at("anna").post(f"{LIST}{report.pk}/change/", {"note": "You were right.", "corrected_by": entry.seq})
    assert done.status_code == 302
    report.refresh_from_db()
    assert (report.status, report.closed_by, report.corrected_by) == ("closed", "anna", entry.seq)
    event = Event.objects.get(verb="close_report")
    assert (event.by, event.record, event.title, event.note) == ("anna", report.record, "Malta", "You were right.")
    seen = text(Client().get(f"/feedback/{report.pk}/"))
    assert "You were right." in seen
    assert "The day was wrong." in seen
    assert "/partners/malta/" in seen
    assert "anna" not in seen
    assert "Closed by Anna Author on" in text(at("anna").get(f"{LIST}{report.pk}/change/"))
    assert ">Anna Author</td>" in text(at("anna").get(LIST))
    again = at("bruno").post(f"{LIST}{report.pk}/change/", {"note": "No, wrong."})
    assert (again.status_code, "Somebody else closed" in text(again)) == (400, True)
    assert "No, wrong." in text(again)
    assert Event.objects.filter(verb="close_report").count() == 1


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"note": "  "}, "Say what came of it"),
        ({"note": "Done", "corrected_by": "1"}, "isn't one of the record"),
        ({"note": "Done", "corrected_by": "x"}, "isn't one of the record"),
    ],
)
def test_what_closes_nothing(report, at, sent, said):
    refused = at("anna").post(f"{LIST}{report.pk}/change/", sent)
    assert (refused.status_code, said in text(refused)) == (400, True)
    assert sent["note"].strip() in text(refused)
    report.refresh_from_db()
    assert report.status == "open"
    assert not Event.objects.filter(verb="close_report").exists()


def test_only_the_desk_reads_and_closes(report, world, at):
    sam = world.user("sam")
    sam.is_staff = True
    sam.save()
    for where in (LIST, f"{LIST}{report.pk}/change/", f"{LIST}{report.pk}/history/"):
        assert at("sam").get(where).status_code == 403
        assert at("sam").post(where, {"note": "x"}).status_code == 403
    dag = at("dag")
    assert dag.get(f"{LIST}add/").status_code == 403
    assert dag.post(f"{LIST}{report.pk}/delete/", {"post": "yes"}).status_code == 403
    assert dag.get(f"{LIST}nonsense/change/").status_code == 404
    assert Report.objects.get().status == "open"


def test_the_list_takes_constant_queries(report, at):
    anna = at("anna")
    few = count(anna, LIST)
    for number in range(12):
        Report.objects.create(kind="partner", record=report.record, title=f"R{number}", text="x", at=timezone.now())
    assert count(anna, LIST) == few


def test_a_readers_address_is_forgotten(report, capsys):
    call_command("forget_contacts")
    report.refresh_from_db()
    assert report.contact == "reader@example.org"
    Report.objects.update(at=timezone.now() - timedelta(days=181))
    call_command("forget_contacts")
    report.refresh_from_db()
    assert (report.contact, report.text) == ("", "It left in 1996.")
    assert "Addresses deleted: 1." in capsys.readouterr().out


def test_the_worker_forgets_once_a_day(report):
    Report.objects.update(at=timezone.now() - timedelta(days=181))
    first, second = Worker(), Worker()
    first.tend()
    assert Report.objects.get().contact == ""
    Report.objects.update(contact="reader@example.org")
    first.tend()
    second.tend()  # another process: the day's work is done
    assert Report.objects.get().contact == "reader@example.org"
    second.tend(timezone.now() + timedelta(days=1))
    assert Report.objects.get().contact == ""
