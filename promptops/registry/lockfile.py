"""``promptops.lock``: one line a version, append-only, written by ``promptops lock``."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, unquote

from promptops.errors import RegistryError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.config import Config
    from promptops.templates.files import Files

FILE: Final = "promptops.lock"
HEADER: Final = (
    "# Written by `promptops lock`, one line a version. Append only; never merge=union.\n"
)
_LINE: Final = re.compile(
    r"(?P<name>[a-z0-9_/-]+)@v(?P<number>[1-9][0-9]*) sha256:(?P<sha>[0-9a-f]{64})"
    r" blob:(?P<blob>[0-9a-f]{40,64})(?: deps:(?P<deps>\S+))?(?: tokens:(?P<tokens>\S+))?\s*\Z"
)


@dataclass(frozen=True, slots=True)
class Locked:
    """What the lock says of a version; ``depends`` gives each included file's short hash."""

    name: str
    number: int
    closure: str
    blob: str
    depends: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, int] = field(default_factory=dict)

    def line(self) -> str:
        """Return the lock's line."""
        pairs = [f"{quote(name)}={sha}" for name, sha in sorted(self.depends.items())]
        counts = [f"{encoding}={count}" for encoding, count in sorted(self.tokens.items())]
        words = [f"{self.name}@v{self.number}", self.closure, f"blob:{self.blob}"]
        words += [f"deps:{','.join(pairs)}"] if pairs else []
        words += [f"tokens:{','.join(counts)}"] if counts else []
        return " ".join(words) + "\n"


def path(config: Config) -> str:
    """Return the lock's path below the project's root."""
    return f"{config.folder}/{FILE}" if config.folder else FILE


def read(files: Files, config: Config) -> dict[tuple[str, int], Locked]:
    """Return the locked versions by name and number.

    Raises:
        RegistryError: A line cannot be read, holds a conflict marker or claims a version again.
    """
    data = files.read(path(config))
    found: dict[tuple[str, int], Locked] = {}
    if data is None:
        return found
    for number, text in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        if not text.strip() or text.startswith("#"):
            continue
        where = f"{path(config)}, line {number}"
        if text.startswith(("<<<<<<<", "=======", ">>>>>>>", "|||||||")):
            told = (
                "a merge conflict: keep the lines of one side, bump the other's prompt, lock again"
            )
            raise RegistryError(f"{where}: {told}")
        locked = _parse(text, where)
        key = (locked.name, locked.number)
        if key in found:
            raise RegistryError(f"{where}: {locked.name}@v{locked.number} is claimed a second time")
        found[key] = locked
    return found


def _parse(text: str, where: str) -> Locked:
    line = _LINE.match(text)
    if line is None:
        raise RegistryError(f"{where}: not a line of this lock: restore it from git")
    depends = dict(_pair(pair) for pair in (line["deps"] or "").split(",") if pair)
    tokens = dict(_pair(pair) for pair in (line["tokens"] or "").split(",") if pair)
    return Locked(
        line["name"],
        int(line["number"]),
        f"sha256:{line['sha']}",
        line["blob"],
        {unquote(name): sha for name, sha in depends.items()},
        {name: int(count) for name, count in tokens.items() if count.isdigit()},
    )


def _pair(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key, value
