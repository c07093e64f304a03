"""``promptops.eval-all/1``."""

from typing import Literal

from pydantic import Field

from promptops.reporters.contracts.common import Many, Moment, Money, Part
from promptops.reporters.contracts.eval import EvalReport
from promptops.reporters.contracts.eval_figures import Outcome


class OneEval(Part):
    """An eval that was to run."""

    file: str = Field(description="The eval file, below the project's root.")
    error: str | None = Field(description="Why it could not be run; null if it ran.")
    report: EvalReport | None = Field(description="Its report; null if it could not be run.")


class AllSpent(Part):
    """What all of them paid."""

    now: Money | None = Field(description="The dollars of all runs; null if unknown.")
    possible: Money | None = Field(
        description="What calls whose end nobody saw may have cost at most; null if unknown."
    )
    budget: Money | None = Field(description="What all might spend; null if it was not said.")


class EvalAllReport(Part):
    """What ``promptops eval all --format json`` prints."""

    schema_: Literal["promptops.eval-all/1"] = Field(
        alias="schema", description="The name of this schema."
    )
    generated_at: Moment = Field(description="When the report was written, in UTC.")
    headline: str = Field(description="How many passed and failed, in one sentence.")
    verdict: Outcome | None = Field(description="The worst verdict; null where nothing is gated.")
    changed: str | None = Field(description="The range of git that was looked at; null if none.")
    commit: str | None = Field(description="The commit; null outside a repository.")
    spent: AllSpent = Field(description="What all of them paid.")
    evals: Many[OneEval] = Field(description="The evals, in the order they ran.")
    unchanged: Many[str] = Field(description="The files of evals that were left out.")
