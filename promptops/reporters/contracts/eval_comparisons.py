"""The comparisons of ``promptops.eval/1``, and the cases behind them."""

from typing import Literal

from pydantic import Field

from promptops.reporters.contracts.common import Count, Line, Many, Money, Part, Rate
from promptops.reporters.contracts.eval_figures import Figure, Outcome, Points, Positive, Share


class Looks(Part):
    """Which look at the data this is."""

    number: Count = Field(description="The look that was taken; 0 if none could be.")
    of: Line = Field(description="How many the gate allows.")
    level_spent: Share = Field(description="The level that is spent with it at most.")
    kind: Literal["single", "planned", "any_time", "again"] = Field(
        description="Whether it is the only one, one of the gate's, a look of an e-process, or one"
        " more after runs over a part of the cases."
    )


class More(Part):
    """How many more cases a verdict probably takes."""

    equal: Count | None = Field(description="If the two are equal in truth; null if none would do.")
    observed: Count | None = Field(
        description="If they differ as observed; null if more are unlikely to help."
    )


class MoreDollars(Part):
    """What those cases cost, if the two are equal in truth."""

    live: Money | None = Field(description="The dollars of live calls; null if unknown.")
    batch: Money | None = Field(description="The dollars of a batch; null if unknown.")


class Sensitivity(Part):
    """The difference under three views of the missing pairs."""

    complete: Figure = Field(description="Over the complete pairs.")
    best: Figure = Field(description="With all that is missing for the candidate.")
    worst: Figure = Field(description="With all that is missing against it.")


class Comparison(Part):
    """A candidate against the incumbent on one metric; differences are candidate minus it."""

    candidate: str = Field(description="The variant that is compared.")
    incumbent: str = Field(description="The variant that it is compared with.")
    metric: str = Field(description="The scorer.")
    n: Count = Field(description="The complete pairs.")
    missing: Count = Field(description="The pairs of which a score is missing.")
    clusters: Count = Field(description="The units of variance.")
    b: Count | None = Field(description="The candidate alone right; null if not a 0/1 metric.")
    c: Count | None = Field(description="The incumbent alone right; null if not a 0/1 metric.")
    both: Count | None = Field(description="Both right; null if not a 0/1 metric.")
    neither: Count | None = Field(description="Neither right; null if not a 0/1 metric.")
    difference: Points | None = Field(description="The difference; null if unknown.")
    low: Points | None = Field(description="The interval's lower end; null if unknown.")
    high: Points | None = Field(description="The interval's upper end; null if unknown.")
    bound: Points | None = Field(description="The lower bound that a pass rests on; null if none.")
    ceiling: Points | None = Field(
        description="The upper bound that a failure rests on; null if none."
    )
    margin: Rate | None = Field(description="The margin; null if it is not gated.")
    confidence: Rate | None = Field(
        description="The one-sided confidence of the bounds; null if it is not gated."
    )
    p: Share | None = Field(description="The p of the test; null if there is none.")
    p_holm: Share | None = Field(description="That after Holm's correction; null if there is none.")
    test: Literal["non_inferiority", "superiority", "equivalence"] | None = Field(
        description="What the candidate must show; null if it is not gated."
    )
    test_method: str | None = Field(description="The test; null if there is none.")
    interval_method: str | None = Field(description="The interval's method; null if there is none.")
    looks: Looks = Field(description="Which look at the data this is.")
    cost: Positive | None = Field(
        description="The candidate's cost over the incumbent's, paired; null if unknown."
    )
    max_ratio: Rate | None = Field(description="The most that ratio may be; null if any.")
    verdict: Outcome | None = Field(description="The verdict; null if it is not gated.")
    reasons: Many[str] = Field(description="Why, the gravest reason first.")
    more_cases: More | None = Field(
        description="What an inconclusive verdict lacks; null if that is not cases."
    )
    more_usd: MoreDollars | None = Field(description="What those cost; null if there are none.")
    sensitivity: Sensitivity | None = Field(
        description="What missing pairs could change; null if unknown."
    )


class CaseError(Part):
    """A case without an answer, or whose answer could not be scored."""

    case: str = Field(description="The case's id.")
    variant: str = Field(description="The variant.")
    cause: str = Field(description="Why, in a word.")
    message: str = Field(description="What was said.")
    kind: Literal["missing", "failed"] = Field(
        description="Of missing, the infrastructure or a scorer lost it; of failed, it scores 0."
    )
    attempts: Count = Field(description="The attempts that were made.")


class FlipSide(Part):
    """The score of a side."""

    value: Share | None = Field(description="The score; null if there is none.")
    label: str | None = Field(description="The answer's label; null if there is none.")
    reason: str = Field(description="What the scorer says.")


class Flip(Part):
    """A case that the candidate broke or fixed."""

    case: str = Field(description="The case's id.")
    candidate: str = Field(description="The variant.")
    before: FlipSide = Field(description="The incumbent's score.")
    after: FlipSide = Field(description="The candidate's score.")
