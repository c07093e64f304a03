"""What each ready question must answer, summed call by call while a month is generated.

Nothing here asks the ledger: dollars are added for each call as it is made, in ``Decimal``.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import UTC, datetime
from decimal import Decimal, localcontext
from typing import TYPE_CHECKING, Any, Final

import month_anomalies

if TYPE_CHECKING:
    from promptops.model.calls import Call, Outcome
    from promptops.model.money import Rates, Usage

NOTHING: Final = Decimal(0)
MILLION: Final = 1_000_000
Rows = list[tuple[Any, ...]]


class Sum:
    """Figures of some calls."""

    __slots__ = ("calls", "first", "output", "priced", "prompt", "usd")

    def __init__(self) -> None:
        """Start at nothing."""
        self.calls = self.priced = self.prompt = self.output = 0
        self.usd = NOTHING
        self.first: int | None = None


# The columns by which questions sum, as a call tells them.
KEYS: Final = {
    "features": lambda c: (c.context.feature,),
    "segments": lambda c: (c.context.segment,),
    "versions": lambda c: (c.context.prompt, c.context.version),
    "models": lambda c: (c.context.model, c.context.tier),
    "tenants": lambda c: (c.tenant,),
    "days": lambda c: (int(c.at // 86_400),),
    "finishes": lambda c: (f"failed: {c.error}" if c.error else c.finish or "not told",),
    "changes": lambda c: (c.context.prompt, c.context.model, c.context.version),
    "all": lambda _: (),
}


class Truth:
    """Sums over calls and outcomes; ``rows`` are what a question must answer."""

    def __init__(self) -> None:
        """Start at nothing."""
        self.sums: dict[str, dict[Any, Sum]] = {name: defaultdict(Sum) for name in KEYS}
        self.later: dict[Any, Sum] = defaultdict(Sum)
        self.kinds = [[0, NOTHING] for _ in range(4)]
        self.chars: Counter[str] = Counter()
        self.measured = [0, NOTHING]  # tokens and dollars of input
        self.lengths: dict[Any, Counter[int]] = defaultdict(Counter)
        self.cut: Counter[Any] = Counter()
        self.sides: dict[Any, dict[Any, list[Any]]] = defaultdict(dict)
        self.told: dict[str, dict[Any, list[int | None]]] = {"features": {}, "versions": {}}
        self.by_day: Any = month_anomalies.Days()

    def add(self, call: Call, outcome: Outcome | None) -> None:
        """Take in a call and what came of it."""
        usage, spent = call.usage, None
        if usage is not None:
            rates = _rates(call)
            spent = _kinds(usage, rates) if rates else None
            self._used(call, usage, rates, spent)
        usd = sum(spent, NOTHING) if spent else None
        self.by_day.add(call, usd)
        for name, key in KEYS.items():
            _put(self.sums[name][key(call)], call, usd)
        for part, number in call.parts.items():
            if number:
                self.chars[part] += number
        if call.attempt > 1:
            _put(self.later[call.retry_cause], call, usd)
        if outcome is not None:
            for name, found in self.told.items():
                one = found.setdefault((*KEYS[name](call), outcome.kind), [0, 0, None])
                one[0] += outcome.good
                one[1] += 1
                if outcome.value_usd is not None:
                    one[2] = (one[2] or 0) + outcome.value_usd

    def _used(self, call: Call, usage: Usage, rates: Rates | None, spent: Any) -> None:
        context = call.context
        tokens = (usage.input_tokens, usage.cache_read_tokens,
                  sum(usage.cache_write_tokens.values()), usage.output_tokens)  # fmt: skip
        for place, number in enumerate(tokens):
            self.kinds[place][0] += number
            self.kinds[place][1] += spent[place] if spent else 0
        key = (context.prompt, context.version, context.model)
        length = (*key, context.max_tokens)
        self.lengths[length][usage.output_tokens] += 1
        self.cut[length] += call.finish == "length"
        written = usage.cache_write_tokens
        # Misses are reckoned for all calls of one price and lifetimes together, as the answer says.
        price = _flat(rates) if rates else None
        side = (usage.cache_read_tokens > 0, price, tuple(sorted(written)))
        one = self.sides[key].setdefault(side, [0, 0, 0, 0, 0, rates])
        added = (1, *tokens[:2], written.get("5m", 0), written.get("1h", 0))
        one[:5] = [old + new for old, new in zip(one, added, strict=False)]
        if call.parts:
            self.measured[0] += sum(tokens[:3])
            self.measured[1] += sum(spent[:3]) if spent else 0

    def end(self) -> None:
        """Let go of what only calls need."""
        self.by_day = self.by_day.frozen()

    def rows(self, name: str) -> Rows:
        """Return the rows of a question in any order."""
        if name.startswith("outcomes"):
            return self._outcomes("features" if name == "outcomes" else "versions")
        own = getattr(self, f"_{name}", None)
        return own() if own else self._costs(name)

    @property
    def total(self) -> Sum:
        """Figures of all calls."""
        return self.sums["all"][()]

    def _share(self, usd: Decimal) -> float | None:
        return float(usd / self.total.usd) if self.total.usd else None

    def _costs(self, name: str) -> Rows:
        return [
            (*key, s.calls, s.usd if s.priced else None, self._share(s.usd),
             s.usd / s.priced if s.priced else None, s.prompt, s.output)
            for key, s in self.sums[name].items()
        ]  # fmt: skip

    def _days(self) -> Rows:
        return [
            (datetime.fromtimestamp(day * 86_400, UTC).date().isoformat(), s.calls, s.usd,
             s.usd / s.calls, s.prompt, s.output)
            for (day,), s in self.sums["days"].items()
        ]  # fmt: skip

    def _finishes(self) -> Rows:
        return [
            (key[0], s.calls, s.calls / self.total.calls, s.usd, self._share(s.usd), s.output)
            for key, s in self.sums["finishes"].items()
        ]

    def _retries(self) -> Rows:
        return [
            (cause or "not told", s.calls, s.calls / self.total.calls, s.usd, self._share(s.usd))
            for cause, s in self.later.items()
        ]

    def _tokens(self) -> Rows:
        names = ("input, not cached", "read from the cache", "written to the cache", "output")
        return [
            (name, tokens, usd, self._share(usd))
            for name, (tokens, usd) in zip(names, self.kinds, strict=True)
        ]

    def _parts(self) -> Rows:
        total, (tokens, usd) = sum(self.chars.values()), self.measured
        return [
            (part, n, round(tokens * Decimal(n) / total), usd * n / total, n / total)
            for part, n in self.chars.items()
        ]

    def _lengths(self) -> Rows:
        rows = []
        for key, of in self.lengths.items():
            values, number = sorted(of.elements()), of.total()
            marks = [values[-(-number * share // 100) - 1] for share in (50, 95, 99)]
            rows.append((*key[:3], number, *marks, values[-1], key[3], self.cut[key] / number))
        return rows

    def _cache(self) -> Rows:
        return [(*key, *_cached(list(of.items()))) for key, of in self.sides.items()]

    def _outcomes(self, by: str) -> Rows:
        return [
            (*key, good, good / told, s.calls, s.usd, s.usd / good if good else None, value)
            for key, (good, told, value) in self.told[by].items()
            for s in (self.sums[by][key[:-1]],)
        ]

    def _anomalies(self) -> Rows:
        return month_anomalies.rows(self.by_day)

    def _coverage(self) -> Rows:
        return []  # no vendor's report is in this ledger

    def _changes(self) -> Rows:
        lines: dict[Any, list[Any]] = defaultdict(list)
        for (prompt, model, version), s in self.sums["changes"].items():
            if s.priced:
                lines[prompt, model].append((s.first, version, s))
        rows: Rows = []
        for key, line in lines.items():
            before = None
            for day, version, s in sorted(line, key=lambda one: one[:2]):
                each = s.usd / s.priced
                since = datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()
                change = float(each / before - 1) if before else None
                rows.append((*key, version, since, s.calls, each, before, change))
                before = each
        return rows


def _put(one: Sum, call: Call, usd: Decimal | None) -> None:
    one.calls += 1
    if one.first is None:
        one.first = int(call.at // 86_400)
    if call.usage is not None:
        one.prompt += call.usage.prompt_tokens
        one.output += call.usage.output_tokens
    if usd is not None:
        one.priced += 1
        one.usd += usd


def _rates(call: Call) -> Rates | None:
    price = call.price
    if price is not None and call.context.tier == "batch":
        price = price.batch
    return price.rates_for(call.usage.prompt_tokens) if price and call.usage else None


def _kinds(usage: Usage, rates: Rates) -> list[Decimal]:
    read = rates.input if rates.cache_read is None else rates.cache_read
    written = [n * (rates.write(ttl) or NOTHING) for ttl, n in usage.cache_write_tokens.items()]
    paid = (usage.input_tokens * rates.input, usage.cache_read_tokens * read,
            sum(written, NOTHING), usage.output_tokens * rates.output)  # fmt: skip
    return [one / MILLION for one in paid]


def _flat(rates: Rates) -> tuple[Any, ...]:
    return rates.input, rates.output, rates.cache_read, *sorted(rates.cache_write.items())


def _cached(found: list[Any]) -> tuple[Any, ...]:
    calls = sum(one[0] for _, one in found)
    hits = [one for (reads, _, _), one in found if reads]
    tokens = sum(sum(one[1:5]) for _, one in found)
    read = sum(one[2] for _, one in found)
    with localcontext(prec=50):
        usual = Decimal(read) / sum(one[0] for one in hits) if hits else NOTHING
        saved = missed = NOTHING
        for (reads, _, _), (number, plain, got, short, long, rates) in found:
            if rates is None or rates.cache_read is None:
                continue
            saved += got * (rates.input - rates.cache_read)
            lacking = NOTHING if reads else usual * number
            for n, rate in ((short, rates.write("5m")), (long, rates.write("1h")),
                            (plain, rates.input)):  # fmt: skip
                part = min(lacking, Decimal(n))
                lacking -= part
                missed += part * ((rate or rates.input) - rates.cache_read)
    return (calls, sum(one[0] for one in hits) / calls, read / tokens,
            saved / MILLION, missed / MILLION)  # fmt: skip
