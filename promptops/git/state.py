"""Which commit a project's files are of, and whether they still are as it has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.errors import GitError
from promptops.git.process import Git

if TYPE_CHECKING:
    from pathlib import Path

DIRTY: Final = "-dirty"
_COMMIT: Final = "# branch.oid "


def commit_of(root: Path) -> str | None:
    """Return the hash of the commit that is checked out; None where there is no git or no commit.

    It ends in ``-dirty`` where files below the root that git knows differ from it.
    """
    told = ("status", "--porcelain=v2", "--branch", "--untracked-files=no", "--", ".")
    try:
        lines = Git(str(root)).output(*told).decode("utf-8", "replace").splitlines()
    except GitError:
        return None
    commit = next((one.removeprefix(_COMMIT) for one in lines if one.startswith(_COMMIT)), "")
    if not commit or commit.startswith("("):
        return None
    return commit + (DIRTY if any(not one.startswith("#") for one in lines) else "")


def resolved(root: Path, revision: str) -> str | None:
    """Return the hash of a revision's commit; None where git knows none."""
    from promptops.git import Repository

    try:
        with Repository.find(root) as repository:
            return repository.resolve(revision)
    except GitError:
        return None
