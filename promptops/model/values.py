"""``dataclass`` for values, which is ready sooner.

A command imports hundreds of such classes. ``dataclasses`` describes every field and compiles seven
functions for each class, which takes it half a millisecond. Here a class notes names and defaults;
its ``__init__`` is written for what is made often, its ``fields`` are described when somebody asks,
and its other functions are the same for all. To whoever uses a class, or checks its types, it is
one of ``dataclasses``: ``fields``, ``replace`` and the rest know it.
"""

from __future__ import annotations

import dataclasses
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Final, NoReturn

from promptops.model.beginnings import NONE, TABLE, Unwritten

if TYPE_CHECKING:
    from collections.abc import Callable
    from dataclasses import dataclass as dataclass  # noqa: PLC0414 - what checkers see
else:

    def dataclass(
        kind: type | None = None, /, *, frozen: bool = False, slots: bool = False
    ) -> type | Callable[[type], type]:
        """Return a class as a dataclass, or what makes one of it.

        All its fields are given by position or name; so are those of a dataclass above it, which
        is made here, too.
        """

        def made(kind: type) -> type:
            table = _table(kind)
            added = _added(table, frozen=frozen)
            done = _slotted(kind, table, added) if slots else _filled(kind, table, added)
            if "__init__" not in kind.__dict__:
                done.__init__ = Unwritten(done, frozen=frozen)
            return done

        return made if kind is None else made(kind)


def _table(kind: type) -> dict[str, Any]:
    """Return the names of a class's fields, those above it first, with what each begins as."""
    table: dict[str, Any] = {}
    for base in kind.__mro__[-2:0:-1]:
        table |= base.__dict__.get(TABLE, {})
    for name, annotation in kind.__annotations__.items():
        if not str(annotation).removeprefix("typing.").startswith("ClassVar"):
            table[name] = kind.__dict__.get(name, NONE)
            assert type(table[name]).__hash__ is not None, name  # noqa: S101 - all would share it
    return table


def _slotted(kind: type, table: dict[str, Any], added: dict[str, Any]) -> type:
    """Return a class of the same, whose fields have places instead of a dictionary."""
    left = {"__dict__", "__weakref__", *table}
    body = added | {name: one for name, one in kind.__dict__.items() if name not in left}
    taken = {name for base in kind.__mro__[1:-1] for name in base.__dict__.get("__slots__", ())}
    body["__slots__"] = tuple(name for name in table if name not in taken)
    body["__qualname__"] = kind.__qualname__
    return type(kind)(kind.__name__, kind.__bases__, body)


def _filled(kind: type, table: dict[str, Any], added: dict[str, Any]) -> type:
    """Return the class itself, with what it does not say."""
    for name, one in added.items():
        if name not in kind.__dict__:
            setattr(kind, name, one)
    for name, value in table.items():
        if isinstance(kind.__dict__.get(name), dataclasses.Field):
            if value.default is NONE:
                delattr(kind, name)
            else:
                setattr(kind, name, value.default)
    return kind


class _Undescribed:
    """``__dataclass_fields__``, which the standard library makes when somebody asks for them."""

    def __get__(self, one: object, kind: type) -> dict[str, dataclasses.Field[Any]]:
        owner = next(base for base in kind.__mro__ if TABLE in base.__dict__)
        types: dict[str, Any] = {}
        for base in owner.__mro__[-2::-1]:
            types |= base.__annotations__ if TABLE in base.__dict__ else {}
        table: dict[str, Any] = owner.__dict__[TABLE]
        body = {name: value for name, value in table.items() if value is not NONE}
        body |= {"__annotations__": types, "__module__": owner.__module__}
        body["__doc__"] = "_"  # without one, its signature is made into one, which takes longest
        plain: Any = dataclasses.dataclass(init=False, repr=False, eq=False)(type("_", (), body))
        found: dict[str, dataclasses.Field[Any]] = plain.__dataclass_fields__
        owner.__dataclass_fields__ = found  # type: ignore[attr-defined]
        return found


def _added(table: dict[str, Any], *, frozen: bool) -> dict[str, Any]:
    """Return what a class gets beside its ``__init__``."""
    described = {name: one for name, one in table.items() if isinstance(one, dataclasses.Field)}
    kept = _getter(list(table))
    compared, shown = kept, list(table)
    if described:
        left = {name for name, one in described.items() if not one.compare}
        compared = _getter([name for name in table if name not in left])
        shown = [name for name in table if name not in described or described[name].repr]

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

    def replaced(self: Any, /, **changes: Any) -> Any:
        return dataclasses.replace(self, **changes)

    added = {
        "__replace__": replaced,
        TABLE: table, "__match_args__": tuple(table), "__dataclass_fields__": _UNDESCRIBED,
        "__dataclass_params__": _PARAMETERS[frozen], "__eq__": equal, "__repr__": represented,
    }  # fmt: skip
    if not frozen:
        return added | {"__hash__": None}
    return added | {
        "__hash__": hashed, "__reduce__": reduced, "__setattr__": _set, "__delattr__": _delete,
    }  # fmt: skip


def _getter(names: list[str]) -> Callable[[Any], tuple[Any, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda value: tuple(getattr(value, name) for name in names)


def _set(_: object, name: str, __: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _delete(_: object, name: str) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


_UNDESCRIBED: Final = _Undescribed()
_PARAMETERS: Final = {
    frozen: dataclasses.make_dataclass("_", (), frozen=frozen).__dataclass_params__  # type: ignore[attr-defined]
    for frozen in (True, False)
}
