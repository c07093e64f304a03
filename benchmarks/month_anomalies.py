"""Which days of the month depart from those before them, worked out apart from the ledger.

Figures are kept call by call; chances are scipy's, the adjustment is statsmodels'.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from promptops.model.calls import Call

SECONDS: Final = 86_400
FIGURES: Final = ("usd_per_call", "output_tokens", "cache_hits", "retries", "calls")


class Figures:
    """Sums of the calls of a version on a model on a day."""

    __slots__ = ("calls", "hits", "later", "lengths", "plain", "priced", "usd")

    def __init__(self) -> None:
        """Start at nothing."""
        self.calls = self.hits = self.later = self.priced = 0
        self.usd = Decimal(0)
        self.plain: list[int] = []
        self.lengths: list[int] = []


class Days:
    """All versions' days."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.lines: dict[Any, dict[int, Figures]] = defaultdict(lambda: defaultdict(Figures))

    def add(self, call: Call, usd: Decimal | None) -> None:
        """Take in a call."""
        context, day = call.context, int(call.at // SECONDS)
        one = self.lines[context.prompt, context.version, context.model][day]
        one.calls += 1
        one.later += call.attempt > 1
        if call.usage is not None:
            one.hits += call.usage.cache_read_tokens > 0
            one.plain.append(call.usage.input_tokens)
            one.lengths.append(call.usage.output_tokens)
        if usd is not None:
            one.priced += 1
            one.usd += usd

    def frozen(self) -> list[tuple[Any, dict[int, dict[str, tuple[float, int, float]]]]]:
        """Return the figures: value, number of calls, standard deviation of one call."""
        return [
            (line, {day: _figures(one) for day, one in days.items()})
            for line, days in self.lines.items()
        ]


def _figures(one: Figures) -> dict[str, tuple[float, int, float]]:
    import numpy as np

    told = len(one.lengths)
    found: dict[str, tuple[float, int, float]] = {"calls": (one.calls, 1, one.calls**0.5)}
    length = sum(one.lengths) / told if told else 0
    deviations = [
        float(np.std(values)) / mean if values and (mean := float(np.mean(values))) else 0.0
        for values in (one.plain, one.lengths)
    ]
    if one.priced >= 20:
        each = float(one.usd) / one.priced
        found["usd_per_call"] = (each, one.priced, each * max(deviations))
    if told >= 20:
        found["output_tokens"] = (length, told, length * deviations[1])
        found["cache_hits"] = (one.hits / told, told, 0.0)
    if one.calls >= 20:
        found["retries"] = (one.later / one.calls, one.calls, 0.0)
    return found


def rows(frozen: list[tuple[Any, dict[int, dict[str, tuple[float, int, float]]]]]) -> list[Any]:
    """Return the rows that the question must answer."""
    import numpy as np
    from statsmodels.stats.multitest import multipletests

    last = max(day for _, days in frozen for day in days)
    looked = []
    for line, days in frozen:
        for figure in FIGURES:
            seen = {day: one[figure] for day, one in days.items() if figure in one}
            if figure == "calls":
                seen = {d: seen.get(d, (0, 1, 0.0)) for d in range(min(days), max(days) + 1)}
                seen.pop(last, None)
            for day, today in seen.items():
                former = [seen[d] for d in sorted(seen) if d < day and _weekend(d) == _weekend(day)]
                usual = float(np.median([one[0] for one in former])) if former else 0.0
                if len(former) < 7 or (figure == "calls" and max(today[0], usual) < 20):
                    continue
                p = _chance(figure, today, np.array(former[-28:]))
                looked.append((line, day, figure, today[0], usual, p))
    if not looked:
        return []
    adjusted = multipletests([one[-1] for one in looked], method="holm")[1]
    return [
        (_date(day), *line, figure, value, usual, value / usual - 1 if usual else None, float(p),
         _began(frozen, line[0], day))
        for (line, day, figure, value, usual, _), p in zip(looked, adjusted, strict=True)
        if p <= 0.05
    ]  # fmt: skip


def _chance(figure: str, today: tuple[float, int, float], former: Any) -> float:
    import numpy as np
    from scipy import stats

    value, calls, _ = today
    values, counts, deviations = former.T
    middle, k = np.median(values), len(values)
    mad = np.median(np.abs(values - middle) * np.sqrt(np.maximum(1, counts / calls)))
    scale = stats.norm.ppf(0.75)
    spread = max(mad / scale * k / (k - 0.8), np.median(deviations) / calls**0.5, 0.01 * middle)
    chance = float(value == middle)
    if spread:
        t = abs(value - middle) / spread / np.sqrt(1 + np.pi / 2 / k)
        chance = float(2 * stats.t.sf(t, 0.3675 * k))
    if figure in {"cache_hits", "retries"} and chance <= 0.1:
        share = (float(values @ counts) + 1) / (counts.sum() + 2)
        hits = round(value * calls)
        above = hits >= calls * share
        of = stats.binom(calls, share)
        counted = of.sf(hits - 1) if above else of.cdf(hits)
        chance = max(chance, min(1.0, 2 * float(counted)))
    return chance


def _began(frozen: Any, prompt: Any, day: int) -> str | None:
    first: dict[str, int] = {}
    for line, days in frozen:
        if line[0] == prompt:
            first[line[1]] = min(first.get(line[1], day + 999), *days)
    new = [version for version, begun in first.items() if begun == day > min(first.values())]
    return ", ".join(sorted(new)) or None


def _weekend(day: int) -> bool:
    return datetime.fromtimestamp(day * SECONDS, UTC).weekday() >= 5


def _date(day: int) -> str:
    return datetime.fromtimestamp(day * SECONDS, UTC).date().isoformat()
