"""Judges against people and one another, metrics of runs, configurations worth having."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import cohens_kappa

from promptops.statistics.agreement import (
    calibrated,
    cohen_kappa,
    krippendorff_alpha,
    prediction_powered,
)
from promptops.statistics.pareto import Trial, membership, undominated
from promptops.statistics.rates import wilson
from promptops.statistics.runs import auroc, macro_f1, run_interval

LABELS = st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), min_size=1)

# Krippendorff (2011), Computing Krippendorff's Alpha-Reliability, section C.
OBSERVERS = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, None, None, None],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, None, 3],
    [None, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, None],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, None],
]


@given(LABELS)
def test_cohens_kappa_is_statsmodels(labels: list[tuple[str, str]]) -> None:
    found = cohen_kappa(labels)
    if found is None:
        assert len({one for pair in labels for one in pair}) == 1
        return
    table = np.zeros((3, 3))
    for one, other in labels:
        table["abc".index(one), "abc".index(other)] += 1
    with np.errstate(all="ignore"):
        assert found == pytest.approx(cohens_kappa(table, return_results=False), abs=1e-12)


@given(LABELS)
def test_raters_agree_as_much_with_one_another_either_way(labels: list[tuple[str, str]]) -> None:
    assert cohen_kappa(labels) == cohen_kappa([(b, a) for a, b in labels])


def test_krippendorffs_own_example() -> None:
    units = list(zip(*OBSERVERS, strict=True))
    assert krippendorff_alpha(units, distance="nominal") == pytest.approx(0.743, abs=5e-4)
    assert krippendorff_alpha(units, distance="interval") == pytest.approx(0.849, abs=5e-4)


def test_judges_who_never_differ_agree_and_those_who_say_one_thing_say_nothing() -> None:
    assert krippendorff_alpha([("a", "a"), ("b", "b")], distance="nominal") == 1.0
    assert krippendorff_alpha([("a", "a"), ("a", "a")], distance="nominal") is None
    assert krippendorff_alpha([], distance="nominal") is None


def test_a_judge_is_calibrated_by_what_people_say() -> None:
    labels = [(True, True)] * 40 + [(False, True)] * 5 + [(True, False)] * 3 + [(False, False)] * 12
    found = calibrated(labels)
    assert found.agreement == wilson(52, 60)
    assert found.sensitivity == wilson(40, 45)
    assert found.specificity == wilson(12, 15)
    assert found.kappa == cohen_kappa(labels)


def test_what_people_never_said_has_no_rate() -> None:
    found = calibrated([(True, True), (False, True)])
    assert found.specificity is None
    assert found.sensitivity == wilson(1, 2)


def test_a_corrected_rate_is_the_mean_over_all_and_what_people_take_back() -> None:
    judged = [1.0] * 80 + [0.0] * 20
    labelled = [(1.0, 1.0)] * 30 + [(1.0, 0.0)] * 10 + [(0.0, 0.0)] * 10
    found = prediction_powered(judged, labelled)
    assert found is not None
    everything = judged + [f for f, _ in labelled]
    expected = sum(everything) / 150 + sum(y - f for f, y in labelled) / 50
    assert found.value == pytest.approx(expected)


def test_labels_alone_give_their_t() -> None:
    labelled = [(0.3, float(at % 3 == 0)) for at in range(60)]
    found = prediction_powered([], labelled)
    expected = scipy.stats.ttest_1samp([y for _, y in labelled], 0).confidence_interval(0.95)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    assert prediction_powered([1.0], labelled[:1]) is None


def test_a_single_case_more_is_weighed_as_one() -> None:
    labelled = [(float(at % 2), float(at % 3 > 0)) for at in range(50)]
    found = prediction_powered([1.0], labelled)
    assert found is not None
    scores = [1.0, *(f for f, _ in labelled)]
    expected = sum(scores) / 51 + sum(y - f for f, y in labelled) / 50
    assert found.value == pytest.approx(expected)


def test_a_corrected_rate_covers_the_truth_and_a_good_judge_narrows_it() -> None:
    dice, covered, widths, alone = Random(4), 0, 0.0, 0.0
    for _ in range(400):
        truth = [float(dice.random() < 0.7) for _ in range(500)]
        # A judge too kind by far, but who knows.
        scores = [1.0 if y or dice.random() < 0.2 else 0.0 for y in truth]
        labelled = list(zip(scores, truth, strict=True))[:100]
        found, own = prediction_powered(scores[100:], labelled), prediction_powered([], labelled)
        assert found is not None
        assert own is not None
        covered += found.low <= 0.7 <= found.high
        widths += found.high - found.low
        alone += own.high - own.low
    assert 0.92 <= covered / 400 <= 0.98
    assert widths < 0.75 * alone


def test_labels_of_other_answers_tell_of_the_judge_alone() -> None:
    judged, labelled = [1.0] * 9 + [0.0], [(1.0, 1.0)] * 45 + [(1.0, 0.0)] * 15
    found = prediction_powered(judged, labelled, elsewhere=True)
    assert found is not None
    assert found.value == pytest.approx(0.9 - 15 / 60)
    assert prediction_powered([1.0], labelled, elsewhere=True) is None
    dice, covered = Random(5), 0
    for _ in range(300):
        truth = [float(dice.random() < 0.7) for _ in range(260)]
        scores = [1.0 if y or dice.random() < 0.2 else 0.0 for y in truth]
        pairs = list(zip(scores, truth, strict=True))[:60]
        held = prediction_powered(scores[60:], pairs, elsewhere=True)
        assert held is not None
        covered += held.low <= 0.7 <= held.high
    assert 0.91 <= covered / 300 <= 0.985


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=60))
def test_auroc_is_the_rank_test_of_mann_and_whitney(scored: list[tuple[int, bool]]) -> None:
    yes, no = [s for s, right in scored if right], [s for s, right in scored if not right]
    found = auroc(scored)
    if not yes or not no:
        assert found is None
        return
    expected = scipy.stats.mannwhitneyu(yes, no).statistic / (len(yes) * len(no))
    assert found == pytest.approx(expected)


def test_macro_f1_is_the_mean_over_the_labels_that_are_due() -> None:
    labels = [("a", "a"), ("a", "b"), ("b", "b"), ("b", "b"), ("invalid", "a")]
    assert macro_f1(labels) == pytest.approx((2 * 1 / (2 + 2) + 2 * 2 / (2 + 3)) / 2)
    assert macro_f1([("a", "a")]) == 1.0
    assert macro_f1([]) is None


def test_an_interval_of_a_run_is_wider_over_clusters_that_repeat_themselves() -> None:
    dice = Random(3)
    cases = [(dice.gauss(float(yes), 1), yes) for yes in (True, False) * 40]
    alone = run_interval(cases, auroc, seed=1)
    thrice = run_interval(cases * 3, auroc, list(range(80)) * 3, seed=1)
    careless = run_interval(cases * 3, auroc, seed=1)
    assert alone is not None
    assert thrice is not None
    assert careless is not None
    assert alone.low < alone.value < alone.high
    assert thrice.high - thrice.low == pytest.approx(alone.high - alone.low, rel=0.15)
    assert careless.high - careless.low < 0.75 * (alone.high - alone.low)


def test_a_metric_that_most_draws_lack_has_no_interval() -> None:
    assert run_interval([(1.0, True), (0.0, True)], auroc, seed=1) is None
    assert run_interval([(1.0, True), (0.5, True)], auroc, seed=1) is None


POINTS = st.dictionaries(
    st.sampled_from("abcdef"), st.tuples(*[st.integers(0, 3).map(float)] * 3), min_size=1
)


@given(POINTS)
def test_something_is_always_undominated_and_the_best_of_each_kind_is(
    points: dict[str, tuple[float, float, float]],
) -> None:
    front = undominated(points)
    assert front
    finest = max(points.values(), key=lambda p: (p[0], -p[1], -p[2]))
    assert all(name in front for name, point in points.items() if point == finest)


def trials(quality: float, cost: float, latency: float, seed: int, n: int = 200) -> list[Trial]:
    dice = Random(seed)
    rows = ((float(dice.random() < quality), dice.uniform(0.5, 1.5)) for _ in range(n))
    return [Trial(right, right, cost * x, latency * x) for right, x in rows]


def test_what_is_worse_in_everything_is_never_on_the_front() -> None:
    found = membership(
        {
            "good": trials(0.95, 1.0, 1.0, 1),
            "cheap": trials(0.8, 0.2, 1.0, 2),
            "bad": trials(0.5, 2.0, 3.0, 3),
        },
        seed=1,
    )
    assert found["good"] > 0.99
    assert found["cheap"] > 0.99
    assert found["bad"] < 0.01


def test_twins_share_the_front_and_the_seed_decides_nothing_twice() -> None:
    rows = trials(0.9, 1.0, 1.0, 1)
    clusters = [at // 4 for at in range(200)]
    found = membership({"one": rows, "twin": rows}, clusters, seed=1, draws=50)
    assert found == {"one": 1.0, "twin": 1.0}
    several = {"one": rows, "other": trials(0.9, 1.0, 1.0, 2)}
    assert membership(several, seed=3, draws=50) == membership(several, seed=3, draws=50)


def test_blocks_of_many_cases_give_the_shares_that_drawing_cases_does() -> None:
    """Two that differ by a standard error or two in each respect, on 256 cases and on 257."""
    shares = []
    for n in (256, 257):
        one, other = trials(0.9, 1.0, 1.0, 5, n), trials(0.88, 0.97, 1.05, 6, n)
        shares.append(membership({"one": one, "other": other}, seed=2, draws=1_000))
    for name in ("one", "other"):
        assert 0.03 < shares[0][name] <= 1
        assert shares[0][name] == pytest.approx(shares[1][name], abs=0.07)


def test_configurations_of_different_cases_are_not_compared() -> None:
    with pytest.raises(ValueError, match="the same cases"):
        membership({"one": trials(0.9, 1, 1, 1), "short": trials(0.9, 1, 1, 1, 5)}, seed=1)
