"""Several evals that ran one after the other, as one value."""

from __future__ import annotations

from collections.abc import Sequence  # noqa: TC003 - readers of JSON look at the types
from decimal import Decimal
from typing import Final

from promptops.evals.report import Report  # noqa: TC001 - the same
from promptops.evals.report_comparisons import Outcome  # noqa: TC001 - the same
from promptops.evals.words import dollars
from promptops.model.values import dataclass

_WORST_FIRST: Final[tuple[Outcome, ...]] = ("fail", "inconclusive", "pass")
_TOLD: Final = {"pass": "passed", "fail": "failed", "inconclusive": "not settled"}


@dataclass(frozen=True, slots=True)
class Done:
    """An eval with its report; without one, why it could not be run."""

    file: str
    report: Report | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class Together:
    """Evals in the order they ran; ``unchanged`` are files of those that were left out.

    ``changed`` is the range of git whose changes were looked at, None where all evals ran;
    ``budget`` the dollars that all of them might spend.
    """

    generated_at: str
    evals: Sequence[Done]
    changed: str | None = None
    unchanged: tuple[str, ...] = ()
    commit: str | None = None
    budget: Decimal | None = None

    @property
    def verdict(self) -> Outcome | None:
        """The worst of all; None where nothing is gated."""
        found = {one.report.verdict for one in self.evals if one.report is not None}
        return next((one for one in _WORST_FIRST if one in found), None)

    @property
    def now(self) -> Decimal | None:
        """The dollars that were spent; None where those of one eval are not known."""
        return _sum([one.report.spent.now for one in self.evals if one.report is not None])

    @property
    def possible(self) -> Decimal | None:
        """The dollars that calls whose end nobody saw may have cost at most."""
        return _sum([one.report.spent.possible for one in self.evals if one.report is not None])

    @property
    def headline(self) -> str:
        """How many passed and failed, and what was spent, in a sentence."""
        counts = [
            (word, sum(one.report is not None and one.report.verdict == outcome
                       for one in self.evals))
            for outcome, word in (*_TOLD.items(), (None, "not gated"))
        ]  # fmt: skip
        counts.append(("could not be run", sum(one.report is None for one in self.evals)))
        counts.append(("unchanged", len(self.unchanged)))
        told = ", ".join(f"{number:,} {word}" for word, number in counts if number) or "none"
        spent = "spent an amount that is not known" if self.now is None else f"spent {self._spent}"
        return f"{told}; {spent}."

    @property
    def _spent(self) -> str:
        told = dollars(self.now or Decimal(0))
        return told if self.budget is None else f"{told} of {dollars(self.budget)}"


def _sum(amounts: Sequence[Decimal | None]) -> Decimal | None:
    known = [one for one in amounts if one is not None]
    return sum(known, Decimal(0)) if len(known) == len(amounts) else None
