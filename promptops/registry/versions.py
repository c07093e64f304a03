"""Versions by number, each re-hashed on the way: the text that was locked, or an error."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from promptops.errors import IntegrityError, VersionNotFound, nearest
from promptops.registry import lockfile
from promptops.registry.catalog import Catalog
from promptops.registry.closure import SHORT, closure_hash, dependencies, digest, normalised
from promptops.templates.loader import load

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from promptops.config import Config
    from promptops.registry.lockfile import Locked
    from promptops.templates.files import Files
    from promptops.templates.prompt import Prompt


def frozen_path(config: Config, name: str, number: int) -> str:
    """Return where the frozen copy of a version stands below the project's root."""
    return f"{_versions(config)}/{name}/v{number}{config.suffixes[0]}"


def part_path(config: Config, name: str, short: str) -> str:
    """Return where the frozen copy of an included file stands below the project's root."""
    return f"{_versions(config)}/_parts/{name}@{short}"


def _versions(config: Config) -> str:
    return f"{config.folder}/.versions" if config.folder else ".versions"


class Versions:
    """The versions of a project's prompts: the lock's, and the heads' own numbers."""

    def __init__(
        self,
        files: Files,
        config: Config,
        catalog: Catalog | None = None,
        blob: Callable[[str], bytes | None] | None = None,
    ) -> None:
        """Look at some files; ``blob`` reads a git object where a frozen copy is gone."""
        self.files = files
        self.config = config
        self.catalog = catalog or Catalog(files, config)
        self._blob = blob

    @cached_property
    def locked(self) -> dict[tuple[str, int], Locked]:
        """What the lock says, by name and number."""
        return lockfile.read(self.files, self.config)

    def names(self) -> list[str]:
        """Return the names that have a version, sorted."""
        heads = {name for name in self.catalog.names if self._head_number(name) is not None}
        return sorted(heads | {name for name, _ in self.locked})

    def numbers(self, name: str) -> list[int]:
        """Return the versions that a prompt has, lowest first."""
        found = {number for known, number in self.locked if known == name}
        head = self._head_number(name)
        return sorted(found if head is None else found | {head})

    def prompt(self, name: str, number: int) -> Prompt:
        """Return a version's prompt: the head if it is that version, else the frozen copy.

        Raises:
            VersionNotFound: The prompt has no such version; the error names those there are.
            IntegrityError: No text of the promised hash is to be had.
        """
        locked = self.locked.get((name, number))
        if self._head_number(name) == number and (
            locked is None or self.catalog.closure(name) == locked.closure
        ):
            return self.catalog.head(name)
        if locked is None:
            raise VersionNotFound(self._missing(name, number))
        return self._frozen(locked)

    def closure(self, name: str, number: int) -> str:
        """Return a version's hash; raises what ``prompt`` raises."""
        locked = self.locked.get((name, number))
        if locked is not None:
            return locked.closure
        self.prompt(name, number)
        return self.catalog.closure(name)

    def _head_number(self, name: str) -> int | None:
        if name not in self.catalog.paths:
            return None
        return self.catalog.head(name).metadata.version

    def _missing(self, name: str, number: int) -> str:
        if known := self.numbers(name):
            there = ", ".join(f"v{one}" for one in known)
            return f"{name!r} has no version v{number}; it has {there}"
        if name in self.catalog.paths:
            return f"{name!r} has no versions: add `version: 1` to its front matter"
        return f"there is no prompt {name!r}{nearest(name, self.names())}"

    def files_of(self, name: str, number: int) -> Overlay:
        """Return the files as they were when a version was locked.

        Raises:
            IntegrityError: The frozen copy is gone.
        """
        locked = self.locked[name, number]
        where = frozen_path(self.config, name, number)
        data = self.files.read(where)
        if data is None and self._blob is not None:
            data = self._blob(locked.blob)
        if data is None:
            told = f"{name}@v{number}: its frozen copy {where} is gone"
            raise IntegrityError(f"{told}: restore it from git")
        laid = {where: data}
        for part, short in locked.depends.items():
            laid |= self._part(part, short)
        return Overlay(self.files, laid)

    def _frozen(self, locked: Locked) -> Prompt:
        where = frozen_path(self.config, locked.name, locked.number)
        files = self.files_of(locked.name, locked.number)
        prompt = load(files, where, self.config, locked.name)
        found = closure_hash(prompt, dependencies(prompt, files, self.config))
        if found != locked.closure:
            told = f"{locked.name}@v{locked.number}: {where} is not the text that was locked"
            raise IntegrityError(f"{told} ({found[:15]} instead of {locked.closure[:15]})")
        return prompt

    def _part(self, name: str, short: str) -> dict[str, bytes]:
        """Return an included file as it was, under the path at which it is looked for."""
        where = f"{self.config.folder}/{name}" if self.config.folder else name
        for path in (part_path(self.config, name, short), where):
            data = self.files.read(path)
            if data is not None and digest(normalised(data))[:SHORT] == short:
                return {where: data}
        return {}


class Overlay:
    """Files of which some are replaced."""

    def __init__(self, below: Files, laid: Mapping[str, bytes]) -> None:
        self._below = below
        self._laid = laid

    def paths(self, below: str = "") -> Iterator[str]:
        """Yield the paths below a folder, sorted."""
        return self._below.paths(below)

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None where there is no such file."""
        found = self._laid.get(path)
        return self._below.read(path) if found is None else found
