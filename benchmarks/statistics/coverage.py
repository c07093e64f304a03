"""How often intervals hold the truth."""

from __future__ import annotations

from itertools import product
from typing import Final

import numpy as np
from counting import RATES, limit, log_choices

from promptops.statistics.paired import Table, newcombe
from promptops.statistics.rates import wilson
from promptops.statistics.ratios import cost_per_success, cost_ratio

MISSED: Final = 0.07  # share of intervals of 95 % that may miss, on average


def rate_coverage(n: int) -> tuple[float, float, float, float]:
    """Return how often Wilson's interval holds a rate, mean and worst, and how often Wald's."""
    shares, wald = [], []
    logs, k = log_choices(n), np.arange(n + 1)
    for rate in (0.5, 0.7, 0.8, 0.9, 0.95, 0.98):
        ways = logs[n] - logs[k] - logs[n - k]
        p = np.exp(ways + k * np.log(rate) + (n - k) * np.log1p(-rate))
        found = [wilson(x, n) for x in range(n + 1)]
        shares.append(float(p[[one.low <= rate <= one.high for one in found]].sum()))
        half = 1.96 * np.sqrt(k / n * (1 - k / n) / n)
        wald.append(float(p[np.abs(k / n - rate) <= half].sum()))
    return sum(shares) / len(shares), min(shares), sum(wald) / len(wald), min(wald)


def coverage(*, quick: bool) -> None:
    """Print how often intervals of 95 % hold the truth."""
    print("coverage of intervals of 95 %: mean and worst over rates 0.5 to 0.98 (exact)")
    for n in (20, 50, 100, 400):
        told = "Wilson {:.1%} {:.1%}; mean ± 1.96 errors {:.1%} {:.1%}".format(*rate_coverage(n))
        print(f"  n = {n:4}: {told}")
    draws = 4_000 if quick else 40_000
    found = [
        _paired(setting, draws)
        for setting in product((0.06, 0.12), (-0.05, 0.0, 0.02), (50, 100, 400), RATES)
    ]
    mean = sum(found) / len(found)
    print(f"  Newcombe 10: mean {mean:.1%}, worst {min(found):.1%} (36 settings, {draws:,} draws)")
    limit("differences that Newcombe's interval misses, mean", 1 - mean, MISSED)
    costs(quick=quick)


def _paired(setting: tuple[float, float, int, float], draws: int) -> float:
    disc, true, n, rate = setting
    won, lost, held = (disc + true) / 2, (disc - true) / 2, 0
    dice = np.random.default_rng(3)
    tables = dice.multinomial(n, (rate - lost, won, lost, 1 - rate - won), draws)
    for counts, many in zip(*np.unique(tables, axis=0, return_counts=True), strict=True):
        interval = newcombe(Table(*map(int, counts)))
        held += many * (interval.low <= true <= interval.high)
    return held / draws


def costs(*, quick: bool) -> None:
    """Print how often intervals of what a success costs hold it, and those of a ratio of costs.

    Costs have a long tail: their logarithm is normal, with a deviation of 0.7.
    """
    print(
        "costs with a long tail, intervals of 95 %: a success (by a bootstrap up to 256), a ratio"
    )
    for n, rate in product((50, 100, 256, 300, 1000), (0.6, 0.9)):
        draws = (100 if n <= 256 else 1_000) if quick else 1_000 if n <= 256 else 10_000
        dice, held = np.random.default_rng(n), [0, 0]
        mean = float(np.exp(0.7**2 / 2))
        for _ in range(draws):
            cost = np.exp(dice.normal(0, 0.7, n)).tolist()
            won = (dice.random(n) < rate).astype(float).tolist()
            one = cost_per_success(cost, won, seed=1)
            held[0] += one.low <= mean / rate <= one.high
            after = (np.array(cost) * np.exp(dice.normal(0, 0.3, n))).tolist()
            ratio = cost_ratio(list(zip(after, cost, strict=True)))
            assert ratio is not None
            between = ratio.interval(0.95)
            held[1] += between.low <= float(np.exp(0.3**2 / 2)) <= between.high
        told = f"a success {held[0] / draws:.1%}, a ratio {held[1] / draws:.1%}"
        print(f"  n = {n:4}, rate {rate:.0%}: {told} ({draws:,} draws)", flush=True)
