"""Views of recorded calls say in numbers what the questions say in full."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from promptops.audit.question import Window
from promptops.audit.questions import questions
from promptops.ledger.call_store import CallStore
from promptops.ledger.place import Place
from promptops.model.calls import Call, Context, Outcome
from promptops.model.money import Usage
from promptops.warehouse.tables import OUTCOMES_IN_CONTEXT
from promptops.warehouse.warehouse import opened
from tests.audit.world import DAY, PLAIN, SONNET, calls, cost, made

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

CALLS = calls()


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ledger of the small world."""
    return made(tmp_path_factory.mktemp("views") / "ledger.db")


def seen(ledger: Path, query: str) -> list[dict[str, Any]]:
    """Return the rows of a query by the names of their columns."""
    with closing(sqlite3.connect(ledger)) as connection:
        found = connection.execute(query)
        names = [one[0] for one in found.description]
        return [dict(zip(names, row, strict=True)) for row in found]


def asked(ledger: Path, name: str, *keys: str) -> dict[tuple[Any, ...], dict[str, Any]]:
    """Return the rows of a ready question by some of their columns."""
    found = questions()[name].ask(opened(str(ledger)), Window())
    rows = [dict(zip((one.name for one in found.columns), row, strict=True)) for row in found.rows]
    return {tuple(row[key] for key in keys): row for row in rows}


def spent(found: Iterable[Call]) -> float:
    """Return the dollars of calls whose price is known, as a number."""
    return float(sum((one for one in map(cost, found) if one is not None), Decimal(0)))


def test_days_and_versions_cost_what_their_calls_do(ledger: Path) -> None:
    days = seen(ledger, "SELECT day, sum(calls) AS n, sum(usd) AS usd FROM spent_by_day GROUP BY 1")
    questioned = {str(key): row for (key,), row in asked(ledger, "days", "day").items()}
    assert {row["day"]: row["n"] for row in days} == {
        day: row["calls"] for day, row in questioned.items()
    }
    for row in days:
        assert row["usd"] == pytest.approx(float(questioned[row["day"]]["usd"]))
    for row in seen(ledger, "SELECT * FROM spent_by_version"):
        key = (row["prompt"], row["version"], row["model"])
        of = [one for one in CALLS if (*one.context[1:3], one.context.model) == key]
        priced = [one for one in of if cost(one) is not None]
        assert row["calls"] == len(of)
        assert row["priced"] == (len(priced) or None)
        assert row["usd_per_call"] == (
            pytest.approx(spent(of) / len(priced)) if priced else None
        )  # fmt: skip


def test_outcomes_by_version_are_those_of_the_question(ledger: Path) -> None:
    keys = ("prompt", "version", "outcome")
    questioned = asked(ledger, "outcomes-by-version", *keys)
    found = seen(ledger, "SELECT *, kind AS outcome FROM outcomes_by_version")
    assert {tuple(row[key] for key in keys) for row in found} == set(questioned)
    for row in found:
        other = questioned[tuple(row[key] for key in keys)]
        assert (row["good"], row["calls"]) == (other["good"], other["calls"])
        assert row["good"] / row["told"] == other["good_share"]
        assert row["usd_per_good"] == pytest.approx(float(other["usd_per_outcome"]))
    told = seen(ledger, "SELECT count(*) AS n, sum(value_usd) AS usd FROM recorded_outcomes")
    assert told[0]["n"] == 165
    assert told[0]["usd"] == pytest.approx(sum(row["value_usd"] or 0 for row in found))


def test_a_call_whose_price_is_not_known_in_full_has_no_dollars(tmp_path: Path) -> None:
    context = Context(SONNET.model)
    with CallStore.open(tmp_path / "ledger.db") as store:
        store.add([
            Call("known", 0.0, context, Usage(0, 0, 0, {"1h": 1_000_000}), SONNET),
            Call("other", 1.0, context, Usage(5, 0, 0, {"30m": 1_000_000}), SONNET),
            Call("plain", 2.0, context, Usage(0, 0, 0, {"30m": 1_000_000}), PLAIN),
        ])  # fmt: skip
    found = seen(tmp_path / "ledger.db", "SELECT call_id, usd FROM recorded_calls ORDER BY 1")
    assert [row["usd"] for row in found] == [6.0, None, 1.25]


def test_an_outcome_is_of_its_sessions_last_call_before_it(tmp_path: Path) -> None:
    one, other = Context("a:b", feature="one"), Context("a:b", feature="other")
    with CallStore.open(tmp_path / "ledger.db") as store:
        store.add([
            Call("a", DAY - 1.0, one, session="s"), Call("b", DAY + 1.0, other, session="s"),
            Call("c", DAY + 9.0, one, session="s"), Call("d", DAY + 2.0, one, session="t"),
        ])  # fmt: skip
        store.tell([
            Outcome("before", DAY - 2.0, "done", session="s"),
            Outcome("first", DAY + 0.0, "done", session="s"),
            Outcome("second", DAY + 1.0, "done", session="s"),
            Outcome("third", DAY + 99.0, "done", session="s"),
            Outcome("own", DAY - 5.0, "done", call_id="d"),
            Outcome("lost", DAY + 5.0, "done", call_id="z"),
        ])  # fmt: skip
    query = "SELECT outcome_id, feature FROM recorded_outcomes ORDER BY 1"
    found = {row["outcome_id"]: row["feature"] for row in seen(tmp_path / "ledger.db", query)}
    assert found == {
        "before": None, "first": "one", "second": "other", "third": "one", "own": "one",
        "lost": None,
    }  # fmt: skip
    days = seen(tmp_path / "ledger.db", "SELECT outcome_id, day FROM outcomes_in_context")
    assert {row["outcome_id"]: row["day"] for row in days} == {
        "before": None, "first": 0, "second": 1, "third": 1, "own": 1, "lost": None,
    }  # fmt: skip


def test_a_ledger_without_the_views_is_asked_the_same(ledger: Path, tmp_path: Path) -> None:
    old = tmp_path / "old.db"
    with closing(sqlite3.connect(ledger)) as source, closing(sqlite3.connect(old)) as target:
        source.backup(target)
        target.execute("DROP VIEW outcomes_by_version")
        target.execute("DROP VIEW recorded_outcomes")
        target.execute("DROP VIEW outcomes_in_context")
    assert asked(old, "outcomes", "feature", "outcome") == asked(
        ledger, "outcomes", "feature", "outcome"
    )
    assert seen(old, "SELECT name FROM sqlite_master WHERE name = 'outcomes_in_context'") == []
    with closing(Place.file(old, 1.0).connect(write=False)) as connection:
        assert connection.execute("SELECT count(*) FROM outcomes").fetchone() == (165,)
    assert len(opened(str(old)).rows(OUTCOMES_IN_CONTEXT)) == 165
