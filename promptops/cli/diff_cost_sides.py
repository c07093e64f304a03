"""Where a side of ``promptops diff-cost`` is read: head files, frozen versions, git."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from promptops.costs.side import Head, Side
from promptops.errors import GitError, LabelError, PromptopsError, VersionNotFound
from promptops.git.files import GitFiles
from promptops.registry.catalog import Catalog
from promptops.registry.references import is_name
from promptops.registry.untouched import Untouched
from promptops.templates.files import Folder

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.config import Project
    from promptops.git import Repository
    from promptops.registry.references import Reference
    from promptops.registry.versions import Versions

SHOWN = 5


class Sides:
    """The prompts of a project as they are, as they were locked, and as they were committed."""

    def __init__(self, here: Project) -> None:
        self.here = here
        self.files = Folder(here.root)
        self.catalog = Catalog(self.files, here.config)
        self._at: dict[str, Catalog] = {}

    @cached_property
    def versions(self) -> Versions:
        """The versions of the prompts."""
        from promptops.registry.versions import Versions

        return Versions(self.files, self.here.config, self.catalog, self._blob)

    @cached_property
    def repository(self) -> Repository:
        """The git repository of the project."""
        from promptops.git import Repository

        return Repository.find(self.here.root)

    def close(self) -> None:
        """Stop reading from git, if that was begun."""
        if "repository" in self.__dict__:
            self.repository.close()

    def at(self, commit: str) -> Catalog:
        """Return the prompts of a commit, by the settings of today."""
        if commit not in self._at:
            files = self.repository.files(commit, self.here.root)
            self._at[commit] = Catalog(files, self.here.config)
        return self._at[commit]

    def untouched(self, old: Catalog | None, new: Catalog | None) -> frozenset[str]:
        """Return the names of prompts that are surely the same; the files of others are read."""
        if old is None or new is None:
            return frozenset()
        names = {path: name for name, path in old.paths.items() if new.paths.get(name) == path}
        same = Untouched(old.files, new.files, self.here.config).of(names)
        alone = [{*side.paths.values()} - names.keys() for side in (old, new)]
        if all(alone):  # they are compared with each other, for one may be the other's new name
            for side, paths in zip((old, new), alone, strict=True):
                if isinstance(side.files, GitFiles):
                    side.files.prefetch(paths)
        return frozenset(names[path] for path in same)

    def version(self, name: str, number: int) -> Side:
        """Return a version of a prompt; raises what ``Versions.prompt`` raises."""
        prompt = self.versions.prompt(name, number)
        frozen = prompt.path != self.catalog.paths.get(name)
        files = self.versions.files_of(name, number) if frozen else self.files
        return Side(prompt, self.versions.closure(name, number), files)

    def reference(self, wanted: Reference) -> Side:
        """Return the prompt that a reference names."""
        if wanted.kind == "version":
            return self.version(wanted.name, int(wanted.value or 0))
        if wanted.kind == "hash":
            for number in self.versions.numbers(wanted.name):
                if self.versions.closure(wanted.name, number).startswith(str(wanted.value)):
                    return self.version(wanted.name, number)
            raise VersionNotFound(self.no_version(str(wanted.value), [wanted.name]))
        if wanted.kind == "label":
            return self._label(wanted)
        catalog = self.catalog
        if wanted.kind == "git":
            catalog = self.at(self.repository.resolve(str(wanted.value)))
        catalog.head(wanted.name)  # which may not be there
        return Head(catalog, wanted.name)

    def _label(self, wanted: Reference) -> Side:
        arms = self.versions.labels.arms(wanted.name, str(wanted.value))
        if len(arms) > 1:
            split = ", ".join(f"v{number}" for number in arms)
            raise LabelError(f"{wanted} is split between {split}: name one of them")
        return self.version(wanted.name, next(iter(arms)))

    def unopened(self, old: Side) -> Side | None:
        """Return what stands where a prompt was and is no file to read, such as a link."""
        from promptops.templates.loader import load

        try:
            prompt = load(self.files, old.path, self.here.config, old.name)
        except PromptopsError:
            return None
        found = Side(prompt, f"unreadable: {prompt.path}", self.files)
        return found if found.unopened else None

    def is_prompt(self, name: str) -> bool:
        """Return whether a word is the name of a prompt that there is or was."""
        return name in self.catalog.paths or bool(is_name(name) and self.versions.numbers(name))

    def no_version(self, text: str, names: Sequence[str]) -> str:
        """Return what to say where prompts have no such version."""
        there = (
            f"{name}: {', '.join(f'v{one}' for one in self.versions.numbers(name)) or 'none'}"
            for name in names[:SHOWN]
        )
        return f"no {text} to compare; versions: {'; '.join(there) or 'none, see promptops lock'}"

    def _blob(self, oid: str) -> bytes | None:
        try:
            return self.repository.blob(oid)
        except GitError:
            return None
