"""What a comparison has shown, or has not, in half a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promptops.evals.words import cost, dollars, percent, plain_points, points

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from decimal import Decimal

    from promptops.evals.report import Report
    from promptops.evals.report_comparisons import Comparison
    from promptops.evals.report_variants import Variant


class Names(NamedTuple):
    """How a name, and a sentence, that may be a stranger's are written."""

    name: Callable[[str], str] = str
    said: Callable[[str], str] = str


def held(one: Comparison, all_of: Sequence[Comparison]) -> str:
    """Return what a candidate that passes has shown, on each of the metrics that must hold."""
    sure = certainty(one)
    if one.test == "superiority":
        if not any(each.margin for each in all_of):
            return f"{one.candidate} is better than {one.incumbent}{sure}"
        beyond = f"{one.incumbent} by more than {_margins(all_of)}"
        return f"{one.candidate} is better than {beyond}{sure}"
    if one.test == "equivalence":
        return f"{one.candidate} is within {_margins(all_of)} of {one.incumbent}{sure}"
    if one.high is not None and one.high < 0 and one.difference is not None:
        told = f"{percent(-one.difference)} points {ends(-one.high, -(one.low or 0))}"
        return (f"{one.candidate} is measurably worse than {one.incumbent}, by {told},"
                f" within the margin of {_margins(all_of)}{sure}")  # fmt: skip
    return f"{one.candidate} is no worse than {one.incumbent} by more than {_margins(all_of)}{sure}"


def missed(one: Comparison, price: str) -> str:
    """Return why a candidate fails."""
    if not worse(one):
        limit = "" if one.max_ratio is None else f", where {one.max_ratio:f} times is allowed"
        reason = one.reasons[0] if one.reasons and one.max_ratio is None else ""
        if reason:
            return f"{one.candidate} fails: {reason}"
        return f"{one.candidate} {cost(one.cost)} than {one.incumbent}{limit}; {gap(one)}"
    verb = "is worse than" if one.test == "non_inferiority" else "is not better than"
    if one.test == "equivalence":
        verb = "differs from"
    told = f" by more than {_margin(one)}" if one.margin else ""
    said = f"{one.candidate} {verb} {one.incumbent}{told}{certainty(one)}"
    return f"{said}: {gap(one)}, and {price}"


def worse(one: Comparison) -> bool:
    """Return whether quality alone fails a candidate."""
    if one.margin is None:
        return False
    margin = float(one.margin)
    least = margin if one.test == "superiority" else -margin
    if one.ceiling is not None and one.ceiling < least:
        return True
    return one.test == "equivalence" and one.bound is not None and one.bound > margin


def question(one: Comparison) -> str:
    """Return what is not settled."""
    asked = {
        "superiority": f"is better than {one.incumbent}",
        "equivalence": f"is within {_margin(one)} of {one.incumbent}",
    }.get(one.test or "", f"is no worse than {one.incumbent} by more than {_margin(one)}")
    return f"Whether {one.candidate} {asked} is not settled{certainty(one)}: {gap(one)}"


def costs(report: Report, one: Comparison, names: Names) -> str:
    """Return what a candidate costs of what the incumbent does, where either costs nothing, too."""
    by_id = {each.id: each for each in report.variants}
    mine, theirs = (_per_1000(by_id.get(name)) for name in (one.candidate, one.incumbent))
    incumbent = names.name(one.incumbent)
    if one.cost is not None or mine is None or theirs is None:
        return cost(one.cost)
    if not mine and not theirs:
        return f"costs nothing, as {incumbent} does"
    if not mine:
        return f"costs nothing, where {incumbent} costs {dollars(theirs)} for 1,000 calls"
    if not theirs:
        return f"costs {dollars(mine)} for 1,000 calls, where {incumbent} costs nothing"
    return f"costs {dollars(mine)} for 1,000 calls, {incumbent} {dollars(theirs)}"


def _per_1000(one: Variant | None) -> Decimal | None:
    return one.cost.per_1000.value if one else None


def gap(one: Comparison) -> str:
    """Return the difference with its interval."""
    if one.difference is None or one.low is None or one.high is None:
        return "the difference is not known"
    return f"{points(one.difference)} points {ends(one.low, one.high)}"


def ends(low: float, high: float) -> str:
    """Return an interval in points."""
    return f"[{percent(low)}, {percent(high)}]"


def certainty(one: Comparison) -> str:
    """Return the confidence in brackets, behind a blank."""
    return "" if one.confidence is None else f" ({(100 * one.confidence).normalize():f} %)"


def _margins(all_of: Sequence[Comparison]) -> str:
    """Return the margins of metrics that must all hold; one alone goes without its name."""
    if len(all_of) == 1:
        return _margin(all_of[0])
    return " and ".join(f"{plain_points(one.margin or 0)} of {one.metric}" for one in all_of)


def _margin(one: Comparison) -> str:
    """Return a margin; where a metric is not 0/1 it is named, as points of it are no cases."""
    told = plain_points(one.margin or 0)
    return told if one.b is not None or not one.n else f"{told} of {one.metric}"
