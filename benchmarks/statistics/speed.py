"""How long the slower methods take."""

from __future__ import annotations

import time
from random import Random
from typing import TYPE_CHECKING

from promptops.statistics.bootstrap import studentised
from promptops.statistics.gate import Gate, Pair
from promptops.statistics.pareto import Trial, membership
from promptops.statistics.verdict import judge

if TYPE_CHECKING:
    from collections.abc import Callable


def speed(*, quick: bool) -> None:
    """Print how long the slower ones take."""
    dice = Random(1)
    print("seconds (the best of three)")
    for n in (39, 99) if quick else (39, 99, 1000):
        values = [dice.uniform(-1, 1) for _ in range(n)]
        name = f"studentised bootstrap, 10,000 draws, n = {n}"
        _timed(name, lambda v=values: studentised(v, [1] * len(v), 0, "b"))
    values = [dice.uniform(-3, 3) for _ in range(39)]
    _timed("bootstrap of 39 clusters", lambda: studentised(values, [1, 2, 3] * 13, 0, "b"))
    for n in (1000, 20_000):
        right = [Pair(dice.random() < 0.9, dice.random() < 0.9) for _ in range(n)]
        _timed(f"verdict on {n} pairs of 0/1", lambda p=right: judge(p, Gate(0.02)))
        graded = [Pair(dice.random(), dice.random(), at // 4) for at in range(n)]
        _timed(f"verdict on {n} scores in clusters", lambda p=graded: judge(p, Gate(0.02)))
    alone = [Pair(pair.candidate, pair.incumbent) for pair in graded[:99]]
    _timed("verdict on 99 scores", lambda: judge(alone, Gate(0.02)))
    configurations = {
        str(k): [Trial(dice.random(), 1.0, dice.random(), dice.random()) for _ in range(1000)]
        for k in range(6)
    }
    _timed("Pareto membership, 6 x 1,000, 2,000 draws", lambda: membership(configurations, seed=1))


def _timed(name: str, work: Callable[[], object]) -> None:
    best = float("inf")
    for _ in range(3):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    print(f"  {name:46}{best:>8.3f}")
