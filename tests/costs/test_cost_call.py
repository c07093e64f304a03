"""What a call costs, beside figures that were worked out by hand."""

from dataclasses import replace
from decimal import Decimal
from math import exp, log

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.costs.call import Call, Mark, Reuse, Spread
from promptops.model.money import Price, Rates
from promptops.model.usage import Agent, Checked, Retries


def rates(plain: str, answer: str, read: str, **writes: str) -> Rates:
    return Rates(Decimal(plain), Decimal(answer), Decimal(read),
                 {f"{ttl[1:]}": Decimal(rate) for ttl, rate in writes.items()})  # fmt: skip


OPUS_4_7 = Price("anthropic:claude-opus-4-7", rates("5", "25", "0.50", _5m="6.25", _1h="10"))
OPUS_5_5 = Price("anthropic:claude-opus-5-5", rates("4", "20", "0.20", _5m="5", _1h="8"))
SONNET = Price("anthropic:claude-sonnet-5-5", rates("2", "10", "0.10", _5m="2.5", _1h="4"))
HAIKU = Price(
    "anthropic:claude-haiku-5-5",
    rates("0.10", "0.50", "0.01"),
    ((100_000, rates("0.50", "2.50", "0.05")),),
)
NEVER = Decimal(0)


def marks(*ends: tuple[int, str], ttl: str = "5m", minimum: int = 0, moving: bool = False) -> Reuse:
    kept = tuple(Mark(Decimal(end), ttl, Decimal(hit)) for end, hit in ends)
    return Reuse(kept, minimum, moving=moving)


def test_a_padded_prefix_that_is_cached_costs_less_than_a_shorter_one_that_cannot_be() -> None:
    short = Call(OPUS_4_7, 1_900, reuse=marks((1_900, "0.99"), minimum=2_048))
    padded = Call(OPUS_4_7, 2_048, reuse=marks((2_048, "0.99"), minimum=2_048))
    assert short.dollars() == Decimal("0.0095")
    assert padded.dollars() == Decimal("0.001141760")


def test_a_mark_that_is_never_hit_still_pays_for_its_writes() -> None:
    call = Call(SONNET, 3_930, Decimal(210), marks((3_310, "0")))
    assert call.dollars() == Decimal("0.011615")


def test_two_marks_cost_what_the_sum_over_their_stretches_says() -> None:
    call = Call(SONNET, 5_000, reuse=marks((1_000, "0.9"), (4_000, "0.5")))
    first = 1_000 * (Decimal("0.9") * Decimal("0.10") + Decimal("0.1") * Decimal("2.5"))
    second = 3_000 * (Decimal("0.5") * Decimal("0.10") + Decimal("0.5") * Decimal("2.5"))
    assert call.dollars() == (first + second + 1_000 * 2) / 1_000_000


def test_a_deployment_writes_the_prefix_again_in_each_cache() -> None:
    call = Call(OPUS_5_5, 4_000, Decimal(100), marks((3_310, "0.99")))
    assert call.written() == Decimal("0.015888")


def test_failed_attempts_that_are_billed_are_expected_as_a_geometric_sum() -> None:
    once = Call(SONNET, 1_000, Decimal(100))
    tried = Call(SONNET, 1_000, Decimal(100), retries=Retries(Decimal("0.1"), 2))
    assert tried.exact() / once.exact() == Decimal("1.11")


def played(steps: int, most: int, checked: str, failed: Decimal, costs: list[Decimal]) -> Decimal:
    """Return the expected dollars of a loop, played through step by step with all that can come."""

    def loop(left: int) -> Decimal:
        """Return what a loop costs from its beginning, with so many attempts left."""
        paid, here, whole = Decimal(0), Decimal(1), Decimal(1)
        for cost in costs:
            paid += here * cost
            whole *= 1 - failed
            if checked == "restart":
                if left:
                    paid += here * failed * loop(left - 1)
                here *= 1 - failed
        if checked == "end" and left:
            paid += (1 - whole) * loop(left - 1)
        return paid

    def each(step: int) -> Decimal:
        """Return what a step and those after it cost, where each is asked again alone."""
        paid, here = Decimal(0), Decimal(1)
        for _ in range(most + 1):
            paid += here * costs[step]
            here *= failed
        return paid + ((1 - here) * each(step + 1) if step + 1 < steps else 0)

    return each(0) if checked == "step" else loop(most)


@settings(max_examples=25)
@given(
    steps=st.integers(1, 4), most=st.integers(0, 3), failed=st.integers(0, 9),
    checked=st.sampled_from(["step", "end", "restart"]),
)  # fmt: skip
def test_a_loops_attempts_cost_what_playing_them_through_comes_to(
    steps: int, most: int, failed: int, checked: Checked
) -> None:
    chance = Decimal(failed) / 10
    alone = [Call(SONNET, 1_000 + 300 * step, Decimal(50)).exact() for step in range(steps)]
    agent, retries = Agent(steps, Decimal(300)), Retries(chance, most, checked=checked)
    call = Call(SONNET, 1_000, Decimal(50), retries=retries, agent=agent)
    expected = played(steps, most, checked, chance, alone)
    assert abs(call.exact() - expected) < Decimal("1e-20")


