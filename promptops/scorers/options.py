"""A function's keyword-only parameters as options: what they take, in a file and in JSON Schema."""

from __future__ import annotations

import inspect
from types import UnionType
from typing import TYPE_CHECKING, Any, Final, Literal, Union, get_args, get_origin

from promptops.model.values import dataclass
from promptops.shape import Wrong, anything, boolean, integer, list_of, mapping_of, string
from promptops.shape import choice as one_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.shape import Path, Shape

REQUIRED: Final = inspect.Parameter.empty
_NAMES: Final = {str: "string", bool: "boolean", int: "integer", float: "number"}


@dataclass(frozen=True, slots=True)
class Option:
    """An option: the key that an eval file writes, and the values that it takes.

    A parameter that would hide one of Python's own names ends in an underscore; its key does not.
    """

    parameter: str
    annotation: Any
    default: Any

    @property
    def key(self) -> str:
        """The option's name in an eval file."""
        return self.parameter.rstrip("_")

    @property
    def required(self) -> bool:
        """Whether it has to be given."""
        return self.default is REQUIRED

    @property
    def shape(self) -> Shape:
        """What checks a value."""
        return _shape(self.annotation)

    @property
    def schema(self) -> dict[str, Any]:
        """The values as JSON Schema."""
        found = _schema(self.annotation)
        if self.default is REQUIRED or self.default is None or self.default == ():
            return found
        return {**found, "default": _plain(self.default)}


def options_of(function: Callable[..., Any], left: frozenset[str]) -> dict[str, Option]:
    """Return a function's options by key, without those parameters that are no options."""
    found = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is parameter.KEYWORD_ONLY and parameter.name not in left:
            annotation = _read(parameter.annotation, function)
            option = Option(parameter.name, annotation, parameter.default)
            found[option.key] = option
    return found


def _read(annotation: Any, function: Callable[..., Any]) -> Any:
    if not isinstance(annotation, str):
        return annotation
    known = getattr(inspect.unwrap(function), "__globals__", {})
    try:
        return eval(annotation, known)  # noqa: S307 - a function's own code, not data
    except NameError:  # a name that only type checkers know
        return Any


def _shape(kind: Any) -> Shape:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return one_of(*inner)
    if origin in {Union, UnionType}:
        return _any_of(_written(inner))
    if origin is tuple:
        return _listed(_shape(inner[0]))
    if origin is dict:
        return mapping_of(_shape(inner[1]))
    known: dict[Any, Shape] = {str: string, bool: boolean, int: integer(), float: _number}
    return known.get(kind, anything)


def _written(kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return those that a file can write: `prepare` may make other values of them."""
    return tuple(kind for kind in kinds if kind in _NAMES or get_origin(kind) is not None)


def _listed(item: Shape) -> Shape:
    several = list_of(item)

    def check(value: Any, path: Path, problems: list[Wrong]) -> Any:
        if isinstance(value, str | bool | int | float):  # `values: billing` lists one
            return (item(value, path, problems),)
        return several(value, path, problems)

    return check


def _number(value: Any, path: Path, problems: list[Wrong]) -> float | None:
    from promptops.shape import decimal

    found = decimal(value, path, problems)
    return None if found is None else float(found)


def _any_of(kinds: tuple[Any, ...]) -> Shape:
    shapes = [_shape(kind) for kind in kinds]

    def check(value: Any, path: Path, problems: list[Wrong]) -> Any:
        wrong: list[Wrong] = []
        for shape in shapes:
            wrong = []
            found = shape(value, path, wrong)
            if not wrong:
                return found
        problems.extend(wrong)
        return None

    return check


def _schema(kind: Any) -> dict[str, Any]:
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Literal:
        return {"enum": list(inner)}
    if origin in {Union, UnionType}:
        several = [_schema(entry) for entry in _written(inner)]
        return several[0] if len(several) == 1 else {"anyOf": several}
    if origin is tuple:
        item = _schema(inner[0])
        return {"anyOf": [{"type": "array", "items": item}, item]}
    if origin is dict:
        return {"type": "object", "additionalProperties": _schema(inner[1])}
    return {"type": _NAMES[kind]} if kind in _NAMES else {}


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
