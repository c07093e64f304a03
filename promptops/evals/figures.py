"""Answers of a variant -> its quality, cost, latency, tokens and attempts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from promptops.evals import report_variants as said
from promptops.evals.figures_costs import cost, within
from promptops.evals.figures_metrics import metrics, repeats
from promptops.statistics.gate import Cause
from promptops.statistics.rates import quantile_interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promptops.caching.requests import Billed
    from promptops.evals.costing_reads import Reads
    from promptops.evals.costing_values import Costed
    from promptops.evals.gathered import Seen
    from promptops.evals.material import Material
    from promptops.evals.variants import Variant
    from promptops.model.evaluation import Completion


def of_variant(
    made: Material, variant: Variant, placed: Costed | None, reads: Reads | None
) -> said.Variant:
    """Return what a report says of a variant over all cases."""
    by_case, values = made.answers(variant), made.values(variant, made.metric)
    seen = [one for each in by_case for one in each]
    done = [one.completion for one in seen if one.completion is not None]
    lost = [each for value, each in zip(values, by_case, strict=True)
            if value is Cause.INFRASTRUCTURE or value is Cause.SCORER]  # fmt: skip
    reused = made.trails.reuses(variant, (
        (case.id, one.repeat)
        for case, each in zip(made.cases, by_case, strict=True) for one in each
    ))  # fmt: skip
    several = None if variant.baseline else repeats(made, variant)
    return said.Variant(
        variant.id,
        _role(made, variant),
        f"{variant.handle.ref.name}@{variant.version}" if not variant.baseline else variant.model,
        variant.model,
        None if variant.baseline else variant.handle.ref.sha256.removeprefix("sha256:"),
        tuple(sorted({one.model_served for one in done if one.model_served})),
        sum(not isinstance(value, Cause) for value in values),
        sum(map(_asked, lost)),
        _shared(made, variant),
        reused,
        metrics=metrics(made, variant),
        cost=cost(made, variant, placed),
        latency=_latency(done, stored=reused > 0, streamed=made.plan.run.stream),
        tokens=_tokens(done),
        attempts=_attempts(made, variant, seen),
        reads=_reads(variant, reads),
        repeats=several,
        within=within(made, variant, several),
    )


def _role(made: Material, one: Variant) -> said.Role:
    if one.baseline:
        return "baseline"
    return "incumbent" if one is made.incumbent else "candidate"


def _asked(answers: Sequence[Seen]) -> bool:
    """Return whether a case was asked about at all before the run was stopped."""
    return any(one.lost is None or one.lost.leaves != "stopped" for one in answers)


def _shared(made: Material, variant: Variant) -> int:
    """Return how many cases read the same as with the incumbent, so that they share an answer."""
    if variant is made.incumbent:
        return 0
    mine, theirs = (
        [made.trails.key(one, case.id, 0) for case in made.cases]
        for one in (variant, made.incumbent)
    )
    both = zip(mine, theirs, strict=True)
    return sum(one is not None and one == other for one, other in both)


def _attempts(made: Material, variant: Variant, seen: Sequence[Seen]) -> Mapping[str, int]:
    """Return the attempts of this run by how they ended; all of them are rows of the ledger."""
    keys = made.trails.of_variant(variant)
    if keys:
        return Counter(one.ended for key in keys for one in made.trails.attempts.get(key, ()))
    found = Counter({"ok": sum(one.completion is not None for one in seen)})
    found.update(one.lost.error.cause for one in seen if one.lost and one.lost.error)
    return found


def _reads(variant: Variant, found: Reads | None) -> said.Reads | None:
    mine = found.of(variant.id) if found else None
    if mine is None or not mine.calls:
        return None
    predicted = mine.predicted
    return said.Reads(
        len(mine.calls), split(mine.observed), split(predicted) if predicted else None,
        mine.agreed, mine.unknown,
    )  # fmt: skip


def split(billed: Billed) -> said.Split:
    """Return input tokens as reports hold them."""
    return said.Split(billed.plain, billed.read, sum(billed.write.values()))


def _latency(done: Sequence[Completion], *, stored: bool, streamed: bool) -> said.Latency:
    taken = [one.latency for one in done if one.latency is not None]
    first = [one.first_byte for one in done if one.first_byte is not None] if streamed else []
    return said.Latency(
        _quantile(taken, 0.5),
        _quantile(taken, 0.95),
        stored,
        _quantile(first, 0.5) if first else None,
    )


def _quantile(values: Sequence[float], share: float) -> said.Figure:
    found = quantile_interval(values, share)
    return said.Figure(found.value, found.low, found.high) if found else said.Figure()


def _tokens(done: Sequence[Completion]) -> said.Tokens:
    told = [(one.usage, one.reasoning_tokens) for one in done if one.usage is not None]
    if not told:
        return said.Tokens()
    count = len(told)
    thought = [tokens for _, tokens in told if tokens is not None]
    return said.Tokens(
        sum(one.input_tokens for one, _ in told) / count,
        sum(one.cache_read_tokens for one, _ in told) / count,
        sum(sum(one.cache_write_tokens.values()) for one, _ in told) / count,
        sum(one.output_tokens for one, _ in told) / count,
        sum(thought) / len(thought) if thought else None,
    )
