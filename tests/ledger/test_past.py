"""What earlier runs tell of the next one."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from promptops.ledger import Ledger
from promptops.ledger.past import newest_runs, took, used, worth
from promptops.model.evaluation import Score
from promptops.model.money import Usage
from tests.ledger.makers import (
    MODEL,
    NOON,
    STORED,
    USAGE,
    answer,
    failure,
    intent,
    item,
    key,
    result,
    run,
    scored,
)

PLAN = '{"prompt":"letters/sort","versions":["v3","v4"]}'
LATER = Usage(50, 5)


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """Yield a ledger of two runs of a prompt, and of one of another."""
    with Ledger.memory() as found, found.writer() as writer:
        second = replace(run("r2"), plan=PLAN, started=NOON + 60)
        other = replace(run("r3"), plan=PLAN.replace("sort", "file"), started=NOON + 90)
        writer.add(replace(run(), plan=PLAN), second, other, STORED)
        writer.add(item(1), item(2), item(1, version="v4"), item(3, "r2"), item(9, "r3"))
        first, fails, third = intent(1), intent(2), intent(3, "r2")
        of_other, judge = intent(9, "r3"), intent("j", purpose="judge")
        writer.commit_intents([first, fails, third, of_other, judge])
        writer.end(result(first, latency=2.0, model_served="a"), answer(1))
        writer.end(failure(fails))
        writer.end(result(third, latency=4.0, model_served="a", usage=LATER), answer(3))
        writer.end(result(of_other, latency=1.0, model_served="a"), answer(9))
        writer.end(result(judge, usage=Usage(7)), answer("j"))
        writer.flush()
        yield found


def test_the_runs_of_a_prompt_come_the_newest_first(ledger: Ledger) -> None:
    with ledger.lent() as rows:
        assert newest_runs(rows, "letters/sort") == ["r2", "r1"]
        assert newest_runs(rows, "letters") == []


def test_answered_calls_tell_what_they_used_and_judges_are_none_of_them(ledger: Ledger) -> None:
    with ledger.lent() as rows:
        assert used(rows, ["r2", "r1"], MODEL) == [LATER, USAGE]
        assert used(rows, ["r2", "r1"], MODEL, "v3") == [LATER, USAGE]
        assert used(rows, ["r2", "r1"], MODEL, "v4") == [USAGE]  # it shares the first's answer
        assert used(rows, ["r1"], "house:other") == []


def test_a_models_latencies_are_those_of_all_its_runs_in_order(ledger: Ledger) -> None:
    with ledger.lent() as rows:
        assert took(rows, MODEL) == [1.0, 2.0, 4.0]


def test_what_answers_were_worth_is_the_last_word_that_did_not_fail(ledger: Ledger) -> None:
    with ledger.writer() as writer:
        writer.add(
            scored(1, score=Score(0.0)),
            scored(1, score=Score(1.0), scored_at=NOON + 5),
            scored(1, score=Score(None, error="no judge"), scored_at=NOON + 9),
        )
        writer.flush()
    with ledger.lent() as rows:
        found = worth(rows, "r1", "label")
        assert worth(rows, "r1", key("another")) == {}
    assert {side: {case: one.value for case, one in cases.items()} for side, cases in found.items()
            } == {("v3", MODEL): {"case 1": 1.0}, ("v4", MODEL): {"case 1": 1.0}}  # fmt: skip
