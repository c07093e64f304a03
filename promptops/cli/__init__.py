"""The command line: arguments -> one call -> a report -> an exit code.

A command's module is imported when the command runs, so that ``promptops --help`` costs click and
nothing more.
"""

from __future__ import annotations

import gc
import importlib
import sys
from typing import Final

import click

# One line each, so that the list of commands can be printed without importing them.
COMMANDS: Final = {
    "lint": "Check prompts against the lint rules.",
    "rule": "Explain a lint rule or a finding of check.",
    "inspect": "Show what promptops sees in a prompt.",
    "lsp": "Serve an editor: findings while you type, figures, fixes.",
    "cost": "Say what prompts cost a call and a month, as they stand.",
    "diff-cost": "Say what a change of prompts costs a call and a month.",
    "prices": "Say what models cost, and pin those prices in the repository.",
    "comment": "Post a cost report to its pull request.",
    "usage": "Measure recorded calls for the usage file.",
    "eval": "Compare versions of a prompt by quality and cost.",
    "ledger": "Keep recorded calls, and say where the money goes.",
    "audit": "Say where the money goes, and what would change that.",
    "serve": "Show the audit, questions and eval runs as pages.",
    "cache": "Say what prompt caching costs, and check how that is worked out.",
    "list": "List the prompts and their versions.",
    "show": "Print a prompt's text as it stands at a version.",
    "render": "Render a prompt with values for its inputs.",
    "bump": "Raise the version number in a prompt's file.",
    "lock": "Freeze the versions of prompts in the lock file.",
    "check": "Check that every version is what was locked.",
    "history": "List a prompt's versions, and who locked them.",
    "diff": "Say what differs between two versions, and how much it matters.",
    "promote": "Have a label mean a version.",
    "rollback": "Have a label mean what it meant before.",
    "prune": "Remove frozen copies that no version needs.",
    "build": "Bundle labels and versions into one file for applications.",
    "import": "Make prompts of another tool's files.",
    "export": "Write a prompt in another tool's format.",
    "init": "Set up a project: settings, an example, the hook, a CI job.",
    "adopt": "Propose front matter for templates that are already there.",
    "stubs": "Write the types of prompts' inputs for editors and type checkers.",
}

# `import` is no name that a module can have.
_MODULES: Final = {"import": "import_prompts", "export": "export_prompts"}


class _Commands(click.Group):
    """Commands that are imported when they run."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = _MODULES.get(cmd_name, cmd_name.replace("-", "_"))
        module = importlib.import_module(f"promptops.cli.{name}")
        command = module.command
        assert isinstance(command, click.Command)  # noqa: S101 - the table and a module disagree
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and not args[0].startswith("-") and args[0] not in COMMANDS:
            from promptops.errors import nearest

            ctx.fail(f"No such command {args[0]!r}{nearest(args[0], COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:
    if value:
        from importlib.metadata import version

        click.echo(f"promptops {version('promptops-toolkit')}")
        ctx.exit()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--version", is_flag=True, callback=_version, expose_value=False, is_eager=True,
              help="Show the version and exit.")  # fmt: skip
def group() -> None:
    """Prompts as infrastructure: lint them, version them, know what they cost."""


def main() -> None:
    """Run the command line and leave with its exit code."""
    # What a command has just made is hardly ever garbage; looking for it takes a tenth of the time.
    gc.set_threshold(100_000)
    for stream in (sys.stdout, sys.stderr):
        # A prompt may hold any character; a terminal that cannot show one must not end the run.
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    from promptops.errors import PromptopsError

    try:
        group()
    except PromptopsError as error:
        click.echo(f"promptops: {one_line(str(error))}", err=True)
        raise SystemExit(error.exit_code) from None
    except BrokenPipeError:
        # The reader has had enough, as `| head` does.
        sys.stderr.close()
        raise SystemExit(0) from None
    finally:
        # The process gives all its memory back at once; taking it to pieces first takes 80 ms.
        # DuckDB wants that, and complains on the terminal of what is left.
        if "duckdb" not in sys.modules:
            gc.freeze()


def one_line(text: str) -> str:
    """Return a text on one line, its control characters made visible."""
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)
