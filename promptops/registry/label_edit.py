"""A change of one label in a labels file's text; comments, order and layout stay as they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import LabelError
from promptops.registry.label_data import plain
from promptops.registry.labels import Labels

if TYPE_CHECKING:
    from promptops.registry.label_data import Arms

HEADER: Final = "# Which version each label means. `promptops promote` and `rollback` edit it.\n"
_KEY: Final = re.compile(r"""(?:"[^"\n]*"|'[^'\n]*'|[^\s:{},"']+)[ \t]*:[ \t]*""")
_VALUE: Final = re.compile(r"""["']?v[0-9]+["']?(?=[\s,}]|\Z)|\{[^{}#\n]*\}""")


def edited(data: bytes, where: str, name: str, label: str, arms: Arms) -> bytes:
    """Return a labels file in which a label means other versions, changed in one line.

    Raises:
        LabelError: The file is wrong already, or is laid out so that this takes a person.
    """
    before = Labels.parse(data, where)
    if before.problems:
        raise LabelError("; ".join(map(str, before.problems)))
    text = data.decode("utf-8")
    bom = text[: text.startswith("\ufeff")]
    after = bom + _edited(text[len(bom) :], name, label, written(arms))
    wanted = {**before.named, name: {**before.named.get(name, {}), label: arms}}
    found = Labels.parse(after.encode(), where)
    if found.problems or found.named != wanted:
        told = f"the labels of {name} are laid out so that no one line sets {label}"
        raise LabelError(f"{where}: {told}: write `{label}: {written(arms)}` there by hand")
    return after.encode()


def written(arms: Arms) -> str:
    """Return a label's value as a labels file writes it: ``v3``, or ``{v3: 90, v4: 10}``."""
    value = plain(arms)
    if isinstance(value, str):
        return value
    return "{" + ", ".join(f"{version}: {weight}" for version, weight in value.items()) + "}"


def _edited(text: str, name: str, label: str, value: str) -> str:
    from promptops.templates import frontmatter

    parsed = frontmatter.parse(text)
    named: dict[str, Any] = parsed.data or {}
    if name not in named:
        end = "\r\n" if "\r\n" in text else "\n"
        above = text if not text or text.endswith("\n") else text + end
        return f"{above or HEADER}{name}: {{{label}: {value}}}{end}"
    if label in named[name]:
        start = _behind_key(text, parsed.offsets[name, label])
        found = _VALUE.match(text, start)
        return text if found is None else text[:start] + value + text[found.end() :]
    start = _behind_key(text, parsed.offsets[(name,)])
    if text.startswith("{", start):
        return _into_braces(text, start, f"{label}: {value}")
    last = parsed.offsets[name, list(named[name])[-1]]
    found = _VALUE.match(text, _behind_key(text, last))
    if found is None:
        return text
    line_end = re.compile(r"[^\r\n]*").match(text, found.end())
    at = line_end.end() if line_end else found.end()
    indent = text[text.rfind("\n", 0, last) + 1 : last]
    end = "\r\n" if "\r\n" in text else "\n"
    return f"{text[:at]}{end}{indent}{label}: {value}{text[at:]}"


def _behind_key(text: str, at: int) -> int:
    found = _KEY.match(text, at)
    return at if found is None else found.end()


def _into_braces(text: str, start: int, entry: str) -> str:
    """Return the text with an entry more at the end of the mapping that opens at ``start``."""
    depth = 0
    for at in range(start, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            inner = text[start + 1 : at].rstrip()
            comma = "" if not inner.strip() else " " if inner.endswith(",") else ", "
            end = start + 1 + len(inner)
            return f"{text[:end]}{comma}{entry}{text[end:]}"
    return text
