"""Several questions, several looks, any time."""

from __future__ import annotations

from itertools import pairwise
from math import prod
from random import Random

import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from promptops.statistics.betting import Betting, wealth
from promptops.statistics.families import all_hold, holm
from promptops.statistics.looks import boundary, confidence_at, constant, crossed, spent

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=8)


@given(P_VALUES)
def test_holms_correction_is_statsmodels(p_values: list[float]) -> None:
    expected = multipletests(p_values, method="holm")[1]
    assert holm(p_values) == pytest.approx(list(expected), abs=1e-12)


@given(P_VALUES)
def test_a_correction_never_makes_bolder(p_values: list[float]) -> None:
    for p, corrected in zip(p_values, holm(p_values), strict=True):
        assert p <= corrected <= 1


def test_no_question_needs_no_correction() -> None:
    assert holm([]) == ()
    assert holm([0.03]) == (0.03,)


def test_what_must_all_hold_is_as_sure_as_its_least_sure_part() -> None:
    assert all_hold([0.01, 0.04, 0.002]) == 0.04


@pytest.mark.parametrize(("looks", "expected"), [(2, 1.678), (3, 1.710), (4, 1.733), (5, 1.751)])
def test_constants_of_obrien_and_fleming_are_those_in_print(looks: int, expected: float) -> None:
    assert constant(looks) == pytest.approx(expected, abs=6e-4)


@pytest.mark.parametrize(("looks", "confidence"), [(2, 0.975), (3, 0.95), (4, 0.95), (5, 0.9)])
def test_a_walk_crosses_the_boundary_with_the_chance_of_the_level(
    looks: int, confidence: float
) -> None:
    c = constant(looks, confidence)
    bound = [c * looks**0.5] * looks  # in sums, whose covariance is the smaller of the two looks
    covariance = [[min(i, j) + 1 for j in range(looks)] for i in range(looks)]
    inside = scipy.stats.multivariate_normal.cdf(bound, cov=covariance, abseps=1e-7)
    assert 1 - inside == pytest.approx(1 - confidence, abs=2e-5)


def test_a_single_look_is_a_single_test() -> None:
    assert confidence_at(1, 1, 0.95) == 0.95
    assert constant(1) == pytest.approx(scipy.stats.norm.ppf(0.95))
    assert crossed(1, 1, 1.2) == pytest.approx(scipy.stats.norm.sf(1.2))


@pytest.mark.parametrize("looks", [2, 3, 5, 8])
def test_later_looks_ask_for_less_and_spend_the_whole_level(looks: int) -> None:
    asked = [boundary(looks, look) for look in range(1, looks + 1)]
    used = [spent(looks, look) for look in range(1, looks + 1)]
    assert all(one > other for one, other in pairwise(asked))
    assert all(one < other for one, other in pairwise(used))
    assert used[-1] == pytest.approx(0.05, abs=1e-9)
    assert asked[-1] == pytest.approx(constant(looks))


@pytest.mark.parametrize(("looks", "look"), [(0, 0), (3, 4), (3, 0), (21, 1)])
def test_a_look_that_is_not_planned_is_refused(looks: int, look: int) -> None:
    with pytest.raises(ValueError, match="look"):
        boundary(looks, look)


def drawn(seed: int, n: int, gain: float, discordance: float) -> tuple[float, ...]:
    won = (discordance + gain) / 2
    dice = Random(seed)
    return tuple(
        1.0 if x < won else -1.0 if x < discordance else 0.0
        for x in (dice.random() for _ in range(n))
    )


def test_a_fair_bet_wins_nothing_on_average() -> None:
    ends = [wealth(drawn(seed, 60, -0.02, 0.1), -0.02)[-1] for seed in range(1500)]
    assert sum(ends) / len(ends) == pytest.approx(1, abs=0.1)


def test_a_candidate_at_the_margin_seldom_ever_passes() -> None:
    passed = sum(
        Betting(drawn(seed, 400, -0.05, 0.12)).p_above(-0.05) <= 0.05 for seed in range(400)
    )
    assert passed <= 0.06 * 400


@pytest.mark.parametrize("n", [1, 7, 200, 201, 251, 400, 999])
def test_the_last_look_is_at_the_end_and_is_what_every_unit_made_of_it(n: int) -> None:
    values = drawn(3, n, 0.0, 0.3)
    stakes = (0.9, 0.6, 0.4, 0.25, 0.15, 0.08, 0.04, 0.02, 0.01)
    ends = [prod(1 - u + u * (1 + one) / 0.95 for one in values) for u in stakes]
    found = wealth(values, -0.05)
    assert len(found) <= 200
    assert found[-1] == pytest.approx(sum(ends) / len(ends), rel=1e-9)


def test_wealth_is_looked_at_after_each_unit_or_two_hundred_times() -> None:
    assert len(wealth([0.0] * 150, -0.02)) == 150
    assert len(wealth([0.0] * 1000, -0.02)) == 200
    assert wealth([0.5], -1.0) == [1.0]


DIFFERENCES = st.lists(st.sampled_from([-1.0, -0.5, 0.0, 0.25, 1.0]), min_size=1, max_size=80)


@given(DIFFERENCES, st.floats(-0.9, 0.9), st.floats(-0.9, 0.9))
def test_bets_against_a_lower_threshold_win_more(
    differences: list[float], one: float, other: float
) -> None:
    low, high = sorted((one, other))
    bets = Betting(tuple(differences))
    assert bets.p_above(low) <= bets.p_above(high) + 1e-12


@given(DIFFERENCES)
def test_bounds_of_bets_hold_the_mean_and_turn_with_the_sign(differences: list[float]) -> None:
    bets = Betting(tuple(differences))
    mirrored = Betting(tuple(-one for one in differences))
    assert -1 <= bets.lower(0.95) <= bets.value <= bets.upper(0.95) <= 1
    assert bets.lower(0.95) == pytest.approx(-mirrored.upper(0.95), abs=1e-9)
