"""Outcomes of paired right and wrong, each with its chance; gates that look at them; limits."""

from __future__ import annotations

from itertools import product
from math import sqrt
from typing import TYPE_CHECKING, Final

import numpy as np

from promptops.statistics.distributions import normal_quantile, student_quantile
from promptops.statistics.paired import mcnemar, tango_z

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Z: Final = normal_quantile(0.95)
SIZES: Final = (50, 100, 200, 500, 1000)
SETTINGS: Final = tuple(product((0.06, 0.12), (0.02, 0.05), SIZES))  # discordance, margin, n
RATES: Final = (0.8, 0.9)
LARGEST: Final = 0.06  # share of false passes, at 50 cases and more
_broken: list[str] = []


def limit(what: str, figure: float, most: float) -> None:
    """Print whether a figure keeps its limit, and remember where it does not."""
    if figure > most:
        _broken.append(what)
    told = "ok" if figure <= most else "MISSED"
    print(f"  {what}: {figure:.2%} <= {most:.2%} {told}")


def broken() -> bool:
    """Whether a limit was missed."""
    return bool(_broken)


def log_choices(n: int) -> np.ndarray:
    """Return the logarithms of the factorials up to n."""
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, n + 1)))])


def outcomes(n: int, won: float, lost: float) -> Iterator[tuple[int, int, float]]:
    """Yield every (b, c) that is likelier than 1e-10, with its chance."""
    logs = log_choices(n)
    for b in range(n + 1):
        for c in range(n - b + 1):
            rest = n - b - c
            chance = logs[n] - logs[b] - logs[c] - logs[rest]
            chance += b * np.log(won) + c * np.log(lost) + rest * np.log(1 - won - lost)
            if chance > -23:
                yield b, c, float(np.exp(chance))
            elif c > n * lost:
                break
        if b > n * won + 8 * sqrt(n * won) + 10:
            break


def threshold(b: int, c: int, n: int, margin: float) -> bool:
    """The score is not below the baseline minus the margin."""
    return b - c >= -margin * n - 1e-9


def no_significant_drop(b: int, c: int, *_: float) -> bool:
    """McNemar's test finds no drop."""
    return not (c > b and mcnemar(b, c) < 0.05)


def paired_t(b: int, c: int, n: int, margin: float) -> bool:
    """A t test of the differences."""
    mean = (b - c) / n
    error = sqrt(((b + c) / n - mean * mean) / (n - 1))
    return mean + margin > student_quantile(0.95, n - 1) * error


def shipped(b: int, c: int, n: int, margin: float) -> bool:
    """Tango's score."""
    return tango_z(b, c, n, -margin) > Z


COUNTED: dict[str, Callable[[int, int, int, float], bool]] = {
    "score >= baseline - margin": threshold,
    "fail only on a significant drop": no_significant_drop,
    "paired t": paired_t,
    "Tango (ships)": shipped,
}
