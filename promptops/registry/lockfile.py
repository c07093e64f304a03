"""``promptops.lock``: one line a version, append-only, written by ``promptops lock``."""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.errors import RegistryError
from promptops.model.values import dataclass
from promptops.registry.layout import below

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.config import Config
    from promptops.templates.files import Files

FILE: Final = "promptops.lock"
HEADER: Final = (
    "# Written by `promptops lock`, one line a version. Append only; never merge=union.\n"
)
_MARKERS: Final = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")
_CONFLICT: Final = (
    "a merge conflict: keep the lines of one side, bump the other's prompt, lock again"
)
_LINE: Final = re.compile(
    r"(?P<name>[a-z0-9_/-]+)@v(?P<number>[1-9][0-9]{0,15}) sha256:(?P<sha>[0-9a-f]{64})"
    r" blob:(?P<blob>[0-9a-f]{40,64})(?: deps:(?P<deps>\S+))?(?: tokens:(?P<tokens>\S+))?\s*\Z"
)
_COUNT: Final = re.compile(r"[0-9]{1,15}\Z")


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
        from urllib.parse import quote

        pairs = [f"{quote(name)}={sha}" for name, sha in sorted(self.depends.items())]
        counts = [f"{encoding}={count}" for encoding, count in sorted(self.tokens.items())]
        words = [f"{self.name}@v{self.number}", self.closure, f"blob:{self.blob}"]
        words += [f"deps:{','.join(pairs)}"] if pairs else []
        words += [f"tokens:{','.join(counts)}"] if counts else []
        return " ".join(words) + "\n"


def path(config: Config) -> str:
    """Return the lock's path below the project's root."""
    return below(config, FILE)


class Entry(NamedTuple):
    """A line of the lock file: a version, or what is wrong with the line."""

    number: int  # of the line, from 1
    text: str
    locked: Locked | None
    wrong: str = ""


def read(files: Files, config: Config) -> dict[tuple[str, int], Locked]:
    """Return the locked versions by name and number.

    Raises:
        RegistryError: A line cannot be read, holds a conflict marker or claims a version again.
    """
    found: dict[tuple[str, int], Locked] = {}
    for entry in scan(files.read(path(config)) or b""):
        if entry.locked is None or entry.wrong:
            raise RegistryError(f"{path(config)}, line {entry.number}: {entry.wrong}")
        found[entry.locked.name, entry.locked.number] = entry.locked
    return found


def scan(data: bytes) -> list[Entry]:
    """Return a lock file's lines, right or wrong; a merge conflict is one wrong line."""
    first: dict[tuple[str, int], int] = {}
    entries = []
    conflicted = False
    for number, line in enumerate(data.decode("utf-8", "replace").split("\n"), 1):
        text = line.rstrip()  # a checkout may have given it a CR
        if text.startswith(_MARKERS):
            if not conflicted:
                entries.append(Entry(number, text, None, _CONFLICT))
            conflicted = not text.startswith(_MARKERS[-1])
        elif text and not text.startswith("#"):
            entries.append(_entry(number, text, first))
    return entries


def _entry(number: int, text: str, first: dict[tuple[str, int], int]) -> Entry:
    locked = _parse(text)
    if locked is None:
        return Entry(number, text, None, "not a line of this lock: restore it from git")
    line = first.setdefault((locked.name, locked.number), number)
    told = f"{locked.name}@v{locked.number} is claimed a second time, first in line {line}"
    return Entry(number, text, locked, "" if line == number else told)


def _parse(text: str) -> Locked | None:
    line = _LINE.match(text)
    if line is None:
        return None
    depends = dict(_pair(pair) for pair in (line["deps"] or "").split(",") if pair)
    tokens = dict(_pair(pair) for pair in (line["tokens"] or "").split(",") if pair)
    return Locked(
        line["name"],
        int(line["number"]),
        f"sha256:{line['sha']}",
        line["blob"],
        {_unquoted(name): sha for name, sha in depends.items()},
        {name: int(count) for name, count in tokens.items() if _COUNT.match(count)},
    )


def _pair(text: str) -> tuple[str, str]:
    key, _, value = text.partition("=")
    return key, value


def _unquoted(name: str) -> str:
    if "%" not in name:
        return name
    from urllib.parse import unquote

    return unquote(name)
