"""When a call that failed is tried again, and how long that waits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from random import Random

    from promptops.model.evaluation import Cause, ProviderError

LONGEST: Final = 30.0  # seconds of a wait that nobody asked for
PATIENCE: Final = 120.0  # seconds that a vendor may ask for; more stops the model
LATER: Final = 0.1  # the share by which a wait that was asked for is stretched at most
SHARE, SPARE = 0.2, 50  # of retries in a run: a share of the items, and some


class Rule(NamedTuple):
    """What becomes of a cause: how often it is tried in all, and what it leaves behind.

    ``missing`` is a hole in the data, ``own`` a failure of the prompt or the model itself; ``stop``
    ends all calls of the model.
    """

    attempts: int
    leaves: Literal["missing", "own", "stop"]
    base: float = 0.5  # seconds, doubled each time


RULES: Final[dict[Cause, Rule]] = {
    "rate_limited": Rule(8, "missing"),
    "overloaded": Rule(5, "missing", 2.0),
    "server": Rule(5, "missing"),
    "unreachable": Rule(5, "missing"),
    "timed_out": Rule(3, "missing"),
    "dropped": Rule(3, "missing"),
    "malformed": Rule(3, "missing"),
    "denied": Rule(1, "stop"),
    "exhausted": Rule(1, "stop"),
    "invalid": Rule(1, "own"),
    "expired": Rule(2, "missing"),
    "cancelled": Rule(2, "missing"),
    "unfit": Rule(1, "missing"),  # as often as a plan says: see ``Ask.fits``
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to try again, after how many seconds, or what is left if not."""

    again: bool
    wait: float = 0.0
    leaves: Literal["missing", "own", "stop"] = "missing"
    pause: bool = False  # whether all calls of the model wait as long


def after(error: ProviderError, attempt: int, chance: Random) -> Verdict:
    """Return what to do after the n-th attempt, from 1, has failed.

    A vendor's own word on whether to try again is taken, within the attempts of the cause; where
    it says for how long, that is stretched by up to a tenth, so that callers spread.
    """
    rule = RULES[error.cause]
    most = rule.attempts
    if error.again is not None:
        most = max(most, 2) if error.again else 1
    if attempt >= most:
        return Verdict(again=False, leaves=rule.leaves)
    if error.retry_after is not None:
        if error.retry_after > PATIENCE:
            return Verdict(again=False, leaves="stop")
        wait = error.retry_after * (1 + LATER * chance.random())
        return Verdict(again=True, wait=wait, pause=error.cause == "rate_limited")
    # Full jitter: callers that failed together do not come back together.
    longest = min(LONGEST, rule.base * 2.0**attempt)
    return Verdict(again=True, wait=chance.uniform(0.0, longest))


@dataclass
class RetryBudget:
    """How many attempts beyond the first a whole run may make."""

    items: int
    used: int = 0

    @property
    def most(self) -> int:
        """A fifth of the items, and fifty."""
        return int(self.items * SHARE) + SPARE

    def take(self) -> bool:
        """Count a retry; False where there were too many."""
        self.used += 1
        return self.used <= self.most
