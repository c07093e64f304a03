"""Scores -> the means that reports show, over all cases, over parts of them, and over repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.evals.order import unit
from promptops.evals.report_facts import Slice
from promptops.evals.report_variants import Figure, Metric, Rate, Repeats
from promptops.statistics.agreement import cohen_kappa
from promptops.statistics.clusters import grouped, student
from promptops.statistics.gate import Cause
from promptops.statistics.rates import wilson
from promptops.statistics.repeats import pass_at_k, pass_hat_k, variance_parts
from promptops.statistics.runs import auroc, macro_f1, run_interval

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from promptops.evals.material import Material
    from promptops.evals.variants import Variant
    from promptops.scorers.kinds.runs import Labelled, Ranked
    from promptops.scorers.scorer import Scorer

FEWEST: Final = 2
KS: Final = (1, 2, 3, 5, 10, 20, 50, 100)
_CONFIDENCE: Final = 0.95


def metrics(made: Material, variant: Variant) -> dict[str, Metric]:
    """Return a variant's metrics over all cases: means of scores, then figures of the whole run."""
    all_of = range(len(made.cases))
    found = {name: metric(made, variant, name, all_of) for name in made.metrics}
    return found | {one.name: _of_run(made, variant, one) for one in made.scorers
                    if one.kind.scope == "run"}  # fmt: skip


def metric(made: Material, variant: Variant, name: str, places: Iterable[int]) -> Metric:
    """Return the mean of a metric over the cases at some places, with its interval."""
    every, answers = made.values(variant, name), made.answers(variant)
    known = [(at, float(value)) for at in places if not isinstance(value := every[at], Cause)]
    invalid = sum(
        seen.scores[name].label == "invalid"
        for at, _ in known for seen in answers[at] if name in seen.scores
    )  # fmt: skip
    values = [value for _, value in known]
    if not values:
        return Metric(None, n=0, invalid=invalid)
    low, high, method = _ends(values, made.units(at for at, _ in known))
    return Metric(sum(values) / len(values), low, high, method, len(values), invalid)


def _ends(
    values: Sequence[float], units: Sequence[str] | None
) -> tuple[float | None, float | None, str | None]:
    """Return the interval of a mean of scores from 0 to 1, and its method."""
    if units is None and set(values) <= {0.0, 1.0}:
        found = wilson(sum(values), len(values))
        return found.low, found.high, found.method
    groups = grouped(values, units)
    if len(groups.sums) < FEWEST:
        return None, None, None
    if units is not None and not groups.error:  # clusters that are all alike may be so by chance
        alike = wilson(groups.mean * len(groups.sums), len(groups.sums))
        return alike.low, alike.high, alike.method
    among = student(groups).interval(_CONFIDENCE)
    return max(among.low, 0.0), min(among.high, 1.0), among.method


def slices(made: Material) -> Iterator[Slice]:
    """Yield the eval's metric over each part of the cases, the largest parts first."""
    for name in dict.fromkeys(name for case in made.cases for name in case.slices):
        parts: dict[str, list[int]] = {}
        for at, case in enumerate(made.cases):
            if name in case.slices:
                parts.setdefault(case.slices[name], []).append(at)
        for value, places in sorted(parts.items(), key=lambda one: (-len(one[1]), one[0])):
            each = {one.id: metric(made, one, made.metric, places) for one in made.variants}
            yield Slice(name, value, len(places), each)


def repeats(made: Material, variant: Variant) -> Repeats | None:
    """Return what several answers to each case say; None where each has one.

    Cases of which an answer is missing are left out.
    """
    n = made.plan.repeats
    if n < FEWEST:
        return None
    rows: list[tuple[int, list[float]]] = []
    for at, answers in enumerate(made.answers(variant)):
        scores = [one.scores.get(made.metric) for one in answers]
        values = [one.value for one in scores if one is not None and one.value is not None]
        if len(values) == n:
            rows.append((at, values))
    parts = variance_parts([values for _, values in rows])
    rates = []
    if rows and all(value in {0.0, 1.0} for _, values in rows for value in values):
        wins = [round(sum(values)) for _, values in rows]
        units = made.units(at for at, _ in rows)
        for k in sorted({*(k for k in KS if k < n), n}):
            one, both = ([of(won, n, k) for won in wins] for of in (pass_at_k, pass_hat_k))
            rates.append(Rate(k, _figure(one, units), _figure(both, units)))
    within, between = (parts.within, parts.between) if parts else (None, None)
    return Repeats(n, tuple(rates), within, between)


def _figure(values: Sequence[float], units: Sequence[str] | None) -> Figure:
    low, high, _ = _ends(values, units)
    return Figure(sum(values) / len(values), low, high)


def _of_run(made: Material, variant: Variant, scorer: Scorer) -> Metric:
    """Return a figure of the whole run, with an interval by drawing clusters."""
    rows, units = [], []
    options = {name: value for name, value in scorer.prepared.items() if name != "of"}
    of = str(scorer.prepared.get("of", ""))
    for case, answers in zip(made.cases, made.answers(variant), strict=True):
        for one in answers:
            score = one.scores.get(of)
            row = None if score is None else scorer.kind.function(case, score, of=of, **options)
            if row is not None:
                rows.append(row)
                units.append(unit(case))
    found = run_interval(rows, _OF_RUNS[scorer.kind.name], units, seed=made.plan.run.seed) \
        if rows else None  # fmt: skip
    if found is None:
        return Metric(None, n=len(rows))
    note = "from -1 to 1, not a share" if scorer.kind.name == "kappa" else None
    return Metric(found.value, found.low, found.high, found.method, len(rows), note=note)


def _macro_f1(rows: Sequence[Labelled]) -> float | None:
    return macro_f1([(row.told, row.truth) for row in rows])


def _kappa(rows: Sequence[Labelled]) -> float | None:
    return cohen_kappa([(row.told, row.truth) for row in rows])


def _auroc(rows: Sequence[Ranked]) -> float | None:
    return auroc([(row.surety, row.positive) for row in rows])


_OF_RUNS: Final[dict[str, Callable[..., float | None]]] = {
    "macro_f1": _macro_f1, "kappa": _kappa, "auroc": _auroc,
}  # fmt: skip
