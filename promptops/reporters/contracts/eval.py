"""``promptops.eval/1``."""

from typing import Literal

from pydantic import Field

from promptops.reporters.contracts.common import Count, Day, Many, Moment, Money, Number, Part
from promptops.reporters.contracts.common import Sha256 as Hash
from promptops.reporters.contracts.eval_comparisons import CaseError, Comparison, Flip
from promptops.reporters.contracts.eval_figures import Figure, Outcome, Positive, Share, Signed
from promptops.reporters.contracts.eval_variants import Gate, Placement, Slice, Variant


class Run(Part):
    """The run."""

    id: str = Field(description="The run's id.")
    started: Moment = Field(description="When it began, in UTC.")
    ended: Moment | None = Field(description="When it ended, in UTC; null if unknown.")
    promptops_version: str = Field(description="The promptops that ran it.")
    seed: int = Field(description="The seed of its order and its draws.")
    commit: str | None = Field(description="The commit; null outside a repository.")
    planned: Count = Field(description="The cases that were to be done.")
    done: Count = Field(description="The cases that were done by all variants.")
    stopped: str | None = Field(description="Why it stopped early; null if it did not.")


class Evaluation(Part):
    """The eval."""

    name: str = Field(description="The eval's name.")
    prompt: str = Field(description="The prompt's name.")
    sha256: Hash = Field(description="The hash of its plan.")
    metric: str = Field(description="The gated scorer, else the first.")
    gate: Gate | None = Field(description="What was asked of candidates; null if nothing was.")


class Dataset(Part):
    """The cases."""

    path: str = Field(description="Where they are.")
    sha256: Hash = Field(description="The hash of ids, inputs, expected values and clusters.")
    cases: Count = Field(description="How many there are.")
    clusters: Count | None = Field(description="The clusters; null if cases are independent.")
    slices: Many[Slice] = Field(description="Parts of the cases.")


class PriceList(Part):
    """What all is priced by."""

    source: str = Field(description="The list of prices.")
    as_of: Day = Field(description="The day of the list.")
    sha256: Hash = Field(description="The hash of the list.")
    layer: Literal["lock", "bundled"] = Field(description="Where the list is kept.")
    overrides: Many[str] = Field(description="The models whose prices are not the list's.")


class Traffic(Part):
    """The traffic that a steady state is of."""

    source: str = Field(description="Where it is declared.")
    calls_per_month: Number | None = Field(description="The calls of a month; null if unknown.")
    told: str = Field(description="What it is, in words.")


class Front(Part):
    """A place on the front of quality, cost and latency."""

    id: str = Field(description="The variant.")
    probability: Share = Field(description="The share of draws in which nothing dominates it.")


class Judge(Part):
    """How far a judge can be trusted."""

    name: str = Field(description="The scorer's name.")
    prompt: str = Field(description="The judge's prompt at its version.")
    model: str = Field(description="The judge's provider:model.")
    calls: Count = Field(description="The calls of it.")
    errors: Count = Field(description="The calls that gave no verdict.")
    labels: Count | None = Field(
        description="The human labels that it was compared with; null if none: uncalibrated."
    )
    agreement: Positive | None = Field(description="The share it agrees with; null if unknown.")
    kappa: Signed | None = Field(description="Cohen's kappa; null if unknown.")
    sensitivity: Positive | None = Field(description="The share of good answers it passes.")
    specificity: Positive | None = Field(description="The share of bad answers it fails.")
    position_bias: Share | None = Field(
        description="The share of pairs judged by their order; null if it sees no pairs."
    )
    alpha: Signed | None = Field(description="Krippendorff's alpha; null of one judge alone.")
    same_vendor: Many[str] = Field(description="The variants whose model is of its vendor.")
    corrected: dict[str, Figure] = Field(
        description="The means that people would give, by variant, where they labelled enough."
    )


class Spent(Part):
    """What the run paid."""

    now: Money | None = Field(description="The dollars of this run, judges included.")
    possible: Money | None = Field(
        description="What calls whose end nobody saw may have cost at most; null if unknown."
    )
    possible_calls: Count = Field(description="How many those are.")
    judge: Money | None = Field(description="The judges' dollars; null if unknown.")
    budget: Money | None = Field(description="The budget; null if there is none.")
    judge_budget: Money | None = Field(description="The judges' budget; null if there is none.")


class EvalReport(Part):
    """What ``promptops eval --format json`` prints."""

    schema_: Literal["promptops.eval/1"] = Field(
        alias="schema", description="The name of this schema."
    )
    generated_at: Moment = Field(description="When the report was written, in UTC.")
    headline: str = Field(description="What was found, in one sentence.")
    verdict: Outcome | None = Field(description="The verdict; null without a gate.")
    reasons: Many[str] = Field(description="Why, where no comparison says it.")
    run: Run = Field(description="The run.")
    eval: Evaluation = Field(description="The eval.")
    dataset: Dataset = Field(description="The cases.")
    prices: PriceList | None = Field(description="What all is priced by; null if nothing is.")
    traffic: Traffic | None = Field(description="The traffic; null if none is declared.")
    incumbent: str | None = Field(description="The variant that others are compared with.")
    recommended: str | None = Field(
        description="The cheapest variant that is no worse, after Holm; null if unknown."
    )
    variants: Many[Variant] = Field(description="The incumbent, the candidates, the baselines.")
    placements: Many[Placement] = Field(description="Other places of cache marks, priced.")
    comparisons: Many[Comparison] = Field(description="Each candidate against the incumbent.")
    pareto: Many[Front] = Field(description="What is worth having, and how surely.")
    judges: Many[Judge] = Field(description="The models that scored answers.")
    spent: Spent = Field(description="What the run paid.")
    errors: Many[CaseError] = Field(description="The cases that were lost, or scored 0 unanswered.")
    flips: Many[Flip] = Field(description="The cases that a candidate broke, then those it fixed.")
    notes: Many[str] = Field(description="What was assumed, a sentence each.")
