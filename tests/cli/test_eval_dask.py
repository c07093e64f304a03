"""``promptops eval --executor``: a Dask cluster of several processes makes the calls."""

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.cli.commands import promptops
from tests.evals.dask_machines import Machines, machines
from tests.vendor_server.answers import by_keyword
from tests.vendor_server.faults import server_error
from tests.vendor_server.serving import Serving, serving

pytest.importorskip("distributed")

CASES = 20
EVAL = """prompt: sort
versions: [v1, v2]
models: [anthropic:claude-haiku-5-5]
baselines: [baseline:majority]
dataset: {path: cases.jsonl, id: id, expected: yard}
scorers: [{label: [harbour, station]}]
gate: {metric: label, margin: 0.2}
budget: {usd: 1}
run: {concurrency: 8}
"""
PROMPT = """---
version: %d
model: anthropic:claude-haiku-5-5
params: {max_tokens: 12}
inputs: {parcel: string}
---
{%% system %%}
Say to which yard a parcel goes: harbour or station. %s
{%% endsystem %%}
{%% user %%}
{{ parcel }}
{%% enduser %%}
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    with serving() as made:
        made.world.answer = by_keyword({"crate": "harbour", "box": "station"})
        yield made


@pytest.fixture(scope="module")
def cluster(server: Serving, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machines]:
    with machines(tmp_path_factory.mktemp("dask")) as made:
        for _ in range(2):
            made.add(keys(server))
        yield made


@pytest.fixture
def project(tmp_path: Path, server: Serving) -> Path:
    for folder in ("prompts", "evals"):
        (tmp_path / folder).mkdir()
    prompt = tmp_path / "prompts/sort.prompt.j2"
    prompt.write_text(PROMPT % (1, ""))
    assert promptops("lock", cwd=tmp_path).code == 0
    prompt.write_text(PROMPT % (2, "Be brief."))
    rows = [
        f'{{"id": "c{n}", "parcel": "{"crate" if n % 2 else "box"} number {n}", '
        f'"yard": "{"harbour" if n % 2 else "station"}"}}\n'
        for n in range(CASES)
    ]
    (tmp_path / "evals/cases.jsonl").write_text("".join(rows))
    (tmp_path / "evals/sort.yaml").write_text(EVAL)
    server.world.heard.clear()
    server.world.attempts.clear()
    server.world.latency = 0.0
    return tmp_path


def keys(server: Serving) -> dict[str, str]:
    return {**server.environment, "NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1"}


def run(project: Path, cluster: Machines, *words: str) -> Any:
    without = {"ANTHROPIC_API_KEY": "", "ANTHROPIC_BASE_URL": ""}
    done = promptops("eval", "evals/sort.yaml", "--executor", cluster.address, "--format", "json",
                     *words, cwd=project, **without)  # fmt: skip
    assert done.code == 0, done.err
    return done.json


def causes(project: Path) -> Counter[tuple[str, str]]:
    with sqlite3.connect(project / ".promptops/ledger.db") as rows:
        found = rows.execute("SELECT coalesce(cause, status), billed FROM results").fetchall()
    rows.close()
    return Counter(found)


def lasting(found: Any) -> dict[str, Any]:
    variants = [{key: one[key] for key in ("id", "n", "metrics", "cost", "tokens", "attempts")}
                for one in found["variants"]]  # fmt: skip
    return {"variants": variants, "spent": found["spent"], "verdict": found["verdict"]}


def test_workers_make_the_calls_with_keys_of_their_own_and_the_report_is_the_same(
    project: Path, server: Serving, cluster: Machines
) -> None:
    there = run(project, cluster)
    assert len(server.world.heard) == 2 * CASES
    assert {one.headers["authorization"] for one in server.world.heard} == {
        "Bearer key-of-anthropic"
    }
    done = promptops("eval", "evals/sort.yaml", "--format", "json", "--ledger", "here.db",
                     cwd=project, **keys(server))  # fmt: skip
    assert lasting(done.json) == lasting(there)
    assert Decimal(there["spent"]["now"]) > 0


def test_what_fails_on_a_worker_is_tried_again_by_the_rules_of_the_run(
    project: Path, server: Serving, cluster: Machines
) -> None:
    server.world.faults.queue += [server_error()]
    found = run(project, cluster)
    assert [one["n"] for one in found["variants"][:2]] == [CASES, CASES]
    assert causes(project) == {("ok", "yes"): 3 * CASES, ("server", "no"): 1}


def test_the_calls_of_a_worker_that_dies_are_dropped_and_may_be_billed(
    project: Path, server: Serving, cluster: Machines
) -> None:
    server.world.latency = 0.25
    lost = cluster.workers[0]

    def kill() -> None:
        until = time.monotonic() + 30
        while len(server.world.heard) < 12 and time.monotonic() < until:
            time.sleep(0.01)
        lost.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        found = run(project, cluster)
    finally:
        killer.join()
        cluster.add(keys(server))
    assert [one["n"] for one in found["variants"][:2]] == [CASES, CASES]
    told = causes(project)
    dropped = told["dropped", "unknown"]
    assert 1 <= dropped <= 4, told
    assert Decimal(found["spent"]["possible"]) > 0
    assert max(server.world.attempts.values()) <= 2, "nothing is sent again but by the run"
    assert len(server.world.heard) <= 2 * CASES + dropped


def test_an_interrupted_run_leaves_its_workers_free(
    project: Path, server: Serving, cluster: Machines
) -> None:
    server.world.latency = 0.5
    command = [sys.executable, "-m", "promptops", "eval", "evals/sort.yaml", "--executor",
               cluster.address, "--format", "json"]  # fmt: skip
    process = subprocess.Popen(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "NO_COLOR": "1"},
    )  # fmt: skip
    until = time.monotonic() + 30
    while len(server.world.heard) < 4 and time.monotonic() < until:
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=40)
    assert process.returncode == 130, err
    assert len(server.world.heard) < 2 * CASES
    server.world.latency = 0.0
    assert run(project, cluster, "--ledger", "next.db")["run"]["done"] == CASES


@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("dask://127.0.0.1:9", "there is no Dask scheduler at tcp://127.0.0.1:9"),
        ("127.0.0.1:8786", "write the scheduler's address, such as dask://HOST:8786"),
        ("dask://somewhere", "write the scheduler's address"),
    ],
)
def test_what_is_no_cluster_is_one_line_and_exit_2(project: Path, address: str, told: str) -> None:
    done = promptops("eval", "evals/sort.yaml", "--executor", address, cwd=project)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
