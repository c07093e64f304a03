"""The sentence that a report of an eval begins with."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from promptops.evals.headline_claims import Names, costs, ends, gap, held, missed, question
from promptops.evals.words import dollars, percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.evals.report import Report
    from promptops.evals.report_comparisons import Comparison, Outcome
    from promptops.evals.report_variants import Variant

__all__ = ["Names", "by_candidate", "decisive", "headline"]
_COUNTED: Final[dict[Outcome, tuple[str, str]]] = {
    "pass": ("passes", "pass"),
    "inconclusive": ("is not settled", "are not settled"),
    "fail": ("fails", "fail"),
}
_GRAVITY: Final[dict[Outcome, int]] = {"pass": 0, "inconclusive": 1, "fail": 2}


def headline(report: Report, names: Names | None = None) -> str:
    """Return what was found: the verdict with its interval, and the cost with its own."""
    names = names or Names()
    one = decisive(report)
    if one is None:
        first = next((each for each in report.variants if each.id == report.incumbent), None)
        return f"{_alone(first, report.eval.metric, names)}."
    price = costs(report, one, names)
    if one.verdict is None:
        return f"{_compared(_shown(one, names))}, and it {price}; nothing was gated."
    return f"{_told(one, report, names, price)}{_others(report)}{_doubt(report, one.metric)}."


def _doubt(report: Report, metric: str) -> str:
    """Return what is to be known of a metric whose judge nobody has held against people."""
    judges = [one for one in report.judges if one.name == metric]
    return "; its judge is uncalibrated" if any(not one.calibrated for one in judges) else ""


def decisive(report: Report) -> Comparison | None:
    """Return the comparison that the report's verdict is made of; None if there is none.

    Of a candidate that passes that is the one on the gate's first metric.
    """
    outcomes = by_candidate(report)
    gated = [one for one in report.comparisons if one.verdict is not None]
    like = [one for one in gated
            if one.verdict == report.verdict == outcomes[one.candidate]] or gated  # fmt: skip
    like = like or [one for one in report.comparisons if one.metric == report.eval.metric]
    best = [one for one in like if one.candidate == report.recommended]
    return next(iter(best or like), None)


def by_candidate(report: Report) -> dict[str, Outcome]:
    """Return each candidate's verdict: all the metrics that are gated must hold."""
    found: dict[str, Outcome] = {}
    for one in report.comparisons:
        if one.verdict is not None:
            known = found.get(one.candidate, one.verdict)
            found[one.candidate] = max(known, one.verdict, key=_GRAVITY.__getitem__)
    return found


def _shown(one: Comparison, names: Names) -> Comparison:
    """Return a comparison whose texts may stand in the sentence."""
    return replace(
        one,
        candidate=names.name(one.candidate),
        incumbent=names.name(one.incumbent),
        metric=names.name(one.metric),
        reasons=tuple(map(names.said, one.reasons)),
    )


def _others(report: Report) -> str:
    outcomes = by_candidate(report)
    if len(outcomes) < 2:  # noqa: PLR2004
        return ""
    counts = Counter(outcomes.values())
    told = [f"{counts[one]} {words[counts[one] > 1]}" for one, words in _COUNTED.items()
            if counts[one]]  # fmt: skip
    return f"; of {len(outcomes)} candidates {', '.join(told)}"


def _told(one: Comparison, report: Report, names: Names, price: str) -> str:
    if one.verdict == "pass":
        mine = [_shown(each, names) for each in report.comparisons
                if each.candidate == one.candidate and each.verdict is not None]  # fmt: skip
        return f"{held(_shown(one, names), mine)}, and {price}"
    if one.verdict == "fail":
        return missed(_shown(one, names), price)
    return _open(_shown(one, names), report, names, price)


def _open(one: Comparison, report: Report, names: Names, price: str) -> str:
    """Return what is not settled, and what would settle it."""
    if report.run.done == 0 or one.n == 0:
        why = next(_lacks(one, report, names), "")
        told = f"Nothing is known of {one.candidate} against {one.incumbent}: no case is done"
        return f"{told} ({why})" if why else told
    return f"{question(one)}; {remedy(one, report, names)}; it {price}"


def remedy(one: Comparison, report: Report, names: Names) -> str:
    """Return what an inconclusive verdict lacks."""
    if one.more_cases is None:
        return next(_lacks(one, report, names), "more is needed")
    if one.more_cases.observed is None or one.more_cases.equal is None:
        return "more cases are unlikely to help"
    if not one.more_cases.equal:
        return f"{one.more_cases.observed:,} more cases should settle it"
    price = one.more_usd.live if one.more_usd else None
    told = f"about {dollars(price)}" if price is not None else "at a price that is not known"
    return f"{one.more_cases.equal:,} more cases, {told}, should settle it"


def _lacks(one: Comparison, report: Report, names: Names) -> Iterator[str]:
    """Yield why there is no verdict, what stopped the run first."""
    if report.run.stopped:
        yield names.said(report.run.stopped)
    yield from map(names.said, report.reasons)
    yield from one.reasons


def _compared(one: Comparison) -> str:
    return f"{one.candidate} against {one.incumbent} on {one.metric}: {gap(one)}"


def _alone(one: Variant | None, metric: str, names: Names) -> str:
    found = one.metrics.get(metric) if one else None
    if one is None or found is None or found.mean is None:
        return "Nothing is known yet: no case is done"
    among = ""
    if found.low is not None and found.high is not None:
        among = f" {ends(found.low, found.high)}"
    price = one.cost.per_1000.value
    told = "at a cost that is not known"
    if price is not None:
        told = f"at {dollars(price)} for 1,000 calls"
    scored = f"{names.name(metric)} {percent(found.mean)} %{among} of {found.n:,} cases"
    return f"{names.name(one.id)}: {scored}, {told}"
