"""A version as it was found, and its own files laid over those of today."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from promptops.templates.files import Files
    from promptops.templates.prompt import Prompt


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


class Text(NamedTuple):
    """A version as it was found: in the head, in its frozen copy, or in git's blob."""

    prompt: Prompt
    files: Files
    origin: str
