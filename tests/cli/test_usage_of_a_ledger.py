"""``promptops usage sync`` of recorded calls."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from promptops.ledger.call_store import CallStore
from promptops.model.calls import Call, Context
from promptops.model.money import Usage
from promptops.usage import ledger_calls
from promptops.usage.ledger_calls import LedgerCalls
from tests.cli.commands import promptops, write

DAY = 86_400.0
SORT = Context("anthropic:claude-sonnet-5-5", "sort", "v1")


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A project with one prompt, which was called 100 times in ten days."""
    write(tmp_path, sort="---\nversion: 1\nmodel: anthropic:claude-sonnet-5-5\n---\nSort it.\n")
    (tmp_path / "usage.yml").write_text(
        "version: 1\nprompts:\n  sort:\n    retries: {max: 2}\n"
        "    from: ledger 2024-01-01..2024-01-02, n=50\n"
    )
    calls = []
    for n in range(100):
        again = n % 10 == 9  # the answer before could not be used
        context = SORT._replace(tier="batch") if n % 4 == 0 else SORT
        calls.append(
            Call(f"c{n}", 20_000 * DAY + n * DAY / 10, context, Usage(500, 20 + n % 3),
                 attempt=2 if again else 1, retry_cause="unfit" if again else None,
                 # Refused requests are billed to nobody.
                 error="invalid" if n % 10 == 3 else None)
        )  # fmt: skip
    with CallStore.open(tmp_path / ".promptops" / "ledger.db") as store:
        store.add(calls)
    return tmp_path


def test_recorded_calls_fill_the_usage_file(here: Path) -> None:
    done = promptops("usage", "sync", cwd=here)
    assert done.code == 0, done.err
    assert done.out.startswith("1 ledger, 2024-10-04..2024-10-13, ")
    entry = yaml.safe_load((here / "usage.yml").read_text())["prompts"]["sort"]
    assert entry["calls_per_month"]["expected"] == pytest.approx(274, abs=1)  # retries are none
    assert entry["batch_share"] == 0.25
    assert entry["retries"] == {"max": 2, "billed_failure": 0.1}
    assert entry["from"] == "ledger 2024-10-04..2024-10-13, n=100"


def test_of_one_prompt_the_newest_calls_are_read(
    here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = here / ".promptops" / "ledger.db"
    with CallStore.open(path) as store:
        store.add([Call("other", 20_001 * DAY, SORT._replace(prompt="other"), o200k_tokens=7)])
    assert [one.encoded for one in LedgerCalls(path) if one.id == "other"] == [7]
    assert len(list(LedgerCalls(path))) == 101
    assert {one.prompt for one in LedgerCalls(path, "sort")} == {"sort@v1"}
    monkeypatch.setattr(ledger_calls, "MOST", 2)
    assert [one.id for one in LedgerCalls(path, "sort")] == ["c99", "c98"]


def test_a_ledger_of_before_counts_is_read(here: Path) -> None:
    path = here / ".promptops" / "ledger.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE counted")
    assert len(list(LedgerCalls(path))) == 100


def test_without_a_ledger_a_trace_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, sort="Sort it.\n")
    done = promptops("usage", "sync", cwd=tmp_path)
    assert done.code == 2
    assert "name a trace with --from" in done.err
