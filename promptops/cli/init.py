"""``promptops init``."""

from __future__ import annotations

from pathlib import Path

import click

from promptops.cli.common import emit


@click.command("init")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
def command(dry_run: bool) -> None:
    """Set up a project in the current folder.

    Writes settings, an example prompt with a partial, a sample and an eval, the pre-commit hooks
    and a job for GitHub Actions. Nothing that is there already is overwritten.
    """
    from promptops.adoption.init import HOOKS, PURPOSES, carry_out, plan

    root = Path.cwd()
    wanted = plan(root)
    paths = [*wanted.new, *wanted.changed] if dry_run else carry_out(root, wanted)
    verb = "would write" if dry_run else "wrote"
    width = max(map(len, paths))
    for path in paths:
        emit(f"{verb} {path:<{width}}  {PURPOSES[path]}")
    if wanted.hooks is not None:
        emit(f"\n{HOOKS} is yours; add below its `repos:`\n\n{wanted.hooks}")
    if not (root / ".git").exists() and any((up / ".git").exists() for up in root.parents):
        emit(f"\n{HOOKS} and .github are read at the repository's root only:\nmove them there.")
    if not dry_run:
        emit(_next(hooks=wanted.hooks is None))


def _next(*, hooks: bool) -> str:
    """Return what to run next, and what for."""
    from promptops.adoption.init import EXAMPLE

    steps = {
        "promptops lint": "what could be better; nothing yet",
        f"promptops render {EXAMPLE} --sample": "what the example sends",
        f"promptops eval evals/{EXAMPLE}.yaml": "how good its answers are",
        "promptops lock": "freeze version 1",
        **({"pre-commit install": "run the hooks from now on"} if hooks else {}),
    }
    width = max(map(len, steps))
    return "\nNext:\n" + "".join(f"  {one:<{width}}  {why}\n" for one, why in steps.items())
