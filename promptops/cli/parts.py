"""Commands of commands, imported when they run; and a command that is also a group of others."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, NamedTuple

import click

if TYPE_CHECKING:
    from collections.abc import Mapping


class Part(NamedTuple):
    """A further command: the module in ``promptops.cli`` that has it, and what it does.

    The line is here and not taken from the module, so that the help imports none.
    """

    module: str
    told: str


def command_of(part: Part) -> click.Command:
    """Return the command of a part; its module is imported now."""
    command = importlib.import_module(f"promptops.cli.{part.module}").command
    assert isinstance(command, click.Command)  # noqa: S101 - the table and a module disagree
    return command


def _listed(parts: Mapping[str, Part], formatter: click.HelpFormatter) -> None:
    with formatter.section("Commands"):
        formatter.write_dl([(word, part.told) for word, part in parts.items()])


class Parts(click.Group):
    """A group of commands that are imported when they run."""

    def __init__(self, *args: Any, parts: Mapping[str, Part], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = parts

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the words of the commands."""
        return list(self.parts)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command of a word, None where there is none."""
        return command_of(self.parts[cmd_name]) if cmd_name in self.parts else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command of the first word.

        Raises:
            click.UsageError: There is none of that name.
        """
        if args and not args[0].startswith("-") and args[0] not in self.parts:
            from promptops.errors import nearest

            ctx.fail(f"No such command {args[0]!r}{nearest(args[0], self.parts)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the commands, a line each."""
        _listed(self.parts, formatter)


class WithParts(click.Command):
    """A command whose first word may be that of another; else the word is an argument of its own.

    ``parts`` are the others by their words; the module of one is imported when it runs.
    """

    def __init__(self, *args: Any, parts: Mapping[str, Part], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.parts = parts

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take the words, or keep them for the part that the first one names."""
        if args and args[0] in self.parts:
            ctx.obj = args
            return []
        first = args[0] if args else ""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            from promptops.errors import nearest

            told = nearest(first, self.parts)
            if not told:
                raise
            raise click.UsageError(f"{error.message}{told}", ctx) from error

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, or the part."""
        if ctx.obj is None:
            return super().invoke(ctx)
        part, *rest = ctx.obj
        command = command_of(self.parts[part])
        with command.make_context(f"{ctx.info_name} {part}", rest, parent=ctx.parent) as inner:
            return command.invoke(inner)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, and then the parts."""
        super().format_options(ctx, formatter)
        if self.parts:
            _listed(self.parts, formatter)
