"""What-if recosts declared traffic where there are no recorded calls, by its stated model."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest

from promptops.audit.facts import Facts
from promptops.audit.lengths import capped, quantile
from promptops.audit.template import Retrieved, Template
from promptops.audit.what_if import parse, recosted
from promptops.costs.call import Call, Mark, Reuse
from promptops.errors import UsageError
from promptops.model.cost import Amount
from promptops.model.money import Price, Rates
from promptops.model.usage import Agent, Retries
from promptops.pricing.prices import list_prices

LISTED = list_prices()
HALF = Price("anthropic:claude-sonnet-5-5", Rates(Decimal("0.5"), Decimal(5), Decimal("0.05")))
PRICE = Price(HALF.model, Rates(Decimal(1), Decimal(10), Decimal("0.1")), batch=HALF)
CALLS = Decimal(1_000_000)  # a month: dollars are of so many millions of tokens


def prompt(**more: object) -> Template:
    """Return a prompt of 3,000 tokens with answers of 200, a million calls a month."""
    best = Reuse((Mark(Decimal(2_000), "5m", Decimal(1)),), 1_024)
    found = Template(
        "lamps/answer", "prompts/lamps/answer.prompt.j2", PRICE.model,
        Call(PRICE, 3_000, Decimal(200)), Amount(CALLS), best=best, output=Decimal(200),
        answers=Amount(Decimal(200), None, Decimal(800)),
        retrieved=Retrieved(8, Decimal(2_400)),
    )  # fmt: skip
    return replace(found, **more)  # type: ignore[arg-type]


def after(text: str, *prompts: Template) -> Decimal:
    """Return the dollars of a month after some levers."""
    return recosted(Facts(None, prompts or (prompt(),)), parse(text), LISTED).after


def test_every_lever_recosts_the_declared_traffic() -> None:
    assert after("turns=8") == 3_000 + 2_000  # there is no agent
    assert after("retries=0.2") == pytest.approx(Decimal(6_250), rel=Decimal("1e-9"))
    assert after("chunks=2") == 3_000 - 1_800 + 2_000
    assert after("cache=best") == 1_000 + 200 + 2_000
    assert after("max_tokens=100", prompt(answers=Amount(Decimal(200)))) == 3_000 + 1_000
    assert after("batch=0.4") == Decimal(5_000) * Decimal("0.8")
    listed = LISTED.price("openai:gpt-5-mini").rates
    assert after("model=openai:gpt-5-mini") == 3_000 * listed.input + 200 * listed.output


def test_levers_together_each_work_on_what_is_left_and_their_savings_are_not_multiplied() -> None:
    text = "chunks=2,cache=best,batch=0.5,retries=0"
    found = recosted(Facts(None, (prompt(),)), parse(text), LISTED)
    assert [one.asked.lever for one in found.changes] == ["retries", "chunks", "cache", "batch"]
    # 1,200 tokens are left, of which the prefix can hold no more: 1,200 are read.
    assert found.after == (120 + 2_000) * Decimal("0.75")
    assert not any(one.exact for one in found.changes)
    assert [one.before for one in found.changes[1:]] == [one.after for one in found.changes[:-1]]


@pytest.mark.parametrize(
    ("checked", "times"), [("call", "1.25"), ("step", "1.25"), ("end", "1.953125")]
)
def test_attempts_of_an_agent_are_those_of_its_own_retry_model(checked: str, times: str) -> None:
    loop = replace(prompt().call, agent=Agent(3), retries=Retries(checked=checked))  # type: ignore[type-var, arg-type]
    alone = after("retries=0", prompt(call=loop))
    assert alone == 15_000
    found = after("retries=20%", prompt(call=loop))
    assert found == pytest.approx(alone * Decimal(times), rel=Decimal("1e-9"))


def test_an_agent_of_fewer_turns_costs_those_that_are_left() -> None:
    loop = replace(prompt().call, agent=Agent(12, Decimal(500)))  # type: ignore[type-var]
    assert after("turns=2", prompt(call=loop)) == 3_000 + 3_500 + 2 * 2_000
    assert after("turns=12", prompt(call=loop)) == 12 * 5_000 + 500 * 66


def test_what_a_lever_cannot_recost_is_said_and_stays() -> None:
    price = Price("acme:one", Rates(Decimal(1), Decimal(10)))
    bare = prompt(best=None, retrieved=None, answers=None, model=price.model,
                  call=Call(price, 3_000, Decimal(200)))  # fmt: skip
    for text, said in (
        ("cache=best", "no prefix that could be kept is known of 1 prompt: as before"),
        ("chunks=3", "no retrieved text is known of 1 prompt: as before"),
        ("max_tokens=p99", "a 95th percentile of answers is not declared of 1 prompt: as before"),
        ("batch=0.4", "no batch price is known of acme:one: as before"),
    ):
        (change,) = recosted(Facts(None, (bare,)), parse(text), LISTED).changes
        assert (change.unknown, change.after) == (said, change.before)


def test_without_calls_and_without_a_known_month_there_is_nothing_to_recost() -> None:
    with pytest.raises(UsageError, match="no recorded call, and no prompt whose dollars"):
        recosted(Facts(None, (prompt(calls=None),)), parse("batch=0.4"), LISTED)


@pytest.mark.parametrize("limit", [60, 200, 500, 1_500])
def test_capped_answers_are_as_long_as_drawn_ones_on_average(limit: int) -> None:
    answers, dice = Amount(Decimal(200), None, Decimal(800)), Random(1)
    spread = 0.8428  # ln(800 / 200) / 1.64485
    drawn = [200 * 2.718281828 ** (dice.gauss() * spread) for _ in range(40_000)]
    share = sum(min(one, limit) for one in drawn) / sum(drawn)
    assert float(capped(answers, Decimal(limit))) / 200 == pytest.approx(share, abs=0.01)


def test_declared_percentiles_are_taken_as_they_are_and_others_lie_between() -> None:
    answers = Amount(Decimal(200), None, Decimal(800), Decimal(1_000))
    assert [quantile(answers, one) for one in (0.5, 0.95, 0.99)] == [200, 800, 1_000]
    between = quantile(answers, 0.8)
    assert between is not None
    assert 200 < between < 800
    assert quantile(Amount(Decimal(200)), 0.99) is None
