"""``dataclass`` for frozen values, which is ready sooner.

A command imports sixty such classes and more. ``dataclasses`` writes and compiles seven functions
for each, which takes it half a millisecond; only ``__init__`` need be written for a class, once it
is called, and the others are the same for all. To whoever uses a class, or checks its types, it is
one of ``dataclasses``: ``fields``, ``replace`` and the rest know it.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - what checkers see
else:

    def dataclass(*, frozen: bool, slots: bool = False) -> Callable[[type], type]:
        """Return what makes a frozen dataclass of a class.

        All its fields are given by position or name; so are those of a dataclass above it, which
        is made here, too.
        """
        assert frozen  # noqa: S101 - others are the standard library's

        def made(kind: type) -> type:
            assert not hasattr(kind, "__post_init__")  # noqa: S101 - it would not be called
            done = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots)(kind)
            fields = dataclasses.fields(done)
            for name, function in _methods(fields).items():
                if name not in kind.__dict__:
                    setattr(done, name, function)
            done.__init__ = _Unwritten(done)
            return done

        return made


class _Unwritten:
    """An ``__init__`` that is written when somebody asks for it; most classes are never made."""

    def __init__(self, kind: type) -> None:
        self._kind = kind

    def __get__(self, one: object, kind: type | None = None) -> Any:
        made = _init(dataclasses.fields(self._kind))
        made.__qualname__ = f"{self._kind.__qualname__}.__init__"
        self._kind.__init__ = made  # type: ignore[misc]
        return made.__get__(one, kind)


def _init(fields: tuple[dataclasses.Field[Any], ...]) -> Any:
    """Return a function that sets the fields of an object that cannot be changed afterwards."""
    known: dict[str, Any] = {"_set": object.__setattr__, "_none": dataclasses.MISSING}
    parameters, lines = ["self"], ["\n pass"]
    for number, field in enumerate(fields):
        name, value = field.name, field.name
        if field.default is not dataclasses.MISSING:
            known[f"_{number}"] = field.default
            parameters.append(f"{name}=_{number}")
        elif field.default_factory is not dataclasses.MISSING:
            known[f"_{number}"] = field.default_factory
            parameters.append(f"{name}=_none")
            value = f"_{number}() if {name} is _none else {name}"
        else:
            parameters.append(name)
        lines.append(f"\n _set(self, {name!r}, {value})")
    exec(f"def __init__({', '.join(parameters)}):{''.join(lines)}", known)  # noqa: S102 - as there
    return known["__init__"]


def _methods(fields: tuple[dataclasses.Field[Any], ...]) -> dict[str, Callable[..., Any]]:
    compared = _getter([field.name for field in fields if field.compare])
    kept = _getter([field.name for field in fields])
    shown = [field.name for field in fields if field.repr]

    def equal(self: Any, other: object) -> Any:
        if other.__class__ is not self.__class__:
            return NotImplemented
        return compared(self) == compared(other)

    def hashed(self: Any) -> int:
        return hash(compared(self))

    def represented(self: Any) -> str:
        told = ", ".join(f"{name}={getattr(self, name)!r}" for name in shown)
        return f"{type(self).__qualname__}({told})"

    def reduced(self: Any) -> Any:
        return type(self), kept(self)

    return {
        "__eq__": equal, "__hash__": hashed, "__repr__": represented, "__reduce__": reduced,
        "__setattr__": _set, "__delattr__": _delete,
    }  # fmt: skip


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _set(_: object, name: str, __: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(_: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
