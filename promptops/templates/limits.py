"""How much one render may make: what a template says in a line must not fill a machine.

Outputs are counted where they are collected (``render.py``). Here are counted the steps of loops,
ranges and calls, and the text that operators and filters make out of smaller text.
"""

from __future__ import annotations

import re
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from jinja2 import pass_environment
from jinja2.filters import FILTERS, make_attrgetter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    import jinja2

MAX_REPEAT: Final = 1_000_000  # characters or items that one repetition or range may make
MAX_STEPS: Final = 1_000_000  # items of loops, calls, and includes
MAX_TEXT: Final = 64_000_000  # characters and items made out of others
_FOLDED: Final = 10_000  # what may be made while a template is compiled
_BITS: Final = 4096
_WIDTH: Final = 9_999
_DIGITS: Final = 400
_LONG_WORDS: Final = 1_000_000_000  # what breaking them copies
_NESTING: Final = frozenset({list, tuple, dict})
_WIDE: Final = re.compile(r"%(?:\([^)]*\))?[^a-zA-Z%]*(?:\d{5}|\*)")


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


def check_operator(operator: str, left: Any, right: Any) -> None:
    """Refuse a sum, product or power that would be huge."""
    if isinstance(left, int) and isinstance(right, int):
        bits = left.bit_length() * abs(right) if operator == "**" else left.bit_length()
        if operator != "+" and bits + right.bit_length() > _BITS:
            raise OverLimit(f"a number of more than {_BITS} bits")
        return
    sizes = [len(side) for side in (left, right) if hasattr(side, "__len__")]
    if operator == "+" and sizes:
        make(sum(sizes))
    numbers = [abs(side) for side in (left, right) if isinstance(side, int)]
    if operator == "*" and sizes and numbers:
        if sizes[0] * numbers[0] > MAX_REPEAT:
            raise OverLimit(f"a repetition makes more than {MAX_REPEAT:,} characters or items")
        make(sizes[0] * numbers[0])


def formatted(text: str, values: Any) -> str:
    """Return ``text % values``; wide fields are refused."""
    if _WIDE.search(text):
        raise OverLimit(f"a format with a field of more than {_WIDTH:,} characters")
    entries = values.values() if isinstance(values, dict) else values
    entries = entries if isinstance(values, tuple | dict) else (values,)
    longest = max((len(entry) for entry in entries if hasattr(entry, "__len__")), default=0)
    digits = max(map(len, re.findall(r"\d+", text)), default=0)
    make(len(text) + text.count("%") * (longest + 10 ** min(digits, 4)))
    return str(text % values)


def replaced(text: str, old: str, new: str, count: int = -1) -> str:
    """Return ``text.replace(old, new, count)``."""
    times = text.count(old) if count < 0 else min(text.count(old), count)
    make(len(text) + times * len(new))
    return text.replace(old, new, count)


def joined(separator: str, items: Iterable[Any]) -> str:
    """Return the items as text with a separator between them."""
    texts = [str(printable(item)) for item in items]
    make(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _format(value: Any, *args: Any, **kwargs: Any) -> str:
    return formatted(str(value), kwargs or args)


@pass_environment
def _join(
    environment: jinja2.Environment, value: Any, d: Any = "", attribute: str | int | None = None
) -> str:
    if attribute is not None:
        value = map(make_attrgetter(environment, attribute), value)
    return joined(str(d), value)


def _replace(s: Any, old: Any, new: Any, count: int | None = None) -> str:
    return replaced(str(s), str(old), str(new), -1 if count is None else count)


def _checked(name: str, check: Callable[..., None]) -> Callable[..., Any]:
    """Return one of Jinja's filters behind a check that takes the same arguments."""
    run = FILTERS[name]

    @wraps(run)  # with the marks that say what Jinja hands to it first
    def call(*args: Any, **kwargs: Any) -> Any:
        check(*args, **kwargs)
        return run(*args, **kwargs)

    return call


def _center(value: Any, width: int = 80) -> None:
    make(max(len(str(value)), width))


def _indent(s: Any, width: int | str = 4, *_: Any, **__: Any) -> None:
    text = str(s)
    each = len(width) if isinstance(width, str) else width
    make(len(text) + each * (len(text.splitlines()) + 1))


def _wordwrap(_: Any, s: Any, width: int = 79, *rest: Any, **named: Any) -> None:
    text = str(s)
    longest = max(map(len, text.split()), default=0)
    if longest * longest // max(width, 1) > _LONG_WORDS:
        raise OverLimit("a word too long to be wrapped")
    wrap = named.get("wrapstring", rest[1] if len(rest) > 1 else None) or "\n"
    make(len(text) + len(wrap) * (2 * len(text) // max(width, 1) + text.count("\n") + 1))


def _batch(_: Any, linecount: int, fill_with: Any = None) -> None:
    del fill_with
    make(abs(linecount))


def _slice(_: Any, __: Any, slices: int, fill_with: Any = None) -> None:
    del fill_with
    step(abs(slices))
    make(abs(slices))


def _tojson(_: Any, value: Any, indent: int | None = None) -> None:
    printable(value)
    if indent is not None and indent > 16:  # noqa: PLR2004
        raise OverLimit("JSON indented by more than 16 characters")


def _text(value: Any) -> None:
    printable(value)


def _round(_: Any, precision: int = 0, method: str = "common") -> None:
    del method
    if abs(precision) > _DIGITS:
        raise OverLimit(f"a rounding to more than {_DIGITS} digits")


_CHECKS: Final[Mapping[str, Callable[..., None]]] = {
    "batch": _batch,
    "center": _center,
    "indent": _indent,
    "pprint": _text,
    "round": _round,
    "slice": _slice,
    "string": _text,
    "tojson": _tojson,
    "wordwrap": _wordwrap,
}
FILTERS_BOUNDED: Final[Mapping[str, Callable[..., Any]]] = {
    **{name: _checked(name, check) for name, check in _CHECKS.items()},
    "format": _format,
    "join": _join,
    "replace": _replace,
}
