"""Token counts, each with how it was got."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from promptops.model.values import dataclass

Method = Literal["exact", "calibrated", "reconstructed", "scaled", "heuristic"]


@dataclass(frozen=True, slots=True)
class CountMethod:
    """How tokens of a text are counted for a model.

    ``band`` is the lowest and highest factor seen as shares of ``factor``; None where it is exact
    or unknown. ``n`` is how many recorded calls a calibration comes from, ``note`` which and when.
    """

    method: Method
    encoding: str
    factor: Decimal = Decimal(1)
    band: tuple[Decimal, Decimal] | None = None
    n: int | None = None
    note: str = ""

    def scale(self, encoded: int) -> int:
        """Return the model's tokens for a number of tokens of the encoding."""
        if self.factor == 1:
            return encoded
        return int((encoded * self.factor).to_integral_value(ROUND_HALF_UP))

    def describe(self) -> str:
        """Return the method as reports print it: "scaled: o200k_base x 1.477 (-5 ... +8 %)"."""
        if self.method == "exact":
            return f"exact ({self.encoding})"
        if self.band is None:
            return f"{self.method}: {self.encoding} assumed"
        low, high = (round((edge - 1) * 100) for edge in self.band)
        factor = f" x {self.factor}" if self.method != "reconstructed" else ""
        calls = f", n={self.n:,}{self.note}" if self.n is not None else ""
        return f"{self.method}: {self.encoding}{factor} ({low:+d} ... {high:+d} %{calls})"


@dataclass(frozen=True, slots=True)
class TokenCount:
    """A number of tokens and how it was got."""

    tokens: int
    by: CountMethod
