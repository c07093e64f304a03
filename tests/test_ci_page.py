"""docs/ci.md: its comment is a real one, its commands parse, its files are there."""

from __future__ import annotations

import re
import shlex
from importlib import import_module
from pathlib import Path

import click
import yaml

from promptops.cli import group
from promptops.cli.comment import command
from promptops.cli.parts import WithParts
from promptops.reporters.cost_markdown import report
from tests.reporters.cost_reports import finding, made, refund, triage

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "ci.md").read_text("utf-8")


def test_the_comment_is_what_is_posted() -> None:
    shown = PAGE.partition("````markdown\n")[2].partition("````\n")[0]
    policy = {"verdict": "fail", "findings": [finding()]}
    assert shown == report(made(triage(), refund(), policy=policy), head="5f0c5f0")


def test_its_commands_parse() -> None:
    found = re.findall(r"^\$ promptops ([^#\n]+)", PAGE, re.MULTILINE)
    assert len(found) == 6
    for line in found:
        name, *arguments = shlex.split(line)
        known = group.get_command(click.Context(group), name)
        assert known is not None
        if isinstance(known, WithParts) and arguments[0] in known.parts:
            module = known.parts[arguments.pop(0)].module
            known = import_module(f"promptops.cli.{module}").command
        known.make_context(name, arguments)


def test_its_files_are_there_and_all_are_named() -> None:
    linked = {ROOT / "docs" / path for path in re.findall(r"\]\((examples/ci/[^)]+)\)", PAGE)}
    assert linked == set((ROOT / "docs" / "examples" / "ci").iterdir())
    for path in re.findall(r"\]\((\w+\.md)", PAGE):
        assert (ROOT / "docs" / path).is_file()


def test_the_actions_inputs_and_outputs_are_all_told() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    told = re.findall(r"^\| `([a-z-]+)` \| ", PAGE.partition("### Forks")[0], re.MULTILINE)
    assert told == list(action["inputs"])
    assert all(f"`{name}`" in PAGE for name in action["outputs"])


def test_every_behavior_is_told() -> None:
    (option,) = (one for one in command.params if one.name == "behavior")
    assert isinstance(option.type, click.Choice)
    table = PAGE.partition("| `--behavior` |")[2]
    told = re.findall(r"^\| `([a-z-]+)` \| ", table, re.MULTILINE)
    assert told == list(option.type.choices)
