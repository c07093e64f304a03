"""Whether a candidate passes: from pairs of scores to a verdict, its reasons and its doubts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.statistics.choice import bets, differences, infer
from promptops.statistics.clusters import grouped
from promptops.statistics.decision import Bounds, cost_decision, decide
from promptops.statistics.looks import confidence_at, constant, spent
from promptops.statistics.missing import filled
from promptops.statistics.outcome import Look, Outcome, Sensitivity, Verdict
from promptops.statistics.paired import mcnemar, tabled
from promptops.statistics.ratios import cost_ratio
from promptops.statistics.sizes import more_cases

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence

    from promptops.statistics.gate import Gate, Pair
    from promptops.statistics.inference import Inference
    from promptops.statistics.missing import Filled, Scores
    from promptops.statistics.paired import Table
    from promptops.statistics.ratios import Ratio
    from promptops.statistics.sizes import MoreCases


def judge(
    pairs: Sequence[Pair],
    gate: Gate,
    *,
    costs: Sequence[tuple[float, float] | None] | None = None,
    look: int = 1,
    seed: int = 0,
) -> Verdict:
    """Return the verdict on a candidate.

    Args:
        pairs: Of every case, in the order in which the cases were drawn.
        gate: What is asked.
        costs: (candidate, incumbent) of each pair as if live, None where unknown.
        look: Which of the gate's looks this is.
        seed: Of bootstraps.
    """
    found = filled(pairs)
    taken = _look(gate, look)
    inferred = _inferred(found, gate, seed)
    ratio = _ratio(pairs, costs)
    by_cost = cost_decision(ratio, gate, taken.confidence)
    if inferred is None:
        return _undecided(found, gate, taken, ratio)
    complete, worst, best = inferred
    bounds = Bounds.between(complete, worst, best, taken.confidence)
    interval = complete.interval(gate.confidence)
    decision = decide(gate, bounds, interval, by_cost, found)
    p = bounds.p(gate, worst, best)
    table = tabled(found.complete.pairs)
    clusters = len(set(found.complete.clusters))
    return Verdict(
        verdict=decision.verdict,
        reasons=decision.reasons,
        gate=gate,
        n=len(found.complete.pairs),
        missing=found.missing,
        clusters=clusters,
        table=table,
        mcnemar_p=_any_difference(table, clusters),
        difference=complete.value,
        low=interval.low,
        high=interval.high,
        bound=bounds.pass_low,
        ceiling=bounds.fail_high,
        p=p,
        p_holm=p,
        test_method=complete.method,
        interval_method=interval.method,
        sensitivity=Sensitivity(
            interval, best.interval(gate.confidence), worst.interval(gate.confidence)
        ),
        look=taken,
        more_cases=_more(found.complete, gate) if decision.wants_cases else None,
        cost=ratio,
    )


def settled(pairs: Sequence[Pair], gate: Gate) -> Outcome:
    """Return what an e-process says of the scores, in a hundredth of the time of ``judge``."""
    found = filled(pairs)
    complete, worst, best = bets(found.complete), bets(found.worst), bets(found.best)
    lost = found.missing > gate.max_errors * found.n
    if lost or complete is None or worst is None or best is None:
        return "INCONCLUSIVE"
    doubt, both = 1 - gate.confidence, gate.test == "equivalence"
    above = both and complete.p_above(gate.margin) <= doubt
    if above or complete.p_below(gate.threshold) <= doubt:
        return "FAIL"
    passes = worst.p_above(gate.threshold) <= doubt
    if both:
        passes = passes and best.p_below(gate.margin) <= doubt
    return "PASS" if passes else "INCONCLUSIVE"


def _inferred(
    found: Filled, gate: Gate, seed: int
) -> tuple[Inference, Inference, Inference] | None:
    """Return what is known of the complete pairs, of the worst case and of the best."""

    def one(scores: Scores) -> Inference | None:
        return bets(scores) if gate.stop == "e-process" else infer(scores, seed=seed)

    complete = one(found.complete)
    if complete is None:
        return None
    if not found.missing:
        return complete, complete, complete
    worst, best = one(found.worst), one(found.best)
    # Neither is None: they have all the pairs that the complete ones have.
    return (complete, worst, best) if worst is not None and best is not None else None


def _any_difference(table: Table | None, clusters: int) -> float | None:
    """Return McNemar's p, which holds for pairs that are independent."""
    return mcnemar(table.b, table.c) if table is not None and clusters == table.n else None


def _look(gate: Gate, number: int) -> Look:
    confidence = confidence_at(gate.looks, number, gate.confidence)
    used = spent(gate.looks, number, gate.confidence) if gate.looks > 1 else 1 - gate.confidence
    return Look(number, gate.looks, confidence, used)


def _ratio(
    pairs: Sequence[Pair], costs: Sequence[tuple[float, float] | None] | None
) -> Ratio | None:
    if costs is None:
        return None
    known: list[tuple[float, float]] = []
    clusters: list[Hashable] = []
    for at, (pair, cost) in enumerate(zip(pairs, costs, strict=True)):
        if cost is not None:
            known.append(cost)
            clusters.append(at if pair.cluster is None else ("", pair.cluster))
    return cost_ratio(known, clusters)


def _more(scores: Scores, gate: Gate) -> MoreCases:
    groups = grouped(differences(scores), scores.clusters)
    last = constant(gate.looks, gate.confidence)
    return more_cases(groups.n, groups.error**2 * groups.n, groups.mean, gate, last)


def _undecided(found: Filled, gate: Gate, look: Look, ratio: Ratio | None) -> Verdict:
    scores = found.complete
    units = len(set(scores.clusters))
    kind = "clusters" if units < len(scores.pairs) else "pairs of scores"
    table = tabled(scores.pairs)
    return Verdict(
        "INCONCLUSIVE",
        (f"{units} {kind} are too few for a verdict",),
        gate,
        len(scores.pairs),
        found.missing,
        units,
        table,
        _any_difference(table, units),
        *(None,) * 10,
        look,
        None,
        ratio,
    )
