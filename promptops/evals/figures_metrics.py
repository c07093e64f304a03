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
    from collections.abc import Callable, Iterator, Sequence

    from promptops.evals.material import Material
    from promptops.evals.variants import Variant
    from promptops.model.evaluation import Case
    from promptops.scorers.kinds.runs import Labelled, Ranked
    from promptops.scorers.scorer import Scorer

FEWEST: Final = 2
KS: Final = (1, 2, 3, 5, 10, 20, 50, 100)
_CONFIDENCE: Final = 0.95


def metrics(made: Material, variant: Variant) -> dict[str, Metric]:
    """Return a variant's metrics over all cases: means of scores, then figures of the whole run."""
    found = {name: metric(made, variant, name, made.cases) for name in made.metrics}
    return found | {one.name: _of_run(made, variant, one) for one in made.scorers
                    if one.kind.scope == "run"}  # fmt: skip


def metric(made: Material, variant: Variant, name: str, cases: Sequence[Case]) -> Metric:
    """Return the mean of a metric over some cases, with its interval."""
    known = [(case, value) for case in cases
             if not isinstance(value := made.value(variant, case, name), Cause)]  # fmt: skip
    labels = [seen.scores[name].label for case, _ in known for seen in made.answers(variant, case)
              if name in seen.scores]  # fmt: skip
    invalid = sum(label == "invalid" for label in labels)
    values = [float(value) for _, value in known]
    if not values:
        return Metric(None, n=0, invalid=invalid)
    low, high, method = _ends(values, [case for case, _ in known])
    return Metric(sum(values) / len(values), low, high, method, len(values), invalid)


def _ends(
    values: Sequence[float], cases: Sequence[Case]
) -> tuple[float | None, float | None, str | None]:
    """Return the interval of a mean of scores from 0 to 1, and its method."""
    clustered = any(case.cluster for case in cases)
    if not clustered and set(values) <= {0.0, 1.0}:
        found = wilson(sum(values), len(values))
        return found.low, found.high, found.method
    groups = grouped(values, [unit(case) for case in cases] if clustered else None)
    if len(groups.sums) < FEWEST:
        return None, None, None
    if clustered and not groups.error:  # clusters that are all alike may be so by chance
        alike = wilson(groups.mean * len(groups.sums), len(groups.sums))
        return alike.low, alike.high, alike.method
    among = student(groups).interval(_CONFIDENCE)
    return max(among.low, 0.0), min(among.high, 1.0), among.method


def slices(made: Material) -> Iterator[Slice]:
    """Yield the eval's metric over each part of the cases, the largest parts first."""
    for name in dict.fromkeys(name for case in made.cases for name in case.slices):
        parts: dict[str, list[Case]] = {}
        for case in made.cases:
            if name in case.slices:
                parts.setdefault(case.slices[name], []).append(case)
        for value, cases in sorted(parts.items(), key=lambda one: (-len(one[1]), one[0])):
            each = {one.id: metric(made, one, made.metric, cases) for one in made.variants}
            yield Slice(name, value, len(cases), each)


def repeats(made: Material, variant: Variant) -> Repeats | None:
    """Return what several answers to each case say; None where each has one.

    Cases of which an answer is missing are left out.
    """
    n = made.plan.repeats
    if n < FEWEST:
        return None
    rows: list[tuple[Case, list[float]]] = []
    for case in made.cases:
        scores = [one.scores.get(made.metric) for one in made.answers(variant, case)]
        values = [one.value for one in scores if one is not None and one.value is not None]
        if len(values) == n:
            rows.append((case, values))
    parts = variance_parts([values for _, values in rows])
    rates = []
    if rows and all(value in {0.0, 1.0} for _, values in rows for value in values):
        wins = [round(sum(values)) for _, values in rows]
        cases = [case for case, _ in rows]
        for k in sorted({*(k for k in KS if k < n), n}):
            one, both = ([of(won, n, k) for won in wins] for of in (pass_at_k, pass_hat_k))
            rates.append(Rate(k, _figure(one, cases), _figure(both, cases)))
    within, between = (parts.within, parts.between) if parts else (None, None)
    return Repeats(n, tuple(rates), within, between)


def _figure(values: Sequence[float], cases: Sequence[Case]) -> Figure:
    low, high, _ = _ends(values, cases)
    return Figure(sum(values) / len(values), low, high)


def _of_run(made: Material, variant: Variant, scorer: Scorer) -> Metric:
    """Return a figure of the whole run, with an interval by drawing clusters."""
    rows, units = [], []
    options = {name: value for name, value in scorer.prepared.items() if name != "of"}
    of = str(scorer.prepared.get("of", ""))
    for case in made.cases:
        for one in made.answers(variant, case):
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
