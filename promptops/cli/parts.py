"""A command that is also a group: ``cache REF`` beside ``cache replay FILE``."""

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
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, or the part."""
        if ctx.obj is None:
            return super().invoke(ctx)
        part, *rest = ctx.obj
        command = importlib.import_module(f"promptops.cli.{self.parts[part].module}").command
        assert isinstance(command, click.Command)  # noqa: S101 - the table and a module disagree
        with command.make_context(f"{ctx.info_name} {part}", rest, parent=ctx.parent) as inner:
            return command.invoke(inner)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, and then the parts."""
        super().format_options(ctx, formatter)
        if self.parts:
            with formatter.section("Commands"):
                formatter.write_dl([(word, part.told) for word, part in self.parts.items()])
