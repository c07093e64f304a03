"""A month of recorded calls: import beside raw SQLite, each question's time, each figure's truth.

    python benchmarks/month.py                  # 1,000,000 calls of seed 1
    python benchmarks/month.py --postgres       # on a PostgreSQL server of its own as well
    python benchmarks/month.py 100000 7         # another number, another seed
    python benchmarks/month.py 1000000 1 FOLDER --no-import   # keep, or take again, what was made

The world is ``month_world``, its truth ``month_truth``. Every row of every question is compared
with the truth on every database: counts, tokens and dollars digit by digit; dollars that are shares
of shares (of parts, and of cache misses) to twenty digits; chances to three. On SQLite a question
is timed as a command, from its start to its end; on DuckDB and PostgreSQL in this process, with a
connection of its own. A question that took longer than its limit is asked twice more, and its best
time counts: the lesser of the clock and the processor, which other work on a machine does not
lengthen. "Raw" is ``sqlite3.executemany`` of rows that are laid out already, into the tables and
indexes of a ledger. Exits with 1 if a figure is another or a limit is missed.
"""

from __future__ import annotations

import argparse
import csv
import json
import pickle
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, closing
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
from promptops.reporters import answer_json
from promptops.warehouse.copying import to_parquet, to_postgres
from promptops.warehouse.warehouse import opened

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.model.calls import Call

AT_ONCE: Final = 20_000
TABLES: Final = ("prices", "contexts", "calls")
LIMITS: Final = {"sqlite": 2.0, "duckdb": 0.5, "postgres": None}  # seconds of a question
TURNS: Final = 3
ROUGHLY: Final = {"parts": ("usd", "share"), "cache": ("missed_usd",), "anomalies": ("chance",)}
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

    @property
    def least(self) -> float:
        """The lesser of both."""
        return min(self.wall, self.cpu)


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
    truth.end()
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
    """Ask a question as a command; returns how long it took and how many rows are wrong."""
    with Watch() as watch:
        said = ran(folder, "query", name, "--from", place, "--format", "json")
    return watch, compared(name, said, truth)


def within(name: str, truth: Truth, place: str) -> tuple[Watch, int]:
    """Ask a question in this process; returns how long it took and how many rows are wrong."""
    with Watch() as watch:
        answer = questions()[name].ask(opened(place), Window())
    return watch, compared(name, json.dumps(answer_json.report(answer)), truth)


def compared(name: str, said: str, truth: Truth) -> int:
    """Return how many rows of an answer in JSON are wrong."""
    found = json.loads(said, parse_float=float)
    kinds = {one["name"]: one["kind"] for one in found["columns"]}
    rows = [
        tuple(Decimal(v) if kinds[k] == "usd" and v is not None else v for k, v in row.items())
        for row in found["rows"]
    ]
    rough = [list(kinds).index(one) for one in ROUGHLY.get(name, ())]
    return wrong(name, rows, truth.rows(name), rough)


def wrong(name: str, found: list[Any], true: list[Any], rough: list[int]) -> int:
    """Return how many rows are not those of the truth, and print the first."""
    bad, many = 0, max(len(found), len(true))
    pairs = zip(sorted(found, key=_order), sorted(true, key=_order), strict=False)
    for one, other in pairs:
        same = len(one) == len(other) and all(
            a == b
            or (place in rough and a and b and abs(Decimal(a) / Decimal(b) - 1) < tiny(name, a))
            for place, (a, b) in enumerate(zip(one, other, strict=True))
        )
        if not same:
            if not bad:
                print(f"{name}: {one}\n  truth: {other}")
            bad += 1
    return bad + many - min(len(found), len(true))


def _near(one: Any, other: Any, apart: Decimal) -> bool:
    return abs(Decimal(one) / Decimal(other) - 1) < apart


def tiny(name: str, value: Any) -> Decimal:
    """Return how far apart two figures may be: dollars are decimals, shares are floats."""
    if name == "anomalies":
        return Decimal("1e-2")
    return Decimal("1e-20") if isinstance(value, Decimal) else Decimal("1e-14")


def _order(row: tuple[Any, ...]) -> str:
    return str([one for one in row if one is None or isinstance(one, str | int)])


def measured(folder: Path, truth: Truth, postgres: str | None) -> tuple[int, list[str]]:
    """Print each question's times; returns how many rows are wrong, and which limits are missed."""
    within("tokens", truth, str(folder / "parquet"))  # imports
    places = {"sqlite": ".promptops/ledger.db", "duckdb": str(folder / "parquet")}
    if postgres is not None:
        places["postgres"] = postgres
    heads = "".join(f"{one + ' s':>11} {'CPU':>6} {'limit':>6}" for one in places)
    print(f"\n{'question':20} {'rows':>5}{heads}  wrong")
    all_wrong, missed = 0, []
    for name in questions():
        told, bad = "", 0
        for kind, place in places.items():
            limit = LIMITS[kind]
            for _ in range(TURNS):
                watch, some = (
                    asked(folder, name, truth, place) if kind == "sqlite"
                    else within(name, truth, place)
                )  # fmt: skip
                if limit is None or watch.least <= limit:
                    break
            else:
                missed.append(f"{name} on {kind}")
            told += f"{watch.wall:11.2f} {watch.cpu:6.2f} {limit or '-':>6}"
            bad += some
        print(f"{name:20} {len(truth.rows(name)):5}{told}  {bad}", flush=True)
        all_wrong += bad
    return all_wrong, missed


def served(ledger: Path, stack: ExitStack) -> str:
    """Start a PostgreSQL server, copy the ledger into it, and return its URL."""
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from tests.warehouse.postgres import server

    url = stack.enter_context(server())
    with Watch() as watch:
        to_postgres(ledger, url)
    print(f"copied into PostgreSQL in {watch.wall:.1f} s")
    return url


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("count", nargs="?", type=int, default=1_000_000)
    parser.add_argument("seed", nargs="?", type=int, default=1)
    parser.add_argument("folder", nargs="?", type=Path)
    parser.add_argument("--postgres", action="store_true", help="ask a PostgreSQL server as well")
    parser.add_argument("--no-import", action="store_true", help="leave out the import")
    args = parser.parse_args()
    with ExitStack() as stack:
        name = stack.enter_context(tempfile.TemporaryDirectory())
        folder = (args.folder or Path(name)).absolute()
        (folder / "prompts").mkdir(parents=True, exist_ok=True)
        (folder / "pyproject.toml").write_text("[tool.promptops]\n")
        print(f"{args.count:,} calls of seed {args.seed}")
        truth = made(folder, args.count, args.seed)
        ledger = folder / ".promptops" / "ledger.db"
        bad, missed = measured(folder, truth, served(ledger, stack) if args.postgres else None)
        if not args.no_import:
            imported = importing(folder)
            for one in IMPORTED:
                bad += asked(folder, one, truth, str(imported))[1]
        print(f"{bad} rows are wrong" if bad else "every figure is that of the truth")
        print(f"too slow: {', '.join(missed)}" if missed else "every question is within its limit")
    sys.exit(bool(bad or missed))


if __name__ == "__main__":
    main()
