"""How far judges agree, with people and with one another."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal

from promptops.model.values import dataclass
from promptops.statistics.clusters import grouped, reach
from promptops.statistics.inference import Interval
from promptops.statistics.rates import wilson

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence


@dataclass(frozen=True, slots=True)
class Calibration:
    """A judge of yes and no against people's labels, None where there was nothing to count."""

    agreement: Interval
    kappa: float | None
    sensitivity: Interval | None  # of what people call right, the share that the judge does
    specificity: Interval | None  # of what they call wrong


def calibrated(labels: Sequence[tuple[bool, bool]], confidence: float = 0.95) -> Calibration:
    """Return how (judge, person) labels agree, with Wilson's intervals; there must be one."""
    counts = Counter((bool(judge), bool(person)) for judge, person in labels)
    hit, cleared = counts[True, True], counts[False, False]
    right, wrong = hit + counts[False, True], cleared + counts[True, False]
    return Calibration(
        wilson(hit + cleared, right + wrong, confidence),
        cohen_kappa(labels),
        wilson(hit, right, confidence) if right else None,
        wilson(cleared, wrong, confidence) if wrong else None,
    )


def cohen_kappa(labels: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Return Cohen's kappa of two raters (1960), None where chance alone would agree on all."""
    n = len(labels)
    first, second = Counter(a for a, _ in labels), Counter(b for _, b in labels)
    same = sum(a == b for a, b in labels)
    by_chance = sum(count * second[label] for label, count in first.items())
    if by_chance == n * n:
        return None
    return (n * same - by_chance) / (n * n - by_chance)


def krippendorff_alpha(
    units: Sequence[Sequence[float | str | None]], *, distance: Literal["nominal", "interval"]
) -> float | None:
    """Return Krippendorff's alpha (2011) of several judges, None where there is no disagreement.

    Args:
        units: The ratings of each case, None where a judge gave none; one alone says nothing.
        distance: Whether ratings are names, or numbers whose squared difference counts.

    Returns:
        1 for perfect agreement, 0 for what chance would give; None where all ratings are the same,
        so that nothing could have been disagreed about.
    """
    apart = _apart if distance == "nominal" else _squared
    rated = [[one for one in unit if one is not None] for unit in units]
    counts = [Counter(unit) for unit in rated if len(unit) > 1]
    everything: Counter[float | str] = sum(counts, Counter())
    n = everything.total()
    expected = _disagreement(everything, apart)
    if expected == 0:
        return None
    observed = sum(_disagreement(unit, apart) / (unit.total() - 1) for unit in counts)
    return 1 - (n - 1) * observed / expected


def prediction_powered(
    judged: Sequence[float],
    labelled: Sequence[tuple[float, float]],
    clusters: Sequence[Hashable] | None = None,
    confidence: float = 0.95,
    *,
    elsewhere: bool = False,
) -> Interval | None:
    """Return a rate that people would give, from a judge's scores and some of people's.

    mean(f) over all + mean(y - f) over the labelled (Angelopoulos et al. 2023, Science 382:669).
    With N judged alone and n labelled too, and w = N/(N + n), that is w·mean(f) over the N +
    mean(y - w·f) over the n: two independent means, whose variances add up.

    Args:
        judged: The judge's scores f of the cases that people have not labelled.
        labelled: (judge's score f, person's label y) of the others.
        clusters: Of the judged cases, then of the labelled ones; the two share none.
        confidence: Two-sided.
        elsewhere: Whether the labelled cases are none of those whose rate is asked for, so that
            they tell of the judge alone: then w is 1, and the ends are moved for skewness.

    Returns:
        The rate and its interval within 0 and 1, None for fewer than two labels, or two cases.
    """
    alone, both = len(judged), len(labelled)
    if both <= 1 or (elsewhere and alone <= 1):
        return None
    weight = 1.0 if elsewhere else alone / (alone + both)
    ours = grouped([y - weight * f for f, y in labelled], clusters and clusters[alone:])
    value, variance, third = ours.mean, ours.error**2, ours.skew * ours.error**3
    if alone > 1:
        theirs = grouped(judged, clusters and clusters[:alone])
        value += weight * theirs.mean
        variance += (weight * theirs.error) ** 2
        third += theirs.skew * (weight * theirs.error) ** 3
    elif alone:
        value += weight * judged[0]
    # A good judge is seldom wrong, and then always in one direction: few labels show it too rarely.
    skew = third / variance**1.5 if elsewhere and variance else 0.0
    level, degrees = (1 + confidence) / 2, max(1, len(ours.sums) - 1)
    low, high = (reach(level, degrees, tail) * variance**0.5 for tail in (-skew, skew))
    return Interval(value, max(0.0, value - low), min(1.0, value + high), "prediction-powered")


def _disagreement(
    counts: Counter[float | str], apart: Callable[[float | str, float | str], float]
) -> float:
    return sum(
        many * more * apart(one, other)
        for one, many in counts.items()
        for other, more in counts.items()
    )


def _apart(one: float | str, other: float | str) -> float:
    return float(one != other)


def _squared(one: float | str, other: float | str) -> float:
    return (float(one) - float(other)) ** 2
