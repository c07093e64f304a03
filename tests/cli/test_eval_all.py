"""``promptops eval all``: several evals, those that a change touches, one exit code, one budget."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from promptops.cli.eval_all import _rest, _within
from promptops.cli.eval_all_changed import Changes
from promptops.config import find_project
from promptops.evals.plan_file import is_eval, parse_plan, read_plan
from promptops.evals.together import Done
from promptops.reporters.contracts import read_report
from promptops.templates.files import Folder
from tests.cli.commands import one_line, promptops
from tests.conftest import GitRepo
from tests.reporters.eval_samples import SAMPLES

TONE = "Be brief."
LAMPS = """---
version: 1
inputs: {question: string}
---
{% system %}{% include "tone.j2" %}{% endsystem %}
{% user %}Is it {{ question }}?{% enduser %}
"""
CASES = "".join(f'{{"question": "lamp {at}", "lit": "{"yes" if at % 3 else "no"}"}}\n'
                for at in range(60))  # fmt: skip
RULES = """
def always(inputs, messages):
    return "yes"


def never(inputs, messages):
    return "no"


def slow(inputs, messages):
    import time

    time.sleep(0.3)
    return "no"
"""


def plan(prompt: str, *models: str, data: str = "lamps", gate: str = "") -> str:
    """Return an eval file; the first model is the incumbent."""
    listed = ", ".join(f'"baseline:rules.py:{one}"' for one in models)
    dataset = f"{{path: data/{data}.jsonl, expected: lit}}"
    return f"prompt: {prompt}\nmodels: [{listed}]\ndataset: {dataset}\nscorers: [equals]\n{gate}"


GATE = "gate: {metric: equals, margin: 0.05}\n"


def touched(repo: GitRepo, changed: str) -> list[str]:
    here = find_project(repo.path)
    changes = Changes.of(here, changed)
    files = Folder(repo.path)
    paths = [path for path in files.paths("evals") if is_eval(path, files)]
    found = [path for path in paths if changes.touch(path, read_plan(files, path))]
    return [Path(path).stem for path in found]


def answered(ledger: Path) -> int:
    """Return how many calls have ended."""
    try:
        with closing(sqlite3.connect(f"file:{ledger}?mode=ro", uri=True)) as connection:
            (number,) = connection.execute("SELECT count(*) FROM results").fetchone()
    except sqlite3.OperationalError:
        return 0
    return int(number)


@pytest.fixture
def repo(git_repo: GitRepo) -> GitRepo:
    files = {
        ".gitignore": ".promptops/\n",
        "prompts/tone.j2": TONE,
        "prompts/lamps.prompt.j2": LAMPS,
        "prompts/plain.prompt.j2": LAMPS.replace('{% include "tone.j2" %}', "Be kind."),
        "evals/rules.py": RULES,
        "evals/data/lamps.jsonl": CASES,
        "evals/data/other.jsonl": CASES,
        "evals/data/notes.yaml": "- {question: a, lit: b}\n",
        "evals/good.yaml": plan("lamps", "never", "always", gate=GATE),
        "evals/bad.yaml": plan("plain", "always", "never", data="other", gate=GATE),
        "evals/alone.yaml": plan("plain", "always", data="other"),
    }
    git_repo.commit(files)
    return git_repo


def test_all_evals_run_and_the_exit_code_is_the_worst(repo: GitRepo) -> None:
    done = promptops("eval", "all", cwd=repo.path)
    assert done.code == 1, done.err
    assert done.err.splitlines() == [f"promptops: evals/{name}.yaml"
                                     for name in ("alone", "bad", "good")]  # fmt: skip
    assert done.out.endswith("3 evals: 1 passed, 1 failed, 1 not gated; spent $0.\n")
    assert promptops("eval", "all", "evals/good.yaml", "evals/alone.yaml", cwd=repo.path).code == 0


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("prompts/tone.j2", ["good"]),
        ("prompts/plain.prompt.j2", ["alone", "bad"]),
        ("evals/data/lamps.jsonl", ["good"]),
        ("evals/good.yaml", ["good"]),
        ("evals/rules.py", ["alone", "bad", "good"]),
        ("README.md", []),
    ],
)
def test_only_evals_that_read_a_changed_file_run(
    repo: GitRepo, file: str, names: list[str]
) -> None:
    text = (repo.path / file).read_text() if (repo.path / file).exists() else ""
    repo.write(file, f"{text}\n")
    repo.commit()
    assert touched(repo, "HEAD~1") == names


def test_a_range_is_what_was_done_since_the_branches_parted(repo: GitRepo) -> None:
    repo.git("checkout", "-q", "-b", "work")
    repo.commit({"prompts/tone.j2": "Be briefer."})
    repo.git("checkout", "-q", "main")
    repo.commit({"prompts/plain.prompt.j2": LAMPS})
    repo.git("checkout", "-q", "work")
    assert touched(repo, "main...HEAD") == ["good"]
    assert touched(repo, "main..") == ["alone", "bad", "good"]
    for words, told in ((("HEAD...main",), "check main out first"), (("gone",), "no revision")):
        done = promptops("eval", "all", "--changed", *words, cwd=repo.path)
        assert (done.code, done.out, one_line(done.err)) == (2, "", True)
        assert told in done.err


def test_labels_that_move_touch_the_evals_that_compare_them(repo: GitRepo) -> None:
    text = plan("lamps", "always").replace("models:", "versions: [production, work]\nmodels:")
    repo.commit({"evals/labels.yaml": text, "prompts/labels.yaml": "lamps: {production: v1}\n"})
    repo.commit({"prompts/labels.yaml": "lamps: {production: v1, staging: v1}\n"})
    assert touched(repo, "HEAD~1") == ["labels"]


def test_a_change_runs_what_it_touches_and_names_what_it_does_not(repo: GitRepo) -> None:
    repo.commit({"prompts/tone.j2": "Be briefer."})
    done = promptops("eval", "all", "--changed", "HEAD~1", "--format", "json", cwd=repo.path)
    assert done.code == 0
    assert [one["file"] for one in done.json["evals"]] == ["evals/good.yaml"]
    assert done.json["unchanged"] == ["evals/alone.yaml", "evals/bad.yaml"]
    assert done.json["commit"] == repo.git("rev-parse", "HEAD")
    assert done.json["evals"][0]["report"]["run"]["commit"] == done.json["commit"]
    assert read_report(done.out)


def test_a_partial_that_is_gone_touches_the_evals_of_its_prompts(repo: GitRepo) -> None:
    (repo.path / "prompts/tone.j2").unlink()
    repo.commit()
    assert touched(repo, "HEAD~1") == ["good"]


def test_an_eval_that_cannot_be_run_does_not_stop_the_others(repo: GitRepo) -> None:
    repo.write("evals/broken.yaml", "prompt: lamps\nscorers: [equals]\n")
    repo.write("evals/gone.yaml", plan("gone", "always"))
    done = promptops("eval", "all", "--format", "json", cwd=repo.path)
    assert done.code == 2
    found = {one["file"]: one["error"] for one in done.json["evals"]}
    assert "dataset: is missing" in found["evals/broken.yaml"]
    assert "there is no prompt 'gone'" in found["evals/gone.yaml"]
    assert found["evals/good.yaml"] is None
    assert len(done.json["evals"]) == 5


def test_one_budget_holds_for_all(repo: GitRepo) -> None:
    repo.write("evals/dear.yaml", plan("lamps", "always").replace(
        '"baseline:rules.py:always"', "openai:no-such-model"))  # fmt: skip
    done = promptops("eval", "all", "--budget", "$2", "--format", "json", cwd=repo.path)
    assert done.json["spent"] == {"now": "0", "possible": "0", "budget": "2"}
    dear = next(one for one in done.json["evals"] if one["file"] == "evals/dear.yaml")
    assert "no-such-model" in dear["error"]
    budgets = {one["report"]["spent"]["budget"] for one in done.json["evals"] if one["report"]}
    assert budgets == {"2"}
    assert promptops("eval", "all", "--budget", "much", cwd=repo.path).code == 2


def test_what_an_eval_spent_is_not_left_for_the_next() -> None:
    report = SAMPLES["passed"]()
    assert report.spent.now
    gone = report.spent.now + (report.spent.possible or 0)
    assert _rest(Decimal(9), Done("a", report)) == Decimal(9) - gone
    assert _rest(Decimal("0.01"), Done("a", report)) == 0
    assert _rest(Decimal(9), Done("a", error="broken")) == 9
    text = plan("lamps", "always") + "budget: {usd: 5, judge_usd: 4}\n"
    own = parse_plan(text.encode(), "evals/a.yaml")
    assert _within(own, Decimal(9)) == own == _within(own, None)
    capped = _within(own, Decimal(3)).budget
    assert (capped.usd, capped.judge_usd) == (3, 3)


def test_a_stop_ends_all_of_them_with_what_is_done(repo: GitRepo) -> None:
    few = "run: {concurrency: 2}\n"
    repo.write("evals/alone.yaml", plan("plain", "slow", data="other", gate=few))
    command = [sys.executable, "-m", "promptops", "eval", "all", "--format", "json"]
    run = subprocess.Popen(command, cwd=repo.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    ledger = repo.path / ".promptops/ledger.db"
    until = time.monotonic() + 60
    while not answered(ledger) and time.monotonic() < until:
        time.sleep(0.05)
    run.send_signal(signal.SIGTERM)
    out, err = run.communicate(timeout=60)
    assert run.returncode == 143, err
    (one,) = json.loads(out)["evals"]
    assert one["report"]["run"]["stopped"] == "the run was interrupted"


def test_a_project_without_evals_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "prompts").mkdir()
    done = promptops("eval", "all", cwd=tmp_path)
    assert (done.code, done.out, one_line(done.err)) == (2, "", True)
    assert "there is no eval file below evals/" in done.err


def test_a_report_is_written_to_a_file(repo: GitRepo) -> None:
    done = promptops("eval", "all", "evals/good.yaml", "--format", "markdown", "--output",
                     "out.md", cwd=repo.path)  # fmt: skip
    assert (done.code, done.out) == (0, "")
    text = (repo.path / "out.md").read_text()
    assert text.startswith("### Prompt evals: 1 passed; spent $0.\n\n#### PASS: ")
