"""What every method answers about a difference: its bounds, its interval, its p."""

from __future__ import annotations

from typing import Protocol

from promptops.model.values import dataclass


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate, what it lies between, and by which method."""

    value: float
    low: float
    high: float
    method: str


class Inference(Protocol):
    """What is known of a difference, candidate minus incumbent.

    Confidence is one-sided in ``lower`` and ``upper``, two-sided in ``interval``.
    """

    @property
    def value(self) -> float:
        """The difference as observed."""

    @property
    def method(self) -> str:
        """The name of the method, as reports print it."""

    def lower(self, confidence: float) -> float:
        """Return what the difference is above."""

    def upper(self, confidence: float) -> float:
        """Return what the difference is below."""

    def p_above(self, threshold: float) -> float:
        """Return the p against "the difference is at most the threshold"."""

    def p_below(self, threshold: float) -> float:
        """Return the p against "the difference is at least the threshold"."""

    def interval(self, confidence: float) -> Interval:
        """Return the interval to show."""


def both_sides(found: Inference, confidence: float) -> Interval:
    """Return the interval between the two one-sided bounds, each with half of the doubt."""
    each = (1 + confidence) / 2
    return Interval(found.value, found.lower(each), found.upper(each), found.method)


@dataclass(frozen=True, slots=True)
class Cautious:
    """The more cautious of two methods, on either side."""

    first: Inference
    second: Inference

    @property
    def value(self) -> float:
        """The difference as observed."""
        return self.first.value

    @property
    def method(self) -> str:
        """Both names."""
        return f"{self.first.method}, at least {self.second.method}"

    def lower(self, confidence: float) -> float:
        """Return the lower one."""
        return min(self.first.lower(confidence), self.second.lower(confidence))

    def upper(self, confidence: float) -> float:
        """Return the higher one."""
        return max(self.first.upper(confidence), self.second.upper(confidence))

    def p_above(self, threshold: float) -> float:
        """Return the larger one."""
        return max(self.first.p_above(threshold), self.second.p_above(threshold))

    def p_below(self, threshold: float) -> float:
        """Return the larger one."""
        return max(self.first.p_below(threshold), self.second.p_below(threshold))

    def interval(self, confidence: float) -> Interval:
        """Return the interval between the bounds."""
        return both_sides(self, confidence)
