"""From pairs to PASS, FAIL or INCONCLUSIVE."""

from __future__ import annotations

import doctest
from dataclasses import replace
from random import Random

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import promptops.statistics
from promptops.statistics.family import corrected, overall
from promptops.statistics.gate import Cause, Gate, Pair
from promptops.statistics.looks import places
from promptops.statistics.outcome import Verdict
from promptops.statistics.paired import Table, Tango, newcombe
from promptops.statistics.verdict import judge, settled

LOST = Cause.INFRASTRUCTURE


def pairs(both: int, b: int, c: int, neither: int) -> list[Pair]:
    parts = ((Pair(1, 1), both), (Pair(1, 0), b), (Pair(0, 1), c), (Pair(0, 0), neither))
    found = [pair for pair, many in parts for _ in range(many)]
    Random(0).shuffle(found)
    return found


def graded(n: int, *, gain: float = 0.0, seed: int = 1, spread: float = 0.1) -> list[Pair]:
    dice = Random(seed)
    found = []
    for _ in range(n):
        base = dice.uniform(0.3, 0.7)
        found.append(Pair(min(1.0, max(0.0, base + gain + dice.gauss(0, spread))), base))
    return found


def fours(whole: list[Pair]) -> list[Pair]:
    return [replace(pair, cluster=at // 4) for at, pair in enumerate(whole)]


def test_the_example_of_the_package_is_true() -> None:
    failed, tried = doctest.testmod(promptops.statistics)
    assert tried >= 7
    assert not failed


def test_a_candidate_within_the_margin_passes() -> None:
    found = judge(pairs(840, 32, 24, 104), Gate(0.02))
    assert found.verdict == "PASS"
    assert found.table == Table(840, 32, 24, 104)
    assert found.bound == pytest.approx(-0.0044, abs=5e-5)
    assert (found.low, found.high) == pytest.approx((-0.0069, 0.0231), abs=5e-5)
    assert (found.test_method, found.interval_method) == ("Tango", "Newcombe 10")
    assert found.more_cases is None
    assert (found.n, found.missing, found.clusters) == (1000, 0, 1000)


def test_too_few_cases_settle_nothing_and_say_how_many_would() -> None:
    found = judge(pairs(430, 9, 12, 49), Gate(0.02))
    assert found.verdict == "INCONCLUSIVE"
    assert found.p == pytest.approx(0.0749, abs=5e-4)
    assert found.more_cases is not None
    assert found.more_cases.at_zero == 150
    assert found.more_cases.at_observed == 827
    assert "settles nothing" in found.reasons[0]


def test_a_candidate_that_is_worse_by_more_fails() -> None:
    found = judge(pairs(800, 10, 90, 100), Gate(0.02))
    assert (found.verdict, found.reasons) == ("FAIL", ("worse by more than 0.02",))
    assert found.ceiling is not None
    assert found.ceiling < -0.02


def test_a_pass_that_is_measurably_worse_says_so() -> None:
    found = judge(pairs(1900, 5, 25, 70), Gate(0.02))
    assert found.verdict == "PASS"
    assert "measurably worse, within the margin" in found.reasons


def test_superiority_asks_for_a_gain_beyond_the_margin() -> None:
    better = pairs(800, 80, 20, 100)
    assert judge(better, Gate(0, "superiority")).verdict == "PASS"
    assert judge(better, Gate(0.05, "superiority")).verdict == "INCONCLUSIVE"
    assert judge(pairs(800, 20, 80, 100), Gate(0, "superiority")).reasons == ("worse",)


def test_equivalence_fails_on_either_side() -> None:
    gate = Gate(0.03, "equivalence")
    assert judge(pairs(900, 10, 10, 80), gate).verdict == "PASS"
    assert judge(pairs(800, 90, 10, 100), gate).reasons == ("better by more than 0.03",)
    assert judge(pairs(800, 10, 90, 100), gate).reasons == ("worse by more than 0.03",)
    assert judge(pairs(90, 2, 2, 6), gate).verdict == "INCONCLUSIVE"


def test_what_the_prompt_caused_is_a_score_of_nought() -> None:
    refused = [Pair(Cause.PROMPT, 1)] * 30
    found = judge(pairs(900, 20, 20, 60) + refused, Gate(0.02))
    assert found.table == Table(900, 20, 50, 60)
    assert found.missing == 0


def test_what_does_not_apply_is_not_asked() -> None:
    neither = [Pair(Cause.NOT_APPLICABLE, Cause.NOT_APPLICABLE)] * 50
    found = judge(pairs(900, 20, 20, 60) + neither, Gate(0.02))
    assert (found.n, found.missing) == (1000, 0)
    one_side = judge([*pairs(900, 20, 20, 60), Pair(1, Cause.NOT_APPLICABLE)], Gate(0.02))
    assert one_side.missing == 1


def test_missing_pairs_are_set_against_the_candidate_before_it_passes() -> None:
    whole = pairs(840, 32, 24, 104)
    found = judge(whole + [Pair(LOST, 1)] * 6 + [Pair(1, LOST)] * 4, Gate(0.02))
    assert found.sensitivity is not None
    assert found.difference == pytest.approx(0.008)
    assert found.sensitivity.complete == newcombe(Table(840, 32, 24, 104))
    assert found.sensitivity.worst == newcombe(Table(844, 32, 30, 104))
    assert found.sensitivity.best == newcombe(Table(846, 36, 24, 104))
    assert found.bound == pytest.approx(Tango(32, 30, 1010).lower(0.95))


def test_too_many_missing_pairs_decide_nothing() -> None:
    for whole in (pairs(840, 32, 24, 104), pairs(800, 10, 90, 100)):
        found = judge([*whole, *[Pair(LOST, LOST)] * 11], Gate(0.02))
        assert found.verdict == "INCONCLUSIVE"
        assert found.reasons[0] == "11 of 1011 pairs are missing, more than 1 %: resume"


def test_a_failing_scorer_is_no_failing_prompt() -> None:
    found = judge(pairs(840, 32, 24, 104) + [Pair(Cause.SCORER, 1)] * 3, Gate(0.02))
    assert (found.verdict, found.missing) == ("PASS", 3)


SCORES = st.sampled_from([0.0, 0.25, 0.5, 1.0])
KINDS = st.sampled_from(["non_inferiority", "superiority", "equivalence"])


@settings(deadline=None, max_examples=40)
@given(
    st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), KINDS,
    st.sets(st.integers(0, 239), max_size=40), st.sampled_from([LOST, Cause.SCORER]),
    st.booleans(),
)  # fmt: skip
def test_missing_scores_never_turn_a_failure_into_a_pass(  # noqa: PLR0913, PLR0917
    b: int, c: int, both: int, kind: str, gone: set[int], cause: Cause, ours: bool
) -> None:
    whole = pairs(both, b, c, 240 - both - b - c)
    gate = Gate(0.05, kind, max_errors=1.0)
    assume(judge(whole, gate).verdict == "FAIL")
    lost = [
        (replace(pair, candidate=cause) if ours else replace(pair, incumbent=cause))
        if at in gone
        else pair
        for at, pair in enumerate(whole)
    ]
    assert judge(lost, gate).verdict != "PASS"


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.filter_too_much])
@given(
    st.lists(st.tuples(SCORES, SCORES), min_size=100, max_size=140),
    st.sets(st.integers(0, 99), max_size=10),
)
def test_nor_do_missing_scores_that_are_no_rights_or_wrongs(
    scores: list[tuple[float, float]], gone: set[int]
) -> None:
    gate = Gate(0.02, max_errors=1.0)
    whole = [Pair(min(a, b), b) for a, b in scores]
    assume(judge(whole, gate).verdict == "FAIL")
    lost = [replace(p, candidate=LOST) if at in gone else p for at, p in enumerate(whole)]
    assert judge(lost, gate).verdict != "PASS"


