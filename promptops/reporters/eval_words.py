"""Figures of an eval as its reports print them; what is not known is a word, never 0."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from promptops.evals.words import dollars, percent, points, rounded
from promptops.reporters.eval_judges import trusted

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from promptops.evals.report import Report
    from promptops.evals.report_cases import Flip
    from promptops.evals.report_comparisons import Comparison, Outcome
    from promptops.evals.report_variants import Figure, Metric, Money, Placement, Variant

UNKNOWN: Final = "unknown"
VERDICTS: Final[Mapping[Outcome | None, str]] = {
    "pass": "PASS", "fail": "FAIL", "inconclusive": "INCONCLUSIVE", None: "not gated",
}  # fmt: skip
TESTS: Final = {
    "non_inferiority": "no worse by more than the margin",
    "superiority": "better by more than the margin",
    "equivalence": "neither better nor worse by more than the margin",
}
_DIGITS: Final = 3
_TOGETHER: Final = re.compile(r"(\[[+-]?[0-9.]{1,9},|[0-9](?= %)) ")


def quality(found: Metric | None) -> str:
    """Return ``87.2 % [85.1, 89.3]``."""
    if found is None or found.mean is None:
        return UNKNOWN
    ends = ""
    if found.low is not None and found.high is not None:
        ends = f" [{percent(found.low)}, {percent(found.high)}]"
    return f"{percent(found.mean)} %{ends}"


def noted(found: Metric | None) -> str:
    """Return the same with what is to be known beside it, such as an uncalibrated judge."""
    note = "" if found is None or found.mean is None or not found.note else f", {found.note}"
    return f"{quality(found)}{note}"


def money(found: Money) -> str:
    """Return ``$2.85 [2.74, 2.96]``, all three to the step that suits the first."""
    if found.value is None:
        return UNKNOWN
    if found.low is None or found.high is None or found.low == found.high == found.value:
        return price(found.value)
    step = _step(found.value)
    low, high = (f"{rounded(one, step):,f}" for one in (found.low, found.high))
    return f"${rounded(found.value, step):,f} [{low}, {high}]"


def price(amount: Decimal | None) -> str:
    """Return dollars."""
    return UNKNOWN if amount is None else dollars(amount)


def _step(amount: Decimal) -> Decimal:
    if not amount or abs(amount) >= 1:
        return Decimal("0.01")
    return Decimal(1).scaleb(amount.adjusted() - _DIGITS + 1)


def gap(one: Comparison | None) -> str:
    """Return a difference in points with its interval."""
    if one is None or one.difference is None:
        return UNKNOWN
    ends = ""
    if one.low is not None and one.high is not None:
        ends = f" [{percent(one.low)}, {percent(one.high)}]"
    return f"{points(one.difference)}{ends}"


def seconds(found: Figure) -> str:
    """Return ``1.92 s [1.78, 2.10]``."""
    if found.value is None:
        return UNKNOWN
    ends = ""
    if found.low is not None and found.high is not None:
        ends = f" [{found.low:.2f}, {found.high:.2f}]"
    return f"{found.value:.2f} s{ends}"


def attempts(found: Mapping[str, int], name: Callable[[str], str] = str) -> str:
    """Return the attempts by cause, those that were answered first; ``name`` writes causes."""
    order = sorted(found.items(), key=lambda one: (one[0] != "ok", -one[1], one[0]))
    return ", ".join(f"{name(cause)} {count:,}" for cause, count in order) or "none"


def together(text: str) -> str:
    """Return a text in which no figure is torn from its sign, and no interval in two."""
    return _TOGETHER.sub("\\1\N{NO-BREAK SPACE}", text)


def of(report: Report, variant: str) -> Comparison | None:
    """Return a variant's comparison on the eval's metric; the incumbent has none."""
    metric = report.eval.metric
    return next((one for one in report.comparisons
                 if one.candidate == variant and one.metric == metric), None)  # fmt: skip


def role(report: Report, one: Variant) -> str:
    """Return what stands in place of a difference where there is none."""
    if one.role == "baseline":
        return "baseline"
    return "incumbent" if report.incumbent == one.id or one.role == "incumbent" else UNKNOWN


def better_baselines(report: Report, name: Callable[[str], str] = str) -> list[str]:
    """Return a sentence on each baseline that is not below the incumbent; ``name`` writes names."""
    metric = report.eval.metric
    mine = next((one.metrics.get(metric) for one in report.variants
                 if one.id == report.incumbent), None)  # fmt: skip
    if mine is None or mine.mean is None:
        return []
    found = []
    for one in report.variants:
        theirs = one.metrics.get(metric)
        if one.role == "baseline" and theirs and theirs.mean is not None:
            clear = theirs.low is not None and mine.high is not None and theirs.low > mine.high
            if theirs.mean >= mine.mean:
                told = "is better than" if clear else "is not told apart from"
                than = name(report.incumbent or "")
                found.append(f"{name(one.id)} calls no model and {told} {than}:"
                             f" {quality(theirs)} against {quality(mine)}.")  # fmt: skip
    return found


def spent(report: Report) -> str:
    """Return what the run paid, what it may have paid, and of what budget."""
    paid = report.spent
    told = f"Spent {price(paid.now)}"
    if paid.budget is not None:
        told += f" of {dollars(paid.budget)}"
    if paid.judge is not None and (paid.judge or paid.judge_budget is not None):
        limit = "" if paid.judge_budget is None else f" of {dollars(paid.judge_budget)}"
        told += f", judges {dollars(paid.judge)}{limit}"
    if paid.possible_calls:
        calls = "call" if paid.possible_calls == 1 else "calls"
        most = "" if paid.possible is None else f", at most {dollars(paid.possible)}"
        told += f"; possibly paid: {paid.possible_calls:,} {calls}{most}"
    return f"{told}."


def assumed(report: Report) -> Iterator[str]:
    """Yield what the figures rest on, a sentence each."""
    yield from report.notes
    yield "Costs are those of production, as if live; what this run paid is a line of its own."
    if report.traffic is not None and report.traffic.told:
        yield f"Traffic ({report.traffic.source}): {report.traffic.told}."
    if report.prices is not None:
        listed = "the lock" if report.prices.layer == "lock" else "the bundled list"
        yield f"Prices: {listed} of {report.prices.as_of}, {report.prices.source}."
    yield from trusted(report)


def sides(report: Report) -> tuple[Sequence[Flip], Sequence[Flip]]:
    """Return the flips that broke, and those that were fixed."""
    broke = [one for one in report.flips if one.broke]
    return broke, [one for one in report.flips if not one.broke]


def marked(report: Report) -> Iterator[tuple[str, Placement]]:
    """Yield the placements of cache marks with their names; one row where no place matters."""
    for variant in dict.fromkeys(one.variant for one in report.placements):
        mine = [one for one in report.placements if one.variant == variant]
        if all(one.per_1000.value is None for one in mine):
            continue  # why is told among the notes
        if len(mine) > 1 and len({(one.per_1000.value, one.pessimistic) for one in mine}) == 1:
            shipped = next((one for one in mine if one.kind == "as-shipped"), mine[0])
            yield "anywhere", shipped
        else:
            yield from ((one.kind, one) for one in mine)
