"""``promptops init``."""

from __future__ import annotations

from pathlib import Path

import click

from promptops.cli.common import emit


@click.command("init")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
def command(dry_run: bool) -> None:
    """Set up a project in the current folder.

    Writes settings, an example prompt with a partial and its sample, the pre-commit hooks and a job
    for GitHub Actions. Nothing that is there already is overwritten.
    """
    from promptops.adoption.init import EXAMPLE, HOOKS, carry_out, plan

    root = Path.cwd()
    wanted = plan(root)
    paths = [*wanted.new, *wanted.changed] if dry_run else carry_out(root, wanted)
    verb = "would write" if dry_run else "wrote"
    for path in paths:
        emit(f"{verb} {path}{' (settings added at the end)' if path in wanted.changed else ''}")
    if wanted.hooks is not None:
        emit(f"\n{HOOKS} is yours; add below its `repos:`\n\n{wanted.hooks}")
    if not (root / ".git").exists() and any((up / ".git").exists() for up in root.parents):
        emit(f"\n{HOOKS} and .github count at the repository's root only: move them there.")
    if not dry_run:
        emit(f"\nNext: promptops lint; promptops lock; promptops render {EXAMPLE} --sample")
