"""What may be recommended of recorded calls, and what must not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from promptops.caching.bootstrap import Interval, interval
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST_CALLS: Final = 200  # plans learnt from fewer are wrong too often to be recommended

Kind = Literal["firm", "no-clear-winner", "too-few-calls"]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether to change a placement, why, and by how much it would cost less for each call.

    The differences are the best placement's cost minus the other's, in token-equivalents: negative
    where it is cheaper.
    """

    kind: Kind
    reason: str
    to_shipped: Interval
    to_runner_up: Interval | None = None

    @property
    def keep_shipped(self) -> bool:
        """Whether the placement should stay as it is."""
        return self.kind != "firm"


def judge(
    best: Sequence[float],
    shipped: Sequence[float],
    runner_up: Sequence[float] | None,
    blocks: Sequence[Sequence[int]],
    seed: int,
) -> Verdict:
    """Return whether recorded calls are enough to change to the best placement.

    Args:
        best: What each call costs under it.
        shipped: The same under the placement as it is.
        runner_up: The same under the second best, if there is one.
        blocks: The indexes of the calls that belong together: see ``bootstrap``.
        seed: Of the bootstrap.
    """
    to_shipped = interval(_differences(best, shipped), blocks, seed)
    second = None if runner_up is None else interval(_differences(best, runner_up), blocks, seed)
    calls = len(best)
    if calls < FEWEST_CALLS:
        told = f"{calls} calls are recorded; from {FEWEST_CALLS} on a placement is recommended"
        return Verdict("too-few-calls", told, to_shipped, second)
    if not to_shipped.decided:
        told = "the difference from the placement as shipped may be nothing: keep it"
        return Verdict("no-clear-winner", told, to_shipped, second)
    if to_shipped.mean > 0:
        told = "the placement as shipped is cheaper: keep it"
        return Verdict("no-clear-winner", told, to_shipped, second)
    if second is not None and not second.decided and not second.nothing:
        told = "the difference from the runner-up may be nothing: keep the placement as shipped"
        return Verdict("no-clear-winner", told, to_shipped, second)
    return Verdict("firm", f"cheaper in {calls} recorded calls", to_shipped, second)


def _differences(one: Sequence[float], other: Sequence[float]) -> list[float]:
    return [a - b for a, b in zip(one, other, strict=True)]
