"""Quantiles of whole numbers, of counts of each value: exact, on every database."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def quantile(counts: Mapping[int, int], share: float) -> int:
    """Return the smallest value that at least a share of all do not pass (inverted CDF).

    Raises:
        ValueError: There is none.
    """
    total = sum(counts.values())
    wanted = max(1, ceil(share * total))
    seen = 0
    for value in sorted(counts):
        seen += counts[value]
        if seen >= wanted:
            return value
    raise ValueError("no value to take a quantile of")