@given(st.integers(0, 40), st.integers(0, 40), st.floats(0.005, 0.2), st.floats(0.005, 0.2))
def test_a_wider_margin_never_takes_a_pass_away(b: int, c: int, one: float, other: float) -> None:
    narrow, wide = sorted((one, other))
    whole = pairs(300, b, c, 40)
    if judge(whole, Gate(narrow)).verdict == "PASS":
        assert judge(whole, Gate(wide)).verdict == "PASS"
    if judge(whole, Gate(wide)).verdict == "FAIL":
        assert judge(whole, Gate(narrow)).verdict == "FAIL"


@given(st.integers(0, 40), st.integers(0, 40), st.randoms())
def test_the_order_of_the_cases_decides_nothing(b: int, c: int, dice: Random) -> None:
    whole = pairs(100, b, c, 20)
    shuffled = whole[:]
    dice.shuffle(shuffled)
    assert judge(whole, Gate(0.02)) == judge(shuffled, Gate(0.02))


@settings(deadline=None, max_examples=20)
@given(st.integers(40, 120), st.integers(0, 5))
def test_swapping_the_versions_of_equivalence_changes_no_verdict(n: int, seed: int) -> None:
    whole = graded(n, seed=seed)
    gate = Gate(0.03, "equivalence")
    one = judge(whole, gate)
    other = judge([Pair(pair.incumbent, pair.candidate) for pair in whole], gate)
    assert one.verdict == other.verdict
    assert one.difference == pytest.approx(-other.difference)


