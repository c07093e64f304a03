"""A month of recorded calls: import beside raw SQLite, each question's time, each figure's truth.

    python benchmarks/month.py              # 1,000,000 calls of seed 1
    python benchmarks/month.py 100000 7     # another number, another seed
    python benchmarks/month.py 1000000 1 FOLDER     # keep, or take again, what was made

The world is ``month_world``, its truth ``month_truth``. Every row of every question is compared
with the truth: counts, tokens and dollars digit by digit; dollars that are shares of shares (of
parts, and of cache misses) to twenty digits. "Raw" is ``sqlite3.executemany`` of rows that are laid
out already, into the tables and indexes of a ledger. Exits with 1 if a figure is another.
"""

from __future__ import annotations

import csv
import json
import pickle
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self

from month_truth import Truth
from month_world import month

from promptops.audit.question import Window
from promptops.audit.questions import questions
from promptops.intake.columns import FIELDS
from promptops.ledger.call_store import CallStore
from promptops.registry.records import pricing
from promptops.warehouse.copying import to_parquet
from promptops.warehouse.warehouse import opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.model.calls import Call

AT_ONCE: Final = 20_000
TABLES: Final = ("prices", "contexts", "calls")
ROUGHLY: Final = {"parts": ("usd", "share"), "cache": ("missed_usd",)}
# What a CSV cannot tell (attempts, causes, failures, parts) leaves these as they are.
IMPORTED: Final = ("features", "segments", "versions", "models", "tenants", "days", "cache")


class Watch:
    """Seconds by the clock and of the processor between entering and leaving, children included."""

    def __enter__(self) -> Self:
        """Start."""
        self.wall, self.cpu = -time.perf_counter(), -_cpu()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.wall += time.perf_counter()
        self.cpu += _cpu()


def _cpu() -> float:
    both = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    return sum(one.ru_utime + one.ru_stime for one in map(resource.getrusage, both))


def made(folder: Path, count: int, seed: int) -> Truth:
    """Write the month's ledger, its CSV and its Parquet files; returns the truth."""
    told = folder / f"truth-{count}-{seed}.pickle"
    if told.exists():
        known: Truth = pickle.loads(told.read_bytes())  # written below, by this script
        return known
    truth, outcomes = Truth(), []
    ledger = folder / ".promptops" / "ledger.db"
    with Watch() as watch, CallStore.open(ledger) as store, (folder / "calls.csv").open("w") as to:
        lines = csv.writer(to)
        lines.writerow(FIELDS)

        def calls() -> Iterator[Call]:
            for call, outcome in month(count, seed, pricing(folder)):
                truth.add(call, outcome)
                lines.writerow(_cells(call))
                if outcome is not None:
                    outcomes.append(outcome)
                yield call

        assert store.add(calls()).new == count
        store.tell(outcomes)
    size = ledger.stat().st_size / count
    print(f"made in {watch.cpu:.0f} CPU s: {len(outcomes):,} outcomes, {size:.0f} bytes a call")
    with Watch() as watch:
        to_parquet(ledger, folder / "parquet")
    print(f"exported to Parquet in {watch.wall:.1f} s ({watch.cpu:.1f} CPU s)")
    told.write_bytes(pickle.dumps(truth))
    return truth


def _cells(call: Call) -> tuple[Any, ...]:
    usage, context = call.usage, call.context
    tokens: Sequence[Any] = ("",) * 5
    if usage is not None:
        written = usage.cache_write_tokens
        tokens = (usage.input_tokens, usage.output_tokens, usage.cache_read_tokens,
                  written.get("5m", 0), written.get("1h", 0))  # fmt: skip
    return (
        call.at, context.model, *tokens, call.reasoning_tokens, call.call_id, context.prompt,
        context.version, call.session, call.tenant, context.feature, context.segment, None,
        context.max_tokens, call.finish, call.latency, "yes" if context.tier == "batch" else "",
    )  # fmt: skip


def importing(folder: Path) -> Path:
    """Import the CSV with the command, and what came of it by raw SQLite; returns the ledger."""
    mine, raw = folder / "imported.db", folder / "raw.db"
    for path in (mine, raw):
        for one in folder.glob(f"{path.name}*"):
            one.unlink()
    with Watch() as ours:
        ran(folder, "import", "calls.csv", "--ledger", str(mine))
    with closing(sqlite3.connect(mine)) as source:
        rows = {
            table: source.execute(f"SELECT * FROM {table}{order}").fetchall()
            for table, order in zip(TABLES, ("", "", " ORDER BY at"), strict=True)
        }
    CallStore.open(raw).close()
    with closing(sqlite3.connect(raw, isolation_level=None)) as target, Watch() as plain:
        target.execute("PRAGMA synchronous = NORMAL")
        for table, found in rows.items():
            places = ",".join("?" * len(found[0])) if found else ""
            for start in range(0, len(found), AT_ONCE):
                target.execute("BEGIN IMMEDIATE")
                some = found[start : start + AT_ONCE]
                target.executemany(f"INSERT INTO {table} VALUES ({places})", some)
                target.execute("COMMIT")
    number = len(rows["calls"])
    for name, took in (("ledger import", ours), ("raw executemany", plain)):
        print(f"{name:16} {number / took.wall:9,.0f} rows/s {took.wall:6.1f} s, "
              f"{number / took.cpu:9,.0f} rows/CPU s {took.cpu:6.1f} CPU s")  # fmt: skip
    print(f"ratio {plain.wall / ours.wall:.2f} by the clock, {plain.cpu / ours.cpu:.2f} by CPU "
          "(wanted: 0.60)")  # fmt: skip
    return mine


