"""A project's texts that are no versions: heads as they stand, and prompts of git's revisions."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promptops.registry.catalog import Catalog
from promptops.registry.rendered import Ref
from promptops.registry.versions import Versions
from promptops.templates.files import Folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from promptops.config import Config
    from promptops.templates.prompt import Prompt


class Found(NamedTuple):
    """A prompt, which one it is, and how to read the files that it names."""

    prompt: Prompt
    ref: Ref
    read: Callable[[str], bytes | None]


class Work:
    """The files that people work on."""

    def __init__(self, root: Path, config: Config) -> None:
        """Look at a project."""
        self.root = root
        self.config = config
        self.versions = Versions(Folder(root), config, blob=self._blob)

    @property
    def names(self) -> list[str]:
        """The names of the heads, sorted."""
        return self.versions.catalog.names

    def head(self, name: str) -> Found:
        """Return a prompt as its file stands; raises PromptNotFound."""
        return _found(self.versions.catalog, name, "head")

    def at(self, name: str, revision: str) -> Found:
        """Return a prompt as of a git revision; raises PromptNotFound and GitError."""
        from promptops.git import Repository

        repository = Repository.find(self.root)
        files = repository.files(repository.resolve(revision), self.root)
        return _found(Catalog(files, self.config), name, f"git:{revision}")

    def _blob(self, oid: str) -> bytes | None:
        from promptops.errors import GitError
        from promptops.git import Repository

        try:
            return Repository.find(self.root).blob(oid)
        except GitError:
            return None


def _found(catalog: Catalog, name: str, source: str) -> Found:
    prompt = catalog.head(name)
    ref = Ref(name, prompt.metadata.version, catalog.closure(name), source)
    return Found(prompt, ref, catalog.depends(name).get)
