"""Between which dollars a month at stake lies: what days differ, and how often that holds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random
from typing import TYPE_CHECKING

import pytest

from promptops.audit.cells import Cell, Paid
from promptops.audit.facts import Facts
from promptops.audit.levers import spared
from promptops.audit.ranges import lies_between
from promptops.audit.report import audited
from promptops.audit.sins import sins
from promptops.audit.template import Template
from promptops.costs.call import Call
from promptops.model.cost import Amount
from promptops.model.money import Price, Rates, Usage
from promptops.model.usage import Agent
from tests.audit.sins_world import PRICE, call, facts

if TYPE_CHECKING:
    from pathlib import Path

ONE = Decimal(1)
RATES = Rates(Decimal(1), Decimal(10))
DAYS = range(20_000, 20_030)


def again(each: list[float], calls: int = 10**9) -> Cell:
    """Return later attempts that cost so many dollars on each of thirty days."""
    whole = Decimal(repr(sum(each))) * 1_000_000
    daily = {day: (one, 0.0) for day, one in zip(DAYS, each, strict=True)}
    zero = Decimal(0)
    paid = Paid("lamps/answer", "v1", PRICE.model)
    return Cell(paid, RATES, calls, 0, 0, whole, zero, zero, zero,
                zero, attempt=3, daily=daily)  # fmt: skip


def test_days_alike_leave_no_doubt_and_days_that_differ_do() -> None:
    for each, factor in (([2.0] * 30, 1.0), ([1.0, 3.0] * 15, 1.31)):
        found = lies_between([again(each)], [], DAYS, ONE)
        assert found is not None
        assert float(found.high) / 60 == pytest.approx(60 / float(found.low), rel=1e-9)
        assert float(found.high) / 60 == pytest.approx(factor, abs=0.02)
        assert "95% sure, by how 30 days differ" in found.how
    few = lies_between([again([2.0] * 30, calls=9)], [], DAYS, ONE)
    assert few is not None
    assert float(few.high) > 60 * 1.9  # of nine calls next month may have four, or eighteen


def test_a_step_between_two_versions_is_no_doubt_about_either() -> None:
    steps = lies_between([again([1.0] * 15 + [3.0] * 15)], [], DAYS, ONE)
    mixed = lies_between([again([1.0, 3.0] * 15)], [], DAYS, ONE)
    assert steps is not None
    assert mixed is not None
    assert steps.high - steps.low < mixed.high - mixed.low


def test_fewer_than_seven_days_or_nothing_saved_have_no_range() -> None:
    cell = again([2.0] * 30)
    assert lies_between([cell], [], DAYS[:6], ONE) is None
    assert lies_between([cell], [cell], DAYS, ONE) is None


def test_the_range_holds_the_truth_as_often_as_it_says() -> None:
    dice, held = Random(7), 0
    for _ in range(400):
        # Some forty calls a day, each of another size: what they come to is $40 a day.
        each = [sum(dice.expovariate(1) for _ in range(int(dice.gauss(40, 6.3)))) for _ in DAYS]
        found = lies_between([again(each, calls=1_185)], [], DAYS, ONE)
        assert found is not None
        held += found.low <= 1_185 <= found.high  # whole numbers of calls: 39.5 a day
    assert held >= 0.93 * 400


def test_answers_beyond_a_limit_vary_by_themselves(tmp_path: Path) -> None:
    lengths = [10, 10, 10, 10, 10, 10, 400, 10, 10, 800]
    these = facts(tmp_path, [call(n, Usage(0, length)) for n, length in enumerate(lengths)])
    stake = next(one.stake for one in sins(these) if one.name == "verbose-output")
    assert stake is not None
    assert stake.between is not None
    # Of two long answers next month may have none or many: half and twice of it are well within.
    assert stake.between.low < stake.high / 2
    assert stake.between.high > stake.high * 2


def test_all_together_have_a_range_of_their_own(tmp_path: Path) -> None:
    calls = [call(n, Usage(1_000, 100 + 10 * (n % 3)), attempt=1 + n % 2) for n in range(40)]
    audit = audited(facts(tmp_path, calls))
    assert audit.between is not None
    assert audit.between.low <= audit.high <= audit.between.high


def test_declared_traffic_lies_between_its_fewest_and_its_most_calls() -> None:
    price = Price(PRICE.model, RATES)
    one = Template(
        "lamps/answer", "prompts/lamps/answer.prompt.j2", PRICE.model,
        Call(price, Decimal(1_000), agent=Agent(2, Decimal(500))),
        Amount(Decimal(1_000_000), Decimal(500_000), Decimal(3_000_000)),
    )  # fmt: skip
    stakes = {s.name: s.stake for s in sins(Facts(None, (one,))) if s.stake is not None}
    loop = stakes["agent-loop"]
    assert loop.high == 500
    assert loop.between is not None
    assert (loop.between.low, loop.between.high) == (250, 1_500)
    flat = replace(one, calls=Amount(Decimal(1_000_000)))
    (known,) = [s.stake for s in sins(Facts(None, (flat,))) if s.name == "agent-loop"]
    assert known is not None
    assert known.between is None


def test_prompts_that_may_have_no_calls_at_all_are_no_error() -> None:
    one = Template(
        "lamps/answer", "prompts/lamps/answer.prompt.j2", PRICE.model,
        Call(Price(PRICE.model, RATES), Decimal(1_000), agent=Agent(2, Decimal(500))),
        Amount(Decimal(1_000_000), Decimal(0), Decimal(3_000_000)),
    )  # fmt: skip
    idle = replace(one, name="lamps/idle", calls=Amount(Decimal(0)))
    (loop,) = [s.stake for s in sins(Facts(None, (one, idle))) if s.name == "agent-loop"]
    assert loop is not None
    assert loop.between is not None
    assert (loop.between.low, loop.between.high) == (0, 1_500)


def test_what_is_not_a_cell_of_the_change_counts_nothing() -> None:
    first = replace(again([1.0] * 30), attempt=1)
    cells = (first, again([2.0] * 30))
    found = lies_between(cells, spared(cells), DAYS, ONE)
    assert found is not None
    assert found.low == pytest.approx(Decimal(60), rel=Decimal("0.001"))
