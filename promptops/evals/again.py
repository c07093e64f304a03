"""Cases that are added after a verdict, and judged once more: that is another look at the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.evals.report_comparisons import Looks
from promptops.ledger.rows import inputs_hash

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.evals.prepared import Prepared
    from promptops.model.evaluation import Case


def again(made: Prepared, started: float) -> Looks | None:
    """Return which look a run is, if earlier ones of the same plan were over a part of its cases.

    Each was taken at the full level, so that a false pass has a chance of up to their sum.
    """
    gate = made.plan.gate
    if gate is None:
        return None
    found = made.setting.ledger.earlier(made.plan.sha256, made.survey.sha256, started)
    if not found:
        return None
    mine = _names(made.cases)
    parts = {frozenset(each) for each in found.values() if each < mine}
    if not parts:
        return None
    number = 1 + len(parts)
    level = min(1.0, number * float(1 - gate.confidence))
    return Looks(number, number, level, "again")


def _names(cases: Sequence[Case]) -> set[tuple[str, str]]:
    """Return the ids of cases with the hashes of their inputs, as items have them."""
    return {(case.id, inputs_hash(case.inputs)) for case in cases}
