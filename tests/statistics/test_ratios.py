"""Ratios of costs, and what a success costs."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops.statistics.ratios import (
    cost_per_success,
    cost_ratio,
    expected_cost,
    success_within,
)

COSTS = st.lists(st.tuples(st.floats(0.01, 10), st.floats(0.01, 10)), min_size=2, max_size=60)


@given(COSTS)
def test_a_ratio_is_the_delta_methods(costs: list[tuple[float, float]]) -> None:
    found = cost_ratio(costs)
    assert found is not None
    y, x = np.array(costs).T
    s = np.cov(y, x)
    variance = s[0, 0] / y.mean() ** 2 + s[1, 1] / x.mean() ** 2 - 2 * s[0, 1] / y.mean() / x.mean()
    assert found.value == pytest.approx(y.sum() / x.sum())
    assert found.log_error == pytest.approx(math.sqrt(max(0, variance) / len(costs)), abs=1e-6)


@given(COSTS)
def test_swapping_the_versions_turns_the_ratio_over(costs: list[tuple[float, float]]) -> None:
    one, other = cost_ratio(costs), cost_ratio([(x, y) for y, x in costs])
    assert one is not None
    assert other is not None
    assert one.value == pytest.approx(1 / other.value)
    assert one.lower(0.95) == pytest.approx(1 / other.upper(0.95))


@given(COSTS, st.floats(0.001, 1000))
def test_the_currency_does_not_matter(costs: list[tuple[float, float]], rate: float) -> None:
    one, other = cost_ratio(costs), cost_ratio([(y * rate, x * rate) for y, x in costs])
    assert one is not None
    assert other is not None
    assert other.value == pytest.approx(one.value)
    assert other.log_error == pytest.approx(one.log_error, abs=1e-7)


def test_costs_that_follow_one_another_have_a_sure_ratio() -> None:
    found = cost_ratio([(0.62 * x, x) for x in (1, 5, 2, 9, 4)])
    assert found is not None
    shown = found.interval(0.95)
    assert (shown.low, shown.value, shown.high) == pytest.approx((0.62, 0.62, 0.62))


def test_repeating_cases_in_a_cluster_makes_no_ratio_surer() -> None:
    dice = Random(1)
    costs = [(dice.uniform(1, 3), dice.uniform(1, 3)) for _ in range(20)]
    once = cost_ratio(costs)
    again = cost_ratio(costs * 3, list(range(20)) * 3)
    assert once is not None
    assert again is not None
    assert again.log_error == pytest.approx(once.log_error)
    assert again.units == 20


@pytest.mark.parametrize(
    ("costs", "clusters"),
    [([], None), ([(1, 1)], None), ([(0, 1), (0, 2)], None), ([(1, 0), (1, 0)], None),
     ([(1, 2), (2, 3)], ["a", "a"])],
)  # fmt: skip
def test_no_ratio_where_there_is_none(
    costs: list[tuple[float, float]], clusters: list[str] | None
) -> None:
    assert cost_ratio(costs, clusters) is None


def test_a_success_costs_all_attempts() -> None:
    found = cost_per_success([1.0, 3.0, 2.0, 2.0] * 10, [1, 0, 1, 0] * 10, seed=1)
    assert found.value == 4.0
    assert found.low < 4.0 < found.high


def test_where_nothing_succeeds_a_success_costs_infinitely_much() -> None:
    assert cost_per_success([1.0] * 12, [0] * 12, seed=1).value == math.inf


def test_whole_clusters_are_drawn() -> None:
    costs, won = [1.0] * 40, [1, 1, 1, 1, 0, 0, 0, 0] * 5
    alone = cost_per_success(costs, won, seed=1)
    together = cost_per_success(costs, won, [at // 4 for at in range(40)], seed=1)
    assert together.high - together.low > 1.3 * (alone.high - alone.low)


def test_of_many_cases_a_success_has_the_interval_that_a_bootstrap_would_find() -> None:
    dice = Random(3)
    costs = [dice.expovariate(1.0) for _ in range(400)]
    won = [int(dice.random() < 0.8) for _ in range(400)]
    found = cost_per_success(costs, won, seed=1)
    draws = (dice.choices(range(400), k=400) for _ in range(2_000))
    again = sorted(sum(costs[i] for i in draw) / sum(won[i] for i in draw) for draw in draws)
    assert found.method == "log-ratio delta"
    assert found.value == pytest.approx(sum(costs) / sum(won))
    assert (found.low, found.high) == pytest.approx((again[49], again[1949]), rel=0.03)


def test_independent_retries_do_not_change_what_a_success_costs() -> None:
    dice, rate, cost = Random(2), 0.3, 1.0
    for cap in (1, 3, 10):
        spent, won = [], []
        for _ in range(20_000):
            tries = 1
            while (right := dice.random() < rate) is False and tries < cap:
                tries += 1
            spent.append(tries * cost)
            won.append(right)
        assert sum(spent) / sum(won) == pytest.approx(cost / rate, rel=0.03)
        assert sum(won) / len(won) == pytest.approx(success_within(rate, cap), abs=0.012)


def test_a_failure_may_cost_something_more() -> None:
    found = expected_cost([1.0, 1.0, 1.0, 1.0], [1, 1, 1, 0], 20.0)
    assert found is not None
    assert found.value == 6.0
    assert found.low < 6.0 < found.high
    assert expected_cost([1.0], [1], 20.0) is None