@pytest.mark.parametrize(
    ("whole", "method"),
    [
        (graded(100), "paired t"),
        (graded(99), "studentised bootstrap"),
        (fours(graded(160)), "cluster-robust t"),
        (fours(graded(120)), "bootstrap of clusters"),
        ([Pair(0.5, 0.5)] * 100 + graded(20), "paired t, at least Tango"),
    ],
)  # fmt: skip
def test_the_method_is_that_for_the_data(whole: list[Pair], method: str) -> None:
    assert judge(whole, Gate(0.1)).test_method == method


@pytest.mark.parametrize("whole", [
    graded(9),
    [replace(pair, cluster=at % 9) for at, pair in enumerate(pairs(840, 32, 24, 104))],
    [Pair(LOST, 1)],
    [],
])  # fmt: skip
def test_below_ten_units_there_is_no_verdict(whole: list[Pair]) -> None:
    found = judge(whole, Gate(0.1))
    assert found.verdict == "INCONCLUSIVE"
    assert "too few for a verdict" in found.reasons[0]
    assert found.difference is None


def test_scores_that_never_differ_are_not_known_to_be_equal() -> None:
    assert judge([Pair(0.5, 0.5)] * 120, Gate(0.02)).verdict == "INCONCLUSIVE"
    assert judge([Pair(0.5, 0.5)] * 140, Gate(0.02)).verdict == "PASS"


def test_cases_that_repeat_one_another_in_clusters_count_once() -> None:
    once = pairs(400, 12, 12, 76)
    alone = judge(once, Gate(0.02))
    again = [replace(pair, cluster=at) for at, pair in enumerate(once)] * 4
    found = judge(again, Gate(0.02))
    careless = judge([replace(pair, cluster=None) for pair in again], Gate(0.02))
    assert (found.n, found.clusters) == (2000, 500)
    assert found.mcnemar_p is None
    assert alone.bound is not None
    assert careless.bound is not None
    assert found.bound == pytest.approx(alone.bound, abs=0.002)
    assert careless.bound > found.bound + 0.005


def test_clusters_of_one_case_are_none() -> None:
    whole = pairs(400, 12, 12, 76)
    named = [replace(pair, cluster=f"c{at}") for at, pair in enumerate(whole)]
    assert judge(named, Gate(0.02)) == judge(whole, Gate(0.02))


COSTS = [(0.6 + 0.01 * (at % 7), 1.0) for at in range(1000)]


def test_the_cost_is_bounded_too() -> None:
    whole = pairs(840, 32, 24, 104)
    gate = Gate(0.02, max_cost_ratio=0.7)
    cheap = judge(whole, gate, costs=COSTS)
    assert cheap.verdict == "PASS"
    assert cheap.cost is not None
    assert cheap.cost.value == pytest.approx(0.63, abs=0.001)
    dear = judge(whole, gate, costs=[(0.9, 1.0)] * 1000)
    assert (dear.verdict, dear.reasons) == ("FAIL", ("the cost ratio is above 0.7",))
    dice = Random(1)
    open_ = judge(whole, gate, costs=[(dice.expovariate(1 / 0.7), 1.0) for _ in range(1000)])
    assert (open_.verdict, open_.more_cases) == ("INCONCLUSIVE", None)


def test_an_unknown_cost_is_never_nought() -> None:
    whole = pairs(840, 32, 24, 104)
    for costs in (None, [None] * 1000):
        found = judge(whole, Gate(0.02, max_cost_ratio=0.7), costs=costs)
        assert found.verdict == "INCONCLUSIVE"
        assert found.cost is None


