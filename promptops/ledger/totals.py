"""What a run has cost so far, added up from rows each time it is asked."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from promptops.errors import NotEstimable
from promptops.ledger.decoding import usage as read_usage
from promptops.ledger.prices import known_prices
from promptops.model.values import dataclass

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator, Mapping, Sequence

    from promptops.model.money import Price, Usage

By = Literal[
    "purpose", "model", "version", "state", "cause", "cause_of_retry", "attempt_no",
    "finish_reason", "tier", "billed",
]  # fmt: skip
_COLUMNS: Final[dict[By, str]] = {
    "purpose": "intents.purpose",
    "model": "intents.model",
    "version": "intents.answer_key",  # of which the versions are looked up
    "state": """CASE WHEN results.attempt_id IS NOT NULL THEN results.status
      WHEN lost.attempt_id IS NOT NULL THEN 'lost' ELSE 'in flight' END""",
    "cause": "results.cause",
    "cause_of_retry": "intents.cause_of_retry",
    "attempt_no": "intents.attempt_no",
    "finish_reason": "results.finish_reason",
    "tier": "results.tier",
    "billed": "results.billed",
}
_ATTEMPTS: Final = """
SELECT results.attempt_id IS NOT NULL, lost.attempt_id IS NOT NULL, results.billed,
  results.price_sha256, intents.reserved_usd, results.input_tokens, results.cache_read_tokens,
  results.cache_write_tokens, results.output_tokens, results.reasoning_tokens, count(*) {keys}
FROM intents LEFT JOIN results USING (attempt_id) LEFT JOIN lost USING (run_id, attempt_id)
WHERE intents.run_id = ? GROUP BY {groups}
"""
_FIXED: Final = 11  # columns before the keys, the last of which counts the alike
_ZERO: Final = Decimal(0)


@dataclass(slots=True)
class Total:
    """Attempts, their tokens and dollars; ``spent + possible + reserved`` never exceeds a budget.

    ``possible`` is what attempts that are lost, or billed for all that is known, cost at most;
    ``reserved`` the same of those in flight. ``unpriced`` attempts may cost something, of which
    nothing is known. ``possible_calls`` are the attempts that ``possible`` is of.
    """

    attempts: int = 0
    input_tokens: int = 0
    cache_read_tokens: int = 0
    cache_write_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0
    spent: Decimal = _ZERO
    possible: Decimal = _ZERO
    reserved: Decimal = _ZERO
    unpriced: int = 0
    possible_calls: int = 0

    @property
    def committed(self) -> Decimal:
        """What may be owed at most: to be compared with a budget."""
        return self.spent + self.possible + self.reserved

    def __add__(self, other: Total) -> Total:
        """Return the sum."""
        return Total(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


class _Attempts(NamedTuple):
    """Attempts that are alike, and how many there are."""

    ended: int
    lost: int
    billed: str | None
    price: str | None
    reserved: str | None
    input: int | None
    read: int
    written: str
    output: int
    reasoning: int | None
    number: int


def totals(
    connection: sqlite3.Connection, run_id: str, by: Sequence[By] = ()
) -> dict[tuple[Any, ...], Total]:
    """Return a run's totals by the values of ``by``; they sum up to those by nothing.

    An attempt whose answer several versions share counts once, under all of their names together;
    one that belongs to no item, such as a judge's, under "".
    """
    connection.execute("BEGIN")  # items, prices and attempts of one moment
    try:
        versions = _versions(connection, run_id) if "version" in by else {}
        at = [_FIXED + index for index, one in enumerate(by) if one == "version"]
        rates = known_prices(connection)
        groups = [at for at in range(1, _FIXED + len(by) + 1) if at != _FIXED]
        query = _ATTEMPTS.format(
            keys="".join(f", {_COLUMNS[one]}" for one in by), groups=", ".join(map(str, groups))
        )
        found: dict[tuple[Any, ...], Total] = {}
        for row in connection.execute(query, (run_id,)):
            key = row[_FIXED:]
            if at:
                key = tuple(
                    versions.get(value, "") if index in at else value
                    for index, value in enumerate(key, _FIXED)
                )
            total = found.get(key)
            if total is None:
                total = found[key] = Total()
            _count(total, _Attempts._make(row[:_FIXED]), rates)
    finally:
        connection.execute("ROLLBACK")
    return found


def _versions(connection: sqlite3.Connection, run_id: str) -> dict[str, str]:
    query = "SELECT DISTINCT answer_key, version FROM items WHERE run_id = ? ORDER BY version"
    found: dict[str, str] = {}
    for key, version in connection.execute(query, (run_id,)):
        found[key] = f"{found[key]}, {version}" if key in found else version
    return found


def _count(total: Total, each: _Attempts, rates: Mapping[str, Price]) -> None:
    number = each.number
    total.attempts += number
    usage = read_usage(each.input, each.read, each.written, each.output)
    if usage is not None:
        total.input_tokens += number * usage.input_tokens
        total.cache_read_tokens += number * usage.cache_read_tokens
        total.cache_write_tokens += number * sum(usage.cache_write_tokens.values())
        total.output_tokens += number * usage.output_tokens
        total.reasoning_tokens += number * (each.reasoning or 0)
    if each.billed == "no":
        return
    cost = _cost(usage, rates.get(each.price or "")) if each.billed == "yes" else None
    if cost is not None:
        total.spent += number * cost
    elif each.reserved is None:
        total.unpriced += number
    elif each.ended or each.lost:
        most = Decimal(each.reserved)
        total.possible += number * most
        total.possible_calls += number if most > 0 else 0
    else:
        total.reserved += number * Decimal(each.reserved)


def _cost(usage: Usage | None, price: Price | None) -> Decimal | None:
    if usage is None or price is None:
        return None
    try:
        return price.cost(usage)
    except NotEstimable:
        return None


def total(found: Mapping[tuple[Any, ...], Total]) -> Total:
    """Return the sum of totals."""
    return sum(found.values(), Total())


def each(found: Mapping[tuple[Any, ...], Total]) -> Iterator[tuple[tuple[Any, ...], Total]]:
    """Yield totals in the order of their keys; None comes first."""
    yield from sorted(found.items(), key=lambda one: [(part is not None, part) for part in one[0]])
