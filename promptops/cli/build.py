"""``promptops build``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from promptops.cli.common import emit, project

if TYPE_CHECKING:
    from promptops.git import Repository


@click.command("build")
@click.option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False),
              metavar="FILE", help="Where to write the bundle.")  # fmt: skip
@click.option("--last", type=click.IntRange(min=0), default=3, show_default=True, metavar="N",
              help="Take the last N versions of each prompt beside the labelled ones.")  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Take every locked version.")
def command(output: Path, last: int, everything: bool) -> None:
    """Write labels and versions into one file that an application loads.

    Only locked versions go in, and each is hashed first. The same prompts at the same commit give
    the same bytes.
    """
    from promptops.registry.bundle import Bundle
    from promptops.registry.bundle_build import build
    from promptops.registry.versions import Versions
    from promptops.templates.files import Folder, write_file

    here = project()
    repository = _repository(here.root)
    blob = repository.blob if repository else None
    versions = Versions(Folder(here.root), here.config, blob=blob)
    commit = _commit(repository)
    kept = None if everything else last
    data = build(versions, versions.locked, here.config.templates, kept, commit)
    write_file(output, data)
    bundle = Bundle(data, str(output))
    count = sum(len(bundle.numbers(name)) for name in bundle.names())
    at = f", commit {commit[:12]}" if commit else ""
    size = f"{len(data):,} bytes"
    emit(f"{output}: {len(bundle.names())} prompts, {count} versions, {size}{at}")


def _repository(root: Path) -> Repository | None:
    from promptops.errors import GitError
    from promptops.git import Repository

    try:
        return Repository.find(root)
    except GitError:
        return None


def _commit(repository: Repository | None) -> str | None:
    """Return the commit that is checked out; a repository without a commit has none."""
    from promptops.errors import GitError

    try:
        return repository.resolve("HEAD") if repository else None
    except GitError:
        return None