@pytest.mark.parametrize(
    ("steps", "checked", "times"),
    [(1, "call", "1.25"), (3, "step", "1.25"), (3, "end", "1.953125"), (5, "restart", "2.05176")],
)
def test_a_fifth_that_fails_costs_by_what_is_asked_again(
    steps: int, checked: Checked, times: str
) -> None:
    once = Call(SONNET, 1_000, Decimal(50), agent=Agent(steps))
    again = replace(once, retries=Retries(Decimal("0.2"), 99, checked=checked))
    assert again.exact() / once.exact() == pytest.approx(Decimal(times), abs=Decimal("0.00001"))


def test_a_repair_carries_the_answer_and_what_was_wrong_with_it() -> None:
    retries = Retries(Decimal("0.5"), 2, repair=True, extra=Decimal(50))
    call = Call(SONNET, 1_000, Decimal(100), retries=retries)
    inputs = 1_000 + Decimal("0.5") * 1_150 + Decimal("0.25") * 1_300
    answers = Decimal("1.75") * 100
    assert call.dollars() == (inputs * 2 + answers * 10) / 1_000_000


def test_an_agent_pays_for_its_growing_input_at_every_step() -> None:
    loop = Call(OPUS_5_5, 3_300, agent=Agent(12, Decimal(900)))
    assert loop.dollars() == Decimal("0.396")


def test_an_agent_whose_mark_moves_along_reads_what_the_step_before_left() -> None:
    reuse = marks((3_300, "0"), moving=True)
    loop = Call(OPUS_5_5, 3_300, reuse=reuse, agent=Agent(12, Decimal(900)))
    assert loop.dollars() == Decimal("0.083160")


@pytest.mark.parametrize(("cached", "more"), [(False, "0.024"), (True, "0.0036")])
def test_500_tokens_more_cost_an_agent_twelve_times_or_nearly_once(cached: bool, more: str) -> None:
    def loop(tokens: int) -> Decimal:
        reuse = marks((tokens, "0"), moving=True) if cached else Reuse()
        return Call(OPUS_5_5, tokens, reuse=reuse, agent=Agent(12, Decimal(900))).dollars()

    assert loop(3_800) - loop(3_300) == Decimal(more)


def test_a_fixed_mark_is_found_by_every_later_step_and_what_grows_is_plain() -> None:
    loop = Call(SONNET, 1_500, reuse=marks((1_000, "0")), agent=Agent(3, Decimal(200)))
    first = 1_000 * Decimal("2.5") + 500 * 2
    later = sum(1_000 * Decimal("0.10") + (500 + 200 * n) * 2 for n in (1, 2))
    assert loop.dollars() == (first + later) / 1_000_000


def test_a_share_in_batches_costs_as_the_batch_price_says() -> None:
    batch = Price(SONNET.model, rates("1", "5", "0.05"))
    price = Price(SONNET.model, SONNET.rates, batch=batch)
    whole = Call(price, 1_000, Decimal(100)).dollars()
    assert Call(price, 1_000, Decimal(100), batch_share=Decimal("0.4")).dollars() == (
        whole * Decimal("0.8")
    )
    assert Call(SONNET, 1_000, batch_share=Decimal(1)).dollars() == Decimal("0.002")  # unknown


def test_three_in_a_hundred_calls_over_a_tier_add_twelve_percent() -> None:
    # 60,000 fixed tokens; the rest is above 40,000 in 3 % of calls.
    p95 = 20_000 * exp(log(2) * 1.6448536269514722 / 1.8807936081512509)
    spread = Spread(Decimal(20_000), Decimal(repr(p95)))
    plain = Call(HAIKU, 80_000).exact()
    assert float(Call(HAIKU, 80_000, spread=spread).exact() / plain) == pytest.approx(1.12)


def test_without_a_known_spread_a_tier_is_a_cliff() -> None:
    assert Call(HAIKU, 100_000).dollars() == Decimal("0.01")
    assert Call(HAIKU, 100_001).dollars() == Decimal("0.0500005")


def test_where_the_list_has_no_rate_for_a_lifetime_the_vendor_s_rule_has() -> None:
    bare = Price("anthropic:own", Rates(Decimal(2), Decimal(10)))
    reuse = Reuse((Mark(Decimal(1_000), "5m", NEVER),), 0, Decimal("0.1"), {"5m": Decimal("1.25")})
    assert Call(bare, 1_000, reuse=reuse).dollars() == Decimal("0.0025")


@given(
    st.integers(0, 10_000),
    st.lists(st.decimals(0, 1, places=2), max_size=4),
    st.integers(0, 3_000),
)
def test_a_cache_never_costs_more_than_writing_all_nor_less_than_reading_all(
    tokens: int, hits: list[Decimal], minimum: int
) -> None:
    ends = [tokens * (at + 1) // (len(hits) + 1) for at in range(len(hits))]
    reuse = Reuse(
        tuple(Mark(Decimal(end), "5m", hit) for end, hit in zip(ends, hits, strict=True)), minimum
    )
    cost = Call(SONNET, tokens, reuse=reuse).exact() * 1_000_000
    assert tokens * Decimal("0.10") <= cost <= tokens * Decimal("2.5")
