"""Gates over scores and over clusters: how often they pass what they should not."""

from __future__ import annotations

from itertools import product
from math import sqrt
from typing import TYPE_CHECKING

import numpy as np

from promptops.statistics.choice import infer, worth
from promptops.statistics.clusters import grouped, student
from promptops.statistics.missing import Scores

if TYPE_CHECKING:
    from collections.abc import Callable


def scores(*, quick: bool) -> None:
    """Print false passes of gates over scores at a true difference of -0.05."""
    print("gates over scores, margin 0.05, true difference -0.05: false pass")
    print("(40,000 draws; 800 where there is a bootstrap; the last column of 100: pass when equal)")
    print(f"  {'differences':38}{'n':>5}{'paired t':>10}{'ships':>8}{'equal':>8}")
    for (name, draw), n in product(SCORES.items(), (50, 100, 300)):
        dice = np.random.default_rng(n)
        t = ships = equal = 0
        draws = (800 if n < 100 else 40_000) // (8 if quick else 1)
        for at in range(draws):
            values = [float(x) for x in draw(dice, n)]
            t += student(grouped(values)).lower(0.95) > -0.05
            ships += _passes(values, None, 0.05, at)
            equal += _passes([x + 0.05 for x in values], None, 0.05, at) if at < 100 else 0
        print(f"  {name:38}{n:>5}{t / draws:>10.1%}{ships / draws:>8.1%}{equal / 100:>8.0%}")


def _even(dice: np.random.Generator, n: int) -> np.ndarray:
    return np.clip(dice.normal(-0.05, 0.15, n), -1, 1)


def _skewed(dice: np.random.Generator, n: int) -> np.ndarray:
    return 0.05 - dice.exponential(0.1, n).clip(0, 1.05)


def _rare(dice: np.random.Generator, n: int) -> np.ndarray:
    return np.where(dice.random(n) < 1 / 14, -0.7, 0.0)


def _some(dice: np.random.Generator, n: int) -> np.ndarray:
    return dice.choice([-0.6, 0.4, 0.0], n, p=[0.15, 0.1, 0.75])


SCORES: dict[str, Callable[[np.random.Generator, int], np.ndarray]] = {
    "normal, everywhere": _even,
    "a long tail of losses, everywhere": _skewed,
    "a loss of 0.7 in one case of 14": _rare,
    "0.4 won in 10 %, 0.6 lost in 15 %": _some,
}


def _passes(values: list[float], clusters: list[int] | None, margin: float, seed: int) -> bool:
    """Whether the gate that ships passes; the bootstrap is drawn only where it can decide."""
    names = tuple(range(len(values)) if clusters is None else clusters)
    # Scores whose differences are these: the gate looks at nothing else.
    scores = Scores(tuple((max(x, 0.0), max(-x, 0.0)) for x in values), names)
    groups = grouped(values, names)
    guarded = set(values) <= {-1.0, 0.0, 1.0} or sum(map(bool, groups.sums)) < 30
    if guarded and worth(scores, groups).lower(0.95) <= -margin:
        return False
    found = infer(scores, seed=seed)
    return found is not None and found.lower(0.95) > -margin


# The size of a cluster, discordance, margin, and how far its cases do as one another.
CLUSTERED = ((2, 5, 10), (0.06, 0.12), (0.02, 0.05), (0, 0.3, 0.6))


def clusters(*, quick: bool) -> None:
    """Print false passes of gates over right and wrong in clusters."""
    print("gates over 0/1 in clusters, true difference -margin: false pass, mean and worst")
    print(f"  {'clusters':>10}{'draws':>7}{'cluster-robust t':>22}{'ships':>18}{'equal':>8}")
    for groups, most in ((10, 1000), (20, 1000), (30, 500), (40, 1000), (100, 1000)):
        draws = most // (10 if quick else 1)
        t, ships, equal = [], [], []
        for size, disc, margin, alike in product(*CLUSTERED):
            if groups * size >= 50:
                found = _clustered(groups, size, disc, margin, alike, draws)
                t.append(found[0])
                ships.append(found[1])
                equal.append(found[2])
        told = f"{sum(t) / len(t):>14.1%}{max(t):>8.1%}"
        told += f"{sum(ships) / len(ships):>10.1%}{max(ships):>8.1%}"
        print(f"  {groups:>10}{draws:>7}{told}{sum(equal) / len(equal):>8.0%}")


def _clustered(
    groups: int, size: int, disc: float, margin: float, alike: float, draws: int
) -> tuple[float, float, float]:
    dice, names = np.random.default_rng(groups), [g for g in range(groups) for _ in range(size)]
    counts = [0, 0, 0]
    for at, (true, take) in product(range(draws), ((-margin, 1), (0.0, 0))):
        if not take and at >= draws // 5:
            continue
        chances = ((disc + true) / 2, (disc - true) / 2, 1 - disc)
        own = dice.choice((1.0, -1.0, 0.0), (groups, size), p=chances)
        shared = dice.choice((1.0, -1.0, 0.0), (groups, 1), p=chances)
        values = np.where(dice.random((groups, size)) < sqrt(alike), shared, own).ravel().tolist()
        if take:
            counts[0] += student(grouped(values, names)).lower(0.95) > -margin
        counts[1 if take else 2] += _passes(values, names, margin, at)
    return counts[0] / draws, counts[1] / draws, counts[2] / (draws // 5)
