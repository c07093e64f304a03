"""Calls in batches: what they cost, how they end, what goes on live, and what is left alone."""

from __future__ import annotations

import asyncio
import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.config import Server
from promptops.errors import ConfigError
from promptops.evals import Dataset, Eval
from promptops.evals.batch import Manner
from promptops.evals.batch_rows import outstanding, share
from promptops.evals.runner import Driver
from promptops.evals.running import Way, carried_out
from promptops.ledger.ledger import Ledger
from promptops.ledger.state import Outcome
from promptops.model.money import Price, Rates, Usage
from promptops.providers.batch import Caps
from tests.evals import batch_worlds, judged_worlds
from tests.evals.batch_worlds import CLAUDE, GPT, QUICK, batch_price, project, ran
from tests.vendor_server import answers, faults
from tests.vendor_server.answers import by_keyword
from tests.vendor_server.serving import Serving, serving

MODELS = pytest.mark.parametrize("model", [CLAUDE, GPT])
LEAVING = Manner(pace=QUICK, wait=False)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("sorting"))


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    with Ledger.memory() as found:
        yield found


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    with serving() as made:
        for name, value in {**made.environment, "NO_PROXY": "127.0.0.1"}.items():
            monkeypatch.setenv(name, value)
        made.world.answer = by_keyword({"crate": "harbour", "box": "station"})
        made.world.batch_seconds = 0.0
        yield made


def by_state(ledger: Ledger, run_id: str) -> dict[tuple[Any, ...], int]:
    """Return a run's attempts by their state, cause and tier."""
    found = ledger.totals(run_id, ("state", "cause", "tier"))
    return {key: total.attempts for key, total in found.items()}


def intents(ledger: Ledger, run_id: str) -> list[dict[str, Any]]:
    """Return a run's intents, in the order of their making."""
    rows = (json.loads(line) for line in ledger.export(run_id))
    return [row for row in rows if row["table"] == "intents"]


def set_aside(ledger: Ledger, run_id: str) -> Decimal:
    """Return what a run's intents have set aside."""
    return sum((Decimal(one["reserved_usd"]) for one in intents(ledger, run_id)), Decimal(0))


@MODELS
def test_all_calls_go_in_one_batch_and_are_paid_at_its_rates(
    model: str, server: Serving, root: Path, ledger: Ledger
) -> None:
    found = ran(root, ledger, model)
    assert found.verdict == "pass"
    assert server.world.stats()["batched"] == 12
    assert server.world.stats()["billed"] == 0
    counted = {
        "input": sum(one.plain for one in server.world.batched),
        "output": sum(one.output for one in server.world.batched),
    }
    assert ledger.total(found.run.id).spent == found.spent.now == batch_price(counted, model)
    assert "12 answers came in batches and are paid at batch rates" in found.notes
    assert all(one.latency.p95.value is None for one in found.variants)


def test_a_request_is_called_by_its_hash_and_its_attempt(
    server: Serving, root: Path, ledger: Ledger
) -> None:
    found = ran(root, ledger)
    names = {name for names in server.world.batches for name in names}
    hashes = {one.item.request_hash for one in ledger.outcomes(found.run.id)}
    assert names == {f"{one[:40]}-a1" for one in hashes}
    assert all(re.fullmatch(r"[0-9a-f]{40}-a1", name) for name in names)


def test_what_as_if_live_costs_is_that_of_a_live_run(
    server: Serving, root: Path, ledger: Ledger
) -> None:
    batched = ran(root, ledger)
    with Ledger.memory() as other:
        live = ran(root, other, batches=None)
    assert server.world.stats()["billed"] == 12
    assert [one.cost.per_call for one in batched.variants] == [
        one.cost.per_call for one in live.variants
    ]
    assert batched.spent.now is not None
    assert live.spent.now == 2 * batched.spent.now


@MODELS
def test_what_expires_or_fails_goes_on_live_and_what_is_at_fault_itself_scores_nothing(
    model: str, server: Serving, root: Path, ledger: Ledger
) -> None:
    fates = iter(["expired", "failed", "errored", *["succeeded"] * 9])
    server.world.fate = lambda _: next(fates)
    found = ran(root, ledger, model)
    assert by_state(ledger, found.run.id) == {
        ("ok", None, "batch"): 9,
        ("error", "expired", "batch"): 1,
        ("error", "server", "batch"): 1,
        ("error", "invalid", "batch"): 1,
        ("ok", None, "standard" if model == CLAUDE else "default"): 2,
    }
    assert len(server.world.batched) == 9
    assert server.world.stats()["billed"] == 2
    again = [one for one in intents(ledger, found.run.id) if one["attempt_no"] == 2]
    assert {one["cause_of_retry"] for one in again} == {"expired", "server"}
    assert all(one["batch_id"] is None for one in again)
    total = ledger.total(found.run.id)
    assert (total.possible, total.reserved, total.unpriced) == (0, 0, 0)
    assert sum(one.metrics["label"].n or 0 for one in found.variants) in {11, 12}
    assert any("1 expired, were cancelled or refused, 2 failed" in note for note in found.notes)


