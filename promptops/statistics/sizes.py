"""How many cases a margin takes, and which margin so many cases can hold."""

from __future__ import annotations

from math import ceil, inf, sqrt
from typing import TYPE_CHECKING, Final

from promptops.model.values import dataclass
from promptops.statistics.distributions import normal_quantile

if TYPE_CHECKING:
    from promptops.statistics.gate import Gate

POWER: Final = 0.8


@dataclass(frozen=True, slots=True)
class MoreCases:
    """How many cases beyond those there are a verdict probably takes; None where none would do.

    ``at_zero`` holds if the versions are in truth equal, ``at_observed`` if they differ as seen.
    """

    at_zero: int | None
    at_observed: int | None

    @property
    def unlikely(self) -> bool:
        """Whether more cases would not help if the difference is as observed."""
        return self.at_observed is None


def cases_needed(
    variance: float, distance: float, *, confidence: float = 0.95, power: float = POWER
) -> int:
    """Return how many pairs tell a true difference from a bound that is a distance away.

    n = variance · (z_confidence + z_power)²/distance². The variance of a 0/1 metric without a
    difference is its discordance, the share of pairs of which one alone is right. Never fewer than
    would do if no pair at all disagreed: see ``floor``.
    """
    if distance <= 0:
        raise ValueError("no number of cases tells a difference from itself")
    reach = normal_quantile(confidence) + normal_quantile(power)
    return max(_up(variance * (reach / distance) ** 2), floor(distance, confidence))


def floor(margin: float, confidence: float = 0.95) -> int:
    """Return how many pairs without any difference hold a margin: z²(1 - margin)/margin."""
    square = normal_quantile(confidence) ** 2
    return _up(square * (1 - margin) / margin)


def smallest_margin(
    variance: float, n: int, *, confidence: float = 0.95, power: float = POWER
) -> float:
    """Return the smallest margin that n pairs without a true difference hold with that power."""
    z = normal_quantile(confidence)
    return max((z + normal_quantile(power)) * sqrt(variance / n), z * z / (n + z * z))


def unpaired_needed(
    rate: float, margin: float, *, confidence: float = 0.95, power: float = POWER
) -> int:
    """Return how many cases *each* version takes if it answers cases of its own."""
    return cases_needed(2 * rate * (1 - rate), margin, confidence=confidence, power=power)


def more_cases(n: int, variance: float, observed: float, gate: Gate, z: float) -> MoreCases:
    """Return how many more pairs a gate probably takes.

    ``variance`` is that of a difference, with its clusters' share; ``z`` is the last look's.
    """
    return MoreCases(
        _beyond(n, variance, gate.room(0.0), z, both=gate.test == "equivalence"),
        _beyond(n, variance, gate.room(observed), z, both=False),
    )


def _beyond(n: int, variance: float, room: float, z: float, *, both: bool) -> int | None:
    """Return the missing pairs; both bounds of an equivalence must hold at once at 0."""
    if room <= 0:
        return None
    power = normal_quantile((1 + POWER) / 2 if both else POWER)
    needed = max(variance * ((z + power) / room) ** 2, z * z * (1 - room) / room)
    return max(0, _up(needed) - n) if needed < inf else None


def _up(value: float) -> int:
    return ceil(value - 1e-9)
