"""Recorded calls are measured: known worlds come back, and nothing is made up."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from promptops.caching.traces import Extra, Recorded
from promptops.model.money import Usage
from promptops.model.prompt import Amount
from promptops.model.usage import Calibration
from promptops.usage.amounts import calls_per_month, quantile, rounded
from promptops.usage.measure import Figure, Measured, measure
from tests.usage.worlds import DAY, SONNET, START, by_chance, call, evenly


def known(name: str) -> str | None:
    return name.partition("@")[0] if name.startswith("desk") else None


def figures(calls: object, share: str = "1") -> dict[str, Figure]:
    found = measure(calls, known, share=Decimal(share))  # type: ignore[arg-type]
    return dict(found.prompts["desk"].figures)


def month(calls: object, share: str = "1") -> Amount:
    found = figures(calls, share)["calls_per_month"]
    assert isinstance(found, Amount)
    return found


# Calls a month


def test_a_call_an_hour_is_730_a_month() -> None:
    assert month(evenly(28 * 24, 3600)) == Amount(Decimal(730))


def test_a_recording_of_four_weeks_is_a_number_and_a_shorter_one_an_interval() -> None:
    assert month(evenly(672, 3600)).low is None
    week = month(evenly(671, 3600))
    assert week.low is not None
    assert week.high is not None
    assert week.low < 730 < week.high


@pytest.mark.parametrize("days", [1.5, 4.0, 10.0, 27.0])
def test_the_rate_of_a_known_world_lies_in_the_interval(days: float) -> None:
    rate, inside = 4.0, 0
    for seed in range(40):
        found = month(by_chance(rate, days, seed))
        assert found.low is not None
        assert found.high is not None
        inside += found.low <= Decimal(rate * 730) <= found.high
    assert inside >= 31  # nine in ten are promised, and chance takes some


def test_days_that_were_not_seen_may_be_idle_or_as_busy_as_the_busiest() -> None:
    found = month(evenly(5 * 24 * 60, 60))  # five working days, a call a minute
    assert found.expected == 43_800
    assert found.low is not None
    assert found.low < 43_800 * 5 / 7
    assert found.high is not None
    assert found.high < 1.05 * 43_800
    quiet = [call(START + day * DAY + at * 60) for day in range(2) for at in range(10 + 90 * day)]
    assert (month([*quiet, call(START + 2 * DAY - 60)]).high or 0) > 2_500  # 101 on each day


def test_less_than_a_day_tells_nothing_of_a_month() -> None:
    assert "calls_per_month" not in figures(evenly(500, 100))
    assert measure([call()], known).prompts["desk"].figures == {}


def test_the_window_is_that_of_all_calls_whatever_their_prompt() -> None:
    others = [call(START + at * 3600, prompt=None) for at in range(28 * 24)]
    found = measure([call(), *others[1:]], known)
    assert found.prompts["desk"].figures["calls_per_month"] == Amount(Decimal("1.09"))
    assert found.unnamed == 671
    assert str(found.window) == "2026-11-16..2026-12-13"


def test_a_sample_of_the_calls_stands_for_all() -> None:
    assert month(evenly(672, 3600), "0.1") == Amount(Decimal(7_300))


@given(st.lists(st.integers(0, 10**5), min_size=1, max_size=27).filter(any))
def test_the_figure_lies_in_its_interval(days: list[int]) -> None:
    found = calls_per_month(days, 24.0 * len(days), Decimal(1))
    assert found.low is not None
    assert found.high is not None
    assert 0 <= found.low <= found.expected <= found.high


@given(st.decimals(Decimal("1e-6"), 10**9, allow_nan=False))
def test_three_digits_are_kept(number: Decimal) -> None:
    assert abs(rounded(number) - number) <= number * Decimal("0.005")
    assert len(rounded(number).normalize().as_tuple().digits) <= 3


# Answers


@given(st.lists(st.integers(0, 50), min_size=1), st.floats(0.01, 1))
def test_a_quantile_is_the_least_value_that_enough_do_not_exceed(
    values: list[int], share: float
) -> None:
    found = quantile(Counter(values), share)
    assert found in values
    assert sum(one <= found for one in values) >= share * len(values) - 1e-9
    assert sum(one < found for one in values) < share * len(values) + 1e-9


def test_answers_of_a_known_world_come_back() -> None:
    found = figures(by_chance(8, 28, 1))["output_tokens"]
    assert isinstance(found, Amount)
    assert abs(found.expected - 150) < 5
    assert abs((found.high or 0) - 240) < 4


def test_thoughts_are_apart_from_the_answer() -> None:
    calls = [call(output=100 + at, reasoning=60) for at in range(40)]
    assert figures(calls)["output_tokens"] == Amount(Decimal(59), None, Decimal(77))
    assert figures(calls)["reasoning_tokens"] == Amount(Decimal(60), None, Decimal(60))
    silent = [call(output=100 + at) for at in range(40)]
    assert figures(silent) == {"output_tokens": Amount(Decimal(119), None, Decimal(137))}
    none = [call(reasoning=0) for _ in range(40)]
    assert "reasoning_tokens" not in figures(none)


def test_of_few_calls_only_their_number_is_told() -> None:
    assert figures(evenly(29, DAY)).keys() == {"calls_per_month"}
    assert "output_tokens" in figures(evenly(30, DAY))


# The cache


def test_the_hit_rate_is_the_share_of_cached_tokens_that_was_read() -> None:
    hits = [call(usage=Usage(9, 1, 1000)) for _ in range(90)]
    misses = [call(usage=Usage(9, 1, 0, {"5m": 600, "1h": 400})) for _ in range(10)]
    uncached = [call() for _ in range(50)]
    assert figures([*hits, *misses, *uncached])["cache.hit_rate"] == Decimal("0.9")


def test_where_no_write_is_told_a_call_that_reads_nothing_missed_what_others_read() -> None:
    calls = [call(model="google:gemini-3.8-flash", usage=Usage(9, 1, 4096 * (at % 4 > 0)))
             for at in range(40)]  # fmt: skip
    assert figures(calls)["cache.hit_rate"] == Decimal("0.75")


def test_a_model_that_caches_nothing_says_nothing_of_one_that_does() -> None:
    cached = [call(usage=Usage(9, 1, 800, {"5m": 200})) for _ in range(30)]
    plain = [call(model="openai:gpt-5-mini") for _ in range(30)]
    assert figures([*cached, *plain])["cache.hit_rate"] == Decimal("0.8")
    assert "cache.hit_rate" not in figures(plain)


def test_a_mark_that_is_never_read_has_a_hit_rate_of_0() -> None:
    calls = [call(usage=Usage(9, 1, 0, {"5m": 900})) for _ in range(30)]
    assert figures(calls)["cache.hit_rate"] == 0


# Rejected answers, batches


def test_rejected_answers_and_batches_are_shares_of_the_calls_that_say_so() -> None:
    said = [call(rejected=at < 5, batch=at < 10) for at in range(40)]
    found = figures([*said, *(call() for _ in range(10))])
    assert found["retries.billed_failure"] == Decimal("0.125")
    assert found["batch_share"] == Decimal("0.25")
    assert "retries.billed_failure" not in figures(call(rejected=True) for _ in range(40))


def test_what_no_call_tells_is_named() -> None:
    assert measure(evenly(40, DAY), known).untold == (
        *("reasoning_tokens", "cache.hit_rate", "retries.billed_failure", "batch_share"),
    )


# Calibration


def test_a_model_is_calibrated_by_what_was_billed() -> None:
    found = measure(by_chance(8, 28, 2), known).calibration[SONNET]
    assert abs(found.factor - Decimal("1.5")) < Decimal("0.005")
    assert abs(found.low - Decimal("1.41")) < Decimal("0.005")
    assert abs(found.high - Decimal("1.59")) < Decimal("0.005")
    assert found.calls > 5_000


def test_all_input_was_billed_cached_or_not() -> None:
    usage = Usage(100, 9, 1000, {"5m": 400})
    found = measure((call(usage=usage, encoded=1000) for _ in range(30)), known)
    one = found.calibration[SONNET]
    assert (one.low, one.factor, one.high, one.calls) == (1.5, 1.5, 1.5, 30)


def test_the_factor_lies_in_its_band_even_where_one_call_outweighs_all() -> None:
    small = [call(usage=Usage(120, 1), encoded=100) for _ in range(40)]
    great = [call(usage=Usage(2_000_000, 1), encoded=1_000_000)]
    one = measure([*small, *great], known).calibration[SONNET]
    assert one.low <= one.factor <= one.high
    assert one.low == Decimal("1.2")


def test_a_call_that_was_billed_nothing_calibrates_nothing() -> None:
    found = measure((call(usage=Usage(0, 5), encoded=9) for _ in range(40)), known)
    assert (found.calibration, found.uncalibrated, found.implausible) == ({}, {}, {})


@pytest.mark.parametrize("billed", [1, 490, 2510])
def test_a_factor_that_nobody_is_billed_is_named_and_not_taken(billed: int) -> None:
    found = measure((call(usage=Usage(billed, 5), encoded=1000) for _ in range(40)), known)
    factor = Decimal(billed) / 1000
    assert found.implausible == {SONNET: factor, f"desk on {SONNET}": factor}
    assert (found.calibration, found.prompts["desk"].calibration) == ({}, {})


def test_a_prompt_has_a_factor_of_its_own() -> None:
    desk = [call(usage=Usage(1500, 1), encoded=1000) for _ in range(40)]
    chat = [call(prompt="desk/chat@v2", usage=Usage(4800, 1), encoded=4000) for _ in range(40)]
    few = [call(prompt="desk/faq", usage=Usage(900, 1), encoded=900) for _ in range(29)]
    found = measure([*desk, *chat, *few], known)
    own = {name: one.calibration.get(SONNET) for name, one in found.prompts.items()}
    assert own["desk"] == Calibration(*[Decimal("1.5")] * 3, 40, date(2026, 11, 16), 1000)
    assert own["desk/chat"] == Calibration(*[Decimal("1.2")] * 3, 40, date(2026, 11, 16), 4000)
    assert own["desk/faq"] is None
    billed, encoded = 40 * 1500 + 40 * 4800 + 29 * 900, 40 * 1000 + 40 * 4000 + 29 * 900
    assert found.calibration[SONNET].factor == round(Decimal(billed) / encoded, 3)


def test_a_call_that_another_model_answered_tells_nothing_of_either() -> None:
    def model_of(name: str) -> str | None:
        return name if ":" in name else {"haiku-5-5": "anthropic:haiku-5-5"}.get(name)

    served = (Extra(served="haiku-5-5"), Extra(served="our-gateway"))
    for extra, calls in zip(served, (0, 40), strict=True):
        found = measure((call(encoded=1000, extra=extra) for _ in range(40)), known, model_of)
        assert sum(one.calls for one in found.calibration.values()) == calls


# How calls come


def test_gaps_are_the_shares_of_calls_that_came_less_than_a_lifetime_after_one_like_them() -> None:
    found = figures(evenly(250, 400.0))
    shares = {key: share for key, share in found.items() if key.startswith("gaps.")}
    assert shares == {
        "gaps.5m": 0, "gaps.30m": Decimal("0.996"), "gaps.1h": Decimal("0.996"),
        "gaps.12h": Decimal("0.996"),
    }  # fmt: skip
    assert not [key for key in figures(evenly(199, 400.0)) if key.startswith("gaps.")]
    assert not [key for key in figures(evenly(250, 400.0), "0.5") if key.startswith("gaps.")]


def test_a_new_version_finds_nothing_that_the_old_one_wrote() -> None:
    calls = [call(START + at, prompt=f"desk@v{at // 125}") for at in range(250)]
    assert figures(calls)["gaps.5m"] == Decimal("0.992")
    batches = [call(START + at, batch=True) for at in range(250)]
    assert "gaps.5m" not in figures(batches)


def test_the_text_of_the_last_call_is_told() -> None:
    old, new = Extra(text=f"sha256:{'a' * 64}"), Extra(text=f"sha256:{'b' * 64}")
    calls = [call(START + 9, extra=new), call(START, extra=old), call(START + 10)]
    assert measure(calls, known).prompts["desk"].text == f"sha256:{'b' * 12}"
    of = measure([call(prompt="desk@v3")], known, text_of={"desk@v3": f"sha256:{'c' * 64}"}.get)
    assert of.prompts["desk"].text == f"sha256:{'c' * 12}"


def test_fewer_than_30_calls_calibrate_nothing_and_are_named() -> None:
    found = measure((call(encoded=1000) for _ in range(29)), known)
    assert (found.calibration, found.uncalibrated) == ({}, {SONNET: 29})


def test_names_of_one_model_count_together() -> None:
    calls = [call(model=f"{SONNET}{end}", encoded=1000) for end in ("", "-20261007") * 15]
    found = measure(calls, known, lambda model: model.removesuffix("-20261007"))
    assert found.calibration[SONNET].calls == 30


# Names


def test_a_name_that_no_prompt_has_is_listed_and_not_made_up() -> None:
    found = measure([call(prompt="desk@v3"), call(prompt="old/desk@2"), call(prompt=None)], known)
    assert set(found.prompts) == {"desk"}
    assert (found.unknown, found.unnamed) == ({"old/desk@2": 1}, 1)


@given(st.permutations([*by_chance(1, 3, 3)]))
def test_the_order_of_calls_does_not_matter(calls: list[Recorded]) -> None:
    assert measure(calls, known) == _IN_ORDER


_IN_ORDER: Measured = measure(by_chance(1, 3, 3), known)
