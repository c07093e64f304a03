"""What a day's calls of a version come to, as figures that can be held against other days."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import TYPE_CHECKING, Final

from promptops.audit.departing import LEAST, Seen

if TYPE_CHECKING:
    from promptops.audit.spent import Spending

FIGURES: Final = ("usd_per_call", "output_tokens", "cache_hits", "retries", "calls")


@dataclass(frozen=True, slots=True)
class Day:
    """The calls of a version on a model on a day; squares are sums over its calls."""

    spent: Spending
    reading: int = 0  # calls that read from the cache
    later: int = 0  # attempts after a first
    input_squares: float = 0.0
    output_squares: float = 0.0

    def seen(self, figure: str) -> Seen | None:
        """Return one of ``FIGURES``; None of too few calls."""
        calls, told = self.spent.calls, self.spent.calls - self.spent.untold
        if figure == "calls":
            return Seen(calls, deviation=sqrt(calls))
        of = {"usd_per_call": told - self.spent.unpriced, "retries": calls}.get(figure, told)
        if of < LEAST:
            return None
        match figure:
            case "usd_per_call":
                each = float(self.spent.usd) / of
                return Seen(each, of, each * max(self._input(told), self._output(told)))
            case "output_tokens":
                each = self.spent.output_tokens / of
                return Seen(each, of, each * self._output(told))
            case "cache_hits":
                return Seen(self.reading / of, of)
            case _:
                return Seen(self.later / of, of)

    def _input(self, calls: int) -> float:
        return _deviation(self.spent.input_tokens, self.input_squares, calls)

    def _output(self, calls: int) -> float:
        return _deviation(self.spent.output_tokens, self.output_squares, calls)


def _deviation(total: int, squares: float, calls: int) -> float:
    """Return the standard deviation of calls in their means."""
    middle = total / calls
    return sqrt(max(squares / calls - middle * middle, 0.0)) / middle if middle else 0.0
