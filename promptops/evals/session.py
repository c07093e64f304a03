"""A plan carried out: items are written down, answers used again or asked for, each once."""

from __future__ import annotations

from dataclasses import field, replace
from itertools import islice
from typing import TYPE_CHECKING, Final

from promptops.evals.ages import fixed
from promptops.evals.misfits import asked_again
from promptops.evals.order import ordered, unit
from promptops.evals.requests import REPLAY
from promptops.evals.resuming import Before, completion
from promptops.evals.runner import Task
from promptops.evals.variants import ask, sent
from promptops.ledger.prices import stored
from promptops.ledger.reading import Reusable
from promptops.ledger.rows import Item, Reuse, inputs_hash
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence

    from promptops.evals.attempts import Ask
    from promptops.evals.calling import Calls, Outcome
    from promptops.evals.order import Slot
    from promptops.evals.plan import EvalPlan
    from promptops.evals.runner import Driver
    from promptops.evals.variants import Variant
    from promptops.ledger.ledger import Ledger
    from promptops.ledger.rows import StoredPrice
    from promptops.ledger.writer import Writer
    from promptops.model.evaluation import Case, Completion, Request
    from promptops.model.money import Price

_AHEAD: Final = 256  # slots whose cases are foreseen together
_BLOCK: Final = 32  # slots whose stored answers are looked up together, while no call goes on


@dataclass
class Session:
    """One run of a plan over its cases.

    ``answered`` is told of every answer, once for each item that it answers. ``max_age`` is how old
    a stored answer may be, None for ever; with ``fresh`` none is used again. ``ended`` is told of
    the case of each item that was answered or lost, and ``foreseen`` of cases that are next.
    ``before`` is what the run has behind it.
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
    foreseen: Callable[[Iterable[Case]], None] = lambda _: None
    before: Before = field(default_factory=Before)

    def __post_init__(self) -> None:
        self._stored: dict[str, StoredPrice] = {
            model: stored(price) for model, price in self.prices.items() if price is not None
        }
        self._met: set[str] = set()  # keys
        self._waiting: dict[str, list[tuple[Item, Case]]] = {}
        answered = self.before.answered
        self._done = {key: one.completion for key, one in answered.items()}
        self.reused += sum(one.from_run is not None for one in answered.values())
        self._lost: dict[str, Outcome] = dict(self.before.own)

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
        while ahead := list(islice(slots, _AHEAD)):
            self.foreseen(slot.case for slot in ahead)
            for at in range(0, len(ahead), _BLOCK):
                yield from self._unknown([self._item(slot) for slot in ahead[at : at + _BLOCK]])

    def _item(self, slot: Slot) -> tuple[Item, Case, Variant, Request]:
        variant, case = self.variants[slot.variant], slot.case
        asked = sent(variant, case, slot.repeat, self.plan)
        item = Item(
            self.calls.run_id, case.id, variant.version, variant.model, slot.position,
            asked.answer_key, asked.request_hash, slot.repeat, unit(case), inputs_hash(case.inputs),
        )  # fmt: skip
        return item, case, variant, asked

    def _unknown(self, block: list[tuple[Item, Case, Variant, Request]]) -> Iterator[Task]:
        """Yield the calls of a block that nothing stored can answer; write its items down."""
        self.writer.add(*(item for item, *_ in block))
        keys = {item.answer_key for item, _, one, _ in block if self._may_be_stored(one)}
        known = self._stored_answers(keys)
        # At once: between calls, what does it has left the processor's cache, and takes longer.
        asks = [self._ask(*one) if one[0].answer_key not in known else None for one in block]
        for (item, case, variant, asked), made in zip(block, asks, strict=True):
            key = item.answer_key
            first = key not in self._met
            self._met.add(key)
            self.shared += not first  # another version says the same on this case
            if first and key in known and self._may_be_stored(variant):
                self._again(key, known[key])
            if key in self._done:
                yield self._known(item, case)
            elif key in self._lost:
                self._lose([item], self._lost[key])
            else:
                self._waiting.setdefault(key, []).append((item, case))
                if first:
                    yield self._asked(item, made or self._ask(item, case, variant, asked))

    def _may_be_stored(self, variant: Variant) -> bool:
        """Whether earlier runs are asked: where there is a recording, it alone answers."""
        return not (variant.model.startswith(REPLAY) and self.plan.run.cassette)

    def _stored_answers(self, keys: set[str]) -> dict[str, Reusable]:
        """Return what earlier runs answered of what this one has not behind it."""
        keys = {key for key in keys if key not in self._done and key not in self._lost}
        found = {} if self.fresh else self.ledger.reusable(keys, self.plan.run.max_age, fixed)
        return {key: one for key, one in found.items() if isinstance(one, Reusable)}

    def _again(self, key: str, found: Reusable) -> None:
        """Take an answer of an earlier run, and write down that it was."""
        self.reused += 1
        self._done[key] = completion(found.result, found.answer)
        sent = found.intent
        self.writer.add(Reuse(self.calls.run_id, key, sent.attempt_id, sent.run_id))

    def _ask(self, item: Item, _: Case, variant: Variant, asked: Request) -> Ask:
        price, stored = self.prices.get(variant.model), self._stored.get(variant.model)
        sha256 = stored.price_sha256 if stored else None
        made = ask(variant, asked, price, sha256, self.plan.run.assume_output)
        made = asked_again(made, variant, self.plan.run.retry_invalid)
        before = self.before.attempts.get(item.answer_key, 0)
        return replace(made, before=before) if before else made

    def _asked(self, item: Item, made: Ask) -> Task:
        async def done(outcome: Outcome) -> None:
            waiting = self._waiting.pop(item.answer_key)
            if outcome.completion is None:
                self._lost[item.answer_key] = outcome
                self._lose([one for one, _ in waiting], outcome)
                return
            self._done[item.answer_key] = outcome.completion
            for one, its_case in waiting:
                await self.answered(one, its_case, outcome.completion)
                self.ended(one.case_id)

        return Task(item.answer_key, lambda: made, done)

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
