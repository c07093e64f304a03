"""What-if recosts recorded calls: exactly where it can, and says where it cannot."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest

from promptops.audit.what_if import parse, recosted
from promptops.errors import UsageError
from promptops.model.money import Price, Rates, Usage
from promptops.pricing.prices import list_prices
from tests.audit.sins_world import CONTEXT, MILLION, MONTH, PRICE, call, facts

if TYPE_CHECKING:
    from pathlib import Path

    from promptops.audit.facts import Facts
    from promptops.audit.what_if import Recosted

LISTED = list_prices()
EXACT = Decimal("1e-20")


def month(tokens: str, rate: str = "1") -> Decimal:
    """Return the dollars a month of tokens in the ten days."""
    return Decimal(tokens) * Decimal(rate) / MILLION * MONTH


def told(these: Facts, text: str) -> Recosted:
    """Return what some levers make of the calls."""
    return recosted(these, parse(text), LISTED)


def test_retries_are_scaled_to_the_share_of_all_calls(tmp_path: Path) -> None:
    calls = [
        *(call(n, Usage(1_000)) for n in range(8)),
        call(8, Usage(3_000), attempt=2),
        call(9, Usage(5_000), attempt=2),
    ]
    found = told(facts(tmp_path, calls), "retries=0.2")
    assert found.after == pytest.approx(found.before, rel=EXACT)  # as it is: 2 of 10
    (change,) = told(facts(tmp_path, calls), "retries=20%").changes
    assert change.exact
    fewer = told(facts(tmp_path, calls), "retries=0.11111111")
    one = Decimal(8000) + 4_000 * Decimal(8) * Decimal("0.11111111") / Decimal("0.88888889")
    assert fewer.after == pytest.approx(one / MILLION * MONTH, rel=EXACT)
    assert told(facts(tmp_path, calls), "retries=0").after == pytest.approx(month("8000"))


def test_retries_that_nobody_recorded_cannot_be_scaled(tmp_path: Path) -> None:
    these = facts(tmp_path, [call(0, Usage(1)), call(9, Usage(1))])
    (change,) = told(these, "retries=0.05").changes
    assert change.before == change.after
    assert "no attempt after a first is recorded" in change.unknown


@pytest.mark.parametrize(("limit", "left"), [("100", 260), ("60", 180), ("p50", 180), ("p99", 560)])
def test_answers_above_a_limit_cost_the_limit(tmp_path: Path, limit: str, left: int) -> None:
    calls = [call(n, Usage(0, length)) for n, length in ((0, 0), (1, 60), (2, 100), (9, 400))]
    (change,) = told(facts(tmp_path, calls), f"max_tokens={limit}").changes
    assert change.exact
    assert change.after == pytest.approx(month(str(left), "10"), rel=EXACT)


def test_misses_cost_as_reads_where_others_read(tmp_path: Path) -> None:
    other = CONTEXT._replace(version="v1")
    calls = [call(0, Usage(0, 0, 1_000)), call(1, Usage(0, 0, 0, {"5m": 1_000})),
             call(9, Usage(1_000), other)]  # fmt: skip
    (change,) = told(facts(tmp_path, calls), "cache=best").changes
    assert change.after == pytest.approx(month("2000", "0.1") + month("1000"), rel=EXACT)
    assert change.unknown == "1 call of versions that never read: as before"


def test_another_model_costs_its_price_of_today(tmp_path: Path) -> None:
    these = facts(tmp_path, [call(0, Usage(1_000, 100)), call(9, Usage(2_000, 300))])
    price = LISTED.price("anthropic:claude-haiku-5-5")
    (change,) = told(these, f"model={price.model}").changes
    exact = price.rates.cost(Usage(3_000, 400)) * MONTH
    assert change.after == pytest.approx(exact, rel=EXACT)
    assert not change.exact
    with pytest.raises(UsageError, match="--what-if model='acme:none'"):
        told(these, "model=acme:none")


def test_a_share_in_batches_costs_the_batch_price_of_the_list(tmp_path: Path) -> None:
    mystery = Price("acme:none", Rates(Decimal(1), Decimal(1)))
    batch = CONTEXT._replace(tier="batch")
    calls = [
        call(0, Usage(1_000, 100)),
        call(1, Usage(500), batch, price=Price(PRICE.model, PRICE.rates, batch=PRICE)),
        call(9, Usage(700), CONTEXT._replace(model="acme:none"), price=mystery),
    ]
    (change,) = told(facts(tmp_path, calls), "batch=0.4").changes
    listed = LISTED.price(PRICE.model).batch
    assert listed is not None
    some = listed.rates.cost(Usage(1_000, 100)) * Decimal("0.4") * MONTH
    rest = (month("1000") + month("100", "10")) * Decimal("0.6")
    assert change.after == pytest.approx(some + rest + month("1200"), rel=EXACT)
    assert "acme:none" in change.unknown


def test_turns_and_texts_can_be_fewer(tmp_path: Path) -> None:
    parts = {"instructions": 500, "retrieved": 1_500}
    calls = [
        call(0, Usage(1_000), turn=1, chunks=6, parts=parts),
        call(9, Usage(1_000), turn=9, chunks=6, parts=parts),
    ]
    found = told(facts(tmp_path, calls), "chunks=3,turns=8")
    assert [one.asked.lever for one in found.changes] == ["turns", "chunks"]
    assert found.changes[0].after == pytest.approx(month("1000"), rel=EXACT)
    assert found.after == pytest.approx(month("625"), rel=EXACT)


def test_levers_work_on_what_those_before_have_left(tmp_path: Path) -> None:
    calls = [call(0, Usage(0, 100)), call(9, Usage(0, 1_000), attempt=2)]
    found = told(facts(tmp_path, calls), "max_tokens=50,retries=0")
    assert [one.after for one in found.changes] == [
        pytest.approx(month("100", "10"), rel=EXACT),
        pytest.approx(month("50", "10"), rel=EXACT),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("retry=0.1", "no lever 'retry'; did you mean 'retries'"),
        ("retries=1", "write a share of calls below 1"),
        ("retries=lots", "retries='lots'"),
        ("max_tokens=p0", "write tokens or a quantile"),
        ("cache=worst", "write best"),
        ("batch=1.1", "write a share"),
        ("model=haiku", "write provider:model"),
        ("turns=0", "write a number of turns"),
        ("cache=best,cache=best", "cache is there twice"),
        ("", "no lever ''"),
    ],
)
def test_what_no_lever_takes_is_said_in_a_line(text: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        parse(text)
    assert said in str(error.value)
    assert "\n" not in str(error.value)
