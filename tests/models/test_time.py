"""Partial dates, periods, and "in force on a day"."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from partnerships.models import EdtfField, EndIs, InForce, Membership, Partner, PartnerStatus, bounds, status_on, words
from partnerships.models.time import Period

DAYS = st.dates(date(1950, 1, 1), date(2049, 12, 31))


@st.composite
def partial_dates(draw):
    day = draw(DAYS)
    text = draw(st.sampled_from([f"{day:%Y}", f"{day:%Y-%m}", f"{day:%Y-%m-%d}"]))
    return text + draw(st.sampled_from(["", "", "~", "?"]))


@st.composite
def periods(draw):
    row = Membership(start=draw(st.one_of(st.just(""), partial_dates())), end_is=draw(st.sampled_from(EndIs.values)))
    if row.end_is in (EndIs.UNTIL, EndIs.THROUGH):
        row.end = draw(partial_dates())
    return row


@pytest.mark.parametrize(
    ("text", "earliest", "latest"),
    [
        ("1994", "1994-01-01", "1994-12-31"),
        ("1994-02", "1994-02-01", "1994-02-28"),
        ("2024-02", "2024-02-01", "2024-02-29"),
        ("1994-02-08", "1994-02-08", "1994-02-08"),
        ("1994~", "1993-01-01", "1995-12-31"),
        ("1994-12~", "1994-11-01", "1995-01-31"),
        ("1994-03-01?", "1994-02-28", "1994-03-02"),
    ],
)
def test_bounds(text, earliest, latest):
    assert [str(day) for day in bounds(text)] == [earliest, latest]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "94",
        "1994-13",
        "1994-00",
        "1994-01-00",
        "1994-01-32",
        "1994-02-30",
        "199x",
        "1994-2",
        "1994/1995",
        "٢٠٢٤",
        "1994-02-08T00",
        "0994",
        " 1994",
    ],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(ValueError, match=f"^{re.escape(text)}$"):
        bounds(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1994", "1994"),
        ("1992-06", "June 1992"),
        ("1994-02-08", "8 February 1994"),
        ("1994~", "about 1994"),
        ("1994-02?", "possibly February 1994"),
    ],
)
def test_a_partial_date_is_said_as_written(text, said):
    assert words(text) == said


def test_about_in_words_is_kept_as_edtf():
    assert EdtfField().to_python("about 1994") == "1994~"
    assert EdtfField().to_python(" ca. 1994-02 ") == "1994-02~"
    with pytest.raises(ValidationError, match="Write a year"):
        EdtfField().to_python("last spring")


@given(partial_dates())
def test_the_earliest_day_is_never_after_the_latest(text):
    days = bounds(text)
    assert days.earliest <= days.latest


@pytest.mark.parametrize(
    ("period", "day", "answer"),
    [
        (Membership(start="1994-02-08"), "1994-02-07", "no"),
        (Membership(start="1994-02-08"), "1994-02-08", "yes"),
        (Membership(start="1995", end="2004-03-29", end_is="until"), "2004-03-28", "yes"),
        (Membership(start="1995", end="2004-03-29", end_is="until"), "2004-03-29", "no"),
        (Membership(start="2023", end="2026", end_is="through"), "2026-12-31", "yes"),
        (Membership(start="2023", end="2026", end_is="through"), "2027-01-01", "no"),
        (Membership(start="2023-07-12", end="2024-05-01", end_is="through"), "2024-05-01", "yes"),
        (Membership(start="1995-02"), "1995-02-14", "uncertain"),
        (Membership(start="1995-02"), "1995-02-28", "yes"),
        (Membership(start="1995-02"), "1995-01-31", "no"),
        (Membership(start=""), "1960-01-01", "uncertain"),
        (Membership(start="1995", end_is="unknown"), "2020-01-01", "uncertain"),
        (Membership(start="1995", end="2004", end_is="until"), "2004-06-01", "uncertain"),
    ],
)
def test_in_force(period, day, answer):
    assert period.in_force(date.fromisoformat(day)) == answer


@given(periods(), DAYS)
def test_in_force_is_what_the_bounds_say(period, day):
    """A brute-force reading: the period holds on every, on some, or on no day that start and end may mean."""
    starts = bounds(period.start) if period.start else (date.min, date.max)
    if period.end_is == EndIs.OPEN:
        afters = (date.max, date.max)
    elif period.end_is == EndIs.UNKNOWN:
        afters = (date.min, date.max)
    elif period.end_is == EndIs.UNTIL:
        afters = bounds(period.end)
    else:
        edge = timedelta(days=1)
        latest = bounds(period.end).latest + edge
        afters = (latest, latest) if period.end[-1].isdigit() else (bounds(period.end).earliest + edge, latest)
    sure = starts[1] <= day < afters[0]
    possible = starts[0] <= day < afters[1]
    expected = InForce.YES if sure else InForce.UNCERTAIN if possible else InForce.NO
    assert period.in_force(day) == expected


def test_the_sql_twins_answer_like_the_class(empty):
    from partnerships.models import Framework

    framework = Framework.objects.create(slug="f", title="F", type="forum")
    partner = Partner.objects.create(slug="p", title="P")
    rows = []
    for start in ("", "1994", "1994-02", "1994-02-08", "1994~"):
        for end, end_is in (
            ("", "open"),
            ("", "unknown"),
            ("1996", "until"),
            ("1996-05-01", "until"),
            ("1996", "through"),
        ):
            row = Membership(partner=partner, framework=framework, start=start, end=end, end_is=end_is)
            row.save()
            rows.append(row)
    days = {edge + timedelta(days=shift) for row in rows for edge in edges(row) for shift in (-1, 0, 1)}
    for day in days:
        possible = set(Membership.objects.possibly_on(day))
        sure = set(Membership.objects.surely_on(day))
        for row in rows:
            answer = row.in_force(day)
            assert (row in sure) == (answer == InForce.YES), (row, day)
            assert (row in possible) == (answer != InForce.NO), (row, day)


def edges(row: Period):
    return [day for day in (row.start_earliest, row.start_latest, row.to_earliest, row.to_latest) if day]


def test_derived_days_are_right_whatever_wrote_the_row(empty):
    """A form, a raw save and a bulk insert: the columns follow the date as written."""
    from partnerships.models import Framework

    framework = Framework.objects.create(slug="f", title="F", type="forum", start="1994")
    partner = Partner.objects.create(slug="p", title="P")
    raw = Membership(partner=partner, framework=framework, start="1994-02")
    raw.save_base(raw=True)
    bulk = Membership(partner=partner, framework=framework, start="1994-02")
    Membership.objects.bulk_create([bulk])
    stored = Membership.objects.values_list("start_earliest", "start_latest")
    assert set(stored) == {(date(1994, 2, 1), date(1994, 2, 28))}
    assert Framework.objects.values_list("start_latest", flat=True).get() == date(1994, 12, 31)


def test_every_stored_derived_day_is_a_fresh_one(content):
    """Over all rows of the real content: what the database holds is what its partial date means."""
    from django.apps import apps

    from partnerships.models import EdgeField

    seen = 0
    for model in apps.get_app_config("partnerships").get_models():
        fields = [field for field in model._meta.local_concrete_fields if isinstance(field, EdgeField)]
        for row in model._base_manager.using("published") if fields else ():
            for field in fields:
                assert row.__dict__[field.attname] == field.reckon(row), (row, field.name)
                seen += 1
    assert seen > 2000


@pytest.mark.parametrize(
    ("period", "message"),
    [
        (Membership(start="1995", end_is="until"), "Give the end"),
        (Membership(start="1995", end="1999", end_is="open"), "“until” or as “through”"),
        (Membership(start="1999", end="1995", end_is="until"), "ends before it begins"),
    ],
)
def test_an_impossible_period_is_refused(period, message):
    with pytest.raises(ValidationError, match=message):
        period.clean()


def test_what_a_country_is_on_a_day():
    def rows(*periods):
        return [Membership(framework_id=None, **period) for period in periods]

    russia = rows(
        {"start": "1994-06-22", "end": "2014-04-01", "end_is": "until"}, {"start": "2014-04-01", "status": "suspended"}
    )
    finland = rows({"start": "1994-05-09", "end": "2023-04-04", "end_is": "until", "end_reason": "acceded"})
    malta = rows(
        {"start": "1995-04-26", "end": "1996-10-27", "end_is": "until", "end_reason": "withdrew"},
        {"start": "2008-04-03"},
    )
    invited = rows({"start": "2004-06-28", "status": "invited"})
    egypt = rows({"start": "1995-02"})
    for memberships, day, status in [
        (russia, "2014-03-31", PartnerStatus.PARTNER),
        (russia, "2014-04-01", PartnerStatus.SUSPENDED),
        (finland, "2023-04-03", PartnerStatus.PARTNER),
        (finland, "2023-04-04", PartnerStatus.ALLY),
        (malta, "2000-01-01", PartnerStatus.FORMER),
        (malta, "2008-04-03", PartnerStatus.PARTNER),
        (malta, "1990-01-01", PartnerStatus.NONE),
        (invited, "2020-01-01", PartnerStatus.NONE),
        (egypt, "1995-02-10", PartnerStatus.UNCERTAIN),
        (egypt, "1995-03-01", PartnerStatus.PARTNER),
        ([], "2020-01-01", PartnerStatus.NONE),
    ]:
        assert status_on(memberships, date.fromisoformat(day)) == status


def test_the_status_in_sql_is_the_status_of_the_class(content):
    from partnerships.publishing.reading import public

    partners = list(public(Partner).prefetch_related("memberships"))
    days = {
        edge + timedelta(days=shift)
        for p in partners
        for row in p.memberships.all()
        for edge in edges(row)
        for shift in (-1, 0)
    }
    assert len(days) > 60
    for day in sorted(days):
        told = dict(public(Partner).with_status(day).values_list("slug", "status"))
        assert told == {partner.slug: str(status_on(list(partner.memberships.all()), day)) for partner in partners}, day
