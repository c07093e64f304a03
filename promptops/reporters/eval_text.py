"""An eval's report as text of 80 columns: the sentence first, then what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.evals.words import change, percent, plain_points
from promptops.reporters.cost_figures import visible
from promptops.reporters.eval_sentences import (
    asked_again,
    cached,
    failures,
    if_lost,
    lacking,
    latency,
    looked,
    reads,
    repeats,
)
from promptops.reporters.eval_text_rest import errors, flips, placements, rest, slices, wrapped
from promptops.reporters.eval_words import (
    TESTS,
    VERDICTS,
    attempts,
    better_baselines,
    gap,
    money,
    noted,
    of,
    quality,
    role,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.evals.report import Report
    from promptops.evals.report_comparisons import Comparison
    from promptops.evals.report_variants import Variant


def report(found: Report) -> str:
    """Return the report as lines of text."""
    parts = [wrapped(found.headline), list(_verdicts(found)), list(_table(found)),
             list(placements(found)), list(slices(found)), list(flips(found)),
             list(errors(found)), list(rest(found))]  # fmt: skip
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _verdicts(found: Report) -> Iterator[str]:
    gated = [one for one in found.comparisons if one.verdict is not None]
    yield from wrapped(f"Verdict: {VERDICTS[found.verdict]}")
    for one in gated:
        yield from wrapped(_verdict(one), "  ")
        more = lacking(one)
        for told in (*one.reasons, f"more cases: {more}" if more else None, if_lost(one)):
            yield from wrapped(told, "    ") if told else ()
    for reason in found.reasons:
        yield from wrapped(reason, "  ")


def _verdict(one: Comparison) -> str:
    told = f"{one.candidate}: {VERDICTS[one.verdict]} ({TESTS.get(one.test or '', '')},"
    told += f" {plain_points(one.margin or 0)} of {one.metric}); {one.n:,} pairs"
    if one.missing:
        told += f", {one.missing:,} missing"
    if one.b is not None and one.c is not None:
        told += f", {one.b:,} right by it alone, {one.c:,} by {one.incumbent} alone"
    if one.bound is not None:
        told += f"; lower bound {percent(one.bound)} points"
    if one.clusters < one.n:
        told += f"; {one.clusters:,} clusters"
    more = [f"; {each}" for each in (asked_again(one), looked(one)) if each]
    return told + "".join(more)


def _table(found: Report) -> Iterator[str]:
    metric = visible(found.eval.metric)[:20]
    yield f"{'n':>9}  {metric:<22}{'difference':<20}$ per 1,000"
    for one in found.variants:
        yield from _variant(found, one)
    for told in better_baselines(found):
        yield from wrapped(told)


def _variant(found: Report, one: Variant) -> Iterator[str]:
    named = one.id if one.model in one.id else f"{one.id}  {one.model}"
    yield from wrapped(named)
    compared = of(found, one.id)
    difference = gap(compared) if compared else role(found, one)
    mean = quality(one.metrics.get(found.eval.metric))
    yield f"{one.n:>9,}  {mean:<22}{difference:<20}{money(one.cost.per_1000)}".rstrip()
    more = [f"per success {money(one.cost.per_success)}"]
    ratio = change(one.cost.ratio)
    more += [f"cost {ratio}"] if ratio else []
    more += [f"{one.missing:,} missing"] if one.missing else []
    more += [f"{one.shared:,} cases as {found.incumbent}"] if one.shared else []
    more += [f"{one.reused:,} answers of earlier runs"] if one.reused else []
    yield from wrapped("; ".join(more), " " * 11)
    for told in (latency(one), f"attempts: {attempts(one.attempts)}", *_behind(one)):
        yield from wrapped(told, " " * 11)
    for name, other in one.metrics.items():
        if name != found.eval.metric or other.note:
            yield from wrapped(f"{name} {noted(other)}", " " * 11)


def _behind(one: Variant) -> Iterator[str]:
    if one.reads is not None and cached(one.reads):
        yield reads(one.reads)
    if one.repeats is not None:
        yield from repeats(one.repeats)
    yield from failures(one)
