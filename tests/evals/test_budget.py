import asyncio
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.evals.budget import Budget, BudgetSpent

CENTS = st.integers(0, 100).map(lambda cents: Decimal(cents) / 100)


@given(st.lists(st.tuples(CENTS, CENTS, st.booleans()), max_size=30), CENTS, st.integers(0, 9))
def test_the_budget_is_never_passed_whatever_calls_turn_out_to_cost(
    calls: list[tuple[Decimal, Decimal, bool]], limit: Decimal, seed: int
) -> None:
    budget, chance, refused = Budget(limit), Random(seed), []

    async def call(worst: Decimal, paid: Decimal, known: bool) -> None:
        try:
            await budget.reserve(worst)
        except BudgetSpent:
            refused.append(worst)
            return
        total = budget.spent + budget.possible + budget.reserved
        assert total <= limit
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(0)
        budget.settle(worst, min(paid, worst) if known else None)

    async def main() -> None:
        await asyncio.gather(*(call(*one) for one in calls))

    asyncio.run(main())
    assert budget.spent + budget.possible <= limit
    assert (budget.reserved, budget.pending) == (0, 0)
    assert all(worst > 0 for worst in refused)


@settings(max_examples=25)
@given(
    st.lists(st.tuples(CENTS, st.booleans(), st.booleans()), max_size=30), CENTS, CENTS,
    st.integers(0, 9),
)  # fmt: skip
def test_a_part_of_a_budget_has_its_own_limit_and_is_in_the_whole(
    calls: list[tuple[Decimal, bool, bool]], limit: Decimal, share: Decimal, seed: int
) -> None:
    whole, chance = Budget(limit), Random(seed)
    part = Budget(share, whole=whole, name="the judges' budget")
    refused: list[Budget] = []

    async def call(worst: Decimal, judge: bool, known: bool) -> None:
        budget = part if judge else whole
        try:
            await budget.reserve(worst)
        except BudgetSpent as error:
            refused.append(error.budget)
            return
        for one in (part, whole):
            assert one.left is not None
            assert one.left >= 0
        for _ in range(chance.randrange(4)):
            await asyncio.sleep(0)
        budget.settle(worst, worst / 2 if known else None)

    async def main() -> None:
        await asyncio.wait_for(asyncio.gather(*(call(*one) for one in calls)), 10)

    asyncio.run(main())
    assert part.spent + part.possible <= min(share, whole.spent + whole.possible)
    assert whole.spent + whole.possible <= limit
    assert (part.reserved, part.pending, whole.reserved, whole.pending) == (0, 0, 0, 0)
    assert all(one.told for one in refused)


def test_a_call_waits_while_others_may_leave_enough() -> None:
    budget, order = Budget(Decimal("0.10")), []

    async def main() -> None:
        await budget.reserve(Decimal("0.08"))

        async def second() -> None:
            await budget.reserve(Decimal("0.05"))
            order.append("second")

        waiting = asyncio.ensure_future(second())
        await asyncio.sleep(0)
        order.append("first is settled")
        budget.settle(Decimal("0.08"), Decimal("0.02"))
        await waiting

    asyncio.run(main())
    assert order == ["first is settled", "second"]


def test_a_call_of_which_nobody_knows_the_bill_is_charged_at_its_worst() -> None:
    budget = Budget(Decimal(1))

    async def main() -> None:
        await budget.reserve(Decimal("0.7"))
        budget.settle(Decimal("0.7"), None)
        with pytest.raises(BudgetSpent, match=r"\$0.7 possibly; the next call could cost \$0.4"):
            await budget.reserve(Decimal("0.4"))

    asyncio.run(main())
    assert (budget.spent, budget.possible) == (0, Decimal("0.7"))


def test_without_a_limit_everything_is_let_through_and_added_up() -> None:
    budget = Budget()

    async def main() -> None:
        await budget.reserve(Decimal(1_000_000))
        budget.settle(Decimal(1_000_000), Decimal(3))

    asyncio.run(main())
    assert (budget.left, budget.spent) == (None, 3)
