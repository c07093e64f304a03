"""Several answers to each case: how often one of k is right, how often all k are."""

from __future__ import annotations

from math import comb
from typing import TYPE_CHECKING

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence


def pass_at_k(successes: int, n: int, k: int) -> float:
    """Return the chance that one of k answers is right (Chen et al. 2021, arXiv 2107.03374).

    It is unbiased: the share of the ways to take k of the n answers in which one is right.
    """
    _checked(successes, n, k)
    return 1 - comb(n - successes, k) / comb(n, k)


def pass_hat_k(successes: int, n: int, k: int) -> float:
    """Return the chance that all of k answers are right (Yao et al. 2024, arXiv 2406.12045)."""
    _checked(successes, n, k)
    return comb(successes, k) / comb(n, k)


@dataclass(frozen=True, slots=True)
class Parts:
    """The variance of scores inside cases and between them; repeats cut only the first."""

    within: float
    between: float

    def of_mean(self, cases: int, repeats: int) -> float:
        """Return the variance of a mean over cases, each answered so many times."""
        return (self.between + self.within / repeats) / cases


def variance_parts(cases: Sequence[Sequence[float]]) -> Parts | None:
    """Return both parts of the variance, each case having as many scores (one-way analysis).

    None for fewer than two cases or repeats. Where cases differ by less than repeats explain, the
    part between is 0.
    """
    repeats = {len(case) for case in cases}
    if len(repeats) > 1:
        raise ValueError("every case needs as many repeats")
    each = repeats.pop() if repeats else 0
    if len(cases) <= 1 or each <= 1:
        return None
    means = [sum(case) / each for case in cases]
    mean = sum(means) / len(means)
    inside = sum((x - m) ** 2 for case, m in zip(cases, means, strict=True) for x in case)
    within = inside / (len(cases) * (each - 1))
    of_means = sum((m - mean) ** 2 for m in means) / (len(means) - 1)
    return Parts(within, max(0.0, of_means - within / each))


def _checked(successes: int, n: int, k: int) -> None:
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n} answers")
    if not 1 <= k <= n:
        raise ValueError(f"k is {k}, but each case has {n} answers: give `repeats: {k}` or more")
