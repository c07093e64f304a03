"""What the ledger knows of a run's batches, and the rows that their results make."""

from __future__ import annotations

from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from promptops.ledger.prices import stored
from promptops.ledger.rows import Answer, Result
from promptops.model.evaluation import Completion
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.ledger.ledger import Ledger
    from promptops.ledger.rows import Batch, BatchState, Intent, StoredPrice
    from promptops.model.evaluation import ProviderError
    from promptops.model.money import Price, Rates

ORDER: Final[tuple[BatchState, ...]] = (
    "prepared", "uploaded", "submitted", "ended", "collected",
)  # fmt: skip


@dataclass
class Outstanding:
    """A batch of an earlier process as far as it came, and its intents without a result."""

    batch: Batch
    intents: list[Intent] = field(default_factory=list)


def outstanding(ledger: Ledger, run_id: str) -> dict[str, Outstanding]:
    """Return the batches of a run whose results are not all known, by their ids."""
    found: dict[str, Outstanding] = {}
    for row in ledger.batches(run_id):
        known = found.get(row.batch_id)
        if known is None or ORDER.index(row.state) > ORDER.index(known.batch.state):
            found[row.batch_id] = Outstanding(row)
    if not found:
        return {}
    for intent in ledger.run_state(run_id).in_flight:
        if intent.batch_id in found:
            found[intent.batch_id].intents.append(intent)
    return {name: one for name, one in found.items() if one.intents}


def owned(ledger: Ledger) -> set[tuple[str, str]]:
    """Return the batches that any run has, by vendor and the vendor's id."""
    runs = {run.run_id for run in ledger.runs()}
    rows = (row for run in runs for row in ledger.batches(run))
    return {(row.provider, row.vendor_batch_id) for row in rows if row.vendor_batch_id}


@dataclass
class Terms:
    """What models cost in batches; a model without such a price is reserved at its live one."""

    price: Callable[[str], Price | None]

    def __post_init__(self) -> None:
        self._stored: dict[str, tuple[StoredPrice | None, Decimal]] = {}

    def of(self, model: str) -> StoredPrice | None:
        """Return the batch price of a model, None where none is known."""
        return self._terms(model)[0]

    def worst(self, model: str, live: Decimal | None) -> Decimal | None:
        """Return what a call costs at most in a batch, by what it costs at most live."""
        return None if live is None else live * self._terms(model)[1]

    def paid(self, model: str, ended: Completion | ProviderError) -> Decimal | None:
        """Return the dollars of a result; None where nobody knows them."""
        if not isinstance(ended, Completion) and ended.billed == "no":
            return Decimal(0)
        price = self.of(model)
        billed = isinstance(ended, Completion) or ended.billed == "yes"
        if price is None or ended.usage is None or not billed:
            return None
        return price.price.cost(ended.usage)

    def _terms(self, model: str) -> tuple[StoredPrice | None, Decimal]:
        if model not in self._stored:
            live = self.price(model)
            if live is None or live.batch is None:
                self._stored[model] = (None, Decimal(1))
            else:
                self._stored[model] = (stored(live.batch), share(live, live.batch))
        return self._stored[model]


def share(live: Price, batch: Price) -> Decimal:
    """Return which part of a call's price its batch price is at most."""
    bounds = [0, *(bound for price in (live, batch) for bound, _ in price.tiers)]
    return max(_share(live.rates_for(at + 1), batch.rates_for(at + 1)) for at in bounds)


def _share(live: Rates, batch: Rates) -> Decimal:
    pairs = [(live.input, batch.input), (live.output, batch.output)]
    pairs += [(rate, batch.write(ttl) or rate) for ttl, rate in live.cache_write.items()]
    return max((theirs / mine for mine, theirs in pairs if mine), default=Decimal(1))


def ended_rows(
    intent: Intent, ended: Completion | ProviderError, at: float, terms: Terms
) -> tuple[Result, Answer | None]:
    """Return the rows of a result; whoever collects it at whatever time makes the same."""
    price = terms.of(intent.model)
    known: dict[str, Any] = {
        "attempt_id": intent.attempt_id,
        "model": intent.model,
        "ended_at": at,
        "price_sha256": price.price_sha256 if price else None,
        "usage": ended.usage,
        "vendor_request_id": ended.request_id,
        "tier": "batch",
    }
    if not isinstance(ended, Completion):
        failed = Result(
            status="error", billed=ended.billed, cause=ended.cause, message=str(ended),
            http_status=ended.status, **known,
        )  # fmt: skip
        return failed, None
    answer = Answer.of(ended.text, ended.tool_calls)
    result = Result(
        status="ok",
        reasoning_tokens=ended.reasoning_tokens,
        answer_sha256=answer.answer_sha256,
        model_served=ended.model_served,
        finish_reason=ended.finish,
        **known,
    )
    return result, answer
