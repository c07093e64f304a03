"""Whether one call fits two versions: what the inputs of one refuse that the other needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from promptops.model.prompt import Input, Schema

_NUMBERS = frozenset({"integer", "number"})


def clashes(one: Mapping[str, Input] | None, other: Mapping[str, Input] | None) -> list[str]:
    """Return why no call, or not each call of one, fits both; undeclared inputs take anything."""
    if one is None or other is None:
        return []
    found = [f"the first requires {name!r}, which the second refuses" for name in _only(one, other)]
    found += [
        f"the second requires {name!r}, which the first refuses" for name in _only(other, one)
    ]
    for name in one:
        if name in other:
            found += [f"{name!r} {why}" for why in exclude(one[name].schema, other[name].schema)]
    return found


def _only(these: Mapping[str, Input], those: Mapping[str, Input]) -> list[str]:
    return [name for name, entry in these.items() if entry.required and name not in those]


def exclude(one: Schema, other: Schema) -> Iterator[str]:
    """Yield why no value fits both of two schemas."""
    types = {one.type, other.type}
    if len(types) > 1 and "any" not in types and not types <= _NUMBERS:
        yield f"is {one.type} in the first and {other.type} in the second"
        return
    both = one.enum is not None and other.enum is not None
    if both and not any(value in (other.enum or ()) for value in one.enum or ()):
        yield "has no value that both allow"
    for low, high, what in (
        ("min_length", "max_length", "length"),
        ("min_items", "max_items", "number of items"),
        ("minimum", "maximum", "value"),
    ):
        if _apart(one, other, low, high) or _apart(other, one, low, high):
            yield f"has no {what} that both allow"
    needed = {*(one.required or ()), *(other.required or ())}
    for name, inner in (one.properties or {}).items():
        twin = (other.properties or {}).get(name)
        if twin is not None and name in needed:
            yield from (f".{name} {why}" for why in exclude(inner, twin))
    if one.items is not None and other.items is not None and (one.min_items or other.min_items):
        yield from (f"items: {why}" for why in exclude(one.items, other.items))


def _apart(one: Schema, other: Schema, low: str, high: str) -> bool:
    least: Any = getattr(one, low)
    most: Any = getattr(other, high)
    return least is not None and most is not None and least > most
