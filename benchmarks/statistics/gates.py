"""Gates over right and wrong: how often they pass what they should not, and what they should."""

from __future__ import annotations

from itertools import product
from math import ceil, sqrt
from typing import Final

import numpy as np
from counting import COUNTED, LARGEST, RATES, SETTINGS, Z, limit, outcomes, shipped

from promptops.statistics.distributions import normal_quantile
from promptops.statistics.paired import Table, newcombe

SHIPS: Final = "Tango (ships)"


def counted_gates() -> dict[str, tuple[float, float, float]]:
    """Return the mean and the worst false pass of each gate, and how often equals pass."""
    rows: dict[str, list[tuple[float, float]]] = {name: [] for name in COUNTED}
    for disc, margin, n in SETTINGS:
        sums = {name: [0.0, 0.0] for name in COUNTED}
        for at, true in enumerate((-margin, 0.0)):
            for b, c, chance in outcomes(n, (disc + true) / 2, (disc - true) / 2):
                for name, passes in COUNTED.items():
                    sums[name][at] += chance * passes(b, c, n, margin)
        for name, (false, equal) in sums.items():
            rows[name].append((false, equal))
    return {name: summed(found) for name, found in rows.items()}


def let_through() -> dict[str, list[float]]:
    """Return how often each gate passes what is 5 points worse, for 50, 100, 200, 400 cases."""
    tables = {n: list(outcomes(n, 0.035, 0.085)) for n in (50, 100, 200, 400)}
    return {
        name: [sum(p * passes(b, c, n, 0.02) for b, c, p in found) for n, found in tables.items()]
        for name, passes in COUNTED.items()
    }


def summed(found: list[tuple[float, float]]) -> tuple[float, float, float]:
    """Return the mean and the largest of the first figures, and the mean of the second."""
    false, equal = zip(*found, strict=True)
    return sum(false) / len(false), max(false), sum(equal) / len(equal)


def gates(*, quick: bool) -> None:
    """Print how often each gate passes at a true difference of exactly -margin, and of 0.

    A gate that looks only at what changed has the same figures whatever the rate of right answers,
    so that 20 exact settings are all 40.
    """
    draws = 4_000 if quick else 40_000
    drawn: dict[str, list[tuple[float, float]]] = {"unpaired z": [], "Newcombe 10": []}
    for setting, rate in product(SETTINGS, RATES):
        for name, found in _drawn(rate, *setting, draws).items():
            drawn[name].append(found)
    print("gates at a true difference of -margin, 0/1 metric; exact over 40 settings")
    print(f"  {'gate':34}{'false pass: mean':>18}{'worst':>8}{'pass when equal':>18}")
    counted = counted_gates()
    for name, (mean, worst, equal) in (
        counted | {name: summed(found) for name, found in drawn.items()}
    ).items():
        print(f"  {name:34}{mean:>18.2%}{worst:>8.2%}{equal:>18.1%}")
    print(f"  (unpaired z and Newcombe: {draws:,} draws of each)")
    limit("false passes of the gate that ships, the worst setting", counted[SHIPS][1], LARGEST)
    print("five points worse, discordance 12 %, margin 2: let through at n = 50, 100, 200, 400")
    for name, shares in let_through().items():
        print(f"  {name:34}" + "".join(f"{share:>9.1%}" for share in shares))


def _drawn(
    rate: float, disc: float, margin: float, n: int, draws: int
) -> dict[str, tuple[float, float]]:
    dice, found = np.random.default_rng(7), {"unpaired z": [0.0, 0.0], "Newcombe 10": [0.0, 0.0]}
    for at, true in enumerate((-margin, 0.0)):
        won, lost = (disc + true) / 2, (disc - true) / 2
        tables = dice.multinomial(n, (rate - lost, won, lost, 1 - rate - won), draws)
        for counts, many in zip(*np.unique(tables, axis=0, return_counts=True), strict=True):
            table = Table(*map(int, counts))
            one, other = (table.both + table.b) / n, (table.both + table.c) / n
            error = sqrt((one * (1 - one) + other * (1 - other)) / n)
            found["unpaired z"][at] += many / draws * (one - other + margin > Z * error)
            found["Newcombe 10"][at] += many / draws * (newcombe(table, 0.9).low > -margin)
    return {name: (false, equal) for name, (false, equal) in found.items()}


def power(*, quick: bool) -> None:
    """Print how often the gate passes equals with as many cases as the page says that it takes."""
    print("cases for 80 % power at a true difference of 0, and the power that they have (exact)")
    settings = list(product((0.04, 0.06, 0.12, 0.2), (0.02, 0.03, 0.05)))
    lowest = 1.0
    for disc, margin in settings[::3] if quick else settings:
        n = ceil(disc * (Z + normal_quantile(0.8)) ** 2 / margin**2)
        table = outcomes(n, disc / 2, disc / 2)
        found = sum(chance for b, c, chance in table if shipped(b, c, n, margin))
        lowest = min(lowest, found)
        print(f"  discordance {disc:4.0%}, margin {margin:.0%}: {n:5} cases, power {found:.1%}")
    limit("power that is missing of 80 %", 0.8 - lowest, 0.05)
