import os
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from promptops.errors import LedgerError
from promptops.ledger import Ledger
from promptops.ledger.ids import new_id
from promptops.ledger.leases import STALE
from promptops.ledger.rows import Reuse
from promptops.ledger.state import Progress
from promptops.ledger.totals import each
from promptops.model.evaluation import Score
from tests.ledger.makers import (
    COST,
    STORED,
    Clock,
    answer,
    failure,
    intent,
    item,
    key,
    result,
    run,
    scored,
)  # fmt: skip

CENT = Decimal("0.01")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(clock: Clock) -> Iterator[Ledger]:
    with Ledger.memory(clock=clock) as found:
        yield found


@pytest.fixture
def mixed(ledger: Ledger) -> Ledger:
    """Return a ledger with an answer, a failure, its retry, a judge and a call in flight."""
    retry = intent(2, attempt="r1-2b", attempt_no=2, cause_of_retry="server")
    judge = intent("judge", purpose="judge")
    with ledger.writer() as writer:
        writer.add(run(), STORED)
        writer.add(*(item(n, position=n) for n in (1, 2, 3)), item(1, version="v4", position=4))
        writer.commit_intents([intent(1), intent(2), retry, intent(3), judge])
        writer.end(result(intent(1)), answer(1))
        writer.end(failure(intent(2)))
        writer.end(failure(retry, cause="timed_out", billed="unknown"))
        writer.end(result(judge), answer("judge"))
    return ledger


def test_a_run_says_what_is_done_failed_and_in_flight(mixed: Ledger) -> None:
    state = mixed.run_state("r1")
    assert state.done == {key(1): "r1-1", key("judge"): "r1-judge"}
    assert state.failed == {key(2): "r1-2b"}
    assert [one.attempt_id for one in state.in_flight] == ["r1-3"]
    assert state.lost == ()
    assert list(state.left([key(1), key(2), key(3), key(4), key(4)])) == [(key(2), 3), (key(4), 1)]


def test_what_a_kill_left_in_flight_is_lost_on_resume_and_sent_again(mixed: Ledger) -> None:
    before = mixed.total("r1")
    with mixed.lease("r1") as lease:
        assert lease.mark_lost() == 1
        assert lease.mark_lost() == 0
    state = mixed.run_state("r1")
    assert [one.attempt_id for one in state.lost] == ["r1-3"]
    assert state.in_flight == ()
    assert list(state.left([key(1), key(3)])) == [(key(3), 2)]
    after = mixed.total("r1")
    assert (before.reserved, before.possible) == (CENT, CENT)
    assert (after.reserved, after.possible) == (0, 2 * CENT)
    assert after.committed == before.committed


def test_a_result_that_comes_late_outdoes_the_mark(mixed: Ledger) -> None:
    with mixed.lease("r1") as lease:
        lease.mark_lost()
    with mixed.writer() as writer:
        writer.end(result(intent(3)), answer(3))
    assert mixed.run_state("r1").done[key(3)] == "r1-3"
    assert mixed.total("r1").possible == CENT


def test_a_call_of_a_batch_is_not_lost_with_the_process_that_sent_it(ledger: Ledger) -> None:
    with ledger.writer() as writer:
        writer.add(run())
        writer.commit_intents([intent(1, batch_id="b1"), intent(2)])
    with ledger.lease("r1") as lease:
        assert lease.mark_lost() == 1
    assert [one.attempt_id for one in ledger.run_state("r1").in_flight] == ["r1-1"]


def test_totals_are_of_rows_and_exact(mixed: Ledger) -> None:
    total = mixed.total("r1")
    assert total.attempts == 5
    assert total.spent == 2 * COST
    assert total.committed == 2 * COST + 2 * CENT
    assert (total.input_tokens, total.cache_read_tokens) == (2000, 400)
    assert (total.cache_write_tokens, total.output_tokens) == (800, 200)


