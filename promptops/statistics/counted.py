"""Quantiles of whole numbers that are counted, so that millions of them take no room."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def quantile(counts: Mapping[int, int], share: float) -> int:
    """Return the smallest value that at least a share of the counted ones do not exceed.

    Raises:
        ValueError: Nothing was counted.
    """
    rank = max(ceil(share * sum(counts.values())), 1)
    for value in sorted(counts):
        rank -= counts[value]
        if rank <= 0:
            return value
    raise ValueError("nothing was counted")
