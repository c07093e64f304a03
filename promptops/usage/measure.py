"""Recorded calls -> what a usage file says of their prompts and models.

What the calls do not tell is left out; nothing is taken to be 0.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from promptops.model.prompt import Amount
from promptops.usage.amounts import calls_per_month, spread
from promptops.usage.factors import Ratios, fit, told
from promptops.usage.tallies import HOUR, Tally
from promptops.usage_file.shapes import LEAST_CALLS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from promptops.caching.traces import Recorded
    from promptops.model.usage import Calibration

Figure = Amount | Decimal
MEASURED: Final = (
    *("calls_per_month", "output_tokens", "reasoning_tokens", "cache.hit_rate"),
    *("retries.billed_failure", "batch_share"),
)
ENOUGH_CALLS: Final = 200  # to tell how they come, and 1 % of the answers
LEAST_HOURS: Final = 24  # of a recording that is to tell of a month
_ALL: Final = Decimal(1)
_HASH: Final = len("sha256:") + 12


@dataclass(frozen=True, slots=True)
class Window:
    """The time between the first and the last call of a recording."""

    first: float  # seconds since 1970
    last: float
    calls: int

    @property
    def hours(self) -> float:
        """Its length, with the gap that the last call is the end of and none begins."""
        if self.calls < 2:  # noqa: PLR2004 - one call spans no time
            return 0.0
        return (self.last - self.first) / HOUR * self.calls / (self.calls - 1)

    def __str__(self) -> str:
        """Return its days, in UTC."""
        first, last = (datetime.fromtimestamp(one, UTC) for one in (self.first, self.last))
        return f"{first:%Y-%m-%d}..{last:%Y-%m-%d}"


@dataclass(frozen=True, slots=True)
class Prompt:
    """What was measured of a prompt, by the keys of the usage file."""

    calls: int
    figures: Mapping[str, Figure]
    mean: Decimal | None = None  # tokens of an answer, beside their median
    calibration: Mapping[str, Calibration] = field(default_factory=dict)  # by model
    text: str = ""  # the hash of the text that the last calls were of, as far as it is kept


@dataclass(frozen=True, slots=True)
class Measured:
    """What recorded calls tell.

    ``unknown`` are the calls of names that no prompt has, ``uncalibrated`` those that could have
    calibrated a model if they were more. ``implausible`` are the factors by the model, and the
    prompt in front of it, that nobody would be billed.
    """

    window: Window
    prompts: Mapping[str, Prompt]
    calibration: Mapping[str, Calibration]
    unknown: Mapping[str, int]
    unnamed: int
    uncalibrated: Mapping[str, int]
    implausible: Mapping[str, Decimal] = field(default_factory=dict)

    @property
    def untold(self) -> tuple[str, ...]:
        """The keys that no call tells anything of."""
        said = {key for one in self.prompts.values() for key in one.figures}
        return tuple(key for key in MEASURED if key not in said)


def measure(
    calls: Iterable[Recorded],
    prompt_of: Callable[[str], str | None],
    model_of: Callable[[str], str | None] = lambda model: model,
    share: Decimal = _ALL,
    text_of: Callable[[str], str | None] = lambda _: None,
) -> Measured:
    """Return what calls tell of how prompts are used; of the calls, only their times are held.

    Args:
        calls: From any source and in any order, each once.
        prompt_of: The prompt that a call's ``prompt`` means, if there is one.
        model_of: The provider:model that a call's ``model`` means, if that is known.
        share: The part of all calls that was recorded.
        text_of: The hash of the text that a call's ``prompt`` means, if that is known.
    """
    tallies: dict[str, Tally] = {}
    ratios: dict[str, Ratios] = {}
    unknown: Counter[str] = Counter()
    first, last, number, unnamed = float("inf"), float("-inf"), 0, 0
    for call in calls:
        number += 1
        first, last = min(first, call.t), max(last, call.t)
        name = None if call.prompt is None else prompt_of(call.prompt)
        of = [ratios]
        if name is not None:
            tally = tallies.setdefault(name, Tally())
            tally.add(call, text_of)
            of.append(tally.ratios)
        if (billed := told(call, model_of)) is not None:
            for known in of:
                known.setdefault(billed.model, Ratios()).add(call.t, billed)
        if name is not None:
            continue
        if call.prompt is None:
            unnamed += 1
        else:
            unknown[call.prompt] += 1
    window = Window(first, last, number)
    right, implausible = fit(ratios)
    for name, tally in sorted(tallies.items()):
        implausible |= fit(tally.ratios, f"{name} on ")[1]
    few = (model for model in sorted(ratios) if ratios[model].calls < LEAST_CALLS)
    return Measured(
        window,
        {name: _prompt(tally, window, share) for name, tally in sorted(tallies.items())},
        {model: one.calibration() for model, one in right.items()},
        dict(sorted(unknown.items())),
        unnamed,
        {model: ratios[model].calls for model in few},
        implausible,
    )


def _prompt(tally: Tally, window: Window, share: Decimal) -> Prompt:
    found: dict[str, Figure] = {}
    if window.hours >= LEAST_HOURS:
        found["calls_per_month"] = calls_per_month(_days(tally, window), window.hours, share)
    if tally.billed >= LEAST_CALLS:
        found["output_tokens"] = spread(tally.answers, most=tally.billed >= ENOUGH_CALLS)
        if tally.thinks:
            found["reasoning_tokens"] = spread(tally.thought)
        if (hit_rate := tally.hit_rate) is not None:
            found["cache.hit_rate"] = hit_rate
    if tally.rejected.calls >= LEAST_CALLS and tally.rejected.share < 1:
        found["retries.billed_failure"] = tally.rejected.share
    if tally.batch.calls >= LEAST_CALLS:
        found["batch_share"] = tally.batch.share
    if share == 1 and tally.arrivals.calls >= ENOUGH_CALLS:
        found |= {f"gaps.{name}": one for name, one in tally.arrivals.shares().items()}
    return Prompt(
        tally.calls,
        found,
        tally.mean if "output_tokens" in found else None,
        {model: one.calibration(own=True) for model, one in fit(tally.ratios)[0].items()},
        tally.latest[1][:_HASH],
    )


def _days(tally: Tally, window: Window) -> list[int]:
    """Return the calls of each of the equal stretches of at least a day that the window is."""
    number = int(window.hours // 24)
    begin = int(window.first // HOUR)
    length = int(window.last // HOUR) - begin + 1
    days = [0] * number
    for hour, calls in tally.hours.items():
        days[(hour - begin) * number // length] += calls
    return days