def test_early_looks_ask_for_more() -> None:
    whole, gate = pairs(230, 15, 9, 46), Gate(0.02, looks=3)
    bounds = [judge(whole, gate, look=look).bound for look in (1, 2, 3)]
    assert bounds == sorted(bounds)
    assert bounds[2] < judge(whole, Gate(0.02)).bound
    first = judge(whole, gate, look=1).look
    assert (first.number, first.of) == (1, 3)
    assert first.level_spent == pytest.approx(0.0015, abs=1e-4)


def test_an_e_process_may_be_looked_at_any_time() -> None:
    gate = Gate(0.02, stop="e-process")
    good = judge(pairs(900, 60, 10, 30), gate)
    assert (good.verdict, good.test_method) == ("PASS", "e-process")
    assert judge(pairs(700, 10, 200, 90), gate).verdict == "FAIL"
    assert judge(pairs(90, 1, 1, 8), gate).verdict == "INCONCLUSIVE"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"margin": 0.0}, "margin"),
        ({"margin": 1.0}, "margin"),
        ({"margin": 0.02, "confidence": 0.5}, "confidence"),
        ({"margin": 0.02, "looks": 3, "stop": "e-process"}, "e-process"),
    ],
)
def test_a_gate_that_asks_nothing_is_refused(wrong: dict[str, float], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        Gate(**wrong)


@pytest.mark.parametrize("score", [-0.1, 1.1, float("nan")])
def test_a_score_off_the_scale_is_refused(score: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        Pair(score, 1)


def verdicts(many: int) -> list[Verdict]:
    close = judge(pairs(430, 13, 12, 45), Gate(0.02))
    assert close.verdict == "PASS"
    return [close] * many


def alone(candidates: list[Verdict]) -> list[Verdict]:
    return [one for (one,) in corrected([[each] for each in candidates])]


def test_many_candidates_must_pass_by_more() -> None:
    assert alone(verdicts(1)) == verdicts(1)
    found = alone(verdicts(3))
    assert {one.verdict for one in found} == {"INCONCLUSIVE"}
    assert found[0].p_holm == pytest.approx(3 * found[0].p)
    assert "among 3 candidates" in found[0].reasons[0]
    clear = judge(pairs(840, 32, 24, 104), Gate(0.02))
    assert alone([clear, clear])[0].verdict == "PASS"


def test_a_candidate_without_a_p_is_none_of_the_family() -> None:
    short = judge(graded(5), Gate(0.02))
    assert alone([short, *verdicts(1)]) == [short, *verdicts(1)]


def test_metrics_that_must_all_hold_are_no_family_and_candidates_are() -> None:
    clear = judge(pairs(840, 32, 24, 104), Gate(0.02))
    (both,) = corrected([[clear, *verdicts(1)]])
    assert [one.verdict for one in both] == ["PASS", "PASS"]
    assert [one.p_holm for one in both] == [one.p for one in both]
    three = corrected([[clear, one] for one in verdicts(3)])
    assert {one.verdict for each in three for one in each} == {"INCONCLUSIVE"}
    assert {one.p_holm for each in three for one in each} == {3 * both[1].p}


def test_a_quick_look_of_an_e_process_says_what_the_verdict_does() -> None:
    for counts in ((900, 60, 10, 30), (700, 10, 200, 90), (90, 1, 1, 8), (300, 20, 26, 30)):
        found = pairs(*counts)
        for test in ("non_inferiority", "equivalence"):
            gate = Gate(0.05, test=test, stop="e-process")
            assert settled(found, gate) == judge(found, gate).verdict


def test_looks_are_behind_whole_clusters_equally_far_apart() -> None:
    assert places([1] * 10, 3) == (4, 7, 10)
    assert places([5, 1, 1, 3], 2) == (5, 10)
    assert places([9, 1], 3) == (9, 9, 10)
    assert places([], 2) == (0, 0)


def test_the_gravest_outcome_is_the_whole_ones() -> None:
    assert overall(["PASS", "INCONCLUSIVE"]) == "INCONCLUSIVE"
    assert overall(["INCONCLUSIVE", "FAIL", "PASS"]) == "FAIL"
    assert overall(["FAIL", "PASS"], one_is_enough=True) == "PASS"
