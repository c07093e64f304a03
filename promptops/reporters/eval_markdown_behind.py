"""What a comment on an eval folds up: attempts, latency, cache, looks, what was lost, slices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.reporters.eval_sentences import (
    failures,
    if_lost,
    lacking,
    latency,
    looked,
    reads,
    repeats,
)
from promptops.reporters.eval_words import attempts, quality
from promptops.reporters.markdown import code

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.evals.report import Report
    from promptops.evals.report_variants import Variant

BEHIND: Final = "Attempts, latency, cache, slices"


def behind(found: Report) -> Iterator[str]:
    """Yield a list item for each comparison, variant and slice that has more to say."""
    for one in found.comparisons:
        lacks = lacking(one)
        more = f"more cases: {lacks}" if lacks else None
        told = [each for each in (looked(one), more, if_lost(one)) if each]
        if one.verdict is not None and told:
            names = f"{code(one.candidate)} on {code(one.metric)}"
            yield f"- {names}: {'; '.join(told)}\n"
    for each in found.variants:
        yield f"- {code(each.id)}: {'; '.join(_variant(each))}\n"
    for part in found.dataset.slices:
        means = ", ".join(f"{code(name)} {quality(one)}" for name, one in part.metrics.items())
        yield f"- {code(f'{part.name} {part.value}')}, {part.cases:,} cases: {means}\n"


def _variant(one: Variant) -> Iterator[str]:
    yield f"attempts {attempts(one.attempts, code)}"
    if one.latency.p50.value is not None:
        yield latency(one)
    if one.reads is not None:
        yield reads(one.reads, code)
    if one.repeats is not None:
        yield from repeats(one.repeats)
    yield from failures(one)
