"""Answers whose costs are asked for, and what comes of them in each placement of cache marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.evals.costing_plans import SHIPPED
from promptops.model.money import PER_MONTH
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from decimal import Decimal

    from promptops.evals.costing_charge import Charge
    from promptops.model.money import Usage

THOUSAND: Final = 1_000


class Reply(NamedTuple):
    """An answer's tokens; attempts at one repeat are added up, repeats of a case averaged."""

    variant: str
    case: str
    usage: Usage | None
    reasoning: int | None = None
    repeat: int = 0


@dataclass(frozen=True, slots=True)
class Placed:
    """A variant in one placement; ``dollars`` are each case's, None where they are not known.

    ``mean`` is of those known, ``pessimistic`` where the cache helps as little as it may. A mark is
    told by the place that it stands behind and its lifetime; ``unknown`` says why there is no
    figure, ``told`` what the figures assume.
    """

    variant: str
    kind: str
    dollars: tuple[Decimal | None, ...]
    mean: Charge | None = None
    pessimistic: Decimal | None = None
    marks: tuple[tuple[str, str], ...] = ()
    unknown: str = ""
    told: str = ""

    @property
    def per_call(self) -> Decimal | None:
        """The mean dollars of a call."""
        return None if self.mean is None else self.mean.usd

    @property
    def per_1000(self) -> Decimal | None:
        """The dollars of 1,000 calls."""
        return None if self.mean is None else (self.mean.exact * THOUSAND).quantize(PER_MONTH)

    def month(self, calls: Decimal | None) -> Decimal | None:
        """Return the dollars of so many calls."""
        if self.mean is None or calls is None:
            return None
        return (self.mean.exact * calls).quantize(PER_MONTH)


class Costed(NamedTuple):
    """All placements of a variant, the one as shipped among them."""

    placements: tuple[Placed, ...]

    @property
    def shipped(self) -> Placed:
        """The placement that is sent, which alone goes into ratios and gates."""
        return next(one for one in self.placements if one.kind == SHIPPED)


def paired(candidate: Placed, incumbent: Placed) -> list[tuple[float, float] | None]:
    """Return each case's (candidate, incumbent) dollars, as verdicts take them."""
    return [
        None if one is None or other is None else (float(one), float(other))
        for one, other in zip(candidate.dollars, incumbent.dollars, strict=True)
    ]
