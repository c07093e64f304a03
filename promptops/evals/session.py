"""A plan carried out: items are written down, answers used again or asked for, each once."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from promptops.evals.order import ordered, unit
from promptops.evals.requests import request
from promptops.evals.runner import Task
from promptops.evals.variants import ask
from promptops.ledger.prices import stored
from promptops.ledger.reading import Reusable
from promptops.ledger.rows import Item, Reuse, canonical
from promptops.model.evaluation import Completion

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence

    from promptops.evals.attempts import Ask
    from promptops.evals.calling import Calls, Outcome
    from promptops.evals.order import Slot
    from promptops.evals.plan import EvalPlan
    from promptops.evals.runner import Driver
    from promptops.evals.variants import Variant
    from promptops.ledger.ledger import Ledger
    from promptops.ledger.rows import StoredPrice
    from promptops.ledger.writer import Writer
    from promptops.model.evaluation import Case, Request
    from promptops.model.money import Price

_BLOCK: Final = 256  # slots whose stored answers are looked up together


@dataclass
class Session:
    """One run of a plan over its cases.

    ``answered`` is told of every answer, once for each item that it answers. ``max_age`` is how old
    a stored answer may be, None for ever; with ``fresh`` none is used again. ``ended`` is told of
    the case of each item that was answered or lost.
    """

    plan: EvalPlan
    variants: Sequence[Variant]
    cases: Sequence[Case]
    calls: Calls
    ledger: Ledger
    writer: Writer
    prices: Mapping[str, Price | None]
    answered: Callable[[Item, Case, Completion], Awaitable[None]]
    fresh: bool = False
    reused: int = 0
    shared: int = 0
    holes: list[tuple[Item, Outcome]] = field(default_factory=list)
    own: list[tuple[Item, Outcome]] = field(default_factory=list)
    ended: Callable[[str], None] = lambda _: None

    def __post_init__(self) -> None:
        self._stored: dict[str, StoredPrice] = {
            model: stored(price) for model, price in self.prices.items() if price is not None
        }
        self._waiting: dict[str, list[tuple[Item, Case]]] = {}
        self._done: dict[str, Completion] = {}
        self._lost: dict[str, Outcome] = {}

    async def run(self, driver: Driver) -> None:
        """Have a driver ask for what is not known."""
        self.writer.add(*self._stored.values())
        await driver.run(self._tasks())

    def notes(self) -> Iterator[str]:
        """Yield what answers were not paid for by this run."""
        if self.reused:
            yield f"{self.reused} answers are those of earlier runs"
        if self.shared:
            yield f"{self.shared} cases say the same in two versions and share an answer"

    def _tasks(self) -> Iterator[Task]:
        slots = ordered(self.cases, len(self.variants), self.plan.repeats, self.plan.run.seed)
        block: list[tuple[Item, Case, Variant, Request]] = []
        for slot in slots:
            block.append(self._item(slot))
            if len(block) == _BLOCK:
                yield from self._unknown(block)
                block = []
        yield from self._unknown(block)

    def _item(self, slot: Slot) -> tuple[Item, Case, Variant, Request]:
        variant, case = self.variants[slot.variant], slot.case
        sent = request(
            variant.handle, variant.model, case, slot.repeat,
            options=None if variant.free else self.plan.run.provider_options,
        )  # fmt: skip
        item = Item(
            self.calls.run_id, case.id, variant.version, variant.model, slot.position,
            sent.answer_key, sent.request_hash, slot.repeat, unit(case),
            sha256(canonical(dict(case.inputs)).encode()).hexdigest(),
        )  # fmt: skip
        return item, case, variant, sent

    def _unknown(self, block: list[tuple[Item, Case, Variant, Request]]) -> Iterator[Task]:
        """Yield the calls of a block that nothing stored can answer; write its items down."""
        self.writer.add(*(item for item, *_ in block))
        keys = {item.answer_key for item, *_ in block}
        known = {} if self.fresh else self.ledger.reusable(keys, self.plan.run.max_age)
        for item, case, variant, sent in block:
            found = known.get(item.answer_key)
            again = isinstance(found, Reusable) and item.answer_key not in self._waiting
            waiting = self._waiting.setdefault(item.answer_key, [])
            waiting.append((item, case))
            if len(waiting) > 1:
                self.shared += 1  # another version says the same on this case
                if item.answer_key in self._done:
                    yield self._known(item, case)
                elif item.answer_key in self._lost:
                    self._lose([item], self._lost[item.answer_key])
                continue
            if again and isinstance(found, Reusable):
                self.reused += 1
                self._done[item.answer_key] = _completion(found)
                self.writer.add(
                    Reuse(self.calls.run_id, item.answer_key, found.intent.attempt_id,
                          found.intent.run_id)
                )  # fmt: skip
                yield self._known(item, case)
                continue
            yield self._asked(item, variant, sent)

    def _asked(self, item: Item, variant: Variant, sent: Request) -> Task:
        price = self._stored.get(variant.model)

        def make() -> Ask:
            paid = self.prices.get(variant.model)
            return ask(variant, sent, paid, price.price_sha256 if price else None)

        async def done(outcome: Outcome) -> None:
            waiting = self._waiting[item.answer_key]
            if outcome.completion is None:
                self._lost[item.answer_key] = outcome
                self._lose([one for one, _ in waiting], outcome)
                return
            self._done[item.answer_key] = outcome.completion
            for one, its_case in list(waiting):
                await self.answered(one, its_case, outcome.completion)
                self.ended(one.case_id)

        return Task(item.answer_key, make, done)

    def _lose(self, items: Sequence[Item], outcome: Outcome) -> None:
        lost = self.own if outcome.leaves == "own" else self.holes
        lost += [(item, outcome) for item in items]
        for item in items if outcome.leaves != "stopped" else ():
            self.ended(item.case_id)

    def _known(self, item: Item, case: Case) -> Task:
        """Return a task that calls nobody: the answer is there."""

        async def done(_: Outcome) -> None:
            await self.answered(item, case, self._done[item.answer_key])
            self.ended(item.case_id)

        return Task(item.answer_key, None, done)


def _completion(found: Reusable) -> Completion:
    result, answer = found.result, found.answer
    return Completion(
        answer.text,
        result.usage,
        result.finish_reason or "other",
        result.model_served,
        answer.tool_calls,
        reasoning_tokens=result.reasoning_tokens,
        request_id=result.vendor_request_id,
        tier=result.tier,
        first_byte=result.first_byte,
        latency=result.latency,
    )
