"""What the first run of a marked prompt reads from its vendor's cache, played through beforehand.

Nobody knows yet how long answers take, so that a second is taken for each. A run that warms the
cache sends one call alone, and the others in rounds of as many as it may have under way.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Final

from promptops.caching.requests import total
from promptops.evals.billed import method_of
from promptops.evals.costing_counts import encoding_for
from promptops.evals.costing_reads import Sent, reads
from promptops.evals.costing_terms import token_rates
from promptops.model.money import MILLION, Usage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.evals.foretold_calls import Made
    from promptops.evals.prepared import Prepared
    from promptops.evals.variants import Variant
    from promptops.model.money import Price

SECOND: Final = 1.0
_BEGINS: Final = 0.9  # seconds until an answer begins, and an entry of the cache can be read


def input_dollars(made: Prepared, one: Variant, mine: Made, price: Price) -> Decimal | None:
    """Return what the input of a variant's calls costs, its cache empty at first.

    None where nothing is marked, or it cannot be played through.
    """
    costing = made.costing
    if costing is None or not one.marked or one.id not in costing.grounds:
        return None
    sent = list(_sent(made, one, mine))
    found = reads(costing, sent) if len(sent) == len(mine.cases) else ()
    if not found or found[0].unknown:
        return None
    billed = total([call.predicted for call in found[0].calls if call.predicted is not None])
    rules, rates = costing.grounds[one.id].rules, price.rates_for(billed.tokens // len(sent))
    _, read = token_rates(rules, rates, "")
    written = sum(
        (tokens * token_rates(rules, rates, ttl)[0] for ttl, tokens in billed.write.items()),
        Decimal(0),
    )
    return (billed.read * read + written + billed.plain * rates.input) / MILLION


def _sent(made: Prepared, one: Variant, mine: Made) -> Iterator[Sent]:
    assert made.costing is not None  # noqa: S101 - the caller looked
    ends = made.costing.counted[one.version].ends.get(encoding_for(one.model), {})
    method = method_of(made, one)
    places, ahead = made.plan.run.concurrency, int(made.plan.run.warm_up)
    for at, case in enumerate(mine.cases):
        known = ends.get(case)
        if known is None:
            return
        when = SECOND * (0 if ahead and not at else ahead + (at - ahead) // places)
        yield Sent(one.id, case, when, Usage(method.scale(known[-1])), _BEGINS)
