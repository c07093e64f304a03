"""How much one render may still make: the steps that it takes, and the text that it makes."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MAX_STEPS: Final = 1_000_000  # items of loops, calls, and includes
MAX_TEXT: Final = 64_000_000  # characters and items made out of others
MAX_OUTPUT: Final = 16_000_000  # characters of all messages
_FOLDED: Final = 10_000  # what may be made while a template is compiled
_NESTING: Final = frozenset({list, tuple, dict})


class OverLimit(Exception):
    """A render makes more than it may; it leaves the renderer as a ``RenderLimit``."""


class Allowance:
    """What one render may still make."""

    __slots__ = ("steps", "text")

    def __init__(self, text: int = MAX_TEXT) -> None:
        self.steps = MAX_STEPS
        self.text = text


current: Final[ContextVar[Allowance | None]] = ContextVar("allowance", default=None)


def step(steps: int = 1) -> None:
    """Count items of a loop or calls."""
    allowance = current.get()
    if allowance is None:
        return
    allowance.steps -= steps
    if allowance.steps < 0:
        raise OverLimit(f"loops and calls of more than {MAX_STEPS:,} steps")


def make(size: int) -> None:
    """Count characters or items before they are made."""
    allowance = current.get() or Allowance(_FOLDED)
    allowance.text -= size
    if allowance.text < 0:
        raise OverLimit(f"filters and operators make more than {MAX_TEXT:,} characters")


def counted(items: Any) -> Iterable[Any]:
    """Return what a loop goes through; its items count as steps."""
    if hasattr(items, "__len__"):
        step(len(items))
        return items  # type: ignore[no-any-return]
    return _each(items)


def _each(items: Iterable[Any]) -> Iterator[Any]:
    for item in items:
        step()
        yield item


def printable(value: Any) -> Any:
    """Return a value that is about to become text.

    A list that holds another one many times is small, and its text is not.
    """
    if type(value) in _NESTING:
        make(_size(value, {}))
    return value


def _size(value: Any, known: dict[int, int]) -> int:
    if id(value) not in known:
        inner = value.values() if isinstance(value, dict) else value
        known[id(value)] = 0
        nested = (_size(one, known) for one in inner if type(one) in _NESTING)
        known[id(value)] = len(value) + sum(nested)
    return known[id(value)]
