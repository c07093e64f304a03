"""Values for inputs of which only the use is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from promptops.adoption.shapes import Shape

ROUNDS: Final = 6
_LENGTHS: Final = (2, 1, 3, 0, 2, 1)
_NUMBERS: Final = (2, 0, 7, 1, 100, 3)


def value(shape: Shape, name: str, turn: int) -> Any:
    """Return a value of a shape; another turn gives another one."""
    kind = shape.type
    if kind == "object" or (kind == "any" and shape.parts):
        found = {key: value(one, f"{name}.{key}", turn) for key, one in shape.parts.items()}
        if shape.items is not None:
            for at in range(_LENGTHS[turn % len(_LENGTHS)]):
                found[f"key {at}"] = value(shape.items, f"{name} {at}", turn + at)
        return found
    if kind == "array" or (kind == "any" and shape.items is not None):
        item = shape.items
        several = range(_LENGTHS[turn % len(_LENGTHS)])
        if item is None:
            return [f"{name} {at}" for at in several]
        return [value(item, f"{name} {at}", turn + at) for at in several]
    if kind == "boolean":
        return turn % 2 == 0
    choices = [one for one in dict.fromkeys(map(_hashable, shape.constants)) if one is not None]
    if kind == "number":
        numbers = [one for one in choices if isinstance(one, int | float)]
        return [*numbers, *_NUMBERS][turn % (len(numbers) + len(_NUMBERS))]
    texts = [one for one in choices if isinstance(one, str)]
    return [*texts, f"{name}: “{turn}”\n  <&> {{{{ x }}}}"][turn % (len(texts) + 1)]


def _hashable(one: Any) -> Any:
    return one if isinstance(one, str | int | float) else None
