"""Figures with their intervals, as ``promptops.eval/1`` has them.

Money, and what a person declared, are decimal strings; what was estimated are numbers.
"""

from typing import Annotated, Literal

from pydantic import Field

from promptops.reporters.contracts.common import MOST, Money, Number, Part

Outcome = Literal["pass", "fail", "inconclusive"]
Share = Annotated[float, Field(ge=0, le=1)]
Points = Annotated[float, Field(ge=-1, le=1)]
Signed = Annotated[float, Field(ge=-MOST, le=MOST)]


class Dollars(Part):
    """Dollars with their two-sided interval."""

    value: Money | None = Field(description="The dollars; null if a price is not known.")
    low: Money | None = Field(description="The interval's lower end; null if unknown.")
    high: Money | None = Field(description="The interval's upper end; null if unknown.")


class Positive(Part):
    """A figure that is not negative, with its two-sided interval."""

    value: Number | None = Field(description="The figure; null if there is too little to say.")
    low: Number | None = Field(description="The interval's lower end; null if unknown.")
    high: Number | None = Field(description="The interval's upper end; null if unknown.")


class Figure(Part):
    """A figure of either sign, with its two-sided interval."""

    value: Signed | None = Field(description="The figure; null if there is too little to say.")
    low: Signed | None = Field(description="The interval's lower end; null if unknown.")
    high: Signed | None = Field(description="The interval's upper end; null if unknown.")


class Metric(Part):
    """A scorer's mean over cases, or a figure of the whole run."""

    mean: Points | None = Field(
        description="The mean, from 0 to 1; kappa from -1; null if nothing was scored."
    )
    low: Points | None = Field(description="The interval's lower end; null if unknown.")
    high: Points | None = Field(description="The interval's upper end; null if unknown.")
    method: str | None = Field(description="How the interval was got; null if there is none.")
    n: Annotated[int, Field(ge=0, le=MOST)] = Field(description="The cases with a score.")
    invalid: Annotated[int, Field(ge=0, le=MOST)] = Field(
        description="The answers that held no label: they score 0."
    )
    note: str | None = Field(
        description="What stands beside the figure, such as uncalibrated; null if nothing does."
    )
