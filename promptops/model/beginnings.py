"""How an object of fields begins: ``__init__`` of what ``values.dataclass`` makes."""

from __future__ import annotations

import dataclasses
from functools import partial
from types import MemberDescriptorType
from typing import Any, Final

SELDOM: Final = 16  # calls, of which each takes 3 µs longer; writing one takes 100
TABLE: Final = "__names_and_defaults__"  # where a class keeps its fields, those above it first
NONE: Final = dataclasses.MISSING


class Unwritten:
    """An ``__init__`` that does without being written, until it has been called some times."""

    def __init__(self, kind: Any, *, frozen: bool) -> None:
        self._kind, self._frozen, self._left = kind, frozen, SELDOM

    def __get__(self, one: object, kind: type | None = None) -> Any:
        if one is None or isinstance(one, type) or not self._left:
            return self._written().__get__(one, kind)
        self._left -= 1
        return partial(self._begin, one)

    def _begin(self, one: Any, /, *given: Any, **named: Any) -> None:
        table = self._kind.__dict__[TABLE]
        values = dict(zip(table, given, strict=False)) | named
        if len(given) + len(named) != len(values) or values.keys() - table:
            self._written()(one, *given, **named)  # it says what is wrong
        for name, start in table.items():
            value = values[name] if name in values else _begun(start)
            if value is NONE:
                self._written()(one, *given, **named)
            object.__setattr__(one, name, value)
        if hasattr(one, "__post_init__"):
            one.__post_init__()

    def _written(self) -> Any:
        made = _init(self._kind, frozen=self._frozen)
        made.__qualname__ = f"{self._kind.__qualname__}.__init__"
        self._kind.__init__ = made
        return made


def _begun(start: Any) -> Any:
    """Return what a field is when it is not given; ``MISSING`` where it must be."""
    if not isinstance(start, dataclasses.Field):
        return start
    return start.default if start.default_factory is NONE else start.default_factory()


def _init(kind: Any, *, frozen: bool) -> Any:
    """Return a function that sets the fields of an object of a class."""
    known: dict[str, Any] = {"_past": object.__setattr__, "_none": NONE}
    parameters, lines = ["self"], ["\n pass"]
    for number, (name, start) in enumerate(kind.__dict__[TABLE].items()):
        value, described = name, isinstance(start, dataclasses.Field)
        default, factory = (start.default, start.default_factory) if described else (start, NONE)
        if default is not NONE:
            known[f"_{number}"] = default
            parameters.append(f"{name}=_{number}")
        elif factory is not NONE:
            known[f"_{number}"] = factory
            parameters.append(f"{name}=_none")
            value = f"_{number}() if {name} is _none else {name}"
        else:
            parameters.append(name)
        # An object that cannot be changed afterwards is set past its own guard.
        place = getattr(kind, name, None)
        if not frozen:
            lines.append(f"\n self.{name} = {value}")
        elif isinstance(place, MemberDescriptorType):  # twice as fast
            known[f"_set_{number}"] = place.__set__
            lines.append(f"\n _set_{number}(self, {value})")
        else:
            lines.append(f"\n _past(self, {name!r}, {value})")
    if hasattr(kind, "__post_init__"):
        lines.append("\n self.__post_init__()")
    exec(f"def __init__({', '.join(parameters)}):{''.join(lines)}", known)  # noqa: S102 - as there
    return known["__init__"]
