"""What runs that are killed cost, and whether a budget is ever passed; a server counts.

    python benchmarks/killed.py [--runs 50] [--budgets 200] [--seed 1]

Killed: an eval of 80 calls, killed with SIGKILL at a point that the seed draws, up to three times
while it goes on, then left to end. No call whose answer was written down may be sent again, and all
totals but the line of lost calls are those of a run that nobody disturbs.

Budgets: runs with a budget, a concurrency and faults that the seed draws, some of them interrupted
and gone on with. Neither the rows, at any moment, nor the server's own bill may pass the budget.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import tempfile
import time
from decimal import Decimal
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.evals.budget_runs import held
from tests.evals.killed_runs import FILE, SUMS, TWICE, Killed, answered_again, project, telling
from tests.vendor_server.serving import serving

CONCURRENCY = 8
KILLS = 3  # of a run, at most


def one(root: Path, dice: Random, kills: int, calm: tuple[object, ...], spent: str) -> list[int]:
    """Kill a run so many times, and return what it took: calls heard, answered again, lost."""
    with serving() as server:
        telling(server)
        server.world.latency = 0.02
        run = Killed(project(root, concurrency=CONCURRENCY), server)
        for at in range(kills):
            words = (FILE,) if dice.random() < 0.5 or not at else ("resume", "last")
            run.kill(dice.randrange(0, 30), *words, wait=dice.random() * 0.03)
        found = run.end(FILE)
        while server.world.at_once:
            time.sleep(0.005)
        lost, most = run.lost
        again = answered_again(server)
        assert run.ask(TWICE) == (0,), "an answer was paid for twice"
        assert again <= lost <= kills * CONCURRENCY, (again, lost)
        assert run.ask(SUMS) == calm, (run.ask(SUMS), calm)
        assert found["spent"]["now"] == spent
        assert Decimal(found["spent"]["possible"]) == most
        return [len(server.world.heard), again, lost]


def killed(runs: int, seed: int) -> None:
    """Kill runs, and print what that cost."""
    dice, rows, done = Random(seed), [], 0
    with tempfile.TemporaryDirectory() as folder, serving() as server:
        telling(server)
        undisturbed = Killed(project(Path(folder) / "calm", concurrency=CONCURRENCY), server)
        spent = undisturbed.end(FILE)["spent"]["now"]
        calm = undisturbed.ask(SUMS)
        for at in range(runs):
            kills = dice.randint(1, KILLS)
            rows.append(one(Path(folder) / str(at), dice, kills, calm, spent))
            done += kills
    heard, again, lost = (sum(column) for column in zip(*rows, strict=True))
    print(f"{done} kills of {len(rows)} runs of 80 calls, {CONCURRENCY} at a time, seed {seed}")
    print(f"  calls heard {heard:,}, of {80 * len(rows):,} that are needed")
    print("  answers that were written down and paid for again: 0")
    print(f"  calls lost {lost}, {lost / done:.1f} a kill; {again} of them were answered twice")
    print(f"  totals other than those of an undisturbed run: 0 of {len(rows)}")


def budgets(runs: int, seed: int) -> None:
    """Carry out runs with budgets, and print how near they came."""
    dice, shares, stopped = Random(seed), [], 0
    with tempfile.TemporaryDirectory() as folder:
        for at in range(runs):
            found = held(Path(folder) / str(at), dice.randrange(2**32))
            assert found.highest <= found.budget, found
            assert found.billed <= found.budget, found
            shares.append(float(found.highest / found.budget))
            stopped += found.stopped
    print(f"{runs} runs with a budget, seed {seed}: {stopped} of them stopped by it")
    print(f"  the most that was owed, of the budget: {100 * max(shares):.2f} %,"
          f" median {100 * statistics.median(shares):.1f} %")  # fmt: skip
    print("  budgets passed, by rows at any moment or by the server's bill: 0")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--budgets", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    if asked.budgets:
        budgets(asked.budgets, asked.seed)
    if asked.runs:
        killed(asked.runs, asked.seed)


if __name__ == "__main__":
    main()
