"""What recorded calls used and cost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from promptops.audit.spending import spending
from promptops.ledger.call_store import CallStore
from promptops.model.calls import Call, Context
from promptops.model.money import Price, Rates, Usage
from promptops.warehouse.tables import CALLS
from promptops.warehouse.warehouse import opened

if TYPE_CHECKING:
    from collections.abc import Sequence

SONNET = Price(
    "anthropic:claude-sonnet-5-5",
    Rates(Decimal(3), Decimal(15), Decimal("0.3"), {"5m": Decimal("3.75"), "1h": Decimal(6)}),
    ((1_000, Rates(Decimal(6), Decimal("22.5"), Decimal("0.6"), {"5m": Decimal("7.5")})),),
)
PLAIN = Price("openai:gpt-5.6", Rates(Decimal("1.25"), Decimal(10)))
COUNTS = st.integers(0, 2_000)
WRITES = st.fixed_dictionaries({}, optional={"5m": COUNTS})
USAGES = st.builds(Usage, COUNTS, COUNTS, COUNTS, WRITES)
CONTEXTS = st.builds(
    lambda model, feature: Context(model, feature=feature),
    st.sampled_from(["a:b", "c:d"]),
    st.sampled_from(["inbox", "search", None]),
)
CALL = st.builds(
    Call, st.uuids().map(str), st.floats(0, 10_000_000), CONTEXTS, st.none() | USAGES,
    st.sampled_from([SONNET, PLAIN, None]), session=st.sampled_from(["s", "t", None]),
)  # fmt: skip


def exact(calls: Sequence[Call]) -> Decimal:
    """Return the dollars of calls, one by one, without rounding."""
    return sum(
        (
            call.price.rates_for(call.usage.prompt_tokens).cost(call.usage)
            for call in calls
            if call.price is not None and call.usage is not None
        ),
        Decimal(0),
    )


@settings(max_examples=15)
@given(st.lists(CALL, unique_by=lambda call: call.call_id, max_size=30))
def test_dollars_by_any_columns_are_those_of_the_calls_one_by_one(
    calls: list[Call],
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.db"
        with CallStore.open(path) as store:
            store.add(calls)
        with closing(sqlite3.connect(path)) as connection:
            (seen,) = connection.execute("SELECT total(usd) FROM recorded_calls").fetchone()
        assert seen == pytest.approx(float(exact(calls)), rel=1e-9)
        house = opened(str(path))
        for by in ((), ("feature",), ("day", "model"), ("session",), ("feature", "session")):
            found = spending(house, by)
            assert sum((one.usd for one in found.values()), Decimal(0)) == exact(calls)
            assert sum(one.calls for one in found.values()) == len(calls)
            assert sum(one.untold for one in found.values()) == sum(
                call.usage is None for call in calls
            )
            assert sum(one.unpriced for one in found.values()) == sum(
                call.price is None and call.usage is not None for call in calls
            )


def test_rows_of_calls_can_be_chosen_first(tmp_path: Path) -> None:
    inbox = Context("openai:gpt-5.6", feature="inbox")
    with CallStore.open(tmp_path / "ledger.db") as store:
        store.add(Call(str(n), 86_400.0 * n, inbox, Usage(1_000_000), PLAIN) for n in range(1, 5))
    found = spending(opened(str(tmp_path / "ledger.db")), ("feature",), CALLS.filter(CALLS.day > 2))
    assert found["inbox",].usd == Decimal("2.50")
    assert found["inbox",].calls == 2
