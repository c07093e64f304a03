from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from promptops import Registry
from promptops.cli import COMMANDS
from promptops.config import Config
from promptops.registry.versions import Versions
from promptops.templates.files import Folder
from promptops.templates.metadata import KEYS
from tests.cli.commands import ROOT, promptops

REGISTRY = Registry.load(ROOT)
VERSIONS = Versions(Folder(ROOT), Config())
README = (ROOT / "README.md").read_text("utf-8")
LOCKED = sorted(VERSIONS.locked)


@pytest.mark.parametrize("name", REGISTRY.names)
def test_every_prompt_renders_its_sample(name: str) -> None:
    handle = REGISTRY.get(name)
    sample = handle.prompt.metadata.cost.sample
    assert sample is not None
    rendered = handle.render(**json.loads((ROOT / sample).read_text("utf-8")))
    assert rendered.messages[0].role == "system"
    assert all(message.text.strip() for message in rendered.messages)


@pytest.mark.parametrize(("name", "number"), LOCKED)
def test_every_locked_version_is_the_text_that_was_locked(name: str, number: int) -> None:
    assert VERSIONS.prompt(name, number).metadata.version == number


def test_every_head_is_locked() -> None:
    heads = {(name, REGISTRY.get(name).ref.version) for name in REGISTRY.names}
    assert heads <= set(LOCKED)


def test_there_are_two_prompts_with_a_v3_and_a_v4() -> None:
    both = [name for name in REGISTRY.names if {(name, 3), (name, 4)} <= set(LOCKED)]
    assert both == ["support/reply", "support/triage"]


def test_no_untrusted_input_reaches_a_system_message() -> None:
    for name in REGISTRY.names:
        prompt = REGISTRY.get(name).prompt
        untrusted = {n for n, entry in (prompt.metadata.inputs or {}).items() if entry.untrusted}
        for leaf in prompt.variants[0].leaves:
            if leaf.role == "system" and leaf.expression is not None:
                assert leaf.expression.split(".")[0].split("|")[0].strip() not in untrusted


def test_the_readme_shows_what_the_commands_print() -> None:
    check = [sys.executable, str(ROOT / "scripts" / "update_readme.py"), "--check"]
    assert subprocess.run(check, check=False).returncode == 0, "run scripts/update_readme.py"


def test_the_readmes_python_runs() -> None:
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert code is not None
    done = subprocess.run([sys.executable, "-c", code[1]], cwd=ROOT, check=False)
    assert done.returncode == 0


def test_the_readmes_set_up_commands_are_one_line_each() -> None:
    for mark in ("main-job", "tests"):
        found = re.search(rf"<!-- {mark} -->\n```bash\n(.*?)```", README, re.DOTALL)
        assert found is not None
        assert found[1].count("\n") == 1


def test_every_command_has_help_whose_first_sentence_is_in_the_list() -> None:
    listed = promptops("--help", cwd=ROOT).out
    for name in COMMANDS:
        shown = promptops(name, "--help", cwd=ROOT)
        assert shown.code == 0
        assert shown.out.startswith("Usage: ")
        assert name in listed
        assert max(map(len, shown.out.splitlines())) <= 80


def test_the_format_page_names_every_front_matter_key() -> None:
    page = (ROOT / "docs" / "format.md").read_text("utf-8")
    table = page[page.index("## Front matter") : page.index("## Body")]
    assert all(f"`{key}`" in table for key in KEYS)


def test_the_examples_of_the_format_page_is_clean(tmp_path: Path) -> None:
    page = (ROOT / "docs" / "format.md").read_text("utf-8")
    example = re.search(r"```jinja\n(.*?)```", page, re.DOTALL)
    assert example is not None
    target = tmp_path / "prompts" / "example.prompt.j2"
    target.parent.mkdir()
    target.write_text(example[1])
    done = promptops("lint", "--fail-on", "note", cwd=tmp_path)
    assert done.code == 0, done.out
