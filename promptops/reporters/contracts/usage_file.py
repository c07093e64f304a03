"""The shape of a usage file, for editors; ``promptops.usage_file.reading`` reads it."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from promptops.model.usage import Checked
from promptops.reporters.contracts.common import Part


def _plain(schema: dict[str, Any]) -> None:
    """Have a key that may be left out say what it holds, and not that it may be null."""
    for field in schema.get("properties", {}).values():
        field.pop("default", None)
        some = [one for one in field.get("anyOf", ()) if one != {"type": "null"}]
        if len(some) == 1:
            field.pop("anyOf")
            field.update(some[0])
        elif some:
            field["anyOf"] = some


class FilePart(Part):
    """A part of a file that people write: every key may be left out."""

    model_config = ConfigDict(json_schema_extra=_plain)


Tokens = Annotated[float, Field(ge=0, lt=10**15)]
Share = Annotated[float, Field(ge=0, le=1)]


class Range(FilePart):
    """A figure with its low and its high end."""

    low: Tokens | None = Field(None, description="The low end.")
    expected: Tokens = Field(description="The figure that is reckoned with.")
    high: Tokens | None = Field(None, description="The high end.")


class Quantiles(FilePart):
    """The middle of many figures and their 95th percentile."""

    p50: Tokens = Field(description="The median, which is reckoned with.")
    p95: Tokens | None = Field(None, description="The 95th percentile.")
    p99: Tokens | None = Field(None, description="The 99th percentile.")


Figure = Tokens | Range | Quantiles


class CachePart(FilePart):
    """How a vendor's cache serves the prompt."""

    hit_rate: Share | None = Field(
        None, description="The share of the marked tokens that is read, not written."
    )
    partitions: Annotated[float, Field(ge=1, lt=10**15)] | None = Field(
        None, description="Caches that hold the prefix: organisations, regions, tenants."
    )


class RetriesPart(FilePart):
    """Answers that are billed, cannot be used, and are asked for again."""

    billed_failure: Annotated[float, Field(ge=0, lt=1)] | None = Field(
        None, description="The chance of one."
    )
    max: Annotated[int, Field(ge=0)] | None = Field(
        None, description="How often it is asked for again, at most."
    )
    repair: bool | None = Field(
        None, description="Whether asking again carries the answer before it."
    )
    extra: Tokens | None = Field(None, description="The tokens of the complaint that comes along.")
    checked: Checked | None = Field(
        None,
        description="Of an agent, whose chance it is and what is asked again: the whole call's; or "
        "each step's, the step alone, all after the last, all at once.",
    )


class AgentPart(FilePart):
    """A loop of steps that one call is."""

    steps: Annotated[int, Field(ge=1)] | None = Field(None, description="Its steps.")
    growth: Tokens | None = Field(None, description="The tokens that each step adds.")


class CalibrationPart(FilePart):
    """Billed input tokens for one token of o200k_base."""

    factor: Annotated[float, Field(ge=0.5, le=2.5)] = Field(description="Over all calls.")
    low: Annotated[float, Field(gt=0, lt=10**15)] = Field(
        description="The 5th percentile of the calls."
    )
    high: Annotated[float, Field(gt=0, lt=10**15)] = Field(
        description="The 95th percentile of the calls."
    )
    calls: Annotated[int, Field(ge=30)] = Field(description="The calls it was measured of.")
    encoded: Annotated[int, Field(ge=1)] | None = Field(
        None, description="The mean of their o200k_base tokens."
    )
    until: date | None = Field(None, description="The day of the last call.")


Calibrations = Annotated[
    dict[str, CalibrationPart], Field(json_schema_extra={"propertyNames": {"pattern": "^[^:]+:"}})
]


class UsePart(FilePart):
    """How a prompt is used; what is left out is not known."""

    calls_per_month: Figure | None = Field(None, description="Calls in a month of 730 hours.")
    output_tokens: Figure | None = Field(
        None, description="Tokens of an answer, without thoughts, as the model counts them."
    )
    reasoning_tokens: Figure | None = Field(None, description="Tokens of thought before it.")
    variables: dict[str, Figure] | None = Field(
        None, description="Tokens of the inputs, by name; used where no sample fills them."
    )
    cache: CachePart | None = Field(None, description="How a vendor's cache serves it.")
    retries: RetriesPart | None = Field(None, description="Answers that are asked for again.")
    agent: AgentPart | None = Field(None, description="The loop that a call is.")
    batch_share: Share | None = Field(
        None, description="The part of the calls that goes to the batch service."
    )
    gaps: dict[Literal["5m", "30m", "1h", "12h"], Share] | None = Field(
        None, description="The shares of the calls that came less than so long after another."
    )
    calibration: Calibrations | None = Field(
        None, description="What models bill for a token of o200k_base of this prompt."
    )
    text: Annotated[str, Field(pattern="^sha256:[0-9a-f]{8,64}$")] | None = Field(
        None, description="How the hash begins of the text that was measured."
    )
    from_: str | None = Field(
        None, alias="from", description="Where the figures are from, for people."
    )


class UsageFileShape(FilePart):
    """How the prompts of a project are used."""

    version: Literal[1] | None = Field(None, description="The version of this format.")
    defaults: UsePart | None = Field(
        None, description="What holds where neither the prompt's entry nor its file says more."
    )
    prompts: dict[str, UsePart] | None = Field(None, description="The prompts, by name.")
    calibration: Calibrations | None = Field(
        None, description="What models bill for a token of o200k_base, by provider:model."
    )
