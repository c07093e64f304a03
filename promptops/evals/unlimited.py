"""Versions that set no limit to their answers: what a budget then rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.errors import InputError
from promptops.evals.variants import limits, sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.evals.prepared import Prepared
    from promptops.evals.variants import Variant


def assumed(made: Prepared) -> Iterator[str]:
    """Yield what a budget takes for the longest answer, where nothing else says how long it is."""
    plan = made.plan
    if plan.budget.usd is None or not made.cases:
        return
    found = [
        one.id for one in made.variants
        if not one.free and _unlimited(made, one)
    ]  # fmt: skip
    if found:
        most = f"{plan.run.assume_output:,} tokens (run.assume_output)"
        yield (
            f"Without max_tokens an answer of {', '.join(found)} was taken to have at most {most}: "
            "the budget is as hard as that is true."
        )


def _unlimited(made: Prepared, one: Variant) -> bool:
    try:
        return not limits(sent(one, made.cases[0], 0, made.plan))
    except InputError:  # of a run that is shown, whose inputs are gone by now
        return False
