"""How fast the ledger takes and gives back rows, beside raw SQLite and the same tables.

    python benchmarks/ledger.py             # 1,000 calls
    python benchmarks/ledger.py 10000

A call is four rows: intent, result, answer, score. "Raw" is ``sqlite3.executemany`` of tuples that
are laid out already. The last part makes the calls of an eval on an event loop, 20 at a time, with
answers after 50 ms; the CPU seconds of a loop that only waits are taken off.
"""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Self

from promptops.ledger import Ledger
from promptops.ledger.ids import new_id
from promptops.ledger.prices import stored
from promptops.ledger.rows import Answer, Intent, Item, Result, Reuse, Run, Scored
from promptops.ledger.tables import TABLES, Columns, Table
from promptops.model.evaluation import Score
from promptops.model.money import Price, Rates, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promptops.ledger import Writer

    Call = tuple[Intent, Result, Answer, Scored]

MODEL = "anthropic:claude-sonnet-5-5"
PRICE = stored(Price(MODEL, Rates(Decimal(3), Decimal(15), Decimal("0.3"))))
TEXT = "The team for this letter is billing, since it asks about an invoice. " * 5
GROUP = 16
TURNS = 3
AT_ONCE, WAIT = 20, 0.05


class Stopwatch:
    """Seconds by the clock and of the processor between entering and leaving."""

    def __enter__(self) -> Self:
        """Start."""
        self.wall, self.cpu = -time.perf_counter(), -time.process_time()
        return self

    def __exit__(self, *_: object) -> None:
        """Stop."""
        self.wall += time.perf_counter()
        self.cpu += time.process_time()


def key(n: int) -> str:
    """Return what a hash of a request looks like."""
    return sha256(str(n).encode()).hexdigest()


def call(n: int) -> Call:
    """Return the rows of a call."""
    now = time.time()
    intent = Intent(new_id(now), "r1", key(n), key(-n), MODEL, now, reserved_usd=Decimal("0.01"))
    answer = Answer.of(f"{n}: {TEXT}")
    result = Result(
        intent.attempt_id, MODEL, "ok", now, usage=Usage(900, 80, 100), model_served="m-1",
        price_sha256=PRICE.price_sha256, finish_reason="stop", http_status=200, latency=0.05,
        answer_sha256=answer.answer_sha256,
    )  # fmt: skip
    return intent, result, answer, Scored(key(n), "l" * 64, answer.answer_sha256, Score(1.0), now)


def laid_out(calls: Sequence[Call]) -> list[tuple[Table, Columns]]:
    """Return the rows of calls as tuples."""
    return [(TABLES[type(row)], TABLES[type(row)].encode(row)) for one in calls for row in one]


def raw(path: Path, rows: Sequence[tuple[Table, Columns]], group: int) -> Stopwatch:
    """Write rows with sqlite3 alone, so many of a commit."""
    Ledger.open(path).close()
    with closing(sqlite3.connect(path, isolation_level=None)) as connection, Stopwatch() as watch:
        connection.execute("PRAGMA synchronous = NORMAL")
        for start in range(0, len(rows), group):
            tables: dict[str, list[Columns]] = {}
            for table, columns in rows[start : start + group]:
                tables.setdefault(table.insert, []).append(columns)
            connection.execute("BEGIN")
            for insert, some in tables.items():
                connection.executemany(insert, some)
            connection.execute("COMMIT")
    return watch


def ours(path: Path, write: Callable[[Writer], None]) -> Stopwatch:
    """Write rows through a ledger."""
    with Ledger.open(path) as ledger, ledger.writer() as writer, Stopwatch() as watch:
        write(writer)
        writer.flush()
    return watch