@pytest.mark.parametrize(
    ("by", "attempts"),
    [
        ("purpose", {"answer": 4, "judge": 1}),
        ("version", {"v3, v4": 1, "v3": 3, "": 1}),
        ("state", {"ok": 2, "error": 2, "in flight": 1}),
        ("cause", {None: 3, "server": 1, "timed_out": 1}),
        ("cause_of_retry", {None: 4, "server": 1}),
        ("attempt_no", {1: 4, 2: 1}),
        ("billed", {"yes": 2, "no": 1, "unknown": 1, None: 1}),
    ],
)
def test_attempts_are_counted_by(mixed: Ledger, by: Any, attempts: dict[Any, int]) -> None:
    found = mixed.totals("r1", [by])
    assert {one: total.attempts for (one,), total in found.items()} == attempts
    assert len(list(each(found))) == len(attempts)


def test_attempts_of_a_cause_are_those_that_failed_for_it(mixed: Ledger) -> None:
    assert [one.id for one in mixed.attempts("r1", "timed_out")] == ["r1-2b"]
    assert list(mixed.attempts("r1", "unfit")) == []
    assert len(list(mixed.attempts("r1"))) == 5


def test_attempts_that_are_alike_count_as_often_as_there_are_some(ledger: Ledger) -> None:
    with ledger.writer() as writer:
        writer.add(run(), STORED)
        writer.commit_intents([intent(n) for n in range(7)])
        for n in range(3):
            writer.end(result(intent(n)))
    total = ledger.total("r1")
    assert (total.attempts, total.spent, total.reserved) == (7, 3 * COST, 4 * CENT)
    with ledger.lease("r1") as lease:
        assert lease.mark_lost() == 4
    total = ledger.total("r1")
    assert (total.possible, total.possible_calls, total.reserved) == (4 * CENT, 4, 0)


def test_an_attempt_without_a_known_price_is_counted_and_never_free(ledger: Ledger) -> None:
    odd = intent(2, reserved_usd=None)
    with ledger.writer() as writer:
        writer.add(run())
        writer.commit_intents([intent(1), odd])
        writer.end(result(intent(1)))  # its price was never written
        writer.end(result(odd))
    total = ledger.total("r1")
    assert (total.spent, total.possible, total.unpriced) == (0, CENT, 1)


def test_a_live_process_keeps_its_run(ledger: Ledger, clock: Clock) -> None:
    with ledger.lease("r1") as lease:
        with pytest.raises(LedgerError, match="is under way: process"):
            ledger.lease("r1")
        clock.now += STALE - 1
        lease.beat()
        clock.now += STALE - 1
        with pytest.raises(LedgerError, match="59 s ago"):
            ledger.lease("r1")
        ledger.lease("r2").release()
    ledger.lease("r1").release()


def test_who_has_a_run_and_since_when_is_said(ledger: Ledger, clock: Clock) -> None:
    assert ledger.holder("r1") == ""
    with ledger.lease("r1") as lease:
        clock.now += 30
        lease.beat()
        clock.now += 4
        told = ledger.holder("r1")
        assert told.endswith("since 2026-09-21 14:13:20 UTC, last seen 4 s ago")
        assert f"process {os.getpid()} on " in told
    assert ledger.holder("r1") == ""


def test_items_that_are_answered_or_failed_on_their_own_have_ended(mixed: Ledger) -> None:
    assert mixed.progress("r1", ["invalid"]) == Progress(items=4, ended=2)
    assert mixed.progress("r1", ["timed_out", "invalid"]) == Progress(4, 3)
    assert mixed.progress("r2", ["invalid"]) == Progress(0, 0)


@pytest.mark.parametrize("step", [STALE + 1, -STALE - 1])
def test_a_stale_run_is_taken_over_and_its_owner_learns_of_it(
    ledger: Ledger, clock: Clock, step: float
) -> None:
    old = ledger.lease("r1")
    clock.now += step
    with ledger.lease("r1") as new:
        with pytest.raises(LedgerError, match="taken over"):
            old.beat()
        with pytest.raises(LedgerError, match="taken over"):
            old.mark_lost()
        old.release()
        new.beat()


