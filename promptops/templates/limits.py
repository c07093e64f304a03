"""How much one render may make: what a template says in a line must not fill a machine.

Outputs are counted where they are collected (``render.py``). Here are counted the steps of loops,
ranges and calls, and the text that operators and filters make out of smaller text.
"""

from __future__ import annotations

import re
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from jinja2 import pass_environment
from jinja2.filters import FILTERS, make_attrgetter

from promptops.templates.allowance import OverLimit, make, printable, step

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    import jinja2

MAX_REPEAT: Final = 1_000_000  # characters or items that one repetition or range may make
_BITS: Final = 4096
_WIDTH: Final = 9_999
_DIGITS: Final = 400
_LONG_WORDS: Final = 1_000_000_000  # what breaking them copies
_WIDE: Final = re.compile(r"%(?:\([^)]*\))?[^a-zA-Z%]*(?:\d{5}|\*)")


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
