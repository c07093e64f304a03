"""``promptops.audit/1``."""

from typing import Literal

from pydantic import Field

from promptops.reporters.contracts.common import Count, Day, Many, Money, Part

SinName = Literal[
    "retry-spiral", "agent-loop", "monolithic-prompt", "retrieval-firehose", "context-amnesia",
    "verbose-output", "one-model",
]  # fmt: skip


class AuditWindow(Part):
    """The days whose calls were looked at; all null where none are recorded."""

    since: Day | None = Field(description="The first day (UTC); null without recorded calls.")
    until: Day | None = Field(description="The last day, included.")
    days: Count | None = Field(description="How many days that are.")
    calls: Count | None = Field(description="How many calls are recorded in them.")


class AuditBetween(Part):
    """Between which dollars a month what is at stake lies."""

    low: Money = Field(description="The low end.")
    high: Money = Field(description="The high end.")
    how: str = Field(description="How both were got.")


class AuditStake(Part):
    """Dollars a month that could be saved."""

    paid: Money = Field(description="What the calls or tokens in question cost.")
    low: Money = Field(description="The least that could be saved: what is proven.")
    high: Money = Field(description="The most: what is at stake, recosted.")
    low_is: str = Field(description="How the least was got.")
    high_is: str = Field(description="How the most was got.")
    between: AuditBetween | None = Field(
        description="How far a month's most may lie from that of this window; null if unknown."
    )


class AuditSin(Part):
    """A way to waste money."""

    name: SinName = Field(description="Which of the seven.")
    title: str = Field(description="Its name as people say it.")
    usd_per_month: AuditStake | None = Field(description="What is at stake; null if unknown.")
    evidence: Many[str] = Field(description="What was seen, a sentence each.")
    unknown: Many[str] = Field(description="What is not known of it, and why.")
    next_step: str = Field(description="What to do first: a command or an edit.")
    proof: str = Field(description="What would show that it does no harm.")


class AuditStep(Part):
    """A sin's change, on top of those before it."""

    sin: SinName = Field(description="Whose change.")
    saves: Money = Field(description="The dollars a month that it takes off what is left.")
    left: Money = Field(description="The dollars a month that are left.")


class AuditTogether(Part):
    """All changes one after another."""

    low: Money = Field(description="The least that all save.")
    high: Money = Field(description="The most that all save.")
    between: AuditBetween | None = Field(
        description="How far a month's most may lie from it; null if unknown."
    )
    steps: Many[AuditStep] = Field(description="The changes in their order.")


class AuditLever(Part):
    """A lever of ``--what-if``."""

    lever: Literal["retries", "turns", "chunks", "cache", "max_tokens", "model", "batch"] = Field(
        description="Which of them."
    )
    value: str = Field(description="Its value, as it was given.")
    before: Money = Field(description="The dollars a month before it.")
    after: Money = Field(description="The dollars a month after it.")
    exact: bool = Field(description="Whether the calls are recosted exactly, or by a model.")
    how: str = Field(description="How they are recosted.")
    unknown: str | None = Field(description="What stays as it is, and why; null if nothing.")


class AuditWhatIf(Part):
    """What the calls would have cost."""

    before: Money = Field(description="The dollars of a month.")
    after: Money = Field(description="The dollars of a month with all levers.")
    levers: Many[AuditLever] = Field(description="The levers, in the order they are applied in.")


class AuditReport(Part):
    """What ``promptops audit --format json`` prints."""

    schema_: Literal["promptops.audit/1"] = Field(
        alias="schema", description="What this document is."
    )
    basis: Literal["recorded", "declared"] = Field(
        description="Whether dollars are of recorded calls or of declared traffic."
    )
    window: AuditWindow = Field(description="The days whose calls were looked at.")
    usd_per_month: Money = Field(description="What all of it costs a month.")
    sins: Many[AuditSin] = Field(description="The seven sins, the most at stake first.")
    together: AuditTogether = Field(description="What all of them come to.")
    what_if: AuditWhatIf | None = Field(description="What was asked for; null if nothing was.")
    notes: Many[str] = Field(description="What the figures leave out.")
