"""The values that a caller hands to a prompt, checked against what it declares."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any, Final

from promptops.errors import InputError, nearest
from promptops.model.prompt import Message, Part
from promptops.templates.markers import Conversation, Splice

if TYPE_CHECKING:
    from promptops.model.prompt import Input, Schema

# A check returns what is wrong with a value, or None.
Check = Callable[[Any], str | None]

_CODE: Final = (FunctionType, MethodType, BuiltinFunctionType, partial, type, ModuleType)
_TURN_ROLES: Final = ("user", "assistant")
_KINDS: Final[Mapping[str, tuple[tuple[type, ...], str]]] = {
    "string": ((str,), "a string"),
    "integer": ((int,), "an integer"),
    "number": ((int, float, Decimal), "a number"),
    "boolean": ((bool,), "true or false"),
    "array": ((list, tuple), "a list"),
    "object": ((Mapping,), "a mapping"),
    "messages": ((list, tuple), "a list of messages"),
}


class Inputs:
    """The inputs of one prompt, ready to check values quickly."""

    def __init__(self, prompt: str, declared: Mapping[str, Input] | None) -> None:
        self.prompt = prompt
        self.declared = declared
        inputs = {} if declared is None else declared
        self._checks = [(name, _check(entry.schema)) for name, entry in inputs.items()]
        self._defaults = {n: entry.default for n, entry in inputs.items() if not entry.required}
        self._conversations = [n for n, entry in inputs.items() if entry.schema.type == "messages"]

    def accept(self, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values that a template is rendered with.

        Raises:
            InputError: Values are missing, unknown or wrong; the error lists all of them.
        """
        if self.declared is None:
            if code := [name for name, value in values.items() if isinstance(value, _CODE)]:
                raise InputError(self.prompt, [f"input {n!r} {_data(values[n])}" for n in code])
            return values
        given = {**self._defaults, **values}
        problems = []
        for name, check in self._checks:
            if name not in given:
                problems.append(f"input {name!r} is missing")
            elif said := check(given[name]):
                problems.append(f"input {name!r} {said}")
        if len(given) > len(self._checks) or problems:
            problems += [
                f"unknown input {name!r}{nearest(name, self.declared)}"
                for name in given
                if name not in self.declared
            ]
        if problems:
            raise InputError(self.prompt, problems)
        for name in self._conversations:
            given[name] = conversation(given[name])
        return given


def conversation(turns: Sequence[Any]) -> Conversation:
    """Return a list of role and content as something that a template can print as messages."""
    messages = tuple(Message(turn["role"], (Part(turn["content"]),)) for turn in turns)
    return Conversation(list(turns), Splice(messages))


def _data(value: Any) -> str | None:
    """Refuse code: as text, it is where it lies in this process's memory."""
    if not isinstance(value, _CODE):
        return None
    return f"must be data, not {'a class' if isinstance(value, type) else type(value).__name__}"


def _check(schema: Schema) -> Check:
    if schema.type == "any" and schema.enum is None:
        return _data
    kinds, says = _KINDS.get(schema.type, ((object,), "anything"))
    boolean = schema.type in {"boolean", "any"}
    further = _further(schema)

    def check(value: Any) -> str | None:
        if not isinstance(value, kinds) or (not boolean and isinstance(value, bool)):
            return f"must be {says}, not {type(value).__name__}"
        if further:
            for one in further:
                said = one(value)
                if said is not None:
                    return said
        return None

    return check


def _further(schema: Schema) -> list[Check]:
    checks: list[Check] = []
    if schema.enum is not None:
        allowed = schema.enum
        shown = ", ".join(map(repr, allowed))
        checks.append(lambda value: None if value in allowed else f"must be one of {shown}")
    if schema.type in {"string", "array", "messages"}:
        low, high, unit = _size_limits(schema)
        if low is not None or high is not None:
            checks.append(_size(low, high, unit))
    if schema.type == "number":
        checks.append(_finite)
    if schema.type in {"integer", "number"} and (schema.minimum, schema.maximum) != (None, None):
        checks.append(_range(schema.minimum, schema.maximum))
    if schema.type == "array" and schema.items is not None:
        checks.append(_each(_check(schema.items)))
    if schema.type == "object" and (schema.properties or schema.required):
        checks.append(_properties(schema))
    if schema.type == "messages":
        checks.append(_turns)
    return checks


def _size_limits(schema: Schema) -> tuple[int | None, int | None, str]:
    if schema.type == "string":
        return schema.min_length, schema.max_length, "characters"
    return schema.min_items, schema.max_items, "items"


def _size(low: int | None, high: int | None, unit: str) -> Check:
    def check(value: Any) -> str | None:
        size = len(value)
        if high is not None and size > high:
            return f"has {size} {unit}, more than {high}"
        if low is not None and size < low:
            return f"has {size} {unit}, fewer than {low}"
        return None

    return check


def _finite(value: Any) -> str | None:
    return None if Decimal(value).is_finite() else f"must be a number, not {value}"


def _range(low: Decimal | None, high: Decimal | None) -> Check:
    def check(value: Any) -> str | None:
        # A float is what it is written as: 0.7 is not below 0.7.
        exact = Decimal(str(value)) if isinstance(value, float) else value
        if (low is None or exact >= low) and (high is None or exact <= high):
            return None
        shown = "..." if low is None else low, "..." if high is None else high
        return f"must lie within {shown[0]} and {shown[1]}"

    return check


def _each(item: Check) -> Check:
    def check(value: Any) -> str | None:
        for at, entry in enumerate(value):
            said = item(entry)
            if said is not None:
                return f"item {at} {said}"
        return None

    return check


def _properties(schema: Schema) -> Check:
    checks = [(name, _check(inner)) for name, inner in (schema.properties or {}).items()]
    required = schema.required or ()

    def check(value: Any) -> str | None:
        for name in required:
            if name not in value:
                return f"lacks {name!r}"
        for name, inner in checks:
            if name in value:
                said = inner(value[name])
                if said is not None:
                    return f"{name!r} {said}"
        return None

    return check


def _turns(value: Any) -> str | None:
    for at, turn in enumerate(value):
        if not isinstance(turn, Mapping) or not isinstance(turn.get("content"), str):
            return f"message {at} must be a mapping with a role and a content of text"
        if turn.get("role") not in _TURN_ROLES:
            return f"message {at} has role {turn.get('role')!r}; a history holds user and assistant"
    return None
