"""Geometry: where days lie, and that drawings say what they are made from."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from partnerships.public.drawings import Scale, columns, scale_for, shares, steps, strip
from partnerships.queries.timeline import Count, Span

SCALE = scale_for(date(2026, 11, 25))


def test_the_scale_runs_from_1991_to_the_end_of_this_year_ten_units_a_year():
    assert SCALE.width == 360
    assert SCALE.x(date(1991, 1, 1)) == 0
    assert SCALE.x(date(2014, 3, 1)) == pytest.approx(231.62, abs=0.01)
    assert scale_for(date(2031, 1, 1)).width == 410


def test_days_outside_the_scale_lie_at_its_edge():
    assert SCALE.x(date(1949, 4, 4)) == 0
    assert SCALE.x(date(2036, 1, 1)) == 360


@given(st.dates(date(1949, 4, 4), date(2036, 12, 31)), st.integers(0, 3000))
def test_a_later_day_never_lies_before_an_earlier_one(day, more):
    assert SCALE.x(day) <= SCALE.x(day + timedelta(days=more))


def test_years_are_written_where_their_lines_stand():
    written = [number for number, text in enumerate(SCALE.labelled()) if text]
    lines = [int(part.split()[0]) for part in SCALE.lines(10).split("M")[1:]]
    assert [number * 10 for number in written] == lines


def test_a_strip_stops_at_the_day_and_shows_what_ended():
    spans = [
        Span(date(1994, 1, 1), date(1996, 1, 1), "partner", "1994"),
        Span(date(1996, 1, 1), date(2026, 11, 26), "ally", "1996-01-01"),
    ]
    drawn = strip(SCALE, spans, [date(1996, 1, 1)], date(2026, 11, 25))
    assert [bar.look for bar in drawn.bars] == ["held", "ally"]
    assert drawn.pegs == drawn.ends == [50]
    assert drawn.bars[1].x + drawn.bars[1].width == pytest.approx(drawn.now)


def test_what_has_no_look_is_not_drawn():
    drawn = strip(SCALE, [Span(date(1996, 1, 1), date(2000, 1, 1), "former_partner", "")], [], date(2000, 1, 1))
    assert drawn.bars == []


def test_a_step_chart_starts_at_zero_and_names_its_highest_number():
    counts = [Count(date(1994, 1, 1), 2, 0), Count(date(1996, 1, 1), 4, 1), Count(date(2000, 1, 1), 1, 1)]
    drawn = steps(SCALE, counts, date(2001, 1, 1), 22)
    assert drawn.most == 4
    assert drawn.members == "M30 22H30V12H50V2H90V17H100V22z"
    assert drawn.suspended == "M30 22H30V22H50V17H90V17H100V22z"


def test_nothing_gives_an_empty_chart():
    assert steps(SCALE, [], date(2001, 1, 1), 22)[:3] == ("", "", 0)
    assert columns(SCALE, {"host": Counter()}, 60) == ([], 0)
    assert shares([("a", 0)]) == []


def test_columns_stack_from_the_ground():
    drawn, most = columns(SCALE, {"host": Counter({2000: 1}), "part": Counter({2000: 2, 2001: 1})}, 60)
    assert most == 3
    host, part, other = drawn
    assert host.y + host.height == pytest.approx(60, abs=0.2)
    assert part.y + part.height == pytest.approx(host.y, abs=0.2)
    assert part.height == pytest.approx(2 * host.height, abs=0.2)
    assert other.x == host.x + 10


def test_shares_fill_the_bar_in_proportion():
    bars = shares([("a", 3), ("b", 0), ("c", 1)])
    assert [bar.look for bar in bars] == ["a", "c"]
    assert bars[0].width == pytest.approx(3 * bars[1].width, rel=0.01)
    assert bars[-1].x + bars[-1].width == pytest.approx(600, abs=0.2)


def test_a_scale_can_be_of_any_year():
    assert Scale(1991).width == 10
