"""Steps of time and drawn lines, on the page of an audit."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.reporters.audit_html_periods import MOST_DAYS, steps
from promptops.reporters.page.lines import Line, chart, ticks

DAYS = st.dates(date(2020, 1, 1), date(2030, 12, 31))


@given(DAYS, st.integers(0, 3_000))
@settings(max_examples=25)
def test_every_day_of_a_window_is_in_one_of_its_steps(first: date, length: int) -> None:
    last = first + timedelta(days=length)
    found = steps(first, last)
    assert len(found.starts) == len(found.told) == len(set(found.told)) <= 101
    assert list(found.starts) == sorted(found.starts)
    for day in (first, first + timedelta(days=length // 2), last):
        assert found.of(day) in found.starts
        assert found.of(day) <= day


def test_windows_are_shown_by_days_then_weeks_then_months() -> None:
    first = date(2026, 11, 1)  # a Sunday
    assert steps(first, first + timedelta(days=MOST_DAYS - 1)).noun == "day"
    weeks = steps(first, first + timedelta(days=MOST_DAYS))
    assert (weeks.noun, weeks.told[0]) == ("week", "2026-10-26")
    assert steps(first, first, least="week").told == ["2026-10-26"]
    months = steps(first, date(2028, 2, 29))
    assert (months.told[0], months.told[-1], len(months.told)) == ("2026-11", "2028-02", 16)


@given(st.floats(1e-9, 1e9))
@settings(max_examples=25)
def test_heights_that_are_named_begin_at_zero_and_end_below_the_edge(high: float) -> None:
    found = ticks(high)
    assert found[0] == 0
    assert found[-1] <= high * (1 + 1e-9)
    assert 2 <= len(found) <= 6


def test_a_gap_of_a_line_stays_one() -> None:
    line = Line("v1", (0.1, 0.2, None, 0.4, None, 0.1), ("",) * 6)
    drawn = chart([line], [f"d{n}" for n in range(6)], str, label="Lamps")
    path = re.findall(r'<path d="([^"]*)" class="line s0">', drawn)
    assert [step[0] for step in re.findall(r"[ML][^ML]*", path[0])] == ["M", "L", "M", "M"]
    assert drawn.count("<circle") == 4


def test_names_of_lines_do_not_cover_one_another() -> None:
    lines = [Line(f"v{n}", (0.5, 0.5 + n / 1_000), ("", "")) for n in range(6)]
    drawn = chart(lines, ["one", "other"], str, label="Lamps")
    places = re.findall(r'x="([\d.]+)%" y="([\d.]+)" dy="(-?\d+)" [^>]*class="name', drawn)
    heights = sorted(float(y) + int(dy) for _, y, dy in places)
    assert len(heights) >= 4  # the legend has all
    assert all(b - a > 10 for a, b in pairwise(heights))
