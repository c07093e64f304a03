"""The files of a commit, by path."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from promptops.git.process import Refused

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from promptops.git.objects import Objects
    from promptops.git.process import Git

_FILE_MODES: Final = frozenset({"100644", "100755"})  # links and submodules are no prompt files
_SHA1: Final = 40  # digits
_FOLDER: Final = b"40000"
_FILE: Final = b"100"  # of any rights
# How many bytes an object's name has, by how many digits it is written in.
_ENTRIES: Final = {
    2 * size: re.compile(rb"([0-7]+) ([^\0]+)\0(.{%d})" % size, re.DOTALL) for size in (20, 32)
}


class GitFiles:
    """The files of a commit; ``oids`` are the names of their blobs."""

    def __init__(self, objects: Objects, oids: Mapping[str, str]) -> None:
        """Take where blobs are read and what there is."""
        self.oids = oids
        self._objects = objects
        self._sorted: list[str] | None = None
        self._ahead: dict[str, bytes] = {}

    @classmethod
    def of(cls, git: Git, objects: Objects, commit: str, prefix: str) -> Self:
        """List a commit's files below a folder, which ends in ``/``; raises GitError."""
        found = walked(objects, commit, prefix)
        if found is not None:
            return cls(objects, found)
        listed = git.output("ls-tree", "-r", "-z", "--full-tree", commit, "--", prefix or ".")
        oids, skipped = {}, len(prefix)
        for entry in listed.decode("utf-8", "surrogateescape").split("\0"):
            about, _, path = entry.partition("\t")
            if about[:6] in _FILE_MODES:
                oids[path[skipped:]] = about.rpartition(" ")[2]
        return cls(objects, oids)

    def paths(self, below: str = "") -> Iterator[str]:
        """Yield the paths below a folder, sorted; folders named ``.something`` are left out."""
        if self._sorted is None:
            self._sorted = sorted(self.oids)
        prefix = f"{below}/" if below else ""
        start = len(prefix)
        for path in self._sorted:
            if path.startswith(prefix) and not _hidden(path[start:]):
                yield path

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes, or None where there is no such file."""
        oid = self.oids.get(path)
        if oid is None:
            return None
        if oid not in self._ahead:
            self.prefetch((path,))  # many prompts may name one file
        return self._ahead.get(oid)

    def prefetch(self, paths: Iterable[str]) -> None:
        """Read files in one go and keep them: asking for each takes longer where they are many."""
        wanted = (self.oids[path] for path in paths if path in self.oids)
        self._ahead |= self._objects.blobs(oid for oid in wanted if oid not in self._ahead)


class _Tree(NamedTuple):
    """What a folder holds: names and objects."""

    files: list[tuple[str, str]]
    folders: list[tuple[str, str]]


def walked(objects: Objects, commit: str, prefix: str) -> dict[str, str] | None:
    """Return a commit's files below a folder; None where ``ls-tree`` has to look or complain.

    Another process takes longer than reading trees through the one that is there, and two
    revisions share most of their trees.
    """
    try:
        top = objects.name(f"{commit}:{prefix.removesuffix('/')}") if "\n" not in prefix else None
    except Refused:
        return None
    if top is None:
        return None
    found: dict[str, str] = {}
    waiting = [("", top)]
    while waiting:
        unknown = [oid for _, oid in waiting if oid not in objects.trees]
        for oid, data in objects.read(unknown, b"tree").items():
            objects.trees[oid] = _tree(data, len(oid))
        if any(oid not in objects.trees for _, oid in waiting):
            return None
        below = []
        for path, oid in waiting:
            tree = objects.trees[oid]
            found.update((path + name, one) for name, one in tree.files)
            below += [(f"{path}{name}/", one) for name, one in tree.folders]
        waiting = below
    return found


def _tree(data: bytes, digits: int) -> _Tree:
    tree = _Tree([], [])
    for mode, name, oid in _ENTRIES[digits].findall(data):
        if mode == _FOLDER or mode.startswith(_FILE):
            kept = tree.folders if mode == _FOLDER else tree.files
            kept.append((name.decode("utf-8", "surrogateescape"), oid.hex()))
    return tree


def blob_id(data: bytes, like: str = "") -> str:
    """Return the name that git gives to a blob of these bytes, by the hash of another one."""
    hashed = hashlib.sha256 if len(like) > _SHA1 else hashlib.sha1
    return hashed(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


def _hidden(path: str) -> bool:
    return (path.startswith(".") or "/." in path) and any(
        part.startswith(".") for part in path.split("/")[:-1]
    )
