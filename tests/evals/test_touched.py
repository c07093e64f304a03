"""Which files an eval names: whatever of them changes, it is to run again."""

from pathlib import Path
from typing import Any

import pytest

from promptops.evals.plan_file import planned
from promptops.evals.touched import named_files


def files(tmp_path: Path, **keys: Any) -> set[str]:
    data = {"prompt": "lamps", "dataset": "data/a.jsonl", "scorers": ["equals"], **keys}
    (tmp_path / "evals/shop").mkdir(parents=True)
    (tmp_path / "evals/shop/checks.py").write_text("def lit(case, completion): return True\n")
    (tmp_path / "evals/shop/one.json").write_text("{}")
    wrong: list[Any] = []
    plan = planned(data, ("shop/lamps", "evals/shop"), tmp_path, wrong)
    assert plan is not None, wrong
    return set(named_files(plan)) - {"evals/shop/data/a.jsonl"}


@pytest.mark.parametrize(
    ("keys", "named"),
    [
        ({}, set()),
        ({"dataset": {"path": "data/a.jsonl", "train": "more/b.csv"}}, {"evals/shop/more/b.csv"}),
        ({"dataset": "rows.py:cases"}, {"evals/shop/rows.py"}),
        ({"dataset": "hf:shop/lamps@main#test"}, set()),
        ({"models": ["baseline:rules.py:always"]}, {"evals/shop/rules.py"}),
        ({"models": ["own.py:answer:any"]}, {"evals/shop/own.py"}),
        ({"models": ["openai:gpt-5.4-mini"], "baselines": ["baseline:nearest"]}, set()),
        ({"scorers": [{"python": "checks.py:lit"}]}, {"evals/shop/checks.py"}),
        ({"scorers": [{"json_schema": {"schema": "one.json"}}]}, {"evals/shop/one.json"}),
        ({"run": {"cassette": "data/tape.jsonl"}}, {"evals/shop/data/tape.jsonl"}),
        ({"traffic": {"trace": "traces/lamps.jsonl"}}, {"traces/lamps.jsonl"}),
    ],
)
def test_what_an_eval_reads_is_found_in_its_plan(
    tmp_path: Path, keys: dict[str, Any], named: set[str]
) -> None:
    assert files(tmp_path, **keys) == named
