"""What comes when: planned releases and reviews that fall due, as a page and as a calendar file."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from partnerships.editorial.models import Release
from partnerships.editorial.permissions import may
from partnerships.editorial.plans import held_back
from partnerships.models import Record
from partnerships.publishing.log import EDITORIAL

from .addresses import address
from .review import desk_page
from .schedule import REMEDY, worker_warning

PAST, AHEAD = timedelta(days=92), timedelta(days=731)
"""How far the calendar file reaches."""
YEARS = range(1990, 2201)
"""The years whose months have a page."""


@dataclass(frozen=True)
class Item:
    """One thing on a day: a release that becomes public, or a record whose review falls due."""

    what: str
    title: str
    where: str
    at: datetime | None = None
    records: tuple[Record, ...] = ()
    uid: str = ""
    status: str = ""
    held: str = ""
    """Why what is planned won't become public; empty when it will."""


@dataclass
class Day:
    day: date
    items: list[Item] = field(default_factory=list)


def items(first: date, last: date) -> dict[date, list[Item]]:
    """What stands in the calendar on the days from `first` to `last`, by day. Six queries."""
    start = datetime.combine(first, datetime.min.time(), UTC)
    end = datetime.combine(last + timedelta(days=1), datetime.min.time(), UTC)
    due = Release.objects.filter(due_at__gte=start, due_at__lt=end).exclude(status=Release.Status.CANCELLED)
    found: dict[date, list[Item]] = {}
    planned = list(due.order_by("due_at", "pk").prefetch_related("items"))
    unrun = held_back(one for one in planned if one.status == Release.Status.PLANNED)
    ids = {item.record for one in planned for item in one.items.all()}
    records = Record.objects.using(EDITORIAL).in_bulk(ids)
    for one in planned:
        held = tuple(sorted((records[i.record] for i in one.items.all() if i.record in records), key=str))
        entry = Item(
            "release",
            one.title,
            reverse("admin:release", args=[one.pk]),
            one.due_at,
            held,
            f"release-{one.pk}",
            one.status,
            unrun.get(one.pk, ""),
        )
        found.setdefault(one.due_at.astimezone(UTC).date(), []).append(entry)
    reviews = Record.objects.using(EDITORIAL).filter(review_by__range=(first, last)).order_by("review_by", "title")
    for record in reviews:
        entry = Item("review", record.title, address(record), None, (record,), f"review-{record.pk}")
        found.setdefault(record.review_by, []).append(entry)
    return dict(sorted(found.items()))


def calendar_view(request: HttpRequest, site) -> HttpResponse:
    """A month: what becomes public, and what falls due for review."""
    if not may(request.user, "view"):
        raise PermissionDenied
    today = timezone.now().date()
    month = _month(request.GET.get("month"), today)
    weeks = list(Calendar().monthdatescalendar(month.year, month.month))
    last = (month + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    found = items(month, last)
    context = {
        "title": "Calendar",
        "month": month,
        "before": _beside(month, -1),
        "after": _beside(month, 1),
        "weeks": [[(day, day.month == month.month, found.get(day, [])) for day in week] for week in weeks],
        "days": [Day(day, listed) for day, listed in found.items()],
        "today": today,
        "remedy": REMEDY,
        "trouble": worker_warning(planned=True),
    }
    return desk_page(request, site, "admin/desk/calendar.html", context)


def _month(text: str | None, today: date) -> date:
    if not text:
        return today.replace(day=1)
    try:
        month = datetime.strptime(text, "%Y-%m").date()
    except ValueError:
        raise BadRequest("Say which month, as 2027-04.") from None
    if month.year not in YEARS:
        raise BadRequest(f"The calendar knows the months from {YEARS[0]} to {YEARS[-1]}.")
    return month


def _beside(month: date, step: int) -> str:
    """The month before or after, as the address has it; empty where the calendar ends."""
    beside = month + timedelta(days=31 if step > 0 else -1)
    return f"{beside:%Y-%m}" if beside.year in YEARS else ""


# As a file ------------------------------------------------------------------------------------------------------------


def ics_view(request: HttpRequest, site) -> HttpResponse:
    """The calendar as a file (RFC 5545), for whoever is signed in."""
    if not may(request.user, "view"):
        raise PermissionDenied
    today = timezone.now().date()
    found = [(day, item) for day, listed in items(today - PAST, today + AHEAD).items() for item in listed]
    body = "".join(f"{folded}\r\n" for line in _lines(found) for folded in _folded(line))
    answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="calendar.ics"'
    return answer


def _lines(found: Iterable[tuple[date, Item]]) -> Iterator[str]:
    stamp = f"{timezone.now().astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Partnerships Portal//Desk//EN", "CALSCALE:GREGORIAN")
    for day, item in found:
        yield from ("BEGIN:VEVENT", f"UID:{item.uid}@{urlsplit(settings.SITE_ORIGIN).hostname}", f"DTSTAMP:{stamp}")
        if item.at:
            yield f"DTSTART:{item.at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
            yield f"SUMMARY:{escaped(f'{"Won’t become public" if item.held else "Becomes public"}: {item.title}')}"
            told = [item.held] if item.held else [record.title for record in item.records]
            yield f"DESCRIPTION:{escaped(', '.join(told))}"
        else:
            yield f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
            yield f"SUMMARY:{escaped(f'Review due: {item.title}')}"
        yield from (f"URL:{settings.SITE_ORIGIN}{item.where}", "END:VEVENT")
    yield "END:VCALENDAR"


def escaped(text: str) -> str:
    """A text as a value of iCalendar: what would end it or split it is written otherwise."""
    for mark, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n"), ("\r", "\\n")):
        text = text.replace(mark, written)
    return text


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 bytes, never cut inside a character; all but the first begin with a space."""
    piece = ""
    for character in line:
        if len((piece + character).encode()) > 75:
            yield piece
            piece = " "
        piece += character
    yield piece
