from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from promptops.ledger import Ledger, Writer
from promptops.ledger.reading import Reusable, Stale
from promptops.ledger.rows import Reuse
from tests.ledger.makers import (
    DAY,
    NOON,
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


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def ledger(clock: Clock) -> Iterator[Ledger]:
    with Ledger.memory(clock=clock) as found:
        yield found


def answered(
    writer: Writer, name: object, attempt: str = "", at: float = NOON, **more: Any
) -> None:
    sent = intent(name, attempt=attempt, sent_at=at)
    writer.commit_intents([sent])
    writer.end(result(sent, **more), answer(name))


def why(ledger: Ledger, name: object, max_age: float | None = None) -> str | None:
    found = ledger.reusable([key(name)], max_age).get(key(name))
    return found.why if isinstance(found, Stale) else None


def test_an_answer_is_used_again_with_the_tokens_it_had(ledger: Ledger) -> None:
    with ledger.writer() as writer:
        answered(writer, 1, model_served="m-1", latency=2.0)
    found = ledger.reusable([key(1), key("never sent")])
    assert found.keys() == {key(1)}
    one = found[key(1)]
    assert isinstance(one, Reusable)
    assert one.answer == answer(1)
    assert one.result.latency == 2.0
    assert one.result.usage == result(intent(1)).usage
    assert one.intent.run_id == "r1"


def test_an_answer_that_was_cut_is_used_again(ledger: Ledger) -> None:
    with ledger.writer() as writer:
        answered(writer, 1, finish_reason="length")
    assert isinstance(ledger.reusable([key(1)])[key(1)], Reusable)


def test_an_old_answer_is_stale_where_an_age_is_set(ledger: Ledger, clock: Clock) -> None:
    with ledger.writer() as writer:
        answered(writer, 1)
    clock.now += 31 * DAY
    assert why(ledger, 1, 30 * DAY) == "old"
    assert why(ledger, 1) is None


def test_answers_of_a_model_whose_name_is_fixed_do_not_age(ledger: Ledger, clock: Clock) -> None:
    with ledger.writer() as writer:
        answered(writer, 1)
    clock.now += 400 * DAY
    model = intent(1).model
    for fixed, kind in ((model, Reusable), (f"{model}-latest", Stale)):
        found = ledger.reusable([key(1)], 30 * DAY, lambda name, fixed=fixed: name == fixed)
        assert isinstance(found[key(1)], kind)


def test_an_answer_of_a_clock_that_went_back_is_not_old(ledger: Ledger, clock: Clock) -> None:
    with ledger.writer() as writer:
        answered(writer, 1)
    clock.now -= 100 * DAY
    assert why(ledger, 1, DAY) is None


def test_an_answer_is_stale_once_the_model_was_served_by_another(ledger: Ledger) -> None:
    with ledger.writer() as writer:
        answered(writer, 1, model_served="m-1")
        answered(writer, 2, at=NOON + 5, model_served="m-2")
        answered(writer, 3, at=NOON + 9)
    assert why(ledger, 1) == "served_by_another"
    assert why(ledger, 2) is None
    assert why(ledger, 3) == "served_by_another"  # nobody knows by whom


def test_errors_and_calls_without_an_end_are_not_used_again(ledger: Ledger) -> None:
    with ledger.writer() as writer:
        writer.commit_intents([intent(1), intent(2)])
        writer.end(failure(intent(1)))
    assert why(ledger, 1) == "failed"
    assert why(ledger, 2) == "unanswered"


def test_of_several_answers_the_newest_that_may_be_used_counts(ledger: Ledger) -> None:
    with ledger.writer() as writer:
        answered(writer, 1, attempt="b", at=NOON)
        answered(writer, 1, attempt="a", at=NOON + 5)
        failed = intent(1, attempt="c", sent_at=NOON + 9)
        writer.commit_intents([failed])
        writer.end(failure(failed))
    found = ledger.reusable([key(1)])[key(1)]
    assert isinstance(found, Reusable)
    assert found.intent.attempt_id == "a"


def test_a_thousand_keys_are_asked_at_once(ledger: Ledger) -> None:
    with ledger.writer() as writer:
        sent = [intent(n) for n in range(1200)]
        writer.commit_intents(sent)
        writer.end_all((result(one), answer(n)) for n, one in enumerate(sent))
    found = ledger.reusable(key(n) for n in range(1500))
    assert len(found) == 1200
    assert all(isinstance(one, Reusable) for one in found.values())


def test_a_used_answer_keeps_its_price_and_says_which_run_paid(ledger: Ledger) -> None:
    with ledger.writer() as writer:
        writer.add(run("r1"), item(1), STORED)
        answered(writer, 1)
        writer.add(scored(1))
        writer.add(run("r2"), item(1, "r2"), Reuse("r2", key(1), "r1-1", "r1"))
    (found,) = ledger.outcomes("r2")
    assert found.from_run == "r1"
    assert found.answer == answer(1)
    assert found.result is not None
    assert found.result.price_sha256 == STORED.price_sha256
    assert ledger.total("r2").attempts == 0
    assert ledger.total("r2").committed == 0
    assert [one.score.value for one in ledger.scores("r2")] == [1.0]
    assert list(ledger.run_state("r2").left([key(1), key(2)])) == [(key(2), 1)]


def test_a_later_answer_does_not_change_an_earlier_run(ledger: Ledger) -> None:
    with ledger.writer() as writer:
        writer.add(run("r1"), item(1), run("r2"), item(1, "r2"))
        answered(writer, 1)
        fresh = intent(1, "r2", sent_at=NOON + 5)
        writer.commit_intents([fresh])
        writer.end(result(fresh), answer("another"))
    assert [one.answer for one in ledger.outcomes("r1")] == [answer(1)]
    assert [one.answer for one in ledger.outcomes("r2")] == [answer("another")]


@pytest.mark.parametrize(
    "model", ["baseline:nearest", "replay:anthropic:claude-sonnet-5-5", "own/rules.py:answer:any"]
)
def test_what_was_worked_out_here_stands_in_for_nothing(ledger: Ledger, model: str) -> None:
    with ledger.writer() as writer:
        answered(writer, 1, attempt="vendor's", at=NOON - DAY)
        sent = replace(intent(1, attempt="ours", sent_at=NOON), model=model)
        writer.commit_intents([sent])
        writer.end(result(sent), answer("ours"))
    found = ledger.reusable([key(1)])[key(1)]
    assert isinstance(found, Reusable)
    assert found.intent.attempt_id == "vendor's"
