"""``promptops eval compare``: two runs over the cases that both had."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.eval_runs import Shop, shop
from tests.evals.killed_runs import FILE

PROMPT = "prompts/sort.prompt.j2"
GIT = ("git", "-c", "user.name=lockwren", "-c", "user.email=post@lockwren.example", "-c",
       "commit.gpgsign=false")  # fmt: skip


@pytest.fixture
def lamps(tmp_path: Path) -> Iterator[Shop]:
    with shop(tmp_path) as made:
        yield made


def commit(made: Shop) -> None:
    subprocess.run([*GIT, "add", "prompts", "evals"], cwd=made.root, check=True)
    subprocess.run([*GIT, "commit", "-qm", "as it is"], cwd=made.root, check=True)


def test_a_version_is_compared_with_itself_at_another_commit(lamps: Shop) -> None:
    subprocess.run([*GIT, "init", "-q", "-b", "main"], cwd=lamps.root, check=True)
    commit(lamps)
    lamps.run()
    lamps.write(PROMPT, "Say to which yard", "Tell me to which of our yards")
    commit(lamps)
    assert lamps.run()["run"]["commit"] is not None
    heard = len(lamps.server.world.heard)
    found = lamps.eval("compare", "main~1", "HEAD", "--format", "json")
    assert found.code in {0, 1, 3}, found.err
    pairs = found.json["comparisons"]
    assert [one["incumbent"].partition(" ")[0] for one in pairs] == ["v1", "work"]
    assert pairs[0]["difference"] == 0
    assert pairs[1]["n"] == 24
    assert pairs[1]["verdict"] in {"pass", "fail", "inconclusive"}
    assert found.json["verdict"] is not None
    assert any("over the 24 cases that both have" in one for one in found.json["notes"])
    for form in ("text", "markdown", "junit", "html", "csv"):
        assert len(lamps.eval("compare", "main~1", "HEAD", "--format", form).out) > 300
    assert len(lamps.server.world.heard) == heard


def test_where_the_datasets_differ_only_common_cases_count_and_nothing_is_gated(
    lamps: Shop,
) -> None:
    lamps.run()
    lamps.write("evals/cases.jsonl", 'box number 2"', 'bag number 2"')
    lamps.write("evals/cases.jsonl", 'crate number 3"', 'cask number 3"')
    lamps.run()
    done = lamps.eval("compare", "last~1", "last", "--format", "json")
    assert done.code == 0, done.err
    found = done.json
    assert found["verdict"] is None
    assert {one["n"] for one in found["comparisons"]} == {22}
    assert {one["verdict"] for one in found["comparisons"]} == {None}
    assert "the datasets of the runs differ, so nothing is gated" in found["notes"]
    assert any("over the 22 cases" in one for one in found["notes"])


def test_one_version_in_each_run_is_compared_with_the_other(lamps: Shop) -> None:
    lamps.write(FILE, "versions: [v1, work]", "versions: [v1]")
    lamps.write(FILE, "gate: {metric: label, margin: 0.2}\n", "")
    lamps.run()
    lamps.write(FILE, "versions: [v1]", "versions: [work]")
    lamps.run()
    (found,) = lamps.eval("compare", "last~1", "last", "--format", "json").json["comparisons"]
    assert found["incumbent"].startswith("v1 (")
    assert found["candidate"].startswith("work (")
    assert found["n"] == 24


def test_runs_without_a_common_case_cannot_be_compared(lamps: Shop) -> None:
    lamps.run()
    lamps.write("evals/cases.jsonl", " number ", " of number ")
    lamps.run()
    done = lamps.eval("compare", "last~1", "last")
    assert (done.code, done.out) == (2, "")
    assert "the runs have no case in common" in done.err
