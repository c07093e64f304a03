"""The variants of ``promptops.eval/1``: versions on models, baselines, placements of marks."""

from typing import Literal

from pydantic import Field

from promptops.reporters.contracts.common import (
    Count,
    Line,
    Many,
    Money,
    Number,
    Part,
    Rate,
    Sha256,
)
from promptops.reporters.contracts.eval_figures import Dollars, Metric, Positive, Share


class CostPart(Part):
    """What one kind of token costs."""

    part: Literal["input", "cache_read", "cache_write", "output", "reasoning"] = Field(
        description="The kind of token; output is without reasoning."
    )
    per_call: Money = Field(description="The dollars of a call.")


class Cost(Part):
    """What calls cost in production: as if live, in a steady state; never what the run paid."""

    per_call: Money | None = Field(description="The dollars of a call; null if unknown.")
    per_1000: Dollars = Field(description="The dollars of 1,000 calls.")
    per_success: Dollars = Field(
        description="The dollars of all attempts over the cases that succeeded."
    )
    ratio: Positive | None = Field(
        description="The cost over the incumbent's, paired; null of the incumbent, or if unknown."
    )
    by_part: Many[CostPart] = Field(description="The dollars of a call by kind of token.")
    with_failures: Dollars | None = Field(
        description="The expected dollars of a case, wrong answers at the gate's failure_cost; null"
        " without one."
    )


class Latency(Part):
    """Seconds from sending to the last byte."""

    p50: Positive = Field(description="The median.")
    p95: Positive = Field(description="What 95 % of the answers take at most.")
    stored: bool = Field(description="Whether answers of an earlier run are among them.")
    first_byte: Positive | None = Field(
        description="The median seconds to the first byte of streams; null where nothing streamed."
    )


class Tokens(Part):
    """The mean tokens of a call."""

    input: Number | None = Field(description="Input at its full price; null if unknown.")
    cache_read: Number | None = Field(description="Input read from a cache; null if unknown.")
    cache_write: Number | None = Field(description="Input written to a cache; null if unknown.")
    output: Number | None = Field(description="Output; null if unknown.")
    reasoning: Number | None = Field(description="Reasoning within the output; null if unknown.")


class Split(Part):
    """Input tokens by what became of them."""

    plain: Count = Field(description="Tokens paid in full.")
    read: Count = Field(description="Tokens read from a cache.")
    write: Count = Field(description="Tokens written to a cache.")


class Reads(Part):
    """The input of this run's calls, as billed and as the vendor's cache rules foretell it."""

    calls: Count = Field(description="The calls that were answered and told their tokens.")
    observed: Split = Field(description="What was billed.")
    predicted: Split | None = Field(description="What was foretold; null if nothing could be.")
    agreed: Count = Field(description="The calls that read what was foretold, but for rounding.")
    unknown: str = Field(description="Why nothing could be foretold; empty if something could.")


class RepeatRate(Part):
    """Right answers among k of the answers to a case."""

    k: Line = Field(description="How many answers are taken.")
    one: Positive = Field(description="The mean chance that one of them is right: pass@k.")
    all: Positive = Field(description="The mean chance that all of them are: pass^k.")


class Repeats(Part):
    """Several answers to each case."""

    n: Line = Field(description="The answers to each case.")
    rates: Many[RepeatRate] = Field(description="By k; none of a metric that is not 0/1.")
    within: Number | None = Field(
        description="The variance of scores within cases; null if unknown."
    )
    between: Number | None = Field(description="That between cases; null if unknown.")


class Within(Part):
    """The chance that one of several attempts succeeds."""

    attempts: Line = Field(description="How many attempts.")
    probability: Share = Field(description="The chance.")
    measured: bool = Field(
        description="Whether repeated answers say so; else as if attempts were independent."
    )


class Variant(Part):
    """A version on a model, or a baseline."""

    id: str = Field(description="What the other parts of the report call it.")
    role: Literal["incumbent", "candidate", "baseline"] = Field(description="Its part in the gate.")
    ref: str = Field(description="The version that was named; of a baseline, its name.")
    model: str = Field(description="The provider:model.")
    sha256: Sha256 | None = Field(description="The hash of the version; null of a baseline.")
    model_served: Many[str] = Field(description="The models that the vendor says it served.")
    n: Count = Field(description="The cases with a score of the eval's metric.")
    missing: Count = Field(description="The cases that the infrastructure or a scorer lost.")
    shared: Count = Field(description="The cases whose text is the incumbent's, so its answer too.")
    reused: Count = Field(description="The answers that are of an earlier run.")
    metrics: dict[str, Metric] = Field(description="Each scorer's mean, by the scorer's name.")
    cost: Cost = Field(description="What its calls cost in production.")
    latency: Latency = Field(description="How long its answers take.")
    tokens: Tokens = Field(description="The tokens of its calls.")
    attempts: dict[str, Count] = Field(
        description="The attempts of this run by how they ended: ok, or the cause of the failure."
    )
    reads: Reads | None = Field(
        description="What its calls read from caches; null where none was sent."
    )
    repeats: Repeats | None = Field(description="Of several answers to each case; null if one.")
    within: Many[Within] = Field(
        description="How often one of several attempts succeeds, where the gate has a failure_cost."
    )


class Placement(Part):
    """What calls cost with cache marks elsewhere; priced, never sent."""

    id: str = Field(description="The name of the row.")
    variant: str = Field(description="The variant whose answers are priced.")
    kind: str = Field(description="Where the marks are: none, as-shipped, automatic, best-5m ...")
    per_1000: Dollars = Field(description="The dollars of 1,000 calls.")
    pessimistic: Money | None = Field(
        description="The same where the cache helps as little as it may; null if unknown."
    )
    per_success: Money | None = Field(description="The dollars of a success; null if unknown.")
    ratio: Number | None = Field(description="The cost over the marks as shipped; null if unknown.")
    hit_rate: Share | None = Field(
        description="The share of calls that find the prefix cached; null if unknown."
    )


class Slice(Part):
    """A part of the cases; reported, never gated."""

    name: str = Field(description="The column.")
    value: str = Field(description="Its value.")
    cases: Count = Field(description="The cases that have it.")
    metrics: dict[str, Metric] = Field(description="The eval's metric over them, by variant.")


class Gate(Part):
    """What was asked of the candidates."""

    metric: str = Field(description="The scorer that decides.")
    margin: Rate = Field(description="The margin on the metric's scale.")
    confidence: Rate = Field(description="The one-sided confidence.")
    test: Literal["non_inferiority", "superiority", "equivalence"] = Field(
        description="What a candidate must show."
    )
    max_errors: Rate = Field(description="The share of pairs that may be missing.")
    max_ratio: Rate | None = Field(
        description="The most that a candidate may cost of the incumbent's; null if any."
    )
    any: bool = Field(description="Whether one candidate that passes is enough.")
    also: dict[str, Rate] = Field(description="Further metrics that must hold, with margins.")
    looks: Line = Field(description="How many looks were planned.")
    stop: Literal["e-process"] | None = Field(description="What may end the run; null if nothing.")
    failure_cost: Money | None = Field(
        description="The dollars that a wrong answer costs; null if none was named."
    )
