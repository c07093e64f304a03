"""Which code is running: results that are kept are those of one state of it."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_DISTRIBUTIONS: Final = ("promptops_toolkit-", "jinja2-", "pyyaml-", "tiktoken-")
_INFO: Final = ".dist-info"


def state_of_code(*parts: str) -> str:
    """Return the installed versions; in a checkout of promptops itself, the state of its files.

    Of its folders only those count that are named, where any is.
    """
    package = Path(__file__).parents[1]
    if not (package.parent / "pyproject.toml").exists():
        there = os.listdir(package.parent)  # noqa: PTH208
        found = sorted(name for name in there if name.lower().startswith(_DISTRIBUTIONS))
        if any(name.startswith(_DISTRIBUTIONS[0]) for name in found):
            return " ".join(found)
        return version()
    return "\n".join(sorted(_states(package, frozenset(parts))))


def version() -> str:
    """Return the installed version of promptops.

    It is read off a folder's name, as ``importlib.metadata`` does, whose import takes 5 ms.
    """
    for folder in sys.path:
        with suppress(OSError):
            for name in os.listdir(folder or "."):  # noqa: PTH208
                if name.startswith(_DISTRIBUTIONS[0]) and name.endswith(_INFO):
                    return name.removeprefix(_DISTRIBUTIONS[0]).removesuffix(_INFO)
    from importlib import metadata

    return metadata.version("promptops-toolkit")


def _states(folder: str | os.PathLike[str], parts: frozenset[str] = frozenset()) -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir():
                if entry.name != "__pycache__" and (not parts or entry.name in parts):
                    yield from _states(entry.path)
            else:
                state = entry.stat()
                yield f"{entry.path} {state.st_mtime_ns} {state.st_size}"
