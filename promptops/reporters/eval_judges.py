"""How far an eval's judges can be trusted, a sentence each."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from promptops.evals.words import percent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.evals.report import Report
    from promptops.evals.report_facts import Judge
    from promptops.evals.report_variants import Figure


def trusted(report: Report) -> Iterator[str]:
    """Yield what a reader has to know of the judges before believing their figures."""
    count = Counter(one.name for one in report.judges)
    told: set[str] = set()
    for one in report.judges:
        name = one.name if count[one.name] == 1 else f"{one.name} ({one.model})"
        yield from _held(one, name)
        if one.errors:
            yield f"The judge {name} gave no verdict on {one.errors:,} of {one.calls:,} questions."
        if one.position_bias is not None:
            share = percent(one.position_bias)
            yield f"The judge {name} preferred a place to an answer in {share} % of pairs."
        if one.alpha is not None and one.name not in told:
            told.add(one.name)
            yield (f"The judges of {one.name} agree with one another: Krippendorff's alpha is"
                   f" {one.alpha:.2f}.")  # fmt: skip
        if one.same_vendor:
            yield f"The judge {name} is of the vendor of {', '.join(one.same_vendor)}."


def _held(one: Judge, name: str) -> Iterator[str]:
    if not one.calibrated:
        few = "no 50" if one.labels is None else f"{one.labels:,}, not 50,"
        yield f"The judge {name} is uncalibrated: {few} human labels to compare it with."
        return
    told = (
        f"The judge {name} agrees with people on {_share(one.agreement)} of {one.labels:,} labels"
    )
    told += "" if one.kappa is None else f", Cohen's kappa {one.kappa:.2f}"
    if one.sensitivity is not None:
        told += f"; of what they call right it passes {_share(one.sensitivity)}"
    if one.specificity is not None:
        told += f"; of what they call wrong it fails {_share(one.specificity)}"
    yield f"{told}."


def _share(found: Figure | None) -> str:
    if found is None or found.value is None:
        return "an unknown share"
    if found.low is None or found.high is None:
        return f"{percent(found.value)} %"
    return f"{percent(found.value)} % [{percent(found.low)}, {percent(found.high)}]"
