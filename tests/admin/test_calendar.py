"""The calendar: what comes when, on the page and as a file."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from html import unescape

import pytest
from django.utils import timezone

from partnerships.admin.addresses import address
from partnerships.admin.calendar import escaped
from partnerships.editorial.models import Release
from partnerships.editorial.publication import Reason
from partnerships.editorial.releases import plan_records
from tests.world import resave

from .browser import count, watched, writes

PAGE = "/admin/calendar/"


def text(response) -> str:
    return unescape(response.content.decode())


@pytest.fixture
def planned(world) -> Release:
    record = resave(world.japan, by="anna", capital="Tokyo")
    title = "Capitals; a list, with “é” " + "and a rather long name " * 3
    when = datetime(2031, 5, 17, 9, 30, tzinfo=UTC)
    return plan_records(
        [record], when, by=world.user("chiara"), title=title, reason=Reason("new_evidence", "It is named.")
    )


def test_a_month_lists_what_becomes_public_and_what_falls_due(world, planned, at):
    resave(world.finland, by="anna", review_by=date(2031, 5, 2))
    page = at("anna").get(f"{PAGE}?month=2031-05")
    days = {day.day: [item.title for item in day.items] for day in page.context["days"]}
    assert days == {date(2031, 5, 2): ["Finland"], date(2031, 5, 17): [planned.title]}
    assert "09:30 UTC" in text(page)
    assert address(world.japan, "changes") in text(page)
    assert "?month=2031-04" in text(page)
    assert "?month=2031-06" in text(page)
    assert "Nothing becomes public by itself this month" in text(at("anna").get(f"{PAGE}?month=2031-07"))


def test_the_months_beside_december_and_january(world, at):
    assert at("anna").get(f"{PAGE}?month=2030-12").context["after"] == "2031-01"
    assert at("anna").get(f"{PAGE}?month=2031-01").context["before"] == "2030-12"
    first, last = (at("anna").get(f"{PAGE}?month={month}") for month in ("1990-01", "2200-12"))
    assert "?month=1990-02" in text(first)
    assert "?month=1989-12" not in text(first)
    assert "?month=2200-11" in text(last)
    assert "?month=2201-01" not in text(last)
    assert at("anna").get(PAGE).context["month"] == timezone.now().date().replace(day=1)


@pytest.mark.parametrize("month", ["soon", "2031-13", "0001-01", "9999-12", "2031-05-01"])
def test_a_month_that_is_none_is_refused(world, at, month):
    assert at("anna").get(PAGE, {"month": month}).status_code == 400


def test_the_file_is_one_that_calendars_read(world, planned, at):
    today = timezone.now().date()
    due = today + timedelta(days=30)
    Release.objects.filter(pk=planned.pk).update(due_at=timezone.now() + timedelta(days=30))
    resave(world.finland, by="anna", review_by=due)
    answer = at("anna").get("/admin/calendar.ics")
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer["Cache-Control"] == "no-store, private"
    raw = answer.content
    assert raw.count(b"\n") == raw.count(b"\r\n")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 75
    unfolded = raw.decode().replace("\r\n ", "").split("\r\n")
    assert unfolded[0] == "BEGIN:VCALENDAR"
    assert unfolded[-2] == "END:VCALENDAR"
    assert unfolded.count("BEGIN:VEVENT") == 2
    assert (
        f"SUMMARY:Becomes public: {planned.title.replace(';', chr(92) + ';').replace(',', chr(92) + ',')}" in unfolded
    )
    assert f"DTSTART;VALUE=DATE:{due:%Y%m%d}" in unfolded
    assert "DESCRIPTION:Japan" in unfolded


def test_a_text_can_not_end_its_value():
    assert escaped("a\\b;c,d\r\nEND:VEVENT\rx\ny") == "a\\\\b\\;c\\,d\\nEND:VEVENT\\nx\\ny"


def test_a_full_month_costs_no_more_and_looking_writes_nothing(world, planned, at):
    anna = at("anna")
    few = count(anna, f"{PAGE}?month=2031-05")
    for name in ("finland", "russia", "malta"):
        resave(getattr(world, name), by="anna", review_by=date(2031, 5, 3))
    assert count(anna, f"{PAGE}?month=2031-05") <= few
    assert few < 15
    with watched() as statements:
        anna.get("/admin/calendar.ics")
    assert not writes(statements)
