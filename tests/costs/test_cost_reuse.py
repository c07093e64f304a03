"""What a vendor's cache does with a prompt, by its marks, its model and how calls come."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from math import exp

import pytest

from promptops.caching import book as rules
from promptops.costs.diff import diff
from promptops.costs.estimate import Estimate
from promptops.costs.side import Pair
from promptops.costs.terms import Terms
from promptops.model.prompt import Amount
from promptops.model.usage import CacheUse, Use
from promptops.pricing.book import bundled
from promptops.pricing.prices import Prices
from promptops.tokens.counter import TokenCounter
from promptops.usage_file.reading import UsageFile
from tests.costs.makers import one

LONG = "Parcels wait for their owners in the lockers of the yard. " * 150
PROMPT = """---
model: {model}
inputs: {{ticket: {{type: string, default: Where is it?}}, shop: {shop}}}
{declared}---
{{% system %}}
{body}{{% endsystem %}}
{{% user %}}
{{{{ ticket }}}}
{{% enduser %}}
"""
KEYED = "{type: string, default: Ghent, stability: key, cardinality: 50}"
STATIC = "{type: string, default: Ghent, stability: static}"
CLAUDE, OLD_GPT, NEW_GPT = "anthropic:claude-sonnet-5-5", "openai:gpt-5", "openai:gpt-6.1-sol"
OFFICE = Use(calls_per_month=Amount(Decimal(30_000)))


def estimate(
    body: str, use: Use = OFFICE, model: str = CLAUDE, shop: str = STATIC, declared: str = ""
) -> Estimate:
    side = one(PROMPT.format(model=model, body=body, shop=shop, declared=declared))
    assert not side.prompt.problems
    terms = Terms(
        Prices(bundled(), date(2026, 11, 20)), rules.bundled(), UsageFile(prompts={"one": use})
    )
    found = diff([Pair(None, side)], terms, TokenCounter(None))[0].new
    assert found is not None
    return found


def test_calls_at_random_find_a_prefix_that_was_asked_for_within_its_life() -> None:
    found = estimate(f"{LONG}\n{{% cache %}}\n")
    per_hour = 30_000 / 730
    assert float(found.reused.hit or 0) == pytest.approx(1 - exp(-per_hour / 12), abs=1e-6)
    assert found.reused.ttl == "5m"


def test_a_longer_life_is_found_more_often_and_costs_more_to_write() -> None:
    short = estimate(f"{LONG}\n{{% cache %}}\n")
    long = estimate(f'{LONG}\n{{% cache ttl="1h" %}}\n')
    assert (long.reused.hit or 0) > (short.reused.hit or 0)
    assert long.call is not None
    assert short.call is not None
    assert long.call.written() > short.call.written()


def test_a_measured_rate_comes_before_what_the_traffic_gives() -> None:
    use = Use(calls_per_month=Amount(Decimal(30_000)), cache=CacheUse(Decimal("0.42")))
    assert estimate(f"{LONG}\n{{% cache %}}\n", use).reused.hit == Decimal("0.42")


def test_recorded_gaps_come_before_calls_at_random() -> None:
    gaps = {"5m": Decimal("0.31"), "1h": Decimal("0.97")}
    use = Use(calls_per_month=Amount(Decimal(30_000)), gaps=gaps)
    assert float(estimate(f"{LONG}\n{{% cache %}}\n", use).reused.hit or 0) == 0.31
    assert float(estimate(f'{LONG}\n{{% cache ttl="1h" %}}\n', use).reused.hit or 0) == 0.97
    keyed = estimate(f"{{{{ shop }}}}{LONG}\n{{% cache %}}\n", use, shop=KEYED)
    at_random = estimate(f"{{{{ shop }}}}{LONG}\n{{% cache %}}\n", shop=KEYED)
    assert keyed.reused.hit == at_random.reused.hit  # gaps are not those of one key
    apart = replace(use, cache=CacheUse(None, Decimal(10)))
    shared = replace(apart, gaps={})
    both = (estimate(f"{LONG}\n{{% cache %}}\n", one_of).reused.hit for one_of in (apart, shared))
    assert len(set(both)) == 1  # nor those of one cache of ten


def test_caches_that_share_the_calls_find_less() -> None:
    use = Use(calls_per_month=Amount(Decimal(30_000)), cache=CacheUse(None, Decimal(10)))
    found = estimate(f"{LONG}\n{{% cache %}}\n", use)
    assert float(found.reused.hit or 0) == pytest.approx(1 - exp(-30_000 / 730 / 120), abs=1e-6)


def test_a_prefix_of_a_shop_s_own_is_found_as_often_as_that_shop_calls() -> None:
    found = estimate(f"You work for {{{{ shop }}}}.\n{LONG}\n{{% cache %}}\n", shop=KEYED)
    assert float(found.reused.hit or 0) == pytest.approx(1 - exp(-30_000 / 730 / 600), abs=1e-6)


def test_what_the_caller_sends_before_the_mark_is_never_found_and_always_written() -> None:
    found = estimate(f"{{{{ ticket }}}}\n{LONG}\n{{% cache %}}\n")
    assert found.reused.hit == 0
    plain = estimate(f"{{{{ ticket }}}}\n{LONG}\n")
    assert (found.per_call or 0) > (plain.per_call or 0)


def test_a_prefix_under_the_minimum_is_not_kept() -> None:
    found = estimate(f"Be brief.\n{{% cache %}}\n{LONG}\n")
    assert (found.reused.reckoned, found.reused.prefix, found.reused.hit) == (True, 0, None)


def test_without_calls_a_month_nothing_is_reckoned_and_that_is_said() -> None:
    found = estimate(f"{LONG}\n{{% cache %}}\n", Use())
    assert not found.reused.reckoned
    assert found.reused.told == "how often calls come is not known; all input at the plain rate"


def test_a_vendor_that_caches_by_itself_needs_no_mark_and_counts_in_steps() -> None:
    found = estimate(f"{LONG}\n", model=OLD_GPT)
    assert found.reused.reckoned
    assert found.reused.prefix % 128 == 0
    assert 0 < found.reused.prefix <= found.input
    assert "the vendor promises no hit" in found.reused.told
    assert estimate(f"{{{{ ticket }}}}\n{LONG}\n", model=OLD_GPT).reused.prefix == 0


def test_a_vendor_of_marks_caches_nothing_that_nobody_marked() -> None:
    assert not estimate(f"{LONG}\n", model=NEW_GPT).reused.reckoned
    marked = estimate(f"{LONG}\n{{% cache %}}\n", model=NEW_GPT)
    assert (marked.reused.ttl, marked.reused.reuse.minimum) == ("30m", 1024)


def test_marks_that_the_vendor_would_refuse_are_said_and_not_reckoned_with() -> None:
    body = "".join(f"{LONG}\n{{% cache %}}\n" for _ in range(5))
    found = estimate(body)
    assert not found.reused.reckoned
    assert "at most 4 are allowed" in found.reused.told


def test_an_automatic_mark_stands_behind_everything_and_moves_with_an_agent() -> None:
    found = estimate(f"{LONG}\n", declared="cache: {automatic: 5m}\n")
    assert found.reused.reckoned
    assert found.reused.prefix == found.input
    assert found.reused.reuse.moving
    assert found.reused.hit == 0  # the ticket is in it


def test_a_schedule_in_the_front_matter_is_traffic_and_calls() -> None:
    declared = "traffic: {arrivals: cron, every: 4m}\n"
    found = estimate(f"{LONG}\n{{% cache %}}\n", Use(), declared=declared)
    assert found.reused.hit == 1
    slow = estimate(f"{LONG}\n{{% cache %}}\n", Use(), declared=declared.replace("4m", "6m"))
    assert slow.reused.hit == 0


def test_marks_of_a_model_without_a_price_are_counted_and_cost_nothing_known() -> None:
    body = f"{LONG}\n{{% cache %}}\n"
    sides = [
        one(PROMPT.format(model="x:unknown", body=text, shop=STATIC, declared=""))
        for text in (body, body + "Be brief.\n")
    ]
    terms = Terms(Prices(bundled(), date(2026, 11, 20)), rules.bundled())
    found = diff([Pair(*sides)], terms, TokenCounter(None))[0]
    assert (found.per_call, found.parts, found.fix) == (None, (), None)
    assert found.tokens > 0
