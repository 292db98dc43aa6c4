"""What is drawn is read back from what is written: strips, step charts and the matrix against their tables."""

from __future__ import annotations

import re
from datetime import date

import pytest

from partnerships.models import Framework, Membership, Partner
from partnerships.public.drawings import FIRST_YEAR, UNITS, Scale
from partnerships.publishing.reading import public

DAYS = ["", "?as_of=2014-05-01", "?as_of=1996-07-01"]
SCALE = Scale(2026)
A_DAY = 0.04  # a day on the scale: an end that is written “through” a day is drawn after it
HEIGHT = 88  # of the step chart


def rows(html: str, caption: str) -> list[dict[str, str]]:
    """The rows of a stacked table: label of the cell → its HTML."""
    table = re.search(rf"{caption}</caption>(.*?)</table>", html, re.S)
    found = re.findall(r'<tr role="row"><th role="rowheader"(.*?)</tr>', table[1], re.S) if table else []
    return [{"": row.split("</th>")[0]} | dict(re.findall(r'data-l="([^"]*)"[^>]*>(.*?)</td>', row)) for row in found]


def to_the_day(cell: str) -> float | None:
    """Where a day lies that a cell names to the day."""
    day = re.search(r'datetime="(\d{4}-\d\d-\d\d)"', cell)
    return SCALE.x(date.fromisoformat(day[1])) if day else None


def lanes(html: str) -> list[str]:
    return re.findall(r'<svg class="lane".*?</svg>', html, re.S)


@pytest.mark.parametrize("day", DAYS)
def test_every_membership_to_the_day_is_drawn_where_its_table_says(content, read, day):
    """Of all countries: one lane a framework; what begins or ends on a day does so in the drawing, and nothing else ends."""
    compared = 0
    for slug in public(Partner).values_list("slug", flat=True):
        html = read(f"/partners/{slug}/{day}").response.text
        said, drawn = rows(html, "Memberships, as periods"), lanes(html)
        frameworks = dict.fromkeys(re.search(r"/frameworks/([\w-]+)/", row[""])[1] for row in said)
        assert len(drawn) == len(frameworks), slug
        for framework, lane in zip(frameworks, drawn, strict=True):
            of_it = [row for row in said if f"/frameworks/{framework}/" in row[""]]
            edges = {float(x) for x in re.findall(r'<rect class="d-\w+" x="([\d.]+)"', lane)}
            ends = {float(x) for x in re.findall(r'class="d-end" d="M([\d.]+)', lane)}
            now = float(re.search(r'class="now" d="M([\d.]+)', lane)[1])
            for row in of_it:
                begins = to_the_day(row["From"])
                if begins is not None and 0 < begins < now:
                    assert begins in edges, (slug, framework)
                    compared += 1
            for row in of_it:
                ended = to_the_day(row["Until"])
                if ended is not None and "t-ended" in row["Status"] and 0 < ended < now:
                    assert any(abs(x - ended) < A_DAY for x in ends | edges), (
                        slug,
                        framework,
                    )  # or it goes on, suspended
            if not any("t-ended" in row["Status"] for row in of_it):
                assert not ends, (slug, framework)
    assert compared > (30 if "1996" in day else 80)


@pytest.mark.parametrize("day", DAYS[:2])
def test_a_step_chart_stands_at_the_end_of_each_year_where_its_table_does(content, read, day):
    compared = 0
    for slug in public(Framework).values_list("slug", flat=True):
        html = read(f"/frameworks/{slug}/{day}").response.text
        chart = re.search(r'<svg class="stepc".*?class="d-held" d="([^"]*)".*?class="now" d="M([\d.]+)', html, re.S)
        years = re.findall(r'class="year">(\d{4})</th>.*?class="num r">(\d+)</td>', html, re.S)
        if not chart or not years:
            continue
        steps = [(float(x), float(y)) for x, y in re.findall(r"H([\d.]+)V([\d.]+)", chart[1])][:-1]
        said = {}
        for year, number in years:
            end = min((int(year) + 1 - FIRST_YEAR) * UNITS, float(chart[2]))
            said[int(year)] = int(number), next((HEIGHT - y for x, y in reversed(steps) if x < end), 0)
        number, height = max(said.values())
        most = round(
            (HEIGHT - 2) * number / height
        )  # the chart goes to its highest number, reached within a year perhaps
        assert min(y for _, y in steps) == 2
        for year, (number, height) in said.items():
            assert height * most / (HEIGHT - 2) == pytest.approx(number, abs=0.3), (slug, year)
            compared += 1
    assert compared > 10


@pytest.mark.parametrize("day", DAYS)
def test_the_matrix_adds_up(content, read, day):
    """Each column counts its own cells, and says what the page of its framework says."""
    html = read(f"/matrix/{day}").response.text
    heads = re.findall(r'<th scope="col"><a href="/frameworks/([\w-]+)/', html)
    totals = [int(one) for one in re.findall(r'class="num">(\d+)<', re.search(r"<tfoot>.*?</tfoot>", html, re.S)[0])]
    body = re.search(r"<tbody>(.*?)</tbody>", html, re.S)[1]
    cells = [re.findall(r"<td.*?</td>", row, re.S) for row in re.findall(r"<tr>.*?</tr>", body, re.S)]
    assert len(heads) == len(totals) > 3
    for place, (slug, total) in enumerate(zip(heads, totals, strict=True)):
        column = [row[place] for row in cells]
        assert sum("t-held" in cell or "t-paused" in cell for cell in column) == total, slug
        page = read(f"/frameworks/{slug}/{day}").response.text
        if counted := re.search(r'<span class="bign">(\d+)', page):
            assert int(counted[1]) == total, slug
    ever = public(Membership).counted().order_by().values_list("partner", flat=True).distinct().count()
    assert len(cells) == ever if not day else len(cells) <= ever
