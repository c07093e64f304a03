"""``promptops eval FILE`` as a whole process, beside its limits and its peers, in one run.

    python benchmarks/evals.py [--peers FOLDER] [--runs 3] [PART…]

PART is calls, slow, many, again, limited, failing, one or install; without any, all but install.
A server of its own process answers after a fixed time; contenders take turns, and figures are the
medians of several turns. CPU seconds hold still on a shared machine where wall seconds do not: a
contender's are also shown as a multiple of those of nothing but aiohttp and json in the same turn.
FOLDER holds the peers' environments, each made beforehand; one that is missing is left out.

    python -m venv FOLDER/inspect && FOLDER/inspect/bin/pip install inspect-ai openai
    python -m venv FOLDER/pydantic && FOLDER/pydantic/bin/pip install pydantic-evals aiohttp
    npm install --prefix FOLDER/promptfoo promptfoo

Limits are for promptops where it ran before; "its very first" run makes a tokenizer ready, too.

promptops asks two versions about half of the cases each, prices every call, writes every attempt
down, and judges the difference; the peers ask one version about all of them.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from evals_contenders import EVAL, HERE, MODEL, Contenders, Load
from evals_world import Took, environment, middle, project, serving, stats, took

OWN: Final = "promptops-toolkit"


class Bench:
    """Prints figures, and remembers whether all limits are kept."""

    def __init__(self, peers: Path | None, runs: int) -> None:
        self.contenders, self.runs, self.kept = Contenders(peers, runs), runs, True

    def limit(self, what: str, figure: float, limit: float) -> None:
        """Print whether a figure of promptops keeps its limit."""
        self.kept &= figure <= limit
        print(f"  {what:30}{figure:8.2f}  <= {limit:g}  {'ok' if figure <= limit else 'MISSED'}")

    def table(self, load: Load) -> Took:
        """Print the medians of all contenders, and return those of promptops."""
        found = self.contenders.turns(load)
        print(f"{load.number:,} calls of {load.latency * 1000:g} ms, {load.concurrency} at a time, "
              f"ideal {load.ideal:.1f} s; {self.runs} turns")  # fmt: skip
        print(f"  {'':16}{'wall s':>8}{'x ideal':>9}{'CPU s':>8}{'x bare':>8}{'MB':>6}{'rows':>8}")
        for name, each in found.items():
            one = middle(each)
            pairs = zip(each, found.get("bare aiohttp", each), strict=True)
            bare = statistics.median(a.cpu / b.cpu for a, b in pairs)
            print(f"  {name:16}{one.wall:8.2f}{one.wall / load.ideal:9.2f}{one.cpu:8.2f}"
                  f"{bare:8.2f}{one.memory:6.0f}{one.out:>8}", flush=True)  # fmt: skip
        return middle(found["promptops"])


def calls(bench: Bench) -> None:
    """1,000 calls of 50 ms."""
    load = Load(1000, 0.05, 20)
    one = bench.table(load)
    bench.limit("x ideal", one.wall / load.ideal, 1.5)
    bench.limit("CPU s", one.cpu, 1.5)


def slow(bench: Bench) -> None:
    """1,000 calls of a second."""
    load = Load(1000, 1.0, 50)
    bench.limit("x ideal", bench.table(load).wall / load.ideal, 1.1)


def many(bench: Bench) -> None:
    """10,000 calls of 200 ms; some of the peers take minutes."""
    load = Load(10_000, 0.2, 100)
    one = bench.table(load)
    bench.limit("x ideal", one.wall / load.ideal, 1.15)
    bench.limit("MB", one.memory, 80)


def again(bench: Bench) -> None:
    """1,000 answers that the ledger has."""
    with serving(0.0) as url, tempfile.TemporaryDirectory() as folder:
        variables = {**environment(url), "PROMPTOPS_CACHE_DIR": f"{folder}/cache"}
        root = project(Path(folder, "p"), url, 1000, 20, MODEL)
        took(EVAL, root, variables)
        asked = stats(url)["requests"]
        one = middle([took(EVAL, root, variables) for _ in range(max(bench.runs, 5))])
        assert stats(url)["requests"] == asked, "a stored answer was asked for again"
    print(
        f"1,000 answers from the ledger: {one.wall:.2f} s, {one.cpu:.2f} CPU s, {one.memory:.0f} MB"
    )
    bench.limit("wall s", one.wall, 0.8)


def limited(bench: Bench) -> None:
    """200 calls, of which a tenth is refused for want of room, without a word on when to return."""
    bench.limit("wall s at 10 % of 429", bench.table(Load(200, 0.05, 20, limited=0.1)).wall, 5)


def failing(bench: Bench) -> None:
    """200 calls, of which a tenth fails with 500."""
    bench.limit("rows lost", 200 - int(bench.table(Load(200, 0.05, 20, failing=0.1)).out), 0)


def one(bench: Bench) -> None:
    """An eval of one case, the whole process."""
    bench.limit("wall s", bench.table(Load(1, 0.001, 1)).wall, 0.5)


def install(bench: Bench) -> None:
    """What a fresh environment holds once promptops is installed, without extras."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        pip = [f"{folder}/bin/python", "-m", "pip", "-q", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", str(HERE.parent)], check=True, capture_output=True)
        told = subprocess.run([*pip, "list", "--format", "json"], check=True, capture_output=True)
        tools = {"pip", "setuptools", "wheel"}
        names = sorted({one["name"] for one in json.loads(told.stdout)} - tools - {OWN})
        packages = next(Path(folder, "lib").glob("python*/site-packages"))
        size = sum(
            file.stat().st_size
            for file in packages.rglob("*")
            if file.is_file() and file.relative_to(packages).parts[0].partition("-")[0] not in tools
        )
    print(f"installed without extras, beside itself: {', '.join(names)}")
    bench.limit("packages", len(names), 25)
    bench.limit("MB", size / 1e6, 60)


PARTS: Final = {
    part.__name__: part for part in (calls, slow, many, again, limited, failing, one, install)
}


def main() -> int:
    """Run parts, and return 1 where a limit is missed."""
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*", metavar="PART", default=[*PARTS][:-1])
    parser.add_argument("--peers", type=Path)
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed package has its bytecode
    bench = Bench(given.peers, given.runs)
    for name in given.parts:
        PARTS[name](bench)
    return 0 if bench.kept else 1


if __name__ == "__main__":
    raise SystemExit(main())
