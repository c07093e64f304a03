"""Tokens and dollars of the calls that a run would make, by variant, each with how it was got."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from promptops.errors import NotEstimable
from promptops.evals.foretold_cached import input_dollars
from promptops.evals.foretold_past import mean
from promptops.evals.foretold_values import Dollars, Got, Line
from promptops.evals.requests import asked
from promptops.model.money import MILLION, PER_CALL

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.evals.foretold_calls import Calls, Made
    from promptops.evals.foretold_past import History, Mean
    from promptops.evals.prepared import Prepared
    from promptops.evals.variants import Variant
    from promptops.model.money import Price

NOTHING: Final = Decimal(0)
WORST: Final = (
    "what a run sets aside for first attempts: every byte a token, at the dearest rate of writing "
    "to a cache, and the longest answer"
)
PLAIN: Final = "the tokens at list prices, none of them read from a cache"
CACHED: Final = (
    "the tokens at list prices, with the reads and writes of a cache that is empty at first, by "
    "the vendor's rules"
)
FREE: Final = "nobody is paid"
_NONE: Final = "no call is made"


def lines(made: Prepared, found: Calls, history: History) -> Iterator[Line]:
    """Yield what is foretold of each variant, in their order."""
    for one in made.variants:
        mine = found.made[one.id]
        number = len(mine.cases)
        if one.free or not number:
            yield _unpaid(one, mine)
            continue
        used, price = mean(made, one, mine, history), made.prices.get(one.model)
        unknown = "" if price else made.setting.prices.why_unknown(asked(one.model))
        batch = None
        if price is not None and price.batch is not None:
            expected = _expected(price.batch, used, number)
            batch = Dollars(expected, Got(mine.batch_worst, WORST))
        if price is None or mine.worst is None:
            live = Dollars(Got(None, unknown), Got(None, unknown))
        else:
            read = None if used.usages else input_dollars(made, one, mine, price)
            live = Dollars(_expected(price, used, number, read), Got(mine.worst, WORST))
        yield Line(
            one.id,
            one.model,
            True,
            mine.items,
            number,
            Got(None if used.input is None else round(used.input * number), used.input_how),
            Got(round(used.output * number), used.output_how),
            live,
            batch,
        )


def summed(parts: Sequence[Dollars]) -> Dollars:
    """Return the sum of what calls cost; it is not known where one part is not."""
    return Dollars(_sum([one.expected for one in parts]), _sum([one.worst for one in parts]))


def in_batches(found: Sequence[Line]) -> Dollars | None:
    """Return what all calls cost in batches; None where a vendor has no such rates."""
    paid = [one for one in found if one.paid and one.calls]
    parts = [one.batch for one in paid if one.batch is not None]
    return summed(parts) if parts and len(parts) == len(paid) else None


def _sum(parts: Sequence[Got[Decimal]]) -> Got[Decimal]:
    known = [one for one in parts if one.value is not None]
    if len(known) < len(parts):
        return next(one for one in parts if one.value is None)
    told = dict.fromkeys(one.how for one in known if one.value)
    return Got(sum((one.value for one in known if one.value), NOTHING), "; ".join(told) or FREE)


def _unpaid(one: Variant, mine: Made) -> Line:
    how = FREE if mine.cases else _NONE
    free, none = Dollars(Got(NOTHING, how), Got(NOTHING, how)), Got(0, how)
    paid, calls = not one.free, len(mine.cases)
    return Line(one.id, one.model, paid, mine.items, calls, none, none, free, None)


def _expected(price: Price, used: Mean, number: int, cached: Decimal | None = None) -> Got[Decimal]:
    """Return what so many calls cost; ``cached`` is what their input does, if that is known."""
    if used.usages:
        try:
            paid = sum((price.cost(one) for one in used.usages), NOTHING) / len(used.usages)
        except NotEstimable as error:
            return Got(None, str(error))
        told = f"as {len(used.usages):,} earlier calls of it, at today's prices"
        return Got((paid * number).quantize(PER_CALL), told)
    if used.input is None:
        return Got(None, used.input_how)
    rates = price.rates_for(round(used.input))
    read, told = used.input * number * rates.input / MILLION, PLAIN
    if cached is not None:
        read, told = cached, CACHED
    return Got((read + used.output * number * rates.output / MILLION).quantize(PER_CALL), told)
