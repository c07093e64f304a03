"""``promptops.eval-probe/1``."""

from typing import Literal

from pydantic import Field

from promptops.reporters.contracts.common import Count, Day, Many, Money, Number, Part


class ProbedRules(Part):
    """The rules that were put to the test."""

    model: str = Field(description="The model as the rules call it.")
    surface: str = Field(description="The vendor's surface.")
    as_of: Day = Field(description="The day of the rules.")
    minimum: Count = Field(description="The tokens from which on a prefix is cached.")
    lifetime: Number | None = Field(description="The seconds that it lives; null if unknown.")


class ProbedUsage(Part):
    """The input of a call."""

    input: Count = Field(description="The tokens that were neither read nor written.")
    read: Count = Field(description="The tokens that were read from the cache.")
    written: Count = Field(description="The tokens that were written to it.")
    usd: Money | None = Field(description="What the call costs; null if unknown.")


class ProbeCall(Part):
    """A call."""

    text: Literal["size", "short", "long", "search"] = Field(
        description="Which text: one that only told its size, one below the minimum or above it."
    )
    moment: Literal["first", "again", "before_end", "after_end"] = Field(
        description="When: first, once more, shortly before the end of the lifetime or after it."
    )
    seconds: Number = Field(description="When it was sent, after the first.")
    attempts: Count = Field(description="How often it was sent; 0 if it did not fit the budget.")
    predicted: ProbedUsage | None = Field(description="What the rules foretell; null if nothing.")
    observed: ProbedUsage | None = Field(description="What the vendor told; null if nothing.")
    error: str | None = Field(description="Why it has no answer; null if it has.")


class ProbeClaim(Part):
    """What the rules say."""

    name: Literal["below", "above", "read", "tokens", "kept", "gone"] = Field(
        description="Which of them."
    )
    says: str = Field(description="The claim, as a sentence.")
    verdict: Literal["holds", "does_not_hold", "not_told", "undecided"] = Field(
        description="Whether it holds; whether this vendor tells."
    )
    seen: str = Field(description="What was seen.")


class ProbeOverride(Part):
    """The minimum for a project's own rules."""

    model: str = Field(description="The model as the rules call it.")
    minimum: Count = Field(description="The minimum to put there.")
    not_cached: Count | None = Field(description="The longest that was not cached; null if none.")
    cached: Count = Field(description="The shortest that was.")


class EvalProbeReport(Part):
    """What ``promptops eval probe --format json`` prints."""

    schema_: Literal["promptops.eval-probe/1"] = Field(
        alias="schema", description="What this document is."
    )
    run: str = Field(description="What the calls are called in the ledger.")
    day: Day = Field(description="The day of the probe.")
    model: str = Field(description="The model.")
    rules: ProbedRules = Field(description="The rules that were put to the test.")
    calls: Many[ProbeCall] = Field(description="The calls, in their order.")
    claims: Many[ProbeClaim] = Field(description="What the rules say, and whether it holds.")
    override: ProbeOverride | None = Field(
        description="What to put into a project's rules; null if nothing."
    )
    budget: Money = Field(description="The dollars that could be spent.")
    spent: Money = Field(description="The dollars that were.")
    possible: Money = Field(description="What calls without an answer may have cost.")
    stopped: str | None = Field(description="Why it ended early; null if it did not.")
