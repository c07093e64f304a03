import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import GitRepo

ROOT = Path(__file__).parents[1]
ONE = "prompts/support/reply.prompt.j2"
HEAVY = frozenset(
    "jinja2 yaml pydantic tiktoken tiktoken_ext git sqlite_utils genai_prices requests".split()
)
UNUSED_BY_LINT = frozenset("tiktoken git sqlite_utils genai_prices pydantic requests".split())
COMMAND = """
from promptops.cli import group
try:
    group({arguments!r}, standalone_mode=False)
except SystemExit:
    pass
"""


def modules(script: str, cwd: Path = ROOT) -> set[str]:
    """Return what a process has imported at the end of a script, by top-level name."""
    script += "\nimport sys, json; print('\\n' + json.dumps(sorted(sys.modules)))"
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "NO_COLOR": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=cwd, env=environment, capture_output=True, text=True, check=True, encoding="utf-8",
    )  # fmt: skip
    return {name.partition(".")[0] for name in json.loads(done.stdout.splitlines()[-1])}


@pytest.mark.parametrize("arguments", [["--help"], ["lint", "--help"], ["render", "--help"]])
def test_help_costs_click_and_nothing_more(arguments: list[str]) -> None:
    found = modules(COMMAND.format(arguments=arguments))
    assert "click" in found
    assert HEAVY.isdisjoint(found)


def test_importing_promptops_costs_nothing() -> None:
    assert (HEAVY | {"click", "sqlite3", "asyncio"}).isdisjoint(modules("import promptops"))


def test_writing_an_eval_in_python_costs_neither_a_parser_nor_a_network() -> None:
    script = """
from promptops.evals import Dataset, Eval, Gate, JudgeRubric, Label
Eval("lamps", dataset=Dataset([{"lit": "yes"}], expected="lit"), scorers=[Label(["yes", "no"])])
"""
    assert (HEAVY | {"click", "sqlite3", "asyncio", "aiohttp"}).isdisjoint(modules(script))


def test_the_registry_costs_no_tools() -> None:
    script = "import promptops; promptops.Registry"
    assert (HEAVY | {"click", "sqlite3", "asyncio"}).isdisjoint(modules(script))


def test_rendering_a_prompt_costs_no_tools() -> None:
    script = """
import json, promptops
from pathlib import Path
handle = promptops.Registry.load().get("support/triage@v4")
handle.render(**json.loads(Path("evals/support/triage.sample.json").read_text("utf-8"))).anthropic
"""
    found = modules(script)
    assert "yaml" in found
    assert found.isdisjoint("jinja2 click git tiktoken sqlite_utils pydantic genai_prices".split())


def test_an_eval_that_asks_no_vendor_costs_neither_a_network_nor_jinja(tmp_path: Path) -> None:
    ledger = str(tmp_path / "ledger.db")
    script = COMMAND.format(arguments=["eval", "evals/support/triage.yaml", "--ledger", ledger])
    found = modules(script)
    assert {"asyncio", "sqlite3", "yaml"} <= found
    assert found.isdisjoint("aiohttp jinja2 jsonschema git sqlite_utils genai_prices".split())


def test_linting_what_has_not_changed_costs_no_parser_and_no_tokenizer() -> None:
    script = COMMAND.format(arguments=["lint", ONE])
    modules(script)
    assert HEAVY.isdisjoint(modules(script))


def test_linting_a_new_text_of_known_parts_costs_no_tokenizer() -> None:
    script = COMMAND.format(arguments=["lint", "--no-cache", ONE])
    modules(script)
    again = modules(script)
    assert "jinja2" in again
    assert UNUSED_BY_LINT.isdisjoint(again)


def test_a_second_look_at_a_change_costs_no_parser_and_no_tokenizer(
    git_repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PROMPTOPS_CACHE_DIR", str(tmp_path / "cache"))
    front = "---\nmodel: openai:gpt-5-mini\ninputs: {name: {type: string}}\n---\n"
    text = front + '{% include "tone.j2" %}\nGreet {{ name }}.\n'
    git_repo.commit({"prompts/greet.prompt.j2": text, "prompts/tone.j2": "Be kind."})
    git_repo.commit({"prompts/greet.prompt.j2": text + "Thank them.\n"})
    script = COMMAND.format(arguments=["diff-cost", "HEAD~1", "HEAD"])
    first = modules(script, git_repo.path)
    assert {"yaml", "tiktoken"} <= first
    assert "jinja2" not in first  # the prompts are simple
    assert HEAVY.isdisjoint(modules(script, git_repo.path))


def test_every_command_says_what_it_does_without_working() -> None:
    from promptops.cli import COMMANDS

    script = "\n".join(COMMAND.format(arguments=[name, "--help"]) for name in COMMANDS)
    assert HEAVY.isdisjoint(modules(script))
