"""Values set in a YAML text that people keep: comments, order and layout stay as they are.

Only the characters of a value that changes are replaced, and a key that is not there is added
behind the last one of its mapping, in that mapping's style. Whoever calls this reads the result
back: a text with aliases can come out otherwise than is wanted.
"""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import yaml

from promptops.templates.frontmatter import LOADER

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_STEP: Final = 2  # columns by which a new mapping is indented
_TEXT: Final = "tag:yaml.org,2002:str"
_RESOLVER: Final = LOADER("")
_PLAIN: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_ ./=,+-]*[A-Za-z0-9_./=+-])?\Z")
_COMMENT: Final = re.compile(r"(?<![^\s,{}])#[^\r\n]*")
_REST: Final = re.compile(r"[^\r\n]*")


class Misplaced(ValueError):
    """A value that stands elsewhere than its key, such as an alias, or a text without keys."""


class Inline(NamedTuple):
    """A mapping that is written in braces where it is new; ``whole``: it holds no other keys."""

    entries: Mapping[str, Any]
    whole: bool = False


class _Edit(NamedTuple):
    start: int
    end: int
    text: str


def rewritten(text: str, wanted: Mapping[str, Any]) -> str:
    """Return a YAML text in which the wanted keys have the wanted values.

    Args:
        text: A mapping, or nothing but comments; without a byte order mark.
        wanted: Numbers, texts, ``Inline``, and dicts of these for mappings that may be there.

    Raises:
        Misplaced: A value that would be changed is an alias, or the text is no mapping.
    """
    end = "\r\n" if "\r\n" in text else "\n"
    root: Any = yaml.compose(text, Loader=LOADER)
    if root is None:
        above = text if not text or text.endswith("\n") else text + end
        return above + end.join(_block(wanted, 0)) + (end if wanted else "")
    if not isinstance(root, yaml.MappingNode):
        raise Misplaced(root.value)
    edits = sorted(_edits(text, root, wanted, end), key=lambda one: one.start)
    parts, at = [], 0
    for edit in edits:
        parts += [text[at : edit.start], edit.text]
        at = max(at, edit.end)
    return "".join((*parts, text[at:]))


def _edits(
    text: str, node: yaml.CollectionNode, wanted: Mapping[str, Any], end: str
) -> Iterator[_Edit]:
    """Yield the changes of a mapping, those inside it before those behind it."""
    there = {key.value: (key, value) for key, value in node.value}
    for name, value in wanted.items():
        if name in there:
            yield from _set(text, *there[name], value, end=end, flow=bool(node.flow_style))
    fresh = {name: value for name, value in wanted.items() if name not in there}
    if not fresh:
        return
    if node.flow_style:
        added = ", ".join(_pair(name, value, flow=True) for name, value in fresh.items())
        at = _content_end(text, node.value[-1][1]) if there else node.start_mark.index + 1
        yield _Edit(at, at, f", {added}" if there else added)
        return
    first, last = node.value[0][0], node.value[-1][1]
    at = _line_end(text, _content_end(text, last))
    yield _Edit(at, at, "".join(end + line for line in _block(fresh, first.start_mark.column)))


def _set(
    text: str, key: yaml.Node, node: yaml.Node, wanted: Any, *, end: str, flow: bool
) -> Iterator[_Edit]:
    start, stop = node.start_mark.index, _content_end(text, node)
    if start < key.end_mark.index:
        raise Misplaced(key.value)
    entries = wanted.entries if isinstance(wanted, Inline) else wanted
    wants_mapping = not _is_scalar(wanted)
    exact = isinstance(wanted, Inline) and wanted.whole
    if isinstance(node, yaml.MappingNode) and wants_mapping:
        same = {one.value for one, _ in node.value} == entries.keys()
        if same or not exact:
            yield from _edits(text, node, entries, end)
            return
    if wants_mapping and not exact and start == stop:  # a key with nothing behind it
        at = _line_end(text, stop)
        lines = _block(entries, key.start_mark.column + _STEP)
        yield _Edit(at, at, "".join(end + line for line in lines))
        return
    comments = _COMMENT.findall(text, start, stop) if isinstance(node, yaml.MappingNode) else []
    below = end + " " * node.start_mark.column
    yield _Edit(start, stop, below.join((_source(wanted, flow=flow), *comments)))


def _content_end(text: str, node: yaml.Node) -> int:
    """Return where the last character of a value has ended; a block's own mark is further on."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _content_end(text, last[1] if isinstance(last, tuple) else last)
    start, end = int(node.start_mark.index), int(node.end_mark.index)
    folded = isinstance(node, yaml.ScalarNode) and node.style in {"|", ">"}
    return max(start, len(text[:end].rstrip())) if folded else end


def _line_end(text: str, at: int) -> int:
    found = _REST.match(text, at)
    return found.end() if found else at


def _block(entries: Mapping[str, Any], column: int) -> Iterator[str]:
    """Yield the lines of a new mapping."""
    indent = " " * column
    for name, value in entries.items():
        if isinstance(value, dict):
            yield f"{indent}{_source(name, flow=False)}:"
            yield from _block(value, column + _STEP)
        else:
            yield indent + _pair(name, value, flow=False)


def _pair(name: str, value: Any, *, flow: bool) -> str:
    return f"{_source(name, flow=True)}: {_source(value, flow=flow)}"


def _is_scalar(value: Any) -> bool:
    return not isinstance(value, (Inline, dict))


def _source(value: Any, *, flow: bool) -> str:
    """Return a value as YAML writes it; ``flow``: inside braces, where a comma ends a text."""
    if not _is_scalar(value):
        entries = value.entries if isinstance(value, Inline) else value
        return "{" + ", ".join(_pair(*pair, flow=True) for pair in entries.items()) + "}"
    if isinstance(value, (int, Decimal)):
        return f"{int(value):_}" if value == int(value) else f"{value:f}"
    if isinstance(value, date):
        return value.isoformat()
    plain = _PLAIN.match(value) and not (flow and "," in value)
    if plain and _RESOLVER.resolve(yaml.ScalarNode, value, (True, False)) == _TEXT:
        return str(value)
    return json.dumps(value, ensure_ascii=False)
