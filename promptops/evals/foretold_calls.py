"""Which calls a run would make, found as the run finds them: in its order, each answer once."""

from __future__ import annotations

from collections import Counter
from dataclasses import field
from decimal import Decimal
from itertools import islice
from typing import TYPE_CHECKING, Final

from promptops.evals.ages import fixed
from promptops.evals.order import ordered
from promptops.evals.variants import bytes_of, limits, longest, sent, worst
from promptops.ledger.reading import Reusable
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from promptops.evals.order import Slot
    from promptops.evals.prepared import Prepared
    from promptops.evals.resuming import Before
    from promptops.evals.variants import Variant
    from promptops.model.evaluation import Request
    from promptops.model.money import Price

NOTHING: Final = Decimal(0)
_BLOCK: Final = 256  # slots whose stored answers are looked up together


@dataclass(slots=True)
class Made:
    """The calls of a variant: the case of each, and what a run would set aside for all of them.

    Dollars are None where a price is not known; ``longest`` are the tokens of the longest answers,
    ``most`` those of the longest of all, asked for or not, ``unlimited`` the calls of which nothing
    limits the answer.
    """

    items: int = 0
    shared: int = 0
    reused: int = 0
    cases: list[str] = field(default_factory=list)
    worst: Decimal | None = NOTHING
    batch_worst: Decimal | None = NOTHING
    longest: int = 0
    most: int = 0
    unlimited: int = 0


@dataclass(frozen=True, slots=True)
class Calls:
    """The calls of a run by variant, and the stored answers that may not be used, by why."""

    made: dict[str, Made]
    stale: Counter[str]


def calls(made: Prepared, behind: Before | None = None) -> Calls:
    """Return the calls that a run would make; nothing is sent.

    ``behind`` is what a run has behind it that would go on.

    Raises:
        RenderError: The prompt cannot be rendered on a case, or its vendor would refuse it.
    """
    found = Calls({one.id: Made() for one in made.variants}, Counter())
    seen: set[str] = set()
    done = behind.answered.keys() | behind.own.keys() if behind else frozenset[str]()
    plan, setting = made.plan, made.setting
    slots = ordered(made.cases, len(made.variants), plan.repeats, plan.run.seed)
    while block := [_asked(made, slot) for slot in islice(slots, _BLOCK)]:
        keys = {request.answer_key for _, request in block} - done
        known = {} if setting.fresh else setting.ledger.reusable(keys, plan.run.max_age, fixed)
        for variant, request in block:
            mine = found.made[variant.id]
            mine.items += 1
            answer = 0 if variant.free else longest(request, plan.run.assume_output)
            mine.most = max(mine.most, answer)
            stored = known.get(request.answer_key)
            if request.answer_key in seen:
                mine.shared += 1
            elif request.answer_key in done or isinstance(stored, Reusable):
                mine.reused += 1
            else:
                if stored is not None:
                    found.stale[stored.why] += 1
                _add(mine, variant, request, made.prices.get(variant.model), answer)
            seen.add(request.answer_key)
    return found


def _asked(made: Prepared, slot: Slot) -> tuple[Variant, Request]:
    variant = made.variants[slot.variant]
    return variant, sent(variant, slot.case, slot.repeat, made.plan, keep=True)


def _add(mine: Made, variant: Variant, request: Request, price: Price | None, answer: int) -> None:
    mine.cases.append(request.case_id or "")
    if variant.free:
        return
    size = bytes_of(request)
    mine.worst = _more(mine.worst, price, size, answer)
    mine.batch_worst = _more(mine.batch_worst, price and price.batch, size, answer)
    mine.longest += answer
    mine.unlimited += not any(limits(request))


def _more(total: Decimal | None, price: Price | None, size: int, answer: int) -> Decimal | None:
    return None if total is None or price is None else total + worst(price, size, answer)
