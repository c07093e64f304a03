"""``promptops eval`` with judges, as a user runs it, against a server that speaks as vendors do."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests.cli.commands import promptops
from tests.evals.judged_worlds import DRAFT, JUDGE, UNTRUSTED, answering, passing, schema
from tests.vendor_server.serving import Serving, serving

EVAL = """prompt: draft
versions: [v1, v2]
dataset: {path: cases.jsonl, id: id}
scorers:
  - length: {max: 40}
  - judge.rubric: {name: tone, prompt: judge/tone@v1, model: openai:gpt-5-mini}
gate: {metric: tone, margin: 0.3}
budget: {usd: 1, judge_usd: 0.5}
run: {concurrency: 4}
"""
FILE = "evals/draft.yaml"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Serving]:
    with serving() as made:
        for name in ("NO_PROXY", "no_proxy"):
            monkeypatch.setenv(name, "127.0.0.1")
        made.world.answer = answering(passing)
        yield made


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("judges")
    judge = JUDGE % (f"answer: {UNTRUSTED}", "tone", "<draft>{{ answer }}</draft>")
    rows = [json.dumps({"id": f"c{n}", "letter": f"letter {n}"}) for n in range(20)]
    files = {
        "prompts/draft.prompt.j2": DRAFT % (1, ""),
        "prompts/judge/tone.prompt.j2": judge,
        "prompts/schemas/tone.json": schema(verdict={"enum": ["pass", "fail"]}),
        FILE: EVAL,
        "evals/cases.jsonl": "\n".join(rows),
    }
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    assert promptops("lock", cwd=root).code == 0
    (root / "prompts/draft.prompt.j2").write_text(DRAFT % (2, ", kindly"))
    return root


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "here"))


def models(server: Serving) -> Counter[str]:
    return Counter(one.body["model"] for one in server.world.heard)


def test_judges_are_paid_apart_uncalibrated_and_shown_again_as_they_were(
    project: Path, server: Serving
) -> None:
    done = promptops("eval", FILE, "--yes", cwd=project, **server.environment)
    assert done.code in {0, 3}, done.err
    assert models(server) == {"claude-haiku-5-5": 40, "gpt-5-mini": 40}
    text = " ".join(done.out.split())
    assert "its judge is uncalibrated." in text
    assert "The judge tone is uncalibrated: no 50 human labels to compare it with." in text
    assert "judges $" in text
    again = promptops("eval", FILE, "--format", "json", cwd=project, **server.environment).json
    assert len(server.world.heard) == 80
    assert Decimal(again["spent"]["judge"]) == 0
    shown = promptops("eval", "show", "last", "--format", "json", cwd=project).json
    for key in ("judges", "spent", "comparisons", "variants", "errors"):
        assert shown[key] == again[key], key
    both = promptops("eval", "compare", "last~1", "last", "--format", "json", cwd=project).json
    assert [one["calls"] for one in both["judges"]] == [40]
    assert {one["metrics"]["tone"]["note"] for one in both["variants"]} == {"uncalibrated"}
    assert len(server.world.heard) == 80


def test_a_judge_whose_version_is_missing_is_told_before_anything_is_sent(
    project: Path, server: Serving
) -> None:
    (project / FILE).write_text(EVAL.replace("judge/tone@v1", "judge/tone@v7"))
    done = promptops("eval", FILE, cwd=project, **server.environment)
    assert (done.code, done.out) == (2, "")
    assert "v7" in done.err
    assert server.world.heard == []


def test_ctrl_c_ends_a_run_whose_judges_are_slow_and_nothing_is_judged_twice(
    project: Path, server: Serving
) -> None:
    server.world.latency = 0.3
    command = [sys.executable, "-m", "promptops", "eval", FILE, "--format", "json"]
    run = subprocess.Popen(
        command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, **server.environment, "NO_COLOR": "1"},
    )  # fmt: skip
    until = time.monotonic() + 60
    while models(server)["gpt-5-mini"] < 4 and time.monotonic() < until:
        time.sleep(0.02)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 130, err
    found = json.loads(out)
    assert found["verdict"] == "inconclusive"
    assert found["run"]["done"] < 20
    assert models(server)["gpt-5-mini"] < 40
    server.world.latency = 0.0
    whole = promptops("eval", FILE, "--format", "json", cwd=project, **server.environment)
    assert [one["metrics"]["tone"]["n"] for one in whole.json["variants"]] == [20, 20]
    assert models(server) == {"claude-haiku-5-5": 40, "gpt-5-mini": 40}


def test_answers_that_come_in_a_batch_are_judged_live(project: Path, server: Serving) -> None:
    server.world.batch_seconds = 0.0
    rows = [{"inputs": {"letter": f"old {n}"}, "answer": f"Dear {n}", "label": "pass"}
            for n in range(6)]  # fmt: skip
    (project / "evals/labels.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (project / FILE).write_text(EVAL.replace("mini}", "mini, calibrate: labels.jsonl}"))
    done = promptops("eval", FILE, "--batch", "--format", "json", cwd=project, **server.environment)
    assert done.code in {0, 3}, done.err
    found = done.json
    assert server.world.stats()["batched"] == 40
    assert sum("/responses" in one.path for one in server.world.heard) == 46
    assert [one["metrics"]["tone"]["n"] for one in found["variants"]] == [20, 20]
    assert found["judges"][0]["labels"] == 6
    assert 0 < Decimal(found["spent"]["judge"]) < Decimal(found["spent"]["now"])
