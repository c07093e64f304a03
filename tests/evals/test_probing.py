"""A server whose prompt cache is not as the rules say is found out, for little money."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.caching.book import bundled, overridden
from promptops.errors import NotEstimable, UnknownModel, UsageError
from promptops.evals.probing import Times
from promptops.evals.probing_runs import Desk, expected, probed, sizes, task_of
from promptops.evals.probing_texts import filler
from promptops.evals.probing_values import Probed, Task
from promptops.ledger import Ledger
from promptops.pricing.book import bundled as price_list
from promptops.pricing.prices import Prices
from promptops.providers.opening import open_providers
from promptops.providers.settings import Settings
from promptops.reporters import probe_text
from tests.vendor_server import cache
from tests.vendor_server.answers import Answer
from tests.vendor_server.faults import cut_off, status
from tests.vendor_server.serving import Serving, serving

CLAUDE, OLDER = "anthropic:claude-haiku-5-5", "anthropic:claude-sonnet-4-6"
GPT, MINI, GEMINI = "openai:gpt-6-sol", "openai:gpt-5-mini", "gemini:gemini-2.5-flash"
PRICES = Prices(price_list(), date(2026, 11, 22))
QUARTER = Decimal("0.25")


@pytest.fixture(scope="module")
def served() -> Iterator[Serving]:
    with serving() as made:
        yield made


@dataclass
class Vendor:
    """A server whose clock stands still unless somebody waits."""

    server: Serving
    ledger: Ledger
    waited: list[float]

    async def sleep(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.server.world.clock.advance(seconds)

    def probe(self, task: Task) -> Probed:
        clock = self.server.world.clock.now
        times = Times(lambda: 1_800_000_000 + clock(), clock, self.sleep)
        made = Settings(environment=self.server.environment)
        return asyncio.run(probed(task, Desk(lambda: open_providers(made), self.ledger, times)))

    @property
    def heard(self) -> int:
        return len(self.server.world.heard)


@pytest.fixture
def vendor(served: Serving, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    served.world.__init__(answer=lambda _: Answer("yes"))  # type: ignore[misc] - a world anew
    served.world.clock.set(1_000.0)
    with Ledger.memory() as ledger:
        yield Vendor(served, ledger, [])


def task(
    model: str, rules: Any = None, *, budget: Decimal = QUARTER, lifetime: bool = False
) -> Task:
    book = overridden(rules) if rules else bundled()
    made = task_of(model, book, PRICES, budget, lifetime=lifetime)
    return replace(made, nonce="5eed5eed5eed")


def verdicts(found: Probed) -> dict[str, str]:
    return {one.name: one.verdict for one in found.claims}


ALL_HOLD = dict.fromkeys(("below", "above", "read", "tokens"), "holds")


@pytest.mark.parametrize(("model", "minimum"), [(CLAUDE, 512), (OLDER, 1024), (GPT, 1024)])
def test_a_cache_that_does_what_the_rules_say_takes_four_calls_or_five(
    vendor: Vendor, model: str, minimum: int
) -> None:
    vendor.server.world.cache.minimum = minimum
    found = vendor.probe(task(model))
    assert verdicts(found) == ALL_HOLD
    assert (found.exit_code, found.override, vendor.waited) == (0, None, [])
    sized = [one for one in found.calls if one.call.part == "size"]
    assert vendor.heard == 4 + len(sized)
    short = [one.call.tokens for one in found.calls if one.call.part == "short"]
    long = [one.call.tokens for one in found.calls if one.call.part == "long"]
    assert 0.8 * minimum < max(short) < minimum <= min(long) < 1.3 * minimum + 30


def test_what_was_foretold_for_each_call_is_what_the_server_billed(vendor: Vendor) -> None:
    found = vendor.probe(task(OLDER))
    for one in found.calls:
        assert one.predicted is not None
        assert one.predicted.cache_read_tokens == pytest.approx(one.call.read, abs=5)
        written = sum(one.predicted.cache_write_tokens.values())
        assert written == pytest.approx(one.call.written, abs=5)
        assert one.predicted.prompt_tokens == one.call.tokens
    assert found.spent == sum((one.usd or Decimal(0) for one in found.calls), Decimal(0))
    assert found.spent == pytest.approx(expected(found.task), rel=Decimal("0.2"))


@pytest.mark.parametrize(("real", "cached_at"), [(2048, 2048), (4096, 4096)])
def test_a_minimum_that_is_larger_than_the_rules_is_found_and_put_right(
    vendor: Vendor, real: int, cached_at: int
) -> None:
    vendor.server.world.cache.minimum = real
    found = vendor.probe(task(OLDER))
    assert verdicts(found)["above"] == "does_not_hold"
    assert found.exit_code == 1
    assert found.override is not None
    assert found.override.minimum == cached_at
    assert found.override.above is not None
    assert found.override.above < real <= found.override.cached
    assert vendor.heard <= 6
    assert f'[models."{OLDER}"]\nminimum = {cached_at}  #' in probe_text.report(found)


@pytest.mark.parametrize(("model", "real"), [(OLDER, 512), (GPT, 512), (CLAUDE, 256)])
def test_a_minimum_that_is_smaller_than_the_rules_is_found_and_put_right(
    vendor: Vendor, model: str, real: int
) -> None:
    vendor.server.world.cache.minimum = real
    found = vendor.probe(task(model))
    assert verdicts(found)["below"] == "does_not_hold"
    assert found.override is not None
    assert (found.override.minimum, found.exit_code, vendor.heard) == (real, 1, 6)


def test_the_correction_makes_the_next_probe_hold(vendor: Vendor) -> None:
    vendor.server.world.cache.minimum = 2048
    first = vendor.probe(task(OLDER))
    assert first.override is not None
    own = {"models": {first.override.model: {"minimum": first.override.minimum}}}
    again = replace(task(OLDER, own), nonce="another")
    assert vendor.probe(again).exit_code == 0


@settings(max_examples=12, deadline=None)
@given(st.sampled_from([OLDER, GPT, CLAUDE]), st.integers(150, 4_500))
def test_the_minimum_that_is_offered_is_never_one_that_contradicts_what_was_seen(
    model: str, real: int
) -> None:
    with serving() as server, Ledger.memory() as ledger:
        server.world.clock.set(1_000.0)
        server.world.cache.minimum = real
        found = Vendor(server, ledger, []).probe(task(model))
        assert len(server.world.heard) <= 6
    if found.override is not None:
        assert (found.override.above or 0) < real <= found.override.cached + 12
        assert (found.override.above or 0) < found.override.minimum <= found.override.cached
    elif found.exit_code == 0:
        short = min(one.call.tokens for one in found.calls if one.call.part == "short")
        long = max(one.call.tokens for one in found.calls if one.call.part == "long")
        assert short - 12 < real <= long


def test_the_report_on_the_page_is_one_of_a_probe(vendor: Vendor) -> None:
    vendor.server.world.cache.minimum = 2048
    found = replace(vendor.probe(task(OLDER)), day=date(2026, 11, 22))
    page = (Path(__file__).parents[2] / "docs/caching.md").read_text("utf-8")
    assert probe_text.report(found) in page
    told = (
        f"{OLDER}: 4 to 6 calls of about {sizes(found.task)[0]} and {sizes(found.task)[1]:,} tokens"
    )
    assert told in page


def test_nothing_that_is_cached_at_all_has_no_minimum_to_offer(vendor: Vendor) -> None:
    vendor.server.world.cache.minimum = 10**6
    found = vendor.probe(task(OLDER))
    assert (found.exit_code, found.override) == (1, None)
    assert verdicts(found)["read"] == "undecided"


def test_a_vendor_that_marks_by_itself_does_not_tell_what_it_writes(vendor: Vendor) -> None:
    found = vendor.probe(task(MINI))
    assert verdicts(found) == {**ALL_HOLD, "read": "not_told"}
    assert found.exit_code == 0
    by_part = {one.call.part: one for one in found.calls if one.call.moment == "again"}
    assert by_part["long"].predicted == by_part["long"].call.usage
    assert by_part["short"].call.read == 0


def test_a_hit_that_nobody_promised_and_that_does_not_come_decides_nothing(vendor: Vendor) -> None:
    vendor.server.world.cache.implicit_minimum = 10**6
    found = vendor.probe(task(MINI))
    assert verdicts(found)["above"] == "undecided"
    assert found.exit_code == 3


def test_an_implicit_minimum_below_the_rules_is_found(vendor: Vendor) -> None:
    vendor.server.world.cache.implicit_minimum = 256
    found = vendor.probe(task(MINI))
    assert verdicts(found)["below"] == "does_not_hold"
    assert found.override is not None
    assert found.override.minimum <= 640


def test_a_lifetime_as_in_the_rules_holds_with_two_calls_more(vendor: Vendor) -> None:
    found = vendor.probe(task(OLDER, lifetime=True))
    assert verdicts(found) == {**ALL_HOLD, "kept": "holds", "gone": "holds"}
    assert vendor.heard == 6
    assert sum(vendor.waited) == pytest.approx(600)
    last = found.calls[-1]
    assert last.predicted is not None
    assert (last.call.read, last.predicted.cache_read_tokens) == (0, 0)


@pytest.mark.parametrize(
    ("lives", "kept", "gone"),
    [(120.0, "does_not_hold", "holds"), (1_000.0, "holds", "does_not_hold")],
)
def test_another_lifetime_is_found_out(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch, lives: float, kept: str, gone: str
) -> None:
    monkeypatch.setitem(cache.LIFETIMES, "5m", lives)
    found = vendor.probe(task(OLDER, lifetime=True))
    assert (verdicts(found)["kept"], verdicts(found)["gone"]) == (kept, gone)
    assert found.exit_code == 1


def test_a_lifetime_that_is_promised_as_the_least_may_be_longer(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(cache.LIFETIMES, "30m", 90_000.0)
    found = vendor.probe(task(GPT, lifetime=True))
    assert (verdicts(found)["kept"], verdicts(found)["gone"]) == ("holds", "not_told")
    assert found.exit_code == 0


def test_a_lifetime_that_nobody_publishes_is_not_waited_for(vendor: Vendor) -> None:
    vendor.server.world.cache.implicit_minimum = 2048
    found = vendor.probe(task(GEMINI, lifetime=True))
    assert verdicts(found)["kept"] == "not_told"
    assert (vendor.waited, vendor.heard) == ([], 4)


def test_a_second_probe_reads_nothing_of_the_first(vendor: Vendor) -> None:
    first = vendor.probe(task(OLDER))
    again = vendor.probe(replace(task(OLDER), nonce="0ther0ther"))
    assert verdicts(again) == verdicts(first) == ALL_HOLD


def test_every_call_is_a_row_before_it_is_sent_and_after(vendor: Vendor) -> None:
    found = vendor.probe(task(OLDER))
    rows = [(one.state, one.usage) for one in vendor.ledger.attempts(found.run_id)]
    assert sorted(map(repr, rows)) == sorted(repr(("ok", one.call.usage)) for one in found.calls)
    total = vendor.ledger.total(found.run_id)
    assert (total.spent, total.possible) == (found.spent, 0)
    assert vendor.ledger.runs() == ()  # it is no eval, and `eval show last` is none of it


def test_calls_of_a_probe_are_pruned_as_those_of_runs_are(vendor: Vendor) -> None:
    found = vendor.probe(task(OLDER))
    sent = 1_800_000_000 + vendor.server.world.clock.now()
    assert vendor.ledger.prune(sent)["intents"] == 0
    assert vendor.ledger.prune(sent + 1)["intents"] == 4
    assert list(vendor.ledger.attempts(found.run_id)) == []


def test_a_budget_is_never_passed_and_what_is_not_asked_is_undecided(vendor: Vendor) -> None:
    found = vendor.probe(task(OLDER, budget=Decimal("0.03")))
    assert 0 < vendor.heard < 4
    assert "not sent" in probe_text.report(found)
    assert found.spent + found.possible <= Decimal("0.03")
    assert "the budget of $0.03 is spent" in found.stopped
    assert found.exit_code == 3


def test_without_any_budget_nothing_is_sent(vendor: Vendor) -> None:
    found = vendor.probe(task(OLDER, budget=Decimal(0)))
    assert (vendor.heard, found.spent, found.exit_code) == (0, 0, 3)


def test_an_answer_that_never_comes_leaves_it_open(vendor: Vendor) -> None:
    vendor.server.world.faults.queue += [status(401, "authentication_error")]
    found = vendor.probe(task(OLDER))
    assert found.exit_code == 3
    assert "401" in found.stopped
    assert "no answer" in probe_text.report(found)


def test_a_write_by_an_attempt_that_broke_is_not_held_against_the_vendor(vendor: Vendor) -> None:
    vendor.server.world.faults.queue += [None, None, cut_off()]
    found = vendor.probe(task(OLDER))
    assert [one.call.attempts for one in found.calls] == [1, 1, 2, 1]
    assert found.calls[2].call.read > 0  # what the first attempt wrote
    assert verdicts(found) == {**ALL_HOLD, "read": "undecided"}
    assert found.possible > 0


@pytest.mark.parametrize("model", ["replay:anthropic:claude-sonnet-4-6", "baseline:majority"])
def test_who_asks_no_vendor_is_refused(model: str) -> None:
    with pytest.raises(UsageError, match="asks no vendor"):
        task(model)


def test_what_is_not_known_is_said() -> None:
    with pytest.raises(UnknownModel, match="no cache rules are known"):
        task("anthropic:claude-lamp-1")
    with pytest.raises(NotEstimable, match="nobody publishes the minimum"):
        task("bedrock:claude-opus-4-6")
    with pytest.raises(NotEstimable, match="no marks can be sent"):
        task("google:claude-opus-5")
    own = {"models": {"desk:lamp": {"surface": "openai/automatic", "read": "0.1"}}}
    with pytest.raises(UnknownModel, match="desk:lamp"):
        task("desk:lamp", own)


@given(st.text("0123456789abcdef", min_size=4, max_size=12), st.integers(1, 3_000))
@settings(max_examples=25)
def test_filler_is_as_long_as_asked_and_the_same_for_the_same_nonce(nonce: str, words: int) -> None:
    text = filler(nonce, words)
    assert text == filler(nonce, words)
    assert len(text.split()) == words + 2
    assert not text.startswith(filler(f"{nonce}0", 1)[: len(nonce) + 7])


def test_a_first_text_that_is_far_off_only_tells_sizes(vendor: Vendor) -> None:
    vendor.server.world.cache.minimum = 512
    found = vendor.probe(task(CLAUDE))  # the server's words have a third fewer tokens
    assert [one.call.part for one in found.calls] == ["size", "short", "short", "long", "long"]
    waiting = vendor.probe(replace(task(CLAUDE, lifetime=True), nonce="0ther"))
    parts = [one.call.part for one in waiting.calls]
    assert parts == ["size", "short", "long", "long", "long", "long"]
    assert waiting.exit_code == 0
