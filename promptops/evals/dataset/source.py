"""A source of rows, whatever its format, and errors that name the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from promptops.errors import DatasetError
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MAX_ROW: Final = 8 * 1024 * 1024  # bytes; no model reads as much
MAX_DEPTH: Final = 64


class Row(NamedTuple):
    """A row by its columns, and the line that it begins at."""

    line: int
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Source:
    """Where rows come from, as often as they are asked for.

    ``counted`` is what ``Row.line`` counts; where they are ``cells`` every value is a text.
    """

    name: str
    read: Callable[[], Iterator[Row]]
    cells: bool = False
    counted: str = "line"

    def wrong(self, line: int, told: str) -> DatasetError:
        """Return the error of a row."""
        return DatasetError(f"{self.name}, {self.counted} {line}: {told}")


def depth(value: Any) -> int:
    """Return how many lists and mappings are nested in one another, without recursion."""
    deepest, waiting = 0, [(value, 1)]
    while waiting:
        found, level = waiting.pop()
        if isinstance(found, dict | list | tuple):
            deepest = max(deepest, level)
            inside = found.values() if isinstance(found, dict) else found
            waiting.extend((one, level + 1) for one in inside)
    return deepest
