"""Each ready question's answer is what the calls one by one come to, on every database."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any, get_args

import pytest

from promptops.audit.question import Window
from promptops.audit.questions import questions
from promptops.reporters import answer_json
from promptops.reporters.contracts import read_report
from promptops.reporters.contracts.ledger_query import LedgerQueryReport, QuestionName
from tests.audit.world import SONNET, calls, cost, made, outcomes

if TYPE_CHECKING:
    from pathlib import Path

    from promptops.model.calls import Call
    from promptops.warehouse.warehouse import Warehouse

EVER = Window()
CALLS = calls()
NOTHING = Decimal(0)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger of the small world."""
    return made(tmp_path_factory.mktemp("world") / "ledger.db")


def rows(house: Warehouse, name: str) -> list[dict[str, Any]]:
    """Return the rows of a question by the names of their columns."""
    found = questions()[name].ask(house, EVER)
    return [dict(zip((one.name for one in found.columns), row, strict=True)) for row in found.rows]


def spent(found: list[Call]) -> Decimal:
    """Return the dollars of calls whose price is known."""
    return sum((one for one in map(cost, found) if one is not None), NOTHING)


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("features", lambda c: (c.context.feature,)),
        ("segments", lambda c: (c.context.segment,)),
        ("versions", lambda c: (c.context.prompt, c.context.version)),
        ("models", lambda c: (c.context.model, None)),
        ("tenants", lambda c: (c.tenant,)),
        ("days", lambda c: (int(c.at // 86_400),)),
    ],
)
def test_costs_by_anything_are_those_of_the_calls(house: Warehouse, name: str, key: Any) -> None:
    groups = defaultdict(list)
    for call in CALLS:
        groups[key(call)].append(call)
    found = sorted((row["calls"], row["usd"] or NOTHING) for row in rows(house, name))
    assert found == sorted((len(of), spent(of)) for of in groups.values())


def test_kinds_of_tokens_sum_up_to_the_whole(house: Warehouse) -> None:
    found = {row["kind"]: row for row in rows(house, "tokens")}
    usages = [one.usage for one in CALLS if one.usage]
    assert found["output"]["tokens"] == sum(one.output_tokens for one in usages)
    assert sum(row["tokens"] for row in found.values()) == sum(
        one.prompt_tokens + one.output_tokens for one in usages
    )
    assert sum(row["usd"] for row in found.values()) == spent(CALLS)


def test_later_attempts_are_told_by_cause(house: Warehouse) -> None:
    later = [one for one in CALLS if one.attempt > 1]
    found = {row["cause"]: (row["calls"], row["usd"]) for row in rows(house, "retries")}
    assert found == {
        cause: (len(of), spent(of))
        for cause in ("rate_limited", "server")
        if (of := [one for one in later if one.retry_cause == cause])
    }


def test_answers_that_were_cut_are_told(house: Warehouse) -> None:
    found = {row["finish"]: row["calls"] for row in rows(house, "finishes")}
    assert found == Counter(one.finish or "not told" for one in CALLS)


def test_lengths_are_the_values_below_which_shares_lie(house: Warehouse) -> None:
    groups = defaultdict(list)
    for call in CALLS:
        if call.usage:
            context = call.context
            key = (context.prompt, context.version, context.model, context.max_tokens)
            groups[key].append(call)
    found = rows(house, "lengths")
    assert len(found) == len(groups)
    for row in found:
        of = groups[row["prompt"], row["version"], row["model"], row["max_tokens"]]
        lengths = sorted(one.usage.output_tokens for one in of if one.usage)
        assert row["most"] == lengths[-1]
        assert sum(one <= row["p95"] for one in lengths) >= 0.95 * len(lengths)
        assert sum(one < row["p95"] for one in lengths) < 0.95 * len(lengths)
        assert row["cut"] == sum(one.finish == "length" for one in of) / len(of)


def test_misses_cost_what_reading_would_have_saved(house: Warehouse) -> None:
    groups = defaultdict(list)
    for call in CALLS:
        if call.usage:
            groups[call.context.prompt, call.context.version, call.context.model].append(call)
    for row in rows(house, "cache"):
        of = groups[row["prompt"], row["version"], row["model"]]
        hits = [one for one in of if one.usage and one.usage.cache_read_tokens]
        assert row["hits"] == len(hits) / len(of)
        if row["model"] == SONNET.model:
            written = [one.usage.cache_write_tokens for one in of if one.usage]
            short = sum(one.get("5m", 0) for one in written)
            long = sum(one.get("1h", 0) for one in written)
            misses = len(of) - len(hits)
            # All that was written is below the 1,200 tokens that hits read; the rest was plain.
            plain = min(misses * 1_200 - short - long, plain_of(of))
            dear = short * Decimal("3.45") + long * Decimal("5.7") + plain * Decimal("2.7")
            assert row["missed_usd"] == dear / 1_000_000


def plain_of(found: list[Call]) -> int:
    """Return the plain input of calls that read nothing."""
    return sum(
        one.usage.input_tokens for one in found if one.usage and not one.usage.cache_read_tokens
    )


def test_parts_share_out_the_input_of_calls_that_tell_them(house: Warehouse) -> None:
    told = [one for one in CALLS if one.parts]
    found = {row["part"]: row for row in rows(house, "parts")}
    assert found["instructions"]["characters"] == 800 * len(told)
    assert found["user"]["characters"] == sum(one.parts["user"] for one in told)
    output = sum(
        (one.price.rates.output * one.usage.output_tokens / 1_000_000
         for one in told if one.usage and one.price),
        NOTHING,
    )  # fmt: skip
    shared = sum((row["usd"] for row in found.values()), NOTHING)
    assert shared == pytest.approx(spent(told) - output, rel=Decimal("1e-20"))


@pytest.mark.parametrize("kind", ["resolved", "accepted"])
def test_an_outcome_costs_what_all_calls_of_its_feature_cost(house: Warehouse, kind: str) -> None:
    by_id = {one.call_id: one for one in CALLS}
    good: Counter[str | None] = Counter()
    value: Counter[str | None] = Counter()
    for told in outcomes():
        if told.kind != kind:
            continue
        if told.call_id is not None:
            last = by_id[told.call_id]
        else:
            session = [one for one in CALLS if one.session == told.session and one.at <= told.at]
            last = max(session, key=lambda one: one.at)
        good[last.context.feature] += told.good
        value[last.context.feature] += int((told.value_usd or 0) * 100)
    found = [row for row in rows(house, "outcomes") if row["outcome"] == kind]
    assert {row["feature"]: row["good"] for row in found} == dict(good)
    for row in found:
        of = [one for one in CALLS if one.context.feature == row["feature"]]
        assert row["usd"] == spent(of)
        assert row["usd_per_outcome"] == spent(of) / good[row["feature"]]
        if kind == "resolved":
            assert row["value_usd"] * 100 == value[row["feature"]]


def test_a_version_is_held_against_the_one_before_it(house: Warehouse) -> None:
    for row in rows(house, "changes"):
        if row["version"] == "v2" and row["before"] is not None:
            assert row["change"] == row["usd_per_call"] / row["before"] - 1
    assert {row["version"] for row in rows(house, "changes")} == {"v1", "v2"}


def test_every_question_says_what_it_says_of_itself(house: Warehouse) -> None:
    for name, question in questions().items():
        found = question.ask(house, EVER)
        assert found.question == name
        assert found.rows or found.notes
        assert all(len(row) == len(found.columns) for row in found.rows)
        read = read_report(json.dumps(answer_json.report(found)))
        assert isinstance(read, LedgerQueryReport)
        assert read.question == name
        assert len(read.rows) == len(found.rows)


def test_the_questions_of_the_contract_are_those_there_are() -> None:
    assert get_args(QuestionName) == tuple(questions())
