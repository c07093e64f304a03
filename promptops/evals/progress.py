"""How far a run is, read off from what it is made of whenever somebody looks."""

from __future__ import annotations

from collections import deque
from dataclasses import field
from typing import TYPE_CHECKING, Final

from promptops.evals.words import dollars
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from decimal import Decimal

    from promptops.evals.session import Session
    from promptops.ledger.rows import Item
    from promptops.model.evaluation import Case, Completion

WINDOW: Final = 20.0  # seconds by whose answers the time that is left is told
MINUTE: Final = 60.0
_HOUR: Final = 90.0  # minutes from which hours are told


@dataclass(frozen=True, slots=True)
class Standing:
    """What is done of how many answers, and what it took; ``left`` is seconds, None if unknown.

    ``lost`` answers have failed for good. Dollars are None where a price is not known.
    """

    done: int
    total: int
    spent: Decimal | None
    possible: Decimal
    lost: int
    retries: int
    left: float | None

    def told(self) -> str:
        """Return it on one line: ``412 of 2,004 answers, $0.04, 3 retries, 2 min left``."""
        parts = [f"{self.done:,} of {self.total:,} answers"]
        parts.append("price unknown" if self.spent is None else dollars(self.spent))
        if self.possible:
            parts.append(f"{dollars(self.possible)} possibly paid")
        if self.lost:
            parts.append(f"{self.lost:,} lost")
        if self.retries:
            parts.append("1 retry" if self.retries == 1 else f"{self.retries:,} retries")
        if self.left is not None:
            parts.append(f"{_span(self.left)} left")
        return ", ".join(parts)


@dataclass
class Progress:
    """A session that is watched: its answers are counted as they come."""

    session: Session
    answered: int = 0
    seen: deque[tuple[float, int]] = field(default_factory=deque)

    def __post_init__(self) -> None:
        """Count what the session tells of; who is told now is told on."""
        told = self.session.answered

        async def answered(item: Item, case: Case, completion: Completion) -> None:
            await told(item, case, completion)
            self.answered += 1

        self.session.answered = answered

    @property
    def total(self) -> int:
        """All answers that the run is to have."""
        one = self.session
        return len(one.cases) * len(one.variants) * one.plan.repeats

    def standing(self, now: float) -> Standing:
        """Return how far it is at a time, which never goes back."""
        one, budget = self.session, self.session.calls.budget
        lost = len(one.holes) + len(one.own)
        done = self.answered + lost
        self.seen.append((now, done))
        while len(self.seen) > 1 and now - self.seen[0][0] > WINDOW:
            self.seen.popleft()
        since, before = self.seen[0]
        rate = (done - before) / (now - since) if now > since else 0.0
        left = (self.total - done) / rate if rate else None
        unknown = None in one.prices.values()
        return Standing(
            done, self.total, None if unknown else budget.spent, budget.possible, lost,
            one.calls.retries.used, left,
        )  # fmt: skip


def _span(seconds: float) -> str:
    if seconds < MINUTE:
        return f"{max(round(seconds), 1)} s"
    minutes = seconds / MINUTE
    return f"{minutes:,.0f} min" if minutes < _HOUR else f"{minutes / MINUTE:,.1f} h"
