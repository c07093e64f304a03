"""Commands that are groups, too: their parts are listed without being imported, and reached."""

import importlib

import click
import pytest
from click.testing import CliRunner

from promptops.cli import group
from promptops.cli.parts import Part, WithParts

COMMANDS = {
    name: importlib.import_module(f"promptops.cli.{name}").command for name in ("cache", "eval")
}
PARTS = [(name, word, part) for name, one in COMMANDS.items() for word, part in one.parts.items()]


def help_of(*words: str) -> str:
    done = CliRunner().invoke(group, [*words, "--help"], prog_name="promptops")
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize(("name", "word", "part"), PARTS)
def test_every_part_has_a_command_of_its_name_whose_help_fits_a_terminal(
    name: str, word: str, part: Part
) -> None:
    command = importlib.import_module(f"promptops.cli.{part.module}").command
    assert isinstance(command, click.Command)
    assert command.name == word
    shown = help_of(name, word)
    assert shown.startswith(f"Usage: promptops {name} {word} ")
    assert max(map(len, shown.splitlines())) <= 80


@pytest.mark.parametrize("name", [name for name, one in COMMANDS.items() if one.parts])
def test_the_help_lists_the_parts_each_on_a_line(name: str) -> None:
    listed = help_of(name).partition("\nCommands:\n")[2].splitlines()
    assert [line.split()[0] for line in listed] == list(COMMANDS[name].parts)
    assert max(map(len, listed)) <= 80


def test_a_part_that_is_mistyped_is_guessed() -> None:
    done = CliRunner().invoke(group, ["eval", "pln", "evals/sort.yaml"], prog_name="promptops")
    assert done.exit_code == 2
    assert "unexpected extra argument (evals/sort.yaml); did you mean 'plan'?" in done.output


def test_a_command_without_parts_has_no_such_section() -> None:
    bare = WithParts("bare", callback=lambda: None, parts={})
    assert "Commands" not in bare.get_help(click.Context(bare))
