"""What a template must not ask for: the inside of objects, formats that reach it, huge repetition.

The sandbox refuses all of it when it is reached. Another tool that renders the same file may not.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from jinja2 import nodes

from promptops.templates import allowance, limits

if TYPE_CHECKING:
    from collections.abc import Iterator

    from promptops.templates.template import Template

_DUNDER: Final = re.compile(r"__[a-zA-Z]{2,40}__|\b__proto__\b")
_INSIDE: Final = re.compile(
    r"(?:gi|cr|ag|f|tb|func|im)_(?:frame|code|globals|builtins|locals|back)\Z"
)
_REACHES: Final = re.compile(r"\{[^{}]{0,99}[.\[]\s*_|\{[^{}\s]{0,99}(?:\.|\[)[^{}]{1,99}\}")
_WIDTH: Final = re.compile(
    r"%(?:\([^)]{0,99}\))?[^a-zA-Z%]{0,20}?(\d{5,})|\{[^{}]{0,99}:[^{}]{0,20}?(\d{5,})"
)
_FORMATS: Final = frozenset({"format", "format_map"})
_BITS: Final = 4096  # of a number that a power may make
_WIDE: Final = 100_000  # characters that one value is filled up to
_PADS: Final = frozenset({"center", "indent", "ljust", "rjust", "zfill", "expandtabs"})


class Unsafe(NamedTuple):
    """A line of a template's body, from 1, and what is unsafe in it."""

    line: int
    told: str


def unsafe(template: Template) -> list[Unsafe]:
    """Return what is unsafe in a template, in the order of its lines, each kind once a line."""
    if template.tree is None:
        return []
    if template.kind == "text":
        return list(_in_fields(template))
    found: dict[tuple[int, str], Unsafe] = {}
    for one in sorted(_within(template.tree, 1)):
        found.setdefault((one.line, one.told.partition(":")[0]), one)
    return list(found.values())


def _in_fields(template: Template) -> Iterator[Unsafe]:
    for one in template.pieces.segments:
        if one.kind == "expression" and (found := _DUNDER.search(one.text)):
            line = template.body.line_of(one.span.start)
            yield Unsafe(line, f"reaches into an object: {found[0]!r}")


def _within(node: nodes.Node, repeats: int) -> Iterator[Unsafe]:
    """Yield what is unsafe in a node that a render comes to so many times."""
    for told in _of(node):
        yield Unsafe(node.lineno, told)
    inner = repeats
    if isinstance(node, nodes.For):
        times = _length(node.iter)
        inner = repeats * max(times, 1)
        if times <= allowance.MAX_STEPS < inner:
            yield Unsafe(node.lineno, f"loops that run {inner:,} times")
    for child in node.iter_child_nodes():
        yield from _within(child, inner if isinstance(node, nodes.For) else repeats)


def _of(node: nodes.Node) -> Iterator[str]:
    reached = _DUNDER.search(_said(node))
    if reached is not None:
        yield f"reaches into an object: {reached[0]!r}"
    elif isinstance(node, nodes.Getattr) and _INSIDE.match(node.attr):
        yield f"reaches into an object: {node.attr!r}"
    if isinstance(node, nodes.Filter):
        yield from _of_filter(node)
    elif isinstance(node, nodes.Call):
        yield from _of_call(node)
    elif isinstance(node, nodes.BinExpr):
        yield from _of_operator(node)


def _said(node: nodes.Node) -> str:
    """Return what a node itself names: an attribute, a variable, a text or pieces of one."""
    if isinstance(node, nodes.Concat):
        return "".join(_text(one) or "" for one in node.nodes)
    if isinstance(node, nodes.Getattr):
        return node.attr
    return node.name if isinstance(node, nodes.Name) else _text(node) or ""


def _of_filter(node: nodes.Filter) -> Iterator[str]:
    if node.name == "attr":
        yield "the filter attr reads attributes that the template does not name"
    elif node.name == "format" and node.node and _is_wide(node.node):
        yield f"a format of more than {_WIDE:,} characters"
    elif node.name in _PADS and any(_number(one) > _WIDE for one in node.args):
        yield f"fills up to more than {_WIDE:,} characters"


def _of_call(node: nodes.Call) -> Iterator[str]:
    if _length(node) > limits.MAX_REPEAT:
        yield f"a range of {_length(node):,} items"
    if not isinstance(node.node, nodes.Getattr):
        return
    text = _text(node.node.node)
    if node.node.attr in _FORMATS and text is not None:
        if _REACHES.search(text):
            yield "a format that reads attributes of its values"
        if _WIDTH.search(text):
            yield f"a format of more than {_WIDE:,} characters"
    elif node.node.attr in _PADS and any(_number(one) > _WIDE for one in node.args):
        yield f"fills up to more than {_WIDE:,} characters"


def _of_operator(node: nodes.BinExpr) -> Iterator[str]:
    left, right = node.left, node.right
    if isinstance(node, nodes.Mul):
        size = max(_size(left) * _number(right), _size(right) * _number(left))
        if size > limits.MAX_REPEAT:
            yield f"a repetition of {size:,} characters or items"
    elif isinstance(node, nodes.Pow):
        if _number(left).bit_length() * _number(right) > _BITS:
            yield "a power that is a number of thousands of digits"
    elif isinstance(node, nodes.Mod) and _is_wide(left):
        yield f"a format of more than {_WIDE:,} characters"


def _size(node: nodes.Node) -> int:
    """Return the characters or items that a node has as it is written."""
    if isinstance(node, nodes.List | nodes.Tuple):
        return len(node.items)
    return len(_text(node) or "")


def _is_wide(node: nodes.Node) -> bool:
    text = _text(node)
    found = _WIDTH.search(text) if text is not None else None
    return found is not None and int((found[1] or found[2])[:20]) > _WIDE


def _length(node: nodes.Node) -> int:
    """Return the items of a call of range with numbers, else 0."""
    if not (isinstance(node, nodes.Call) and isinstance(node.node, nodes.Name)):
        return 0
    numbers: list[Any] = [getattr(one, "value", None) for one in node.args]
    if node.node.name != "range" or not 1 <= len(numbers) <= 3:  # noqa: PLR2004 - start, stop, step
        return 0
    if not all(type(one) is int for one in numbers) or numbers[2:] == [0]:
        return 0
    if max(map(abs, numbers)) > sys.maxsize // 2:
        return sys.maxsize
    return len(range(*numbers))


def _number(node: nodes.Node) -> int:
    value = getattr(node, "value", 0) if isinstance(node, nodes.Const) else 0
    return value if type(value) is int and value > 0 else 0


def _text(node: nodes.Node) -> str | None:
    value = getattr(node, "value", None) if isinstance(node, nodes.Const) else None
    return value if isinstance(value, str) else None
