"""Recorded calls as rows of the ledger."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from promptops.errors import LedgerError, NotEstimable
from promptops.ledger import Ledger
from promptops.ledger.call_pruning import prune
from promptops.ledger.call_store import Added, CallStore
from promptops.ledger.prices import from_json
from promptops.model.calls import Call, Context, Outcome
from promptops.model.money import Price, Rates, Usage

if TYPE_CHECKING:
    from pathlib import Path

DAY = 86_400
RATES = Rates(Decimal(3), Decimal(15), Decimal("0.3"), {"5m": Decimal("3.75"), "1h": Decimal(6)})
DEAR = Rates(Decimal(6), Decimal("22.5"))
PRICE = Price("anthropic:claude-sonnet-5-5", RATES, ((200_000, DEAR),), batch=None)
INBOX = Context("anthropic:claude-sonnet-5-5", "support/triage", "v3", feature="inbox")


def asked(path: Path, query: str) -> list[Any]:
    """Return what a ledger answers."""
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def test_a_call_is_added_once(tmp_path: Path) -> None:
    calls = [Call("a", 1.5 * DAY, INBOX, Usage(10, 3), PRICE), Call("b", 2.0 * DAY, INBOX)]
    with CallStore.open(tmp_path / "ledger.db") as store:
        assert store.add(calls) == Added(2, 0)
        assert store.add(calls) == Added(0, 2)
    found = asked(tmp_path / "ledger.db", "SELECT call_id, day, input_tokens FROM calls ORDER BY 1")
    assert found == [("a", 1, 10), ("b", 2, None)]


def test_calls_with_the_same_circumstances_share_a_context(tmp_path: Path) -> None:
    for start in (0, 10):  # another store comes to the same ids
        with CallStore.open(tmp_path / "ledger.db") as store:
            store.add(Call(str(start + n), 1.0, INBOX, Usage(n, 1), PRICE) for n in range(5))
    assert asked(tmp_path / "ledger.db", "SELECT feature, prompt, version FROM contexts") == [
        ("inbox", "support/triage", "v3")
    ]


def test_tokens_written_to_the_cache_are_kept_by_lifetime(tmp_path: Path) -> None:
    both = Usage(1, 1, 2, {"1h": 7, "5m": 4})
    late = Usage(1, 1, 2, {"1h": 9})
    with CallStore.open(tmp_path / "ledger.db") as store:
        store.add([Call("a", 0.0, INBOX, both, PRICE), Call("b", 0.0, INBOX, late, PRICE)])
    found = asked(
        tmp_path / "ledger.db",
        "SELECT write_ttl, cache_write_tokens, long_ttl, cache_write_long_tokens "
        "FROM calls JOIN contexts USING (context_id) ORDER BY call_id",
    )
    assert found == [("5m", 4, "1h", 7), ("1h", 9, None, 0)]


def test_three_lifetimes_in_one_call_are_refused(tmp_path: Path) -> None:
    usage = Usage(1, 1, 0, {"5m": 1, "30m": 1, "1h": 1})
    with (
        CallStore.open(tmp_path / "ledger.db") as store,
        pytest.raises(NotEstimable, match="5m, 30m, 1h"),
    ):
        store.add([Call("a", 0.0, INBOX, usage)])


def test_a_call_keeps_the_rates_of_its_own_length(tmp_path: Path) -> None:
    usages = [Usage(200_000, 5), Usage(200_001, 5)]
    with CallStore.open(tmp_path / "ledger.db") as store:
        store.add(Call(str(n), 0.0, INBOX, usage, PRICE) for n, usage in enumerate(usages))
    found = asked(
        tmp_path / "ledger.db",
        "SELECT price FROM calls JOIN contexts USING (context_id) "
        "JOIN prices USING (price_sha256) ORDER BY call_id",
    )
    paid = [from_json(price).rates for (price,) in found]
    assert paid == [RATES, DEAR]
    assert [rates.cost(usage) for rates, usage in zip(paid, usages, strict=True)] == [
        Decimal("0.600075"), Decimal("1.2001185"),
    ]  # fmt: skip


def test_a_batch_without_a_known_price_has_none(tmp_path: Path) -> None:
    batch = INBOX._replace(tier="batch")
    with CallStore.open(tmp_path / "ledger.db") as store:
        store.add([Call("a", 0.0, batch, Usage(1, 1), PRICE)])
    assert asked(tmp_path / "ledger.db", "SELECT price_sha256 FROM contexts") == [(None,)]


def test_values_of_outcomes_are_kept_to_a_billionth_of_a_dollar(tmp_path: Path) -> None:
    told = Outcome("o", 5.0, "converted", session="s", value_usd=Decimal("12.345678901"))
    with CallStore.open(tmp_path / "ledger.db") as store:
        assert store.tell([told]) == Added(1, 0)
        assert store.tell([told]) == Added(0, 1)
    found = asked(tmp_path / "ledger.db", "SELECT kind, session, value_nanousd FROM outcomes")
    assert found == [("converted", "s", 12_345_678_901)]


def test_pruning_evals_leaves_the_prices_of_calls(tmp_path: Path) -> None:
    with CallStore.open(tmp_path / "ledger.db") as store:
        store.add([Call("a", 0.0, INBOX, Usage(1, 1), PRICE)])
    with Ledger.open(tmp_path / "ledger.db") as ledger:
        ledger.prune(before=10.0)
    assert asked(tmp_path / "ledger.db", "SELECT count(*) FROM prices") == [(1,)]


def test_counts_of_what_calls_were_asked_go_with_their_calls(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with CallStore.open(path) as store:
        for _ in range(2):
            store.add([Call("a", 5.0, INBOX, o200k_tokens=40), Call("b", 15.0, INBOX)])
        store.count({"b": 50})
    assert asked(path, "SELECT * FROM counted ORDER BY 1") == [("a", 40), ("b", 50)]
    assert prune(path, before=10.0) == {
        "calls": 1,
        "outcomes": 0,
        "losses": 0,
        "billed": 0,
        "texts": 0,
    }
    assert asked(path, "SELECT * FROM counted") == [("b", 50)]


def test_a_store_that_stays_open_brings_back_what_was_pruned_meanwhile(tmp_path: Path) -> None:
    path = tmp_path / "ledger.db"
    with CallStore.open(path) as store:
        store.add([Call("old", 5.0, INBOX, Usage(1, 1), PRICE)])
        prune(path, before=10.0)
        with Ledger.open(path) as ledger:
            ledger.prune(before=10.0)
        assert asked(path, "SELECT count(*) FROM contexts, prices") == [(0,)]
        store.add([Call("young", 15.0, INBOX, Usage(1, 1), PRICE)])
    found = asked(path, "SELECT call_id, usd IS NOT NULL FROM recorded_calls")
    assert found == [("young", 1)]


def test_a_call_that_no_ledger_takes_keeps_no_other_from_it(tmp_path: Path) -> None:
    strange: Any = ("inbox",)  # a comma too many
    long = INBOX._replace(max_tokens=1 << 63)
    with CallStore.open(tmp_path / "ledger.db") as store:
        for context in (INBOX._replace(feature=strange), long):
            with pytest.raises(LedgerError):
                store.add([Call("odd", 1.0, context)])
            assert store.add([Call(f"after {context.max_tokens}", 1.0, INBOX)]) == Added(1, 0)
