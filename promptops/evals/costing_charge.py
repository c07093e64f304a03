"""What an answer costs in a placement: its own tokens, shared out over reads, writes and the rest.

With marks behind the prefixes P_1 < P_2 < ... that are found with the chances h_1, h_2, ... a call
reads the sum of (P_i - P_(i-1)) h_i, writes that of (P_i - P_(i-1)) (1 - h_i), and pays the rest
as plain input. Marks below the vendor's minimum do nothing.
"""

from __future__ import annotations

from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.caching.implicit import rounded
from promptops.evals.costing_terms import token_rates
from promptops.model.money import MILLION, PER_CALL
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promptops.caching.rules import CacheRules
    from promptops.evals.costing_counts import Ends
    from promptops.evals.costing_plans import Placing
    from promptops.model.money import Price, Rates, Usage

ZERO: Final = Decimal(0)
_MOST: Final = 1_000  # answers whose dollars are remembered: others have as many tokens
Stretches = tuple[Decimal, ...]  # tokens from each mark that counts back to the one before


@dataclass(frozen=True, slots=True)
class Charge:
    """Expected tokens and dollars of a call.

    ``read``, ``written`` and ``plain`` are tokens and make up the prompt; the rest is dollars, the
    output without what the model thought.
    """

    read: Decimal = ZERO
    written: Decimal = ZERO
    plain: Decimal = ZERO
    input_usd: Decimal = ZERO
    read_usd: Decimal = ZERO
    write_usd: Decimal = ZERO
    output_usd: Decimal = ZERO
    reasoning_usd: Decimal = ZERO

    @property
    def exact(self) -> Decimal:
        """The dollars, not rounded."""
        inputs = self.input_usd + self.read_usd + self.write_usd
        return inputs + self.output_usd + self.reasoning_usd

    @property
    def usd(self) -> Decimal:
        """The dollars, to 10^-9."""
        return self.exact.quantize(PER_CALL)

    @property
    def hit_rate(self) -> Decimal | None:
        """The share of the marked tokens that is read; None where nothing is marked."""
        marked = self.read + self.written
        return self.read / marked if marked else None


class _Rated(NamedTuple):
    """What a mark's tokens cost, by what becomes of them, and what marking one adds on average."""

    write: Decimal
    read: Decimal
    more: Decimal


class _Charged(NamedTuple):
    """What an answer pays by which rates, and its tokens between the marks."""

    rates: Rates
    stretches: Stretches
    dollars: Decimal


@dataclass
class Sums:
    """Tokens of many answers that pay the same rates."""

    rates: Rates
    stretches: list[Decimal]
    prompt: Decimal = ZERO
    output: Decimal = ZERO
    thought: Decimal = ZERO


@dataclass
class Meter:
    """Charges answers in one placement, and remembers their tokens for the mean."""

    placing: Placing
    price: Price
    rules: CacheRules | None
    number: int = 0  # cases
    _sums: dict[int, Sums] = field(default_factory=dict)  # by identity of the rates
    _rated: dict[int, list[_Rated]] = field(default_factory=dict)
    _known: dict[tuple[int, int, Ends], _Charged] = field(default_factory=dict)

    def exact(self, usage: Usage, ends: Ends) -> Decimal:
        """Return an answer's dollars, not rounded; ``ends`` are as ``_stretches`` has them."""
        return self._charged(usage.prompt_tokens, usage.output_tokens, ends).dollars

    def count(self, usage: Usage, thought: int | None, ends: Ends, share: Decimal) -> Decimal:
        """Return the same, and count the answer in for the mean.

        ``share`` is what one of several repeats makes of its case.
        """
        prompt, output = usage.prompt_tokens, usage.output_tokens
        rates, stretches, dollars = self._charged(prompt, output, ends)
        sums = self._sums.get(id(rates))
        if sums is None:
            sums = self._sums[id(rates)] = Sums(rates, [ZERO] * len(self.placing.marks))
        sums.prompt += prompt * share
        sums.output += output * share
        if thought:
            sums.thought += min(thought, output) * share
        for at, tokens in enumerate(stretches):
            sums.stretches[at] += tokens * share
        return dollars

    def _charged(self, prompt: int, output: int, ends: Ends) -> _Charged:
        key = (prompt, output, ends if self.placing.marks else ())
        found = self._known.get(key)
        if found is None:
            rates, stretches = self.price.rates_for(prompt), self._stretches(prompt, ends)
            total = prompt * rates.input + output * rates.output
            for tokens, rated in zip(stretches, self._rates(rates), strict=True):
                total += tokens * rated.more
            found = _Charged(rates, stretches, total / MILLION)
            if len(self._known) < _MOST:
                self._known[key] = found
        return found

    def mean(self, *, late: bool = False) -> Charge | None:
        """Return the mean call of the cases remembered, ``late`` where the cache helps least."""
        if not self.number:
            return None
        parts = [[figure / self.number for figure in self._parts(sums, late=late)]
                 for sums in self._sums.values()]  # fmt: skip
        return Charge(*(sum(column, ZERO) for column in zip(*parts, strict=True)))

    def _parts(self, sums: Sums, *, late: bool) -> Iterable[Decimal]:
        read = written = read_usd = write_usd = ZERO
        each = zip(sums.stretches, self.placing.marks, self._rates(sums.rates), strict=True)
        for tokens, mark, rated in each:
            hits = tokens * (mark.chance.pessimistic if late else mark.chance.expected)
            read += hits
            written += tokens - hits
            read_usd += hits * rated.read
            write_usd += (tokens - hits) * rated.write
        plain, rates = sums.prompt - read - written, sums.rates
        said, thought = sums.output - sums.thought, sums.thought
        dollars = (plain * rates.input, read_usd, write_usd, said * rates.output,
                   thought * rates.output)  # fmt: skip
        return (read, written, plain, *(one / MILLION for one in dollars))

    def _rates(self, rates: Rates) -> list[_Rated]:
        found = self._rated.get(id(rates))
        if found is None:
            found = self._rated[id(rates)] = []
            for mark in self.placing.marks:
                write, read = token_rates(self.rules, rates, mark.ttl)
                more = write - rates.input - (write - read) * mark.chance.expected
                found.append(_Rated(write, read, more))
        return found

    def _stretches(self, prompt: int, ends: Ends) -> Stretches:
        """Return the vendor's tokens between marks; 0 in front of one that is too short to keep.

        Args:
            prompt: The vendor's count of the whole.
            ends: Our own count of the prefixes up to each stop; their shares of the last are taken.
        """
        before, found = ZERO, []
        for mark in self.placing.marks:
            tokens = self._kept(scaled(ends[mark.at], ends[-1], prompt))
            found.append(tokens - before if tokens else ZERO)
            before = tokens or before
        return tuple(found)

    def _kept(self, tokens: Decimal) -> Decimal:
        if self.rules is None:
            return tokens
        least, step = self.rules.minimum or 0, self.rules.step or 1
        if self.rules.markable:
            return tokens if tokens >= least else ZERO
        return Decimal(rounded(int(tokens.to_integral_value()), least, step))


def scaled(end: int, whole: int, prompt: int) -> Decimal:
    """Return the tokens of a prefix where the vendor counts ``prompt`` and we count ``whole``."""
    return Decimal(end * prompt) / whole if whole else ZERO
