"""What an eval found: one frozen value that is worked out from the ledger, and then written."""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003 - readers of JSON look at the types
from dataclasses import field
from typing import Final

from promptops.evals.report_cases import CaseError, CaseResult, Flip  # noqa: TC001 - the same
from promptops.evals.report_comparisons import Comparison, Outcome  # noqa: TC001 - the same
from promptops.evals.report_facts import (
    DatasetFacts,
    EvalFacts,
    Front,
    Judge,
    PriceFacts,
    RunFacts,
    Spent,
    TrafficFacts,
)
from promptops.evals.report_variants import Placement, Variant  # noqa: TC001 - the same
from promptops.model.values import dataclass

REFUSALS: Final = frozenset({"denied", "exhausted"})


@dataclass(frozen=True, slots=True)
class Report:
    """An eval's report; ``cases`` are in the order of the dataset, and in no JSON."""

    generated_at: str
    run: RunFacts
    eval: EvalFacts
    dataset: DatasetFacts
    variants: tuple[Variant, ...]
    verdict: Outcome | None = None  # of all candidates together; None without a gate
    reasons: tuple[str, ...] = ()  # of a verdict that no comparison explains
    incumbent: str | None = None  # id of a variant
    recommended: str | None = None  # the cheapest that is no worse, after Holm
    prices: PriceFacts | None = None
    traffic: TrafficFacts | None = None
    comparisons: tuple[Comparison, ...] = ()
    placements: tuple[Placement, ...] = ()
    pareto: tuple[Front, ...] = ()
    judges: tuple[Judge, ...] = ()
    spent: Spent = field(default_factory=Spent)
    errors: tuple[CaseError, ...] = ()
    flips: tuple[Flip, ...] = ()
    notes: tuple[str, ...] = ()  # what was assumed, a sentence each
    cases: Sequence[CaseResult] = ()

    @property
    def refused(self) -> bool:
        """Whether no model answered, as keys, names or quotas are not what they should be."""
        asked = [one.attempts for one in self.variants if one.role != "baseline"]
        ended = {cause for one in asked for cause, number in one.items() if number}
        return (
            bool(ended & REFUSALS)
            and not any(one.get("ok") for one in asked)
            and not any(one.reused for one in self.variants)
        )

    @property
    def headline(self) -> str:
        """What was found, in one sentence."""
        from promptops.evals.headline import headline

        return headline(self)
