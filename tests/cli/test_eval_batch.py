"""``promptops eval --batch`` and ``eval collect``, as a user runs them."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli import eval_worlds
from tests.cli.commands import Done, promptops
from tests.cli.eval_worlds import project, run, sorting
from tests.vendor_server.serving import Serving

EVAL = {**eval_worlds.EVAL, "gate": {"metric": "label", "margin": 0.3}}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return project(tmp_path_factory.mktemp("sorting"), cases=20)


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    (made / "evals/sort.yaml").write_text(json.dumps(EVAL))
    return Path(shutil.copytree(made, tmp_path / "here"))


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    monkeypatch.setattr(eval_worlds, "EVAL", EVAL)
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    with sorting() as found:
        found.world.batch_seconds = 0.0
        yield found


def collect(folder: Path, server: Serving, *arguments: str) -> Done:
    return promptops("eval", "collect", *arguments, cwd=folder, **server.environment)


def test_calls_go_in_a_batch_and_the_report_is_that_of_any_run(
    folder: Path, server: Serving
) -> None:
    done = run(folder, server, "--batch")
    assert (done.code, done.json["verdict"]) == (0, "pass"), done.err
    assert "Anthropic: batch batch_0 of 40 requests" in done.err
    assert "40 answers came in batches and are paid at batch rates" in done.json["notes"]
    live = sum(Decimal(one["cost"]["per_call"]) for one in done.json["variants"]) * 20
    assert abs(Decimal(done.json["spent"]["now"]) - live / 2) < Decimal("1E-7")
    assert (server.world.stats()["batched"], server.world.stats()["billed"]) == (40, 0)


def test_a_batch_that_is_left_is_taken_home_on_another_machine_and_on_this_one(
    folder: Path, server: Serving, tmp_path: Path
) -> None:
    server.world.batch_seconds = 3600.0
    left = run(folder, server, "--batch", "--no-wait")
    assert (left.code, left.out) == (0, "")
    said = re.search(r"40 calls, at most \$0\.00\d+, are under way in a batch: (.+)$", left.err)
    assert said is not None, left.err
    assert re.fullmatch(r"promptops eval collect [0-9a-f]{12}", said[1])
    early = collect(folder, server, "--no-wait")
    assert (early.code, early.out) == (3, "")
    assert said[1] in early.err
    there = Path(shutil.copytree(folder, tmp_path / "there"))
    server.world.batch_seconds = 0.0
    first = collect(there, server, "--format", "json")
    second = collect(folder, server, said[1].split()[-1], "--format", "json")
    assert (first.code, second.code) == (0, 0), first.err + second.err
    assert first.json["comparisons"] == second.json["comparisons"]
    assert first.json["spent"] == second.json["spent"]
    assert (len(server.world.batches), server.world.stats()["billed"]) == (1, 0)


def test_a_batch_of_an_eval_that_has_changed_is_kept_for_runs_that_its_answers_fit(
    folder: Path, server: Serving
) -> None:
    server.world.batch_seconds = 3600.0
    assert run(folder, server, "--batch", "--no-wait").code == 0
    server.world.batch_seconds = 0.0
    prompt = folder / "prompts/sort.prompt.j2"
    text = prompt.read_text()
    prompt.write_text(text.replace("Be brief.", "Be very brief."))
    kept = collect(folder, server)
    assert (kept.code, kept.out) == (3, "")
    assert "the text of v2" in kept.err
    assert "under way" not in kept.err
    prompt.write_text(text)
    done = run(folder, server)
    assert (done.code, done.json["verdict"]) == (0, "pass")
    assert (server.world.stats()["batched"], server.world.stats()["billed"]) == (40, 0)


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_ctrl_c_leaves_the_batch_and_says_how_it_is_taken_home(
    folder: Path, server: Serving
) -> None:
    server.world.batch_seconds = 3600.0
    command = [sys.executable, "-m", "promptops", "eval", "evals/sort.yaml", "--batch"]
    environment = {**os.environ, **server.environment}
    piped = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, cwd=folder, env=environment, text=True, **piped) as process:
        assert process.stderr is not None
        while "batch_0" not in (line := process.stderr.readline()):
            assert line, "it ended before a batch was made"
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "the run was interrupted" in out
    assert "promptops eval collect " in err
    server.world.batch_seconds = 0.0
    assert collect(folder, server).code == 0
    assert len(server.world.batches) == 1


def test_what_cannot_be_meant_is_an_error_in_a_line(folder: Path, server: Serving) -> None:
    assert "--no-wait goes with --batch" in run(folder, server, "--no-wait").err
    refused = run(folder, server, "--batch", run={"stream": True})
    assert (refused.code, refused.out) == (2, "")
    assert "answers of batches are no streams" in refused.err
    nothing = collect(folder, server)
    assert nothing.code == 2
    assert "eval collect: no run has batches under way" in nothing.err
