"""Looking early: what it costs, and what it saves."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from counting import LARGEST, Z, limit

from promptops.statistics.betting import wealth
from promptops.statistics.looks import boundary, constant
from promptops.statistics.paired import tango_z

if TYPE_CHECKING:
    from collections.abc import Callable


def looks(*, quick: bool) -> None:
    """Print what looking early costs and saves."""
    n, margin, draws = 500, 0.05, 4_000 if quick else 40_000
    bets = 500 if quick else 40_000
    found = ", ".join(f"C_{k} = {constant(k):.4f}" for k in (2, 3, 4, 5))
    print(f"O'Brien and Fleming: {found}")
    print(f"n = {n}, margin 5 points, discordance 12 %, {draws:,} draws (e-process {bets:,})")
    print(f"  {'':28}{'false pass':>12}{'pass when equal':>18}{'cases when equal':>18}")
    plans: dict[str, tuple[int, Callable[[int], float]]] = {
        "one look": (1, lambda _: Z),
        "10 looks, uncorrected": (10, lambda _: Z),
        "3 looks, O'Brien-Fleming": (3, lambda k: boundary(3, k)),
        "5 looks, O'Brien-Fleming": (5, lambda k: boundary(5, k)),
    }
    for name, (count, z) in plans.items():
        false, _ = _stopped(n, margin, -margin, count, z, draws)
        equal, cases = _stopped(n, margin, 0.0, count, z, draws)
        print(f"  {name:28}{false:>12.2%}{equal:>18.1%}{cases:>18.0f}")
        if "Fleming" in name:
            limit(f"false passes of {name}", false, LARGEST)
    false, _ = _bet(n, margin, -margin, bets)
    equal, cases = _bet(n, margin, 0.0, max(bets // 10, 500))
    print(f"  {'e-process':28}{false:>12.2%}{equal:>18.1%}{cases:>18.0f}")
    limit("false passes of the e-process", false, LARGEST)


def _stopped(
    n: int, margin: float, true: float, count: int, z: Callable[[int], float], draws: int
) -> tuple[float, float]:
    dice, passed, cases = np.random.default_rng(5), 0, 0
    each = [n * k // count for k in range(count + 1)]
    chances = ((0.12 + true) / 2, (0.12 - true) / 2, 0.88)
    steps = [dice.multinomial(b - a, chances, draws)[:, :2] for a, b in pairwise(each)]
    walks = np.cumsum(np.stack(steps, axis=1), axis=1)
    asked = [z(k) for k in range(1, count + 1)]
    for walk in walks.tolist():
        for (b, c), upto, beyond in zip(walk, each[1:], asked, strict=True):
            if tango_z(b, c, upto, -margin) > beyond:
                passed += 1
                cases += upto
                break
        else:
            cases += n
    return passed / draws, cases / draws


def _bet(n: int, margin: float, true: float, draws: int) -> tuple[float, float]:
    dice, passed, cases = np.random.default_rng(6), 0, 0
    for _ in range(draws):
        values = dice.choice((1.0, -1.0, 0.0), n, p=((0.12 + true) / 2, (0.12 - true) / 2, 0.88))
        won = wealth(values.tolist(), -margin)
        at = next((at for at, one in enumerate(won) if one >= 20), None)
        passed += at is not None
        cases += n if at is None else round((at + 1) * n / len(won))
    return passed / draws, cases / draws
