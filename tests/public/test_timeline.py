"""What held from when to when: the spans that drawings and "since" are made of agree with the one definition."""

from datetime import date, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from partnerships.models import Framework, InForce, Membership, Partner, PartnerStatus, status_on
from partnerships.queries import timeline
from partnerships.queries.standing import reckon
from tests.sweep import examples

FIRST, LAST = date(1990, 1, 1), date(2026, 11, 25)
ids = st.integers(1, 4).map(lambda number: UUID(int=number))
texts = st.one_of(
    st.dates(FIRST, LAST).map(date.isoformat),
    st.dates(FIRST, LAST).map(lambda day: day.isoformat()[:7]),
    st.integers(1990, 2026).map(str),
    st.integers(1990, 2026).map(lambda year: f"{year}~"),
)


@st.composite
def memberships(draw) -> Membership:
    end_is = draw(st.sampled_from(["open", "until", "through", "unknown"]))
    return Membership(
        partner_id=draw(ids),
        framework_id=draw(ids),
        start=draw(st.one_of(st.just(""), texts)),
        end=draw(texts) if end_is in ("until", "through") else "",
        end_is=end_is,
        status=draw(st.sampled_from(["active", "suspended", "invited"])),
        end_reason=draw(st.sampled_from(["", "acceded", "withdrew"])),
    )


rows_of_one = st.lists(memberships(), max_size=5)
days = st.dates(FIRST, LAST)


def span_on(spans, day):
    return next((span.status for span in spans if span.first <= day < span.after), "")


@pytest.mark.sampled
@settings(max_examples=examples(200, 50))
@given(rows_of_one, days, st.integers(0, 5000))
def test_spans_of_status_say_what_the_definition_says(rows, shown, before):
    day = max(shown - timedelta(days=before), date(1949, 4, 4))
    spans = timeline.statuses(rows, shown)
    status = status_on(rows, day)
    assert span_on(spans, day) == ("" if status == PartnerStatus.NONE else status)


@pytest.mark.sampled
@settings(max_examples=examples(200, 50))
@given(rows_of_one, days, st.integers(0, 5000))
def test_spans_of_periods_say_what_the_definition_says(rows, shown, before):
    day = max(shown - timedelta(days=before), date(1949, 4, 4))
    answers = {row.in_force(day) for row in rows if row.counts}
    span = span_on(timeline.in_force(rows, shown), day)
    if InForce.YES in answers:
        assert span in ("active", "suspended")
    else:
        assert span == ("uncertain" if InForce.UNCERTAIN in answers else "")


@given(rows_of_one, days)
def test_nothing_is_later_than_the_day_shown(rows, shown):
    after = shown + timedelta(days=1)
    assert all(span.after <= after for span in timeline.statuses(rows, shown))
    assert all(day <= shown for day in timeline.ends(rows, shown))
    assert all(count.first <= shown for count in timeline.counts(rows, shown))


@given(rows_of_one, days)
def test_spans_follow_each_other(rows, shown):
    spans = timeline.statuses(rows, shown)
    for earlier, later in pairwise(spans):
        assert earlier.after <= later.first
        assert earlier.after < later.first or earlier.status != later.status


@pytest.mark.sampled
@settings(max_examples=examples(200, 50))
@given(st.lists(memberships(), max_size=8), days)
def test_the_last_count_is_the_standing_of_the_day(rows, shown):
    """The step chart and the number beside it can't disagree."""
    for row in rows:
        row.framework_id = UUID(int=1)
    counts = timeline.counts(rows, shown)
    standing = reckon([row for row in rows if row.counts and row.in_force(shown) != InForce.NO], shown)
    assert (counts[-1].members if counts else 0) == standing.in_force
    assert (counts[-1].suspended if counts else 0) == standing.suspended


def test_a_stay_is_a_run_of_adjoining_rows():
    partner, framework = Partner(), Framework()

    def row(**values):
        return Membership(partner=partner, framework=framework, **values)

    first = row(start="1995-04-26", end="1996-10-27", end_is="until")
    second = row(start="2008-04-03", end="2014-04-01", end_is="until")
    third = row(start="2014-04-01", status="suspended")
    assert timeline.stays([third, first, second]) == [[first], [second, third]]
    assert timeline.ends([third, first, second], date(2020, 1, 1)) == [date(1996, 10, 27)]


def test_since_is_the_date_as_it_was_written():
    rows = [Membership(start="1992-06", end="1997-05-30", end_is="until"), Membership(start="1994-02-08")]
    spans = timeline.statuses(rows, date(2000, 1, 1))
    assert [(span.status, span.since) for span in spans] == [("uncertain", "1992-06"), ("partner", "1992-06")]


def test_neighbours_are_the_next_days_on_either_side():
    change = [date(1994, 1, 10), date(1995, 4, 26), date(2008, 4, 3)]
    assert timeline.neighbours(change, date(1995, 4, 26)) == (date(1994, 1, 10), date(2008, 4, 3))
    assert timeline.neighbours(change, date(1990, 1, 1)) == (None, date(1994, 1, 10))
    assert timeline.neighbours([], date(1990, 1, 1)) == (None, None)


def test_months_and_years_are_no_days_of_change(world):
    change = timeline.change_days()
    assert date(1994, 1, 10) in change
    assert change[date(2008, 4, 3)] == 2  # Malta's return, and the milestone of it
    assert not [day for day in change if day.year == 2021]  # the programme that began in "2021-03"
