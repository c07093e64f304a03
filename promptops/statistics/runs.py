"""Metrics of a whole run, which no single case has, and their intervals."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final, TypeVar

from promptops.statistics.bootstrap import PERCENTILE_DRAWS, index_draws, percentiles
from promptops.statistics.inference import Interval

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

Case = TypeVar("Case")
_FEWEST_DRAWS: Final = 200
_WORK: Final = 2_000_000  # cases that are drawn in all


def macro_f1(labels: Sequence[tuple[Hashable, Hashable]]) -> float | None:
    """Return the mean of each label's F1 over (answered, expected) labels.

    The labels are those expected; one that was only ever answered counts against the others. None
    without cases.
    """
    given, due = Counter(a for a, _ in labels), Counter(b for _, b in labels)
    right = Counter(a for a, b in labels if a == b)
    if not due:
        return None
    return sum(2 * right[label] / (given[label] + due[label]) for label in due) / len(due)


def auroc(scored: Sequence[tuple[float, bool]]) -> float | None:
    """Return the chance that a positive case scores above a negative one, ties counting half.

    It is the area under the ROC curve (Hanley and McNeil 1982); None where one kind is missing.
    """
    ordered = sorted(scored, key=lambda one: one[0])
    positives = sum(bool(positive) for _, positive in ordered)
    negatives = len(ordered) - positives
    if not positives or not negatives:
        return None
    below, won, at = 0, 0.0, 0
    while at < len(ordered):
        tied = [0, 0]
        score = ordered[at][0]
        while at < len(ordered) and ordered[at][0] == score:
            tied[bool(ordered[at][1])] += 1
            at += 1
        won += tied[1] * (below + tied[0] / 2)
        below += tied[0]
    return won / (positives * negatives)


def run_interval(
    cases: Sequence[Case],
    metric: Callable[[Sequence[Case]], float | None],
    clusters: Sequence[Hashable] | None = None,
    *,
    seed: int,
    confidence: float = 0.95,
) -> Interval | None:
    """Return a run's metric with a percentile bootstrap over cases, or over whole clusters.

    It is drawn 2,000 times, of many cases 200 times at least. None where the metric has no value,
    or fewer than half of the draws do.
    """
    value = metric(cases)
    if value is None:
        return None
    groups: dict[Hashable, list[Case]] = {}
    for at, case in enumerate(cases):
        groups.setdefault(at if clusters is None else clusters[at], []).append(case)
    units = list(groups.values())
    draws = max(_FEWEST_DRAWS, min(PERCENTILE_DRAWS, _WORK // len(cases)))
    drawn = (
        metric([case for at in draw for case in units[at]])
        for draw in index_draws(len(units), draws, seed)
    )
    again = [one for one in drawn if one is not None]
    if 2 * len(again) < draws:
        return None
    return Interval(value, *percentiles(again, confidence), "percentile bootstrap")
