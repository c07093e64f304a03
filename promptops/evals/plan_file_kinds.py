"""Shapes that also say what they take as JSON Schema: one table makes the reader and the schema."""

from __future__ import annotations

import operator
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from promptops import shape
from promptops.shape import Path, Shape, Wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SECONDS: Final = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
_DURATION: Final = "[1-9][0-9]{0,4}[smhd]"
_DEEPEST: Final = 32


class Kind(NamedTuple):
    """What a value may be: how it is checked, and the same as JSON Schema."""

    shape: Shape
    schema: dict[str, Any]

    def described(self, text: str) -> Kind:
        """Return the kind with a sentence for people."""
        return Kind(self.shape, {**self.schema, "description": text})


BOOLEAN: Final = Kind(shape.boolean, {"type": "boolean"})


def text(pattern: str, says: str) -> Kind:
    """Return the kind of texts that a pattern matches from end to end."""

    def check(value: Any, path: Path, problems: list[Wrong]) -> Any:
        found = shape.string(value, path, problems)
        if found is not None and not re.fullmatch(pattern, found):
            problems.append(Wrong(path, f"expected {says}, got {found[:80]!r}"))
        return found

    return Kind(check, {"type": "string", "pattern": f"^(?:{pattern})$"})


def number(
    least: str | None = None, most: str | None = None, *, above: str | None = None,
    below: str | None = None,
) -> Kind:  # fmt: skip
    """Return the kind of exact numbers from ``least`` to ``most``, above and below others."""
    asked = [
        ("minimum", least, "at least", operator.ge),
        ("maximum", most, "at most", operator.le),
        ("exclusiveMinimum", above, "above", operator.gt),
        ("exclusiveMaximum", below, "below", operator.lt),
    ]
    bounds = [(key, Decimal(one), word, fits) for key, one, word, fits in asked if one is not None]

    def check(value: Any, path: Path, problems: list[Wrong]) -> Decimal | None:
        found = shape.decimal(value, path, problems)
        for _, bound, word, fits in bounds:
            if found is not None and not fits(found, bound):
                problems.append(Wrong(path, f"must be {word} {bound}, got {found}"))
        return found

    return Kind(check, {"type": "number", **{key: _plain(bound) for key, bound, _, _ in bounds}})


def _plain(bound: Decimal) -> int | float:
    return int(bound) if bound == int(bound) else float(bound)


def integer(least: int, most: int) -> Kind:
    """Return the kind of whole numbers in a range."""

    def check(value: Any, path: Path, problems: list[Wrong]) -> int | None:
        whole = isinstance(value, Decimal) and value.is_finite() and value == int(value)
        found: int | None = shape.integer(least)(int(value) if whole else value, path, problems)
        if found is not None and found > most:
            problems.append(Wrong(path, f"must be at most {most}, got {found}"))
        return found

    return Kind(check, {"type": "integer", "minimum": least, "maximum": most})


def choice(*allowed: str) -> Kind:
    """Return the kind that is one of some texts."""
    return Kind(shape.choice(*allowed), {"enum": list(allowed)})


def seconds(*, never: bool = False) -> Kind:
    """Return the kind of times: 90, or 90s, 5m, 2h, 30d; ``never``: null, too."""
    plain = number(above="0", most="10000000000")
    says = 'a time in seconds, or such as "30d"'

    def check(value: Any, path: Path, problems: list[Wrong]) -> Decimal | None:
        if value is None and never:
            return None
        if isinstance(value, str):
            if re.fullmatch(_DURATION, value):
                return Decimal(value[:-1]) * _SECONDS[value[-1]]
            problems.append(Wrong(path, f"expected {says}, got {value[:40]!r}"))
            return None
        found: Decimal | None = plain.shape(value, path, problems)
        return found

    some = [plain.schema, {"type": "string", "pattern": f"^{_DURATION}$"}]
    return Kind(check, {"anyOf": [*some, {"type": "null"}] if never else some})


def several(item: Kind, *, least: int = 0) -> Kind:
    """Return the kind of lists in which nothing stands twice."""
    listed = shape.list_of(item.shape)

    def check(value: Any, path: Path, problems: list[Wrong]) -> tuple[Any, ...]:
        found: tuple[Any, ...] = listed(value, path, problems)
        if isinstance(value, list) and len(value) < least:
            problems.append(Wrong(path, f"expected at least {least}, got {len(value)}"))
        seen = set()
        for at, one in enumerate(found):
            if one is not None and repr(one) in seen:
                problems.append(Wrong((*path, at), f"{one!r} is given twice"))
            seen.add(repr(one))
        return found

    least_items = {"minItems": least} if least else {}
    schema = {"type": "array", "items": item.schema, "uniqueItems": True, **least_items}
    return Kind(check, schema)


def mapping(item: Kind) -> Kind:
    """Return the kind of mappings from names."""
    schema = {"type": "object", "additionalProperties": item.schema}
    return Kind(shape.mapping_of(item.shape), schema)


def record(
    make: Callable[..., Any], kinds: Mapping[str, Kind], required: tuple[str, ...] = ()
) -> Kind:
    """Return the kind of mappings with known keys, which become keywords."""
    known = shape.record(make, {key: one.shape for key, one in kinds.items()})

    def check(value: Any, path: Path, problems: list[Wrong]) -> Any:
        missing = [key for key in required if isinstance(value, dict) and key not in value]
        if missing:
            # A mistyped key is the likeliest reason; `dict` stands in for what cannot be made.
            unmade = shape.record(dict, {key: one.shape for key, one in kinds.items()})
            unmade(value, path, problems)
            problems.extend(Wrong((*path, key), "is missing") for key in missing)
            return None
        return known(value, path, problems)

    schema: dict[str, Any] = {
        "type": "object",
        "additionalProperties": False,
        "properties": {key: one.schema for key, one in kinds.items()},
    }
    return Kind(check, {**schema, "required": list(required)} if required else schema)


def _anything(value: Any, path: Path, problems: list[Wrong]) -> Any:
    if isinstance(value, dict):
        return shape.mapping_of(_anything)(value, path, problems)
    if isinstance(value, list) and len(path) < _DEEPEST:
        return [_anything(entry, (*path, at), problems) for at, entry in enumerate(value)]
    if value is None or isinstance(value, bool | int | str | Decimal):
        return value
    problems.append(Wrong(path, f"a {type(value).__name__}, which JSON has not: put it in quotes"))
    return None


ANYTHING: Final = Kind(_anything, {})
