"""``promptops.usage-sync/1``: recorded calls measured for the usage file."""

from typing import Literal

from pydantic import Field

from promptops.reporters.contracts.common import Count, Day, Many, Number, Part, Rate

State = Literal["added", "updated", "unchanged", "by hand"]
Key = Literal[
    "calls_per_month",
    "output_tokens",
    "reasoning_tokens",
    "cache.hit_rate",
    "retries.billed_failure",
    "batch_share",
    "gaps.5m",
    "gaps.30m",
    "gaps.1h",
    "gaps.12h",
]


class UsageWindow(Part):
    """The recording."""

    first: Day = Field(description="The day of its first call, in UTC.")
    last: Day = Field(description="The day of its last call, in UTC.")
    hours: Number = Field(description="Its length.")
    calls: Count = Field(description="Its calls, those of no prompt here included.")


class UsageFigure(Part):
    """A figure of the usage file."""

    low: Rate | None = Field(description="Its low end; null where it has none.")
    expected: Rate = Field(description="The figure itself; of tokens, the median.")
    high: Rate | None = Field(
        description="Its high end, of tokens the 95th percentile; null where it has none."
    )
    p99: Rate | None = Field(description="Of tokens, the 99th percentile; null where unknown.")


class UsageChange(Part):
    """A figure that was measured to be another than the file says."""

    key: Key = Field(description="Where it stands in the prompt's entry.")
    before: UsageFigure | None = Field(description="What the file says; null for nothing.")
    after: UsageFigure = Field(description="What was measured.")


class UsageCalibration(Part):
    """Billed input tokens for one token of o200k_base."""

    factor: Rate = Field(description="Over all calls.")
    low: Rate = Field(description="The 5th percentile of the calls.")
    high: Rate = Field(description="The 95th percentile of the calls.")
    calls: Count = Field(description="The calls that it was measured of.")
    encoded: Count | None = Field(
        description="The mean of the calls' o200k_base tokens; null but for a prompt's own."
    )
    until: Day | None = Field(description="The day of the last call; null where it is not told.")


class UsageModel(Part):
    """A model that was calibrated."""

    model: str = Field(description="The provider:model.")
    before: UsageCalibration | None = Field(description="What the file says; null for nothing.")
    after: UsageCalibration = Field(description="What was measured.")


class UsagePrompt(Part):
    """A prompt that something was measured of."""

    name: str = Field(description="Its name.")
    state: State = Field(
        description="What becomes of its entry; by hand: a person wrote it and it stays."
    )
    calls: Count = Field(description="Its calls.")
    from_: str = Field(alias="from", description="The window and the calls, as the entry says.")
    changes: Many[UsageChange] = Field(description="The figures that differ.")
    calibration: Many[UsageModel] = Field(
        description="The models whose calibration of this prompt differs."
    )
    text: str | None = Field(
        description="How the hash begins of the text that the last calls were of; null if unknown."
    )
    notes: Many[str] = Field(description="What is to be known of the figures.")


class UsageCounted(Part):
    """How often something was met."""

    name: str = Field(description="What it was.")
    count: Count = Field(description="How often.")


class UsageFactor(Part):
    """A factor that cannot be right: what was counted is not what was sent."""

    name: str = Field(description="The model, behind the prompt where it is of one prompt.")
    factor: Rate = Field(description="Billed tokens for one of o200k_base.")


class UsageSyncReport(Part):
    """What ``promptops usage sync --format json`` prints."""

    schema_: Literal["promptops.usage-sync/1"] = Field(
        alias="schema", description="The name of this schema."
    )
    path: str = Field(description="The usage file.")
    changed: bool = Field(description="Whether the measurement makes it another file.")
    written: bool = Field(description="Whether it was written.")
    window: UsageWindow = Field(description="The recording.")
    prompts: Many[UsagePrompt] = Field(description="The prompts that something was measured of.")
    calibration: Many[UsageModel] = Field(description="The models that were calibrated.")
    too_few: Many[UsageCounted] = Field(
        description="Prompts of too few calls to tell anything, with their calls."
    )
    unknown: Many[UsageCounted] = Field(
        description="Names in the calls that no prompt here has, with their calls."
    )
    unnamed: Count = Field(description="The calls that name no prompt.")
    uncalibrated: Many[UsageCounted] = Field(
        description="Models of too few calls to calibrate them, with these calls."
    )
    implausible: Many[UsageFactor] = Field(
        description="Factors that nobody would be billed, and that are not written."
    )
    untold: Many[Key] = Field(description="The keys that no call tells anything of.")
    left_out: Many[UsageCounted] = Field(description="Rows that are no calls, by reason.")
    repeated: Count = Field(description="The calls that stood there twice and counted once.")