def test_the_score_to_believe_comes_last(ledger: Ledger) -> None:
    with ledger.writer() as writer:
        writer.add(run(), item(1), scored(1, score=Score(None, error="no judge"), scored_at=9.0))
        writer.add(scored(1, scored_at=5.0), scored(1, score=Score(0.0), scored_at=4.0))
        writer.add(scored(2), scored(1, answer_sha256=answer("older").answer_sha256))
        writer.commit_intents([intent(1)])
        writer.end(result(intent(1)), answer(1))
    values = [one.score.value for one in ledger.scores("r1")]
    assert values == [None, 0.0, 1.0]


def test_a_clock_that_goes_back_confuses_no_attempts(ledger: Ledger, clock: Clock) -> None:
    attempts = []
    with ledger.writer() as writer:
        writer.add(run(), item(1))
        for number in (1, 2, 3):
            clock.now -= 3600
            one = intent(1, attempt=new_id(clock()), sent_at=clock(), attempt_no=number)
            attempts.append(one.attempt_id)
            writer.commit_intents([one])
            writer.end(failure(one, http_status=500 + number))
    assert attempts == sorted(attempts, reverse=True)
    (found,) = ledger.outcomes("r1")
    assert found.result is not None
    assert found.result.http_status == 503
    state = ledger.run_state("r1")
    assert state.failed == {key(1): attempts[-1]}
    assert list(state.left([key(1)])) == [(key(1), 4)]


def test_an_item_without_an_answer_shows_its_last_error(mixed: Ledger) -> None:
    found = {(one.item.case_id, one.item.version): one.result for one in mixed.outcomes("r1")}
    failed = found["case 2", "v3"]
    assert failed is not None
    assert failed.cause == "timed_out"
    assert found["case 3", "v3"] is None
    assert found["case 1", "v3"] == found["case 1", "v4"] is not None


def test_the_items_of_a_run_are_those_of_its_outcomes(mixed: Ledger) -> None:
    with mixed.writer() as writer:
        writer.add(run("r2"), item(1, "r2"), Reuse("r2", key(1), "a9", "r1"))
    for run_id in ("r1", "r2"):
        asked = list(mixed.items(run_id))
        told = [(one.item, one.from_run) for one in mixed.outcomes(run_id)]
        assert asked == [
            (one.version, one.model, one.case_id, one.repeat, one.answer_key, from_run)
            for one, from_run in told
        ]
    assert [one.from_run for one in mixed.items("r2")] == ["r1"]


def test_every_attempt_says_how_it_ended(mixed: Ledger) -> None:
    found = list(mixed.attempts("r1"))
    assert {one.id: one.ended for one in found} == {
        "r1-1": "ok", "r1-2": "server", "r1-2b": "timed_out", "r1-3": "in flight", "r1-judge": "ok",
    }  # fmt: skip
    assert [one.purpose for one in found if one.id == "r1-judge"] == ["judge"]
    assert [one.usage is None for one in found if one.answer_key == key(2)] == [True, True]


def test_runs_of_a_plan_over_other_cases_are_found_if_they_were_earlier(ledger: Ledger) -> None:
    with ledger.writer() as writer:
        writer.add(run("first", shard="1/2"), run("first", shard="2/2"))
        writer.add(item(1, "first"), item(1, "first", version="v4", position=1), item(2, "first"))
    mine, later = run().started + 1, key("more letters")
    assert ledger.earlier(key("eval"), later, mine) == {"first": {("case 1", ""), ("case 2", "")}}
    assert ledger.earlier(key("eval"), key("letters"), mine) == {}
    assert ledger.earlier(key("another"), later, mine) == {}
    assert ledger.earlier(key("eval"), later, run().started) == {}
