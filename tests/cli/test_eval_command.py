"""``promptops eval`` on the repository's own examples: no key, no network."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.cli.commands import ROOT, promptops

TRIAGE = "evals/support/triage.yaml"
SLOW = """
import time
def team(inputs, messages):
    time.sleep(0.2)
    return "billing"
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for folder in ("prompts", "evals"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    return tmp_path


def test_two_versions_are_compared_with_quality_interval_and_verdict(project: Path) -> None:
    done = promptops("eval", TRIAGE, cwd=project)
    assert done.code == 0, done.err
    assert done.out.startswith("v4 ")
    assert "Verdict: PASS" in done.out
    assert "baseline:majority" in done.out
    assert max(map(len, done.out.splitlines())) <= 80


def test_what_is_worked_out_here_is_worked_out_anew(project: Path) -> None:
    first = promptops("eval", TRIAGE, "--format", "json", cwd=project).json
    train = project / "evals/support/data/triage.train.jsonl"
    train.write_text("".join(train.read_text("utf-8").splitlines(keepends=True)[:3]), "utf-8")
    again = promptops("eval", TRIAGE, "--format", "json", cwd=project).json
    assert again["comparisons"] == first["comparisons"]
    before, after = ({one["id"]: one["metrics"]["label"]["mean"] for one in found["variants"]}
                     for found in (first, again))  # fmt: skip
    assert before["baseline:nearest"] > after["baseline:nearest"]
    assert not any("earlier runs" in one for one in again["notes"])
    assert (project / ".promptops/ledger.db").exists()
    ignored = (project / ".promptops/.gitignore").read_text()
    assert "*" in ignored.split()


@pytest.mark.parametrize("form", ["json", "markdown", "junit", "html", "jsonl", "csv"])
def test_every_form_of_the_report_is_written(project: Path, form: str) -> None:
    done = promptops("eval", TRIAGE, "--format", form, "--output", "report", cwd=project)
    assert (done.code, done.out) == (0, ""), done.err
    assert (project / "report").stat().st_size > 500


def test_shards_have_different_cases_and_together_all(project: Path) -> None:
    cases = [
        {json.loads(line)["case"] for line in
         promptops("eval", TRIAGE, "--shard", f"{at}/3", "--format", "jsonl", "--ledger",
                   f"{at}.db", cwd=project).out.splitlines()}
        for at in (1, 2, 3)
    ]  # fmt: skip
    assert sum(map(len, cases)) == len(set.union(*cases)) == 101


def test_an_interrupted_run_reports_what_is_done(project: Path) -> None:
    (project / "evals/support/slow.py").write_text(SLOW)
    text = (project / TRIAGE).read_text().replace("keywords.py:team", "slow.py:team")
    (project / TRIAGE).write_text(text)
    command = [sys.executable, "-m", "promptops", "eval", TRIAGE, "--format", "json"]
    run = subprocess.Popen(command, cwd=project, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                           env={**os.environ, "NO_COLOR": "1"})  # fmt: skip
    ledger = project / ".promptops/ledger.db"
    until = time.monotonic() + 60
    while not ledger.exists() and time.monotonic() < until:
        time.sleep(0.05)
    time.sleep(1.5)
    run.send_signal(signal.SIGINT)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 130, err
    found = json.loads(out)
    assert found["verdict"] != "pass"
    assert found["run"]["done"] < found["run"]["planned"]
    assert found["run"]["stopped"] == "the run was interrupted"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("evals/nothing.yaml",), "there is no such eval file"),
        ((TRIAGE, "--budget", "much"), "write dollars"),
        ((TRIAGE, "--budget", "1e999"), "write dollars"),
        ((TRIAGE, "--shard", "4/3"), "write a part and how many there are"),
        (("/etc/passwd",), "is not below the project's root"),
        ((), "name an eval file"),
    ],
)
def test_a_wrong_call_is_one_line_and_exit_2(
    project: Path, words: tuple[str, ...], told: str
) -> None:
    done = promptops("eval", *words, cwd=project)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert done.err.count("\n") == 1


def test_the_schema_of_eval_files_is_printed(project: Path) -> None:
    found = promptops("eval", "--schema", cwd=project).json
    assert found["title"] == "An eval file of promptops"


def test_hashes_alone_are_kept_where_that_is_asked_for(project: Path) -> None:
    with (project / TRIAGE).open("a") as file:
        file.write("run: {store: hashes}\n")
    assert promptops("eval", TRIAGE, cwd=project).code == 0
    again = promptops("eval", TRIAGE, "--format", "json", cwd=project).json
    assert not any("earlier runs" in one for one in again["notes"])
