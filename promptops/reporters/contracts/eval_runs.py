"""``promptops.eval-runs/1``."""

from typing import Literal

from pydantic import Field

from promptops.reporters.contracts.common import Many, Moment, Money, Part


class EvalRun(Part):
    """A run that the ledger holds."""

    id: str = Field(description="Its id, which other commands take, or its beginning.")
    started: Moment = Field(description="When it began, in UTC.")
    eval: str = Field(description="The eval's name.")
    shard: str = Field(description="Which part of the cases it was over, and of how many: 1/4.")
    commit: str | None = Field(
        description="The commit; it ends in -dirty where files differed. Null outside a repository."
    )
    state: Literal["under way", "complete", "not ended", "unknown"] = Field(
        description="Whether it has ended; unknown of runs by the first versions of promptops."
    )
    done: int = Field(description="Answers that are there, and failures of the prompt's own.")
    items: int = Field(description="Answers that it is to have.")
    spent: Money | None = Field(description="The dollars that it paid; null if unknown.")


class EvalRunsReport(Part):
    """What ``promptops eval show --format json`` prints where no run is named."""

    schema_: Literal["promptops.eval-runs/1"] = Field(
        alias="schema", description="The name of this schema."
    )
    runs: Many[EvalRun] = Field(description="The newest runs, the very newest first.")