@MODELS
def test_batches_are_split_at_the_vendors_limits(
    model: str, server: Serving, root: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = model.partition(":")[0]
    monkeypatch.setattr(f"promptops.providers.batch_{vendor}.CAPS", Caps(5, 10**6))
    ran(root, ledger, model)
    assert sorted(map(len, server.world.batches)) == [2, 5, 5]
    monkeypatch.setattr(f"promptops.providers.batch_{vendor}.CAPS", Caps(100, 2000))
    with Ledger.memory() as other:
        ran(root, other, model)
    assert all(0 < len(names) < 6 for names in server.world.batches[3:])
    assert sum(map(len, server.world.batches[3:])) == 12


def test_a_request_that_no_batch_can_hold_is_asked_live(
    server: Serving, root: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("promptops.providers.batch_anthropic.CAPS", Caps(5, 1200))
    found = ran(root, ledger)
    assert found.verdict == "pass"
    assert (server.world.batches, server.world.stats()["billed"]) == ([], 12)
    assert f"asked live, at live rates, as no batch takes them: {CLAUDE}" in found.notes


def test_models_without_batches_and_baselines_run_live_beside_the_others(
    server: Serving, root: Path, ledger: Ledger
) -> None:
    den = {"den": Server(f"{server.url}/v1", "OPENAI_API_KEY")}
    found = ran(
        root, ledger, f"{CLAUDE}, den:small", more="baselines: ['baseline:majority']", servers=den
    )
    assert server.world.stats()["batched"] == 12
    assert len([one for one in server.world.heard if one.path == "/v1/chat/completions"]) == 12
    assert [one.n for one in found.variants] == [6] * 5
    assert "asked live, at live rates, as no batch takes them: den:small" in found.notes


def test_a_batch_is_set_aside_at_batch_rates_before_it_is_made(
    server: Serving, root: Path, ledger: Ledger
) -> None:
    server.world.batch_seconds = 3600.0
    found = ran(root, ledger, manner=LEAVING)
    with Ledger.memory() as other:
        live = ran(root, other, batches=None)
        assert set_aside(ledger, found.run.id) == set_aside(other, live.run.id) / 2
    assert ledger.total(found.run.id).reserved == set_aside(ledger, found.run.id) > 0


def test_a_budget_that_holds_a_part_sends_it_and_then_the_rest(
    server: Serving, root: Path, ledger: Ledger
) -> None:
    server.world.batch_seconds = 0.0
    found = ran(root, ledger, more="budget: {usd: 0.0002}")
    assert found.verdict == "pass"
    assert len(server.world.batches) > 1
    assert sum(map(len, server.world.batches)) == 12
    assert len(server.world.batched) == 12


def test_a_budget_that_holds_nothing_sends_nothing(
    server: Serving, root: Path, ledger: Ledger
) -> None:
    found = ran(root, ledger, more="budget: {usd: 0.000001}")
    assert found.verdict == "inconclusive"
    assert "the budget of $0.000001 is spent" in (found.run.stopped or "")
    assert (server.world.heard, ledger.total(found.run.id).attempts) == ([], 0)


@MODELS
def test_a_run_that_does_not_wait_leaves_its_batch_and_the_next_brings_it_home(
    model: str, server: Serving, root: Path, ledger: Ledger
) -> None:
    server.world.batch_seconds = 3600.0
    first = ran(root, ledger, model, LEAVING)
    assert first.verdict == "inconclusive"
    assert [len(one.intents) for one in outstanding(ledger, first.run.id).values()] == [12]
    again = ran(root, ledger, model, LEAVING)
    assert again.run.id == first.run.id
    server.world.batch_seconds = 0.0
    live = ran(root, ledger, model, batches=None)  # a run without batches takes them home, too
    assert (live.verdict, live.run.id) == ("pass", first.run.id)
    assert len(server.world.batches) == 1
    assert server.world.stats()["billed"] == 0
    assert not outstanding(ledger, first.run.id)


def test_a_run_that_is_stopped_leaves_its_batch(
    server: Serving, root: Path, ledger: Ledger
) -> None:
    server.world.batch_seconds = 3600.0
    drivers: list[Driver] = []
    seen = []

    def told(line: str) -> None:
        seen.append(line)
        drivers[0].stop("the run was interrupted")

    found = ran(root, ledger, manner=Manner(pace=QUICK, told=told), begun=drivers.append)
    assert found.run.stopped == "the run was interrupted"
    assert seen == ["Anthropic: batch batch_0 of 12 requests"]
    server.world.batch_seconds = 0.0
    assert ran(root, ledger).verdict == "pass"
    assert len(server.world.batches) == 1


@MODELS
def test_a_batch_whose_id_never_came_is_found_in_the_list(
    model: str, server: Serving, root: Path, ledger: Ledger
) -> None:
    server.world.faults.queue.append(faults.dropped_after())
    found = ran(root, ledger, model)
    assert found.verdict == "pass"
    assert [len(names) for names in server.world.batches] == [12]
    assert len(server.world.batched) == 12


def test_a_batch_of_somebody_else_is_not_taken_for_the_own_one(
    server: Serving, root: Path, ledger: Ledger, tmp_path: Path
) -> None:
    server.world.batch_seconds = 3600.0
    theirs = project(tmp_path)
    cases = theirs / "evals/cases.jsonl"
    cases.write_text(cases.read_text().replace("number", "with label"))
    with Ledger.memory() as other:
        ran(theirs, other, manner=LEAVING)
    server.world.batch_seconds = 0.0
    server.world.faults.queue.append(faults.server_error())
    found = ran(root, ledger)
    assert found.verdict == "pass"
    rows = ledger.batches(found.run.id)
    assert rows[-1].vendor_batch_id == "batch_1"
    assert [len(names) for names in server.world.batches] == [12, 12]


@MODELS
def test_refusals_that_pass_are_waited_out_and_one_that_does_not_sends_the_calls_live(
    model: str, server: Serving, root: Path, ledger: Ledger
) -> None:
    server.world.faults.queue += [faults.rate_limited(retry_after=0.01), faults.overloaded()]
    assert ran(root, ledger, model).verdict == "pass"
    assert len(server.world.batches) == 1
    server.world.faults.queue.append(faults.status(400, "invalid_request_error"))
    with Ledger.memory() as other:
        found = ran(root, other, model)
        assert by_state(other, found.run.id)["error", "cancelled", "batch"] == 12
    assert found.verdict == "pass"
    assert server.world.stats()["billed"] == 12
    assert len(server.world.batches) == 1


def test_a_key_that_is_refused_stops_its_model(server: Serving, root: Path, ledger: Ledger) -> None:
    server.world.faults.queue.append(faults.status(401, "authentication_error"))
    found = ran(root, ledger)
    assert found.verdict == "inconclusive"
    assert "HTTP 401" in (found.run.stopped or "")
    assert server.world.batches == []


def test_where_there_are_no_batches_calls_are_made_live(
    server: Serving, root: Path, ledger: Ledger
) -> None:
    server.world.faults.queue.append(faults.status(404, "not_found_error"))
    assert ran(root, ledger).verdict == "pass"
    assert (server.world.batches, server.world.stats()["billed"]) == ([], 12)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a full disk of Linux")
def test_a_full_disk_is_an_error_in_a_line_and_nothing_is_sent(
    server: Serving, root: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = partial(Path("/dev/full").open, "r+b", buffering=0)
    monkeypatch.setattr("promptops.evals.batch_parcel.TemporaryFile", full)
    with pytest.raises(ConfigError, match=r"have no room in .*: No space left on device"):
        ran(root, ledger)
    assert server.world.heard == []
    monkeypatch.undo()


def test_an_eval_in_python_goes_in_batches_too(server: Serving, tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/sort.prompt.j2").write_text(batch_worlds.PROMPT % (1, ""))
    rows = [{"parcel": f"crate number {n}", "yard": "harbour"} for n in range(4)]
    made = Eval("sort", models=[CLAUDE], dataset=Dataset(rows, expected="yard"), scorers=["equals"])
    found = made.run(root=tmp_path, batch=True)
    assert found.variants[0].metrics["equals"].mean == 1.0
    assert [len(names) for names in server.world.batches] == [4]
    with pytest.raises(ConfigError, match="no streams"):
        replace(made, stream=True).run(root=tmp_path, batch=True)


def test_judges_are_asked_live_and_once_their_money_is_free(
    server: Serving, ledger: Ledger, tmp_path: Path
) -> None:
    root = judged_worlds.project(tmp_path)
    plan = judged_worlds.plan(root, judged_worlds.RUBRIC % "", "budget: {usd: 0.0012}")
    server.world.answer = answers.default
    way = Way(batches=Manner(pace=QUICK))
    found = asyncio.run(carried_out(plan, judged_worlds.setting(root, ledger), way))
    assert found.run.stopped is None
    totals = ledger.totals(found.run.id, ("purpose", "tier"))
    assert {key: total.attempts for key, total in totals.items()} == {
        ("answer", "batch"): 24,
        ("judge", "default"): 24,
    }


def test_a_batch_that_finds_openais_queue_full_follows_once_there_is_room(
    server: Serving, root: Path, ledger: Ledger
) -> None:
    server.world.queue = 12
    server.world.batch_seconds = 0.3
    found = ran(root, ledger, f"{GPT}, openai:gpt-5-nano")
    assert found.verdict == "pass"
    assert server.world.stats()["billed"] == 0
    assert [len(names) for names in server.world.batches] == [12, 12, 12]
    assert len(server.world.batched) == 24


@MODELS
def test_a_batch_that_its_owner_cancels_is_asked_live_and_not_billed(
    model: str, server: Serving, root: Path, ledger: Ledger
) -> None:
    server.world.batch_seconds = 3600.0
    first = ran(root, ledger, model, LEAVING)
    server.world.fate = lambda _: "canceled"
    server.world.batch_seconds = 0.0
    found = ran(root, ledger, model)
    assert by_state(ledger, first.run.id)["error", "cancelled", "batch"] == 12
    assert (found.verdict, server.world.stats()["billed"]) == ("pass", 12)


@MODELS
def test_results_that_break_off_are_read_again_and_counted_once(
    model: str, server: Serving, root: Path, ledger: Ledger
) -> None:
    server.world.batch_seconds = 3600.0
    ran(root, ledger, model, LEAVING)
    server.world.batch_seconds = 0.0
    server.world.faults.queue.append(faults.cut_off())
    found = ran(root, ledger, model)
    assert found.verdict == "pass"
    assert by_state(ledger, found.run.id) == {("ok", None, "batch"): 12}


def test_calls_without_a_room_in_the_budget_do_not_keep_a_run_that_does_not_wait(
    server: Serving, root: Path, ledger: Ledger
) -> None:
    server.world.batch_seconds = 3600.0
    found = ran(root, ledger, manner=LEAVING, more="budget: {usd: 0.0002}")
    assert "calls wait for room until batches have ended" in (found.run.stopped or "")
    server.world.batch_seconds = 0.0
    assert ran(root, ledger, more="budget: {usd: 0.0002}").verdict == "pass"
    assert sum(map(len, server.world.batches)) == len(server.world.batched) == 12


def test_two_ledgers_that_collect_one_batch_hold_the_same_rows(
    server: Serving, root: Path, tmp_path: Path
) -> None:
    server.world.batch_seconds = 3600.0
    with Ledger.open(tmp_path / "a.db") as one:
        ran(root, one, manner=LEAVING)
        copied(tmp_path / "a.db", tmp_path / "b.db")
        server.world.batch_seconds = 0.0
        with Ledger.open(tmp_path / "b.db") as two:
            assert ran(root, two).verdict == "pass"
            found = ran(root, one)
            assert outcomes(one, found.run.id) == outcomes(two, found.run.id)
            one.merge(two)
    assert len(server.world.batches) == 1


def copied(here: Path, there: Path) -> None:
    """Copy a ledger that is in use."""
    with closing(sqlite3.connect(here)) as source, closing(sqlite3.connect(there)) as target:
        source.backup(target)


def outcomes(ledger: Ledger, run_id: str) -> list[Outcome]:
    return list(ledger.outcomes(run_id))


RATES = st.builds(
    Rates,
    st.decimals(1, 20, places=2),
    st.decimals(1, 90, places=2),
    st.none(),
    st.dictionaries(st.sampled_from(["5m", "1h"]), st.decimals(1, 40, places=2)),
)


@settings(max_examples=25)
@given(
    RATES,
    st.decimals("0.1", 1, places=2),
    st.lists(st.tuples(st.integers(1, 9), RATES), max_size=2),
    st.integers(0, 12_000),
    st.integers(0, 900),
)
def test_what_is_set_aside_for_a_batch_is_never_less_than_its_cost(
    rates: Rates, part: Decimal, tiers: list[tuple[int, Rates]], read: int, said: int
) -> None:
    bounds = tuple((1000 * bound, one) for bound, one in sorted(tiers, key=lambda one: one[0]))
    live = Price("m", rates, bounds)
    batch = live.times(part)
    usage = Usage(read, said)
    worst = live.rates_for(read).cost(usage)
    assert worst * share(live, batch) >= batch.rates_for(read).cost(usage) - Decimal("1E-20")
