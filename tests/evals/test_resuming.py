"""Runs that go on: what they have behind them, what they may still spend, who has them."""

import asyncio
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.errors import LedgerError, UsageError
from promptops.evals.holding import held as holding
from promptops.evals.runs import named, whole
from promptops.ledger import Ledger
from promptops.ledger.rows import Run
from tests.evals.budget_runs import held
from tests.ledger.makers import Clock


@settings(max_examples=4, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_no_budget_is_passed_by_rows_at_any_moment_or_by_the_servers_bill(seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        found = held(Path(folder) / "p", seed)
    assert found.highest <= found.budget
    assert found.billed <= found.budget


def test_who_loses_a_run_to_another_process_is_told(tmp_path: Path) -> None:
    clock, told = Clock(), list[str]()
    with Ledger.open(tmp_path / "l.db", clock=clock) as ledger:

        async def hold() -> None:
            async with holding(ledger, "r1", told.append, beat=0.01):
                await asyncio.sleep(0.05)
                assert told == []
                with pytest.raises(LedgerError, match="is under way: process"):
                    ledger.lease("r1")
                clock.now += 61
                taken = ledger.lease("r1")
                while not told:  # noqa: ASYNC110 - what tells is no event
                    await asyncio.sleep(0.01)
                taken.release()

        asyncio.run(hold())
    assert told == ["run r1 was taken over by another process"]


def run(name: str, at: float, shard: str = "1/1", commit: str | None = None, **more: str) -> Run:
    return Run(name, more.get("plan", "e"), "d", "{}", at, commit=commit, shard=shard)


RUNS = [
    run("01a2035e2f3b01", 1.0, commit="c0ffee11"),
    run("01a2035e2f3b02", 2.0, commit="c0ffee11-dirty"),
    run("01a2035e5c4803", 3.0, commit="beef2222"),
]


@pytest.mark.parametrize(
    ("word", "found"),
    [("last", 2), ("last~2", 0), ("01a2035e5c", 2), ("01a2035e2f3b02", 1), ("main", 0)],
)
def test_a_run_is_named_by_age_id_or_commit(word: str, found: int) -> None:
    commits = {"main": "c0ffee11"}
    assert named(RUNS, word, commits.get) is RUNS[found]


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("01a2035e2f3b", "is the beginning of 2 runs"),
        ("last~3", "there are only 3 runs"),
        ("0", "no run is called '0'"),
        ("next", "no run was made at 'next', commit f00df00df00d"),
    ],
)
def test_a_word_that_means_no_run_or_several_is_refused(word: str, told: str) -> None:
    with pytest.raises(UsageError, match=told):
        named(RUNS, word, {"next": "f00df00df00df00d"}.get)


def test_parts_of_one_whole_are_those_nearest_in_time() -> None:
    night = [run(f"a{n}", 10.0 + n, f"{n}/3") for n in (1, 2, 3)]
    later = [run(f"b{n}", 90.0 + n, f"{n}/3") for n in (1, 3)]
    other = run("c2", 91.0, "2/3", plan="another")
    runs = [*later, other, *night]
    assert whole(runs, night[1]) == tuple(night)
    assert whole(runs, later[0]) == (later[0], night[1], later[1])
    assert whole(runs, RUNS[0]) == (RUNS[0],)