def writing(folder: Path, calls: Sequence[Call]) -> None:
    """Compare ways of writing, each by the best of three turns; the first of all is cold."""
    rows = laid_out(calls)

    def at_once(writer: Writer) -> None:
        writer.add(*(one[0] for one in calls))
        writer.end_all((result, answer) for _, result, answer, _ in calls)
        writer.add(*(one[3] for one in calls))

    def one_by_one(writer: Writer) -> None:
        for intent, result, answer, scored in calls:
            writer.add(intent)
            writer.end(result, answer)
            writer.add(scored)

    ways: dict[str, Callable[[Path], Stopwatch]] = {
        "raw executemany, one commit": lambda path: raw(path, rows, len(rows)),
        "ledger, handed over at once": lambda path: ours(path, at_once),
        f"raw executemany, a commit for {GROUP}": lambda path: raw(path, rows, GROUP),
        "ledger, row by row": lambda path: ours(path, one_by_one),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(TURNS):
        for number, (name, way) in enumerate(ways.items()):
            path = folder / f"{turn}-{number}.db"
            taken[name].append(way(path).cpu)
            check(path, len(calls))
    beside = 0.0
    for name, seconds in taken.items():
        best = min(seconds)
        is_raw = name.startswith("raw")
        beside = best if is_raw else beside
        ratio = "" if is_raw else f"{beside / best:6.2f} x its rows a second"
        print(f"{name:34} {len(rows) / best:9,.0f} rows/CPU s {best:6.3f} s {ratio}")


def check(path: Path, count: int) -> None:
    """Fail unless all rows of so many calls are there."""
    with closing(sqlite3.connect(path)) as connection:
        for table in ("intents", "results", "answers", "scores"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (count,)


def evaluating(folder: Path, count: int) -> None:
    """Write as an eval does, then run it again from what is stored."""
    path = folder / "eval.db"
    with Ledger.open(path) as ledger:
        with ledger.writer() as writer:
            items = (Item("r1", str(n), "v3", MODEL, n, key(n), key(-n)) for n in range(count))
            writer.add(Run("r1", key(0), key(1), "{}", time.time()), PRICE, *items)
            writer.flush()
            waits: list[float] = []
            with Stopwatch() as idle:
                asyncio.run(eval_calls(count, None, waits))
            waits.clear()
            with Stopwatch() as busy:
                asyncio.run(eval_calls(count, writer, waits))
                writer.flush()
        waits.sort()
        ideal = count / AT_ONCE * WAIT
        print(
            f"eval of {count:,} calls: {busy.cpu - idle.cpu:.3f} CPU s for its rows; an intent "
            f"waits {waits[count // 2] * 1e3:.1f} ms (p95 {waits[count * 95 // 100] * 1e3:.1f}); "
            f"{busy.wall:.2f} s, without the ledger {idle.wall:.2f}, ideal {ideal:.2f}"
        )
    with Stopwatch() as again, Ledger.open(path) as ledger, ledger.writer() as writer:
        found = ledger.reusable(key(n) for n in range(count))
        writer.add(*(Reuse("r2", one, two.intent.attempt_id, "r1") for one, two in found.items()))
        writer.add(*(Item("r2", str(n), "v3", MODEL, n, key(n), key(-n)) for n in range(count)))
        writer.flush()
        outcomes = sum(1 for one in ledger.outcomes("r2") if one.answer)
        scores = sum(1 for _ in ledger.scores("r2"))
    assert outcomes == scores == count
    with Stopwatch() as total, Ledger.open(path) as ledger:
        assert ledger.total("r1").attempts == len(ledger.run_state("r1").done) == count
    print(f"again from the store: {again.cpu:.3f} CPU s; totals and state: {total.cpu:.3f} CPU s")


async def eval_calls(count: int, writer: Writer | None, waits: list[float]) -> None:
    """Make calls on an event loop, so many at a time."""
    slots = asyncio.Semaphore(AT_ONCE)

    async def one(n: int) -> None:
        async with slots:
            intent, result, answer, scored = call(n)
            started = time.perf_counter()
            if writer is not None:
                await writer.intents_committed([intent])
            waits.append(time.perf_counter() - started)
            await asyncio.sleep(WAIT)
            if writer is not None:
                writer.end(result, answer)
                writer.add(scored)

    await asyncio.gather(*(one(n) for n in range(count)))


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with Stopwatch() as new:
            Ledger.open(folder / "new.db").close()
        with Stopwatch() as old:
            Ledger.open(folder / "new.db").close()
        print(f"a new ledger {new.cpu * 1e3:.1f} CPU ms, one that is there {old.cpu * 1e3:.1f}")
        evaluating(folder, count)
        print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")
        writing(folder, [call(n) for n in range(count)])


if __name__ == "__main__":
    main()
