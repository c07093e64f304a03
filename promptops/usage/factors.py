"""What vendors bill for a token of o200k_base, of the calls that tell both."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.model.usage import Calibration
from promptops.statistics.counted import quantile
from promptops.tokens.methods import plausible
from promptops.usage_file.shapes import LEAST_CALLS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from promptops.caching.traces import Recorded

_SHARE: Final = Decimal("0.001")


class Told(NamedTuple):
    """A call's model and its input tokens, as billed and of o200k_base; both are above 0."""

    model: str
    billed: int
    encoded: int


@dataclass(slots=True)
class Ratios:
    """Billed tokens for encoded ones, in thousandths of each call's."""

    calls: int = 0
    billed: int = 0
    encoded: int = 0
    last: float = float("-inf")  # call
    down: Counter[int] = field(default_factory=Counter)  # rounded down
    up: Counter[int] = field(default_factory=Counter)

    def add(self, at: float, told: Told) -> None:
        """Count the tokens of a call at a time."""
        _, billed, encoded = told
        self.calls += 1
        self.last = max(self.last, at)
        self.billed += billed
        self.encoded += encoded
        self.down[max(billed * 1000 // encoded, 1)] += 1
        self.up[-(-billed * 1000 // encoded)] += 1

    @property
    def factor(self) -> Decimal:
        """Billed tokens for one that was encoded, over all calls."""
        return max((Decimal(self.billed) / self.encoded).quantize(_SHARE), _SHARE)

    def calibration(self, *, own: bool = False) -> Calibration:
        """Return the factor over all calls, and between which the single ones mostly lie.

        Of one prompt's ``own`` calls their mean length is told, too.
        """
        factor = self.factor
        low, high = Decimal(quantile(self.down, 0.05)), Decimal(quantile(self.up, 0.95))
        edges = min(low / 1000, factor), max(high / 1000, factor)
        until = datetime.fromtimestamp(self.last, UTC).date()
        mean = max(round(self.encoded / self.calls), 1) if own else None
        return Calibration(factor, *edges, self.calls, until, mean)


def told(call: Recorded, model_of: Callable[[str], str | None]) -> Told | None:
    """Return what a call was billed for its text, where it tells both.

    A call that another model answered than was asked tells nothing of either.
    """
    if call.model is None or not call.encoded or not call.usage or not call.usage.prompt_tokens:
        return None
    model = model_of(call.model)
    served = call.extra.served if call.extra else None
    answered = (model_of(served) or "").partition(":")[2] if served else ""
    if model is None or (answered and answered != model.partition(":")[2]):
        return None
    return Told(model, call.usage.prompt_tokens, call.encoded)


def fit(
    ratios: Mapping[str, Ratios], whose: str = ""
) -> tuple[dict[str, Ratios], dict[str, Decimal]]:
    """Return the ratios of enough calls that may be, and the factors of the others by name."""
    enough = {
        model: ratios[model] for model in sorted(ratios) if ratios[model].calls >= LEAST_CALLS
    }
    right = {model: one for model, one in enough.items() if plausible(one.factor)}
    others = {f"{whose}{model}": one.factor for model, one in enough.items() if model not in right}
    return right, others
