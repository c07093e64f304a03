"""The sentence of an eval: no winner that the interval does not name, nothing unknown as 0."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops.evals.headline import Names, by_candidate, headline
from promptops.evals.report_comparisons import More, MoreDollars
from promptops.evals.report_variants import Cost, Figure, Money
from promptops.evals.words import cost, dollars, points
from promptops.reporters.eval_sentences import lacking
from tests.reporters.eval_samples import comparison, passed, staged

WORSE = ("v4 is measurably worse than v3, by 0.9 points [0.2, 1.5], within the margin of 2 points"
         " (95 %),")  # fmt: skip
END = " and costs 38 % [35, 41] less."


def told(one: Any) -> str:
    return headline(replace(passed(), verdict=one.verdict, comparisons=(one,)))


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"test": "superiority", "margin": Decimal(0)}, "v4 is better than v3 (95 %),"),
        ({"test": "superiority"}, "v4 is better than v3 by more than 2 points (95 %),"),
        ({"test": "equivalence"}, "v4 is within 2 points of v3 (95 %),"),
        ({"margin": Decimal("0.005"), "confidence": Decimal("0.90")},
         "v4 is no worse than v3 by more than 0.5 points (90 %),"),
        ({"low": -0.015, "high": -0.002, "difference": -0.009}, WORSE),
    ],
)  # fmt: skip
def test_a_pass_says_what_was_shown(changed: dict[str, Any], said: str) -> None:
    assert told(replace(comparison(), **changed)) == said + END


def costing(before: str | None, after: str | None) -> str:
    base, one = passed(), comparison(cost=None)
    some = [
        replace(each, cost=Cost(per_1000=Money(None if usd is None else Decimal(usd))))
        for each, usd in zip(base.variants, (before, after), strict=False)
    ]
    return headline(replace(base, variants=(*some, base.variants[2]), comparisons=(one,)))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("0", "0", "costs nothing, as v3 does."),
        ("4.6", "0", "costs nothing, where v3 costs $4.60 for 1,000 calls."),
        ("0", "2.85", "costs $2.85 for 1,000 calls, where v3 costs nothing."),
        ("4.6", None, "costs an amount that is not known."),
        ("4.6", "2.85", "costs $2.85 for 1,000 calls, v3 $4.60."),
    ],
)
def test_what_costs_nothing_is_no_ratio_and_what_is_not_known_is_not_nothing(
    before: str | None, after: str | None, said: str
) -> None:
    told = "v4 is no worse than v3 by more than 2 points (95 %), and "
    assert costing(before, after) == told + said


def test_all_metrics_that_had_to_hold_are_named() -> None:
    assert headline(staged()) == (
        "v4 is no worse than v3 by more than 2 points of label and 5 points of tone (95 %),"
        " and costs 38 % [35, 41] less."
    )


def test_a_candidate_that_fails_on_one_of_its_metrics_fails() -> None:
    base = staged()
    label, tone = base.comparisons
    worse = replace(tone, verdict="fail", difference=-0.12, low=-0.16, high=-0.08, ceiling=-0.09)
    found = replace(base, verdict="fail", recommended=None, comparisons=(label, worse))
    assert headline(found).startswith("v4 is worse than v3 by more than 5 points of tone (95 %):")
    assert by_candidate(found) == {"v4": "fail"}


def test_points_of_a_metric_that_is_not_right_or_wrong_are_points_of_it() -> None:
    one = comparison(b=None, c=None, both=None, neither=None)
    assert told(one).startswith("v4 is no worse than v3 by more than 2 points of label (95 %),")


def test_a_comparison_that_is_not_gated_says_so() -> None:
    assert told(comparison(verdict=None)) == (
        "v4 against v3 on label: -0.4 points [-1.1, 0.3], and it costs 38 % [35, 41] less;"
        " nothing was gated."
    )


def test_the_price_of_more_cases_that_is_not_known_is_said_to_be() -> None:
    one = comparison(verdict="inconclusive", more_cases=More(1212, 40), more_usd=MoreDollars())
    assert "1,212 more cases, at a price that is not known, should settle it" in told(one)


def test_cases_that_would_do_if_the_two_were_equal_are_not_told_as_nothing() -> None:
    one = comparison(verdict="inconclusive", more_cases=More(0, 40), more_usd=MoreDollars())
    assert "; 40 more cases should settle it; it costs" in told(one)
    assert lacking(one) == "40 if they differ as observed"


@pytest.mark.parametrize(
    ("ratio", "said"),
    [
        (None, "costs an amount that is not known"),
        (Figure(0.9), "costs an amount that is not known"),
        (Figure(1.01, 0.98, 1.04), "costs +1.0 % [-2.0, +4.0], no clear difference"),
        (Figure(1.25, 1.2, 1.31), "costs 25 % [20, 31] more"),
        (Figure(3.2, 3.0, 3.4), "costs 3.2 times [3.0, 3.4] as much"),
        (Figure(1.0, 1.0, 1.0), "costs the same"),
    ],
)
def test_a_cost_is_told_with_its_interval(ratio: Figure | None, said: str) -> None:
    assert cost(ratio) == said


@given(st.floats(0.01, 20), st.floats(0, 0.9), st.floats(0, 3))
def test_less_and_more_are_said_only_where_the_whole_interval_says_so(
    value: float, below: float, above: float
) -> None:
    found = Figure(value, value * (1 - below), value * (1 + above))
    said = cost(found)
    assert found.low is not None
    assert found.high is not None
    assert said.endswith("less") is (found.high < 1)
    assert said.endswith(("more", "as much")) is (found.low > 1)
    assert "[" in said or said == "costs the same"


@given(st.decimals("0.000000001", "100000", allow_nan=False))
def test_an_amount_is_never_rounded_to_nothing(amount: Decimal) -> None:
    shown = dollars(amount)
    assert Decimal(shown.removeprefix("$").replace(",", "")) > 0
    assert "E" not in shown


@given(st.floats(-1, 1))
def test_points_have_the_sign_of_what_is_shown(difference: float) -> None:
    shown = points(difference)
    assert abs(float(shown) - 100 * difference) <= 0.0500001
    assert shown.startswith("+") is (float(shown) > 0)
    assert shown != "-0.0"


def test_names_of_strangers_are_written_as_the_reader_asks() -> None:
    shown = headline(passed(), Names(name=lambda one: f"<{one}>"))
    assert shown.startswith("<v4> is no worse than <v3> by more than 2 points")
