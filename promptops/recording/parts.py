"""Of what a request's text was made, in characters: by the inputs that its template declares."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.model.calls import Part

_EXAMPLES: Final = ("example", "shot", "demonstration")
_RETRIEVED: Final = (
    "chunk", "context", "document", "passage", "snippet", "source", "result", "retriev", "article",
)  # fmt: skip
_HISTORY: Final = ("history", "conversation", "turns", "messages")


def parts_of(
    texts: Sequence[str], inputs: Mapping[str, Any], declared: Mapping[str, Any]
) -> dict[Part, int]:
    """Return the characters of a request by what they were; they sum up to the texts' length.

    An input counts as often as it is handed over, at most what is there; the rest is the
    template's own text, its instructions.
    """
    left = sum(map(len, texts))
    if not left:
        return {}
    found: dict[Part, int] = {}
    for name, value in inputs.items():
        size = min(length(value), left)
        part = part_of(name, declared.get(name))
        found[part] = found.get(part, 0) + size
        left -= size
    found["instructions"] = found.get("instructions", 0) + left
    return found


def part_of(name: str, declared: Any = None) -> Part:
    """Return what an input is, by its declared type, then by its name."""
    if getattr(getattr(declared, "schema", None), "type", None) == "messages":
        return "history"
    low = name.lower()
    for part, words in (("history", _HISTORY), ("examples", _EXAMPLES), ("retrieved", _RETRIEVED)):
        if any(word in low for word in words):
            return part  # type: ignore[return-value]
    return "user"


def length(value: Any) -> int:
    """Return the characters of all texts in a value of plain data; numbers as they are printed."""
    waiting, total = [value], 0
    while waiting:
        one = waiting.pop()
        if isinstance(one, str):
            total += len(one)
        elif isinstance(one, Mapping):
            waiting += one.values()
        elif isinstance(one, list | tuple):
            waiting += one
        elif one is not None:
            total += len(str(one))
    return total