def ran(folder: Path, *words: str) -> str:
    """Return what a command of the ledger says, run as a process."""
    line = [sys.executable, "-m", "promptops", "ledger", *words]
    done = subprocess.run(line, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"{' '.join(words)}: {done.stderr}")
    return done.stdout


def asked(folder: Path, name: str, truth: Truth, place: str) -> tuple[Watch, int]:
    """Ask a question as a process; returns how long it took and how many rows are wrong."""
    with Watch() as watch:
        said = ran(folder, "query", name, "--from", place, "--format", "json")
    found = json.loads(said, parse_float=float)
    kinds = {one["name"]: one["kind"] for one in found["columns"]}
    rows = [
        tuple(Decimal(v) if kinds[k] == "usd" and v is not None else v for k, v in row.items())
        for row in found["rows"]
    ]
    rough = [list(kinds).index(one) for one in ROUGHLY.get(name, ())]
    return watch, wrong(name, rows, truth.rows(name), rough)


def wrong(name: str, found: list[Any], true: list[Any], rough: list[int]) -> int:
    """Return how many rows are not those of the truth, and print the first."""
    bad, many = 0, max(len(found), len(true))
    pairs = zip(sorted(found, key=_order), sorted(true, key=_order), strict=False)
    for one, other in pairs:
        same = len(one) == len(other) and all(
            a == b or (place in rough and a and b and abs(Decimal(a) / Decimal(b) - 1) < tiny(a))
            for place, (a, b) in enumerate(zip(one, other, strict=True))
        )
        if not same:
            if not bad:
                print(f"{name}: {one}\n  truth: {other}")
            bad += 1
    return bad + many - min(len(found), len(true))


def tiny(value: Any) -> Decimal:
    """Return how far apart two figures may be: dollars are decimals, shares are floats."""
    return Decimal("1e-20") if isinstance(value, Decimal) else Decimal("1e-14")


def _order(row: tuple[Any, ...]) -> str:
    return str([one for one in row if one is None or isinstance(one, str | int)])


def within(folder: Path, name: str) -> Watch:
    """Ask a question of Parquet in this process, with a connection of its own."""
    with Watch() as watch:
        questions()[name].ask(opened(str(folder / "parquet")), Window())
    return watch


def measured(folder: Path, truth: Truth) -> int:
    """Print each question's times on SQLite and DuckDB; returns how many rows are wrong."""
    all_wrong = 0
    within(folder, "tokens")  # imports
    print(f"\n{'question':20} {'rows':>5} {'SQLite s':>9} {'CPU':>5} {'DuckDB s':>9} {'CPU':>5} "
          f"{'its query s':>11} {'CPU':>5}  wrong")  # fmt: skip
    for name in questions():
        lite, bad = asked(folder, name, truth, ".promptops/ledger.db")
        duck, worse = asked(folder, name, truth, "parquet")
        query = within(folder, name)
        all_wrong += bad + worse
        print(f"{name:20} {len(truth.rows(name)):5} {lite.wall:9.2f} {lite.cpu:5.2f} "
              f"{duck.wall:9.2f} {duck.cpu:5.2f} {query.wall:11.2f} {query.cpu:5.2f} "
              f" {bad + worse}", flush=True)  # fmt: skip
    return all_wrong


def main() -> None:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(sys.argv[3] if len(sys.argv) > 3 else name).absolute()
        (folder / "prompts").mkdir(parents=True, exist_ok=True)
        (folder / "pyproject.toml").write_text("[tool.promptops]\n")
        print(f"{count:,} calls of seed {seed}; wanted: 2 s on SQLite, 0.5 s of DuckDB's query")
        truth = made(folder, count, seed)
        bad = measured(folder, truth)
        imported = importing(folder)
        for one in IMPORTED:
            bad += asked(folder, one, truth, str(imported))[1]
        print(f"{bad} rows are wrong" if bad else "every figure is that of the truth")
    sys.exit(bad > 0)


if __name__ == "__main__":
    main()
