"""``promptops.eval-plan/1``."""

from typing import Annotated, Literal

from pydantic import Field

from promptops.reporters.contracts.common import Count, Line, Many, Money, Number, Part
from promptops.reporters.contracts.common import Sha256 as Hash
from promptops.reporters.contracts.eval_figures import Share

Why = Literal["old", "served_by_another", "not_kept", "failed", "unanswered"]


class Tokens(Part):
    """A number of tokens, and how it was got."""

    value: Count | None = Field(description="The tokens of all calls; null if unknown.")
    how: str = Field(description="How they were got, or why they are not known.")


class Dollars(Part):
    """A number of dollars, and how it was got."""

    value: Money | None = Field(description="The dollars of all calls; null if unknown.")
    how: str = Field(description="How they were got, or why they are not known.")


class Cost(Part):
    """What calls cost."""

    expected: Dollars = Field(description="What is expected.")
    worst: Dollars = Field(description="What a run sets aside for their first attempts.")


class Minutes(Part):
    """How long a run takes."""

    value: Number | None = Field(description="The minutes; null if unknown.")
    how: str = Field(description="How they were got, or why they are not known.")


class PlannedEval(Part):
    """The eval."""

    name: str = Field(description="The eval's name.")
    sha256: Hash = Field(description="The hash of its plan.")


class PlannedCases(Part):
    """The cases."""

    path: str = Field(description="Where they are.")
    sha256: Hash = Field(description="The hash of ids, inputs, expected values and clusters.")
    cases: Count = Field(description="How many there are in this part.")
    clusters: Count | None = Field(description="Their clusters; null if cases are independent.")
    part: tuple[Line, Line] = Field(description="The part, from 1, and of how many.")


class Answers(Part):
    """How many answers a run needs, and where they come from."""

    items: Count = Field(description="All of them: of each variant, case and repeat one.")
    shared: Count = Field(description="Those that a version shares with another.")
    reused: Count = Field(description="Those that are in the ledger.")
    calls: Count = Field(description="Those that are to be asked for.")
    free: Count = Field(description="The calls that nobody is paid for.")
    stale: dict[Why, Count] = Field(description="Stored answers that may not be used, by why.")


class PlannedVariant(Part):
    """The calls of a version on a model."""

    id: str = Field(description="The version and the model.")
    model: str = Field(description="The model.")
    paid: bool = Field(description="Whether its vendor is paid.")
    items: Count = Field(description="The answers that it is to have.")
    calls: Count = Field(description="Those that are to be asked for.")
    input_tokens: Tokens = Field(description="The input tokens that are expected.")
    output_tokens: Tokens = Field(description="The output tokens that are expected.")
    live: Cost = Field(description="What they cost.")
    batch: Cost | None = Field(description="The same in batches; null without such rates.")


class PlannedJudge(Part):
    """The calls of a scorer that asks models."""

    scorer: str = Field(description="The scorer's name.")
    models: Many[str] = Field(description="The models that it asks.")
    calls: Count = Field(description="The calls at most.")
    live: Cost = Field(description="What they cost.")


class Needed(Part):
    """The cases that a margin takes where versions are in truth equal."""

    discordance: Annotated[float, Field(ge=0, le=1)] = Field(
        description="The mean square of differences: of a rate, the share of cases that differ."
    )
    cases: Count | None = Field(description="The cases that the margin takes; null without one.")
    margin: Share = Field(description="The smallest margin that the cases of this run can hold.")
    how: str = Field(description="How the discordance is known.")


class Power(Part):
    """What the cases can show of a metric, four times in five."""

    metric: str = Field(description="The scorer.")
    test: Literal["non_inferiority", "superiority", "equivalence"] | None = Field(
        description="What is to be shown; null if nothing is gated."
    )
    margin: Money | None = Field(description="The gate's margin; null if nothing is gated.")
    confidence: Share = Field(description="The one-sided confidence.")
    needed: Many[Needed] = Field(description="By discordance.")


class GoesOn(Part):
    """A run that was stopped or killed."""

    run: str = Field(description="The run's id.")
    spent: Money = Field(description="The dollars that it may have paid.")


class EvalPlanReport(Part):
    """What ``promptops eval plan --format json`` prints."""

    schema_: Literal["promptops.eval-plan/1"] = Field(
        alias="schema", description="What this document is."
    )
    eval: PlannedEval = Field(description="The eval.")
    dataset: PlannedCases = Field(description="The cases.")
    answers: Answers = Field(description="How many answers are needed, and from where.")
    variants: Many[PlannedVariant] = Field(description="The calls of each version on a model.")
    judges: Many[PlannedJudge] = Field(description="The calls of scorers that ask models.")
    live: Cost = Field(description="What all calls cost.")
    batch: Cost | None = Field(
        description="The same in batches; null where a vendor has no such rates."
    )
    goes_on: GoesOn | None = Field(description="The run that would go on; null if one begins.")
    budget: Money | None = Field(description="The dollars that may be spent; null without limit.")
    minutes: Minutes = Field(description="How long the calls take.")
    power: Many[Power] = Field(description="What the cases can show, by metric.")
    notes: Many[str] = Field(description="What else is to be known.")
