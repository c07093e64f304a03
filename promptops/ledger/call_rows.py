"""Recorded calls as columns; a price is kept as the flat rates that its calls paid."""

from __future__ import annotations

from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import NotEstimable
from promptops.ledger.call_tables import PARTS
from promptops.ledger.prices import stored
from promptops.ledger.rows import canonical
from promptops.ledger.tables import plain
from promptops.model.days import SECONDS
from promptops.model.money import Price

if TYPE_CHECKING:
    from promptops.ledger.rows import StoredPrice
    from promptops.ledger.tables import Columns
    from promptops.model.calls import Call, Outcome, Text
    from promptops.model.money import Rates, Usage

NANO: Final = Decimal("1E-9")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": SECONDS}
_NO_WRITES: Final = ((None, None), (0, 0))
_Writes = tuple[tuple[str | None, str | None], tuple[int, int]]


class Laid:
    """Lays calls out as rows; their contexts and prices wait in ``contexts`` and ``prices``.

    One is used by one thread, for as many calls as there are: it knows again what it has seen.
    Whoever writes the rows clears both; what later calls need is there again, since what was
    written may have been pruned meanwhile.
    """

    def __init__(self) -> None:
        self.contexts: dict[int, Columns] = {}
        self.prices: dict[str, StoredPrice] = {}
        self._ids: dict[tuple[Any, ...], Columns] = {}
        self._rates: dict[tuple[int, int], tuple[Price, StoredPrice]] = {}

    def call(self, call: Call) -> Columns:
        """Return a call's columns.

        Raises:
            NotEstimable: Tokens were written to the cache for three lifetimes or more.
        """
        usage = call.usage
        lifetimes, written = _writes(usage) if usage else _NO_WRITES
        context = self._context(call, lifetimes)
        tokens: Columns = (None,) * 5
        if usage is not None:
            tokens = (usage.input_tokens, usage.cache_read_tokens, *written, usage.output_tokens)
        parts = call.parts
        return (
            call.call_id, call.at, int(call.at // SECONDS), context, call.tenant, call.session,
            call.attempt, call.retry_cause, call.turn, call.chunks, call.finish, call.error,
            *tokens, call.reasoning_tokens, call.latency, call.first_byte,
            *[parts.get(part) for part in PARTS],
        )  # fmt: skip

    def _context(self, call: Call, lifetimes: tuple[str | None, str | None]) -> int:
        paid = None if call.price is None or call.usage is None else self._paid(call)
        key = (call.context, lifetimes, paid)
        row = self._ids.get(key)
        if row is None:
            columns = (*map(_text, call.context), *lifetimes, paid)
            digest = sha256(canonical(columns).encode()).digest()
            row = self._ids[key] = (int.from_bytes(digest[:8], signed=True), *columns)
        number: int = row[0]
        self.contexts[number] = row
        return number

    def _paid(self, call: Call) -> str | None:
        """Return the hash of the flat rates that a call paid; None where there are none."""
        price, usage = call.price, call.usage
        assert price is not None  # noqa: S101 - the caller looked
        assert usage is not None  # noqa: S101
        if call.context.tier == "batch":
            price = price.batch
            if price is None:
                return None
        size = usage.prompt_tokens
        cliff = max((bound for bound, _ in price.tiers if size > bound), default=0)
        known = self._rates.get((id(price), cliff))
        if known is None:
            # The price is held, so that nothing else gets its id.
            known = self._rates[id(price), cliff] = (price, flat(price, price.rates_for(size)))
        row = known[1]
        self.prices[row.price_sha256] = row
        return row.price_sha256


def flat(price: Price, rates: Rates) -> StoredPrice:
    """Return the row of a price that has but these rates, so that dollars are sums of tokens."""
    return stored(Price(price.model, rates, effective_from=price.effective_from))


def outcome(row: Outcome) -> Columns:
    """Return an outcome's columns; its value is kept to a billionth of a dollar."""
    value = None if row.value_usd is None else int((row.value_usd / NANO).to_integral_value())
    return (
        row.outcome_id, row.at, plain(row.kind), row.call_id, row.session, int(row.good), value,
    )  # fmt: skip


def kept(row: Text) -> tuple[Columns, Columns]:
    """Return a text's columns under its hash, and the columns that say whose it is."""
    text = plain(row.text)
    digest = sha256(text.encode()).hexdigest()
    return (digest, text), (row.call_id, row.position, row.role, row.at, digest)


def _text(value: Any) -> Any:
    return plain(value) if isinstance(value, str) else value


def _writes(usage: Usage) -> _Writes:
    written = usage.cache_write_tokens
    if not written:
        return _NO_WRITES
    if len(written) == 1:
        ((ttl, tokens),) = written.items()
        return (ttl, None), (tokens, 0)
    found = sorted(((_lasts(ttl), ttl, n) for ttl, n in written.items() if n), reverse=False)
    if len(found) > 2:  # noqa: PLR2004 - two lifetimes are all that any vendor has in a call
        told = ", ".join(ttl for _, ttl, _ in found)
        raise NotEstimable(f"a call wrote to the cache for more than two lifetimes: {told}")
    (short, n), (long, m) = [*((ttl, n) for _, ttl, n in found), (None, 0), (None, 0)][:2]
    return (short, long), (n, m)


def _lasts(ttl: str) -> int:
    number, unit = ttl[:-1], ttl[-1:]
    return int(number) * _SECONDS[unit] if number.isdecimal() and unit in _SECONDS else 0
