"""The first page: what this is, what changed lately, and where to go."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from django.db.models import Count, F
from django.http import HttpResponse
from django.utils.translation import gettext as _

from partnerships.models import Claim, Framework, Milestone, Page, Partner, PartnerStatus, Verdict
from partnerships.publishing.reading import public
from partnerships.queries.addresses import with_query
from partnerships.queries.records import stub_of

from .addresses import address
from .changes import lately
from .details import Event
from .drawings import scale_for, shares
from .frame import render
from .lists import frameworks
from .pages import OwnPage
from .serving import page
from .visits import Visit


class Question(NamedTuple):
    """A question that a page of the portal answers."""

    words: str
    path: str


def questions(visit: Visit) -> list[Question]:
    """Questions to start with; each only if the record that answers it is public. One query for each kind asked."""
    found = []
    if pfp := public(Framework).filter(slug="pfp").first():
        address_then = with_query(address(pfp), [("as_of", "2014-03-01")])
        found.append(Question(_("Who was in Partnership for Peace on 1 March 2014?"), address_then))
    if ukraine := public(Partner).filter(slug="ukraine").first():
        found.append(Question(_("What does Ukraine take part in?"), visit.keep(address(ukraine))))
    about_ici = public(Claim).filter(verdict=Verdict.CONTRADICTED, links__other__slug="ici").order_by("slug")
    if claim := about_ici.first():
        found.append(Question(_("Was Japan in the Istanbul Cooperation Initiative?"), visit.keep(address(claim))))
    wrong = ",".join((Verdict.CONTRADICTED, Verdict.MISLEADING, Verdict.OUTDATED))
    found.append(Question(_("Which widely made statements are wrong?"), visit.at(address(Claim), verdict=wrong)))
    return found


def headline(summary: str) -> tuple[str, str]:
    """The headline and what stands below it: a summary that begins with a question has it as its headline."""
    question, mark, rest = summary.partition("? ")
    return (f"{question}?", rest) if mark and "." not in question else ("", summary)


@page()
def home(visit: Visit) -> HttpResponse:
    day = visit.day.day
    record = public(Page).filter(slug="home").first()
    text = OwnPage(record, visit) if record else None
    question, lede = headline(record.summary if record else "")
    verdicts = dict(public(Claim).order_by().values_list("verdict").annotate(Count("pk")))
    statuses = Counter(dict(public(Partner).with_status(day).order_by().values_list("status").annotate(Count("pk"))))
    events = public(Milestone).filter(date_earliest__lte=day).order_by("-date_earliest", "title")
    context = {
        "page": text,
        "headline": question or _("Who is NATO’s partner, in what, and since when?"),
        "lede": lede if text and text.text_fits else "",
        "questions": questions(visit),
        "statuses": [(status, statuses[status]) for status in PartnerStatus if statuses[status]],
        "countries": sum(statuses.values()),
        "events": [Event(stub_of(row), row.date, row.summary) for row in events[:5]],
        "milestones": public(Milestone).count() if not visit.day.dated else events.count(),
        "changes": lately(3, visit),
        "verdicts": [(verdict, verdicts.get(verdict, 0)) for verdict in Verdict],
        "verdict_bar": shares([(verdict.value, verdicts.get(verdict, 0)) for verdict in Verdict]),
        "statements": sum(verdicts.values()),
        "wrong": public(Claim).filter(verdict=Verdict.CONTRADICTED).order_by("slug").first(),
        "frameworks": frameworks(
            list(public(Framework).order_by(F("start_earliest").asc(nulls_last=True), "title")), visit.day
        ),
        "scale": scale_for(visit.day.today),
    }
    return render(visit, "home.html", context)
