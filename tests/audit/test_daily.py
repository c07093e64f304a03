"""What the audit's page adds up by day, held against the ready questions and against the calls."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from promptops.audit.daily import by_day
from promptops.audit.days import Days, kinds
from promptops.audit.narrowing import Narrowed
from promptops.audit.question import Answer, Window
from promptops.audit.questions import questions
from promptops.audit.spent import Spending
from promptops.errors import UsageError
from promptops.ledger.call_store import CallStore
from promptops.model.calls import Outcome
from promptops.warehouse.warehouse import Warehouse, opened
from tests.audit import world


def day_of(number: int) -> date:
    return date(1970, 1, 1) + timedelta(days=number)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    return opened(str(world.made(tmp_path_factory.mktemp("ledger") / "ledger.db")))


@pytest.fixture(scope="module")
def days(house: Warehouse) -> Days:
    return by_day(house, Window())


def asked(house: Warehouse, name: str) -> Answer:
    return questions()[name].ask(house, Window())


def test_days_and_tenants_add_up_to_all_that_was_paid(days: Days) -> None:
    paid = sum((world.cost(one) or Decimal(0) for one in world.calls()), Decimal(0))
    assert days.total.usd == paid
    assert sum((one.usd for one in days.tenants.values()), Decimal(0)) == paid
    assert days.total.calls == len(world.calls())


def test_each_day_is_what_the_question_says_of_it(house: Warehouse, days: Days) -> None:
    found: dict[date, Spending] = {}
    for one in days.rows:
        found[one.day] = found.get(one.day, Spending()) + one.spent
    rows = asked(house, "days").rows
    assert {day: (one.calls, one.usd, one.prompt_tokens) for day, one in found.items()} == {
        row[0]: (row[1], row[2], row[4]) for row in rows
    }


def test_hits_and_misses_are_those_of_the_question(house: Warehouse, days: Days) -> None:
    rows = {row[:3]: row[3:] for row in asked(house, "cache").rows}
    for one in days.caches:
        key = (one.prompt, one.version, one.model)
        own = [each for each in days.rows if each.key[1:4] == key]
        calls, hits, _, saved, missed = rows[key]
        assert (one.saved, one.missed) == (saved, missed)
        assert sum(each.spent.calls - each.spent.untold for each in own) == calls
        assert sum(each.hits for each in own) == round(hits * calls)
    assert len(days.caches) == len(rows)


def test_good_outcomes_are_those_of_the_question(house: Warehouse, days: Days) -> None:
    assert kinds(days.rows) == ["resolved", "accepted"]
    for prompt, version, kind, good, *_ in asked(house, "outcomes-by-version").rows:
        own = [one for one in days.rows if one.key[1:3] == (prompt, version)]
        assert sum(one.good.get(kind, 0) for one in own) == good


def test_an_outcome_counts_on_the_day_of_its_call(days: Days) -> None:
    calls = {one.session: one for one in world.calls()}  # the last of each
    direct = {one.call_id: one for one in world.calls()}
    expected: dict[date, int] = {}
    for told in world.outcomes():
        if not told.good:
            continue
        if told.call_id:
            at = direct[told.call_id].at
        else:
            before = [one.at for one in world.calls()
                      if one.session == told.session and one.at <= told.at]  # fmt: skip
            at = max(before)
        day = day_of(int(at // world.DAY))
        expected[day] = expected.get(day, 0) + 1
    found: dict[date, int] = {}
    for one in days.rows:
        if one.good:
            found[one.day] = found.get(one.day, 0) + sum(one.good.values())
    assert found == expected
    assert len(calls) == 150


def test_a_window_is_of_its_days_and_calls_alone(house: Warehouse) -> None:
    first, last = day_of(102), day_of(104)
    window = Narrowed(first, last, (("prompt", "mail/sort"), ("tenant", "t1")))
    found = by_day(house, Window(first, last))
    assert {one.day for one in found.rows} == {day_of(102), day_of(103), day_of(104)}
    own = [
        one for one in world.calls()
        if one.context.prompt == "mail/sort" and one.tenant == "t1"
        and 102 <= one.at // world.DAY <= 104
    ]  # fmt: skip
    answer = questions()["days"].ask(house, window)
    assert sum(row[1] for row in answer.rows) == len(own) > 5
    with pytest.raises(UsageError, match="cannot be narrowed by tenant"):
        questions()["outcomes"].ask(house, window)


def test_outcomes_of_calls_that_are_not_recorded_are_of_no_day(tmp_path: Path) -> None:
    path = world.made(tmp_path / "ledger.db")
    before = by_day(opened(str(path)), Window())
    with CallStore.open(path) as store:
        store.tell([Outcome("early", 100.0 * world.DAY, "resolved", session="nobody")])
        store.tell([Outcome("lost", 100.0 * world.DAY, "resolved", call_id="nothing")])
    assert by_day(opened(str(path)), Window()) == before
