"""Simple templates and the values of their inputs -> messages, without Jinja."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from promptops.model.prompt import ROLES
from promptops.templates import allowance
from promptops.templates.collecting import collect
from promptops.templates.markers import Boundary, Closing, Opening
from promptops.templates.simple import NotSimple
from promptops.templates.simple_nodes import For, If, Include, Marked, Value

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promptops.model.prompt import Message
    from promptops.templates.inputs import Inputs
    from promptops.templates.simple_nodes import Node, Said, Test

_OPENINGS: Final = {role: Opening(role) for role in ROLES}
_CLOSING: Final = Closing(None)
_MISSING: Final = object()
_METHODS: Final = frozenset({"items", "keys", "values", "get"})  # that a mapping has as attributes
_SCALARS: Final = (str, int, float, type(None))
_Scope = dict[str, Any]  # values by their names


class _Turn(NamedTuple):
    """Where a loop stands."""

    at: int
    of: int

    def asked(self, what: str) -> int | bool:
        """Return what Jinja's ``loop`` knows by a name."""
        found: dict[str, int | bool] = {
            "index": self.at + 1, "index0": self.at, "first": self.at == 0,
            "revindex": self.of - self.at, "revindex0": self.of - self.at - 1,
            "last": self.at == self.of - 1, "length": self.of,
        }  # fmt: skip
        return found[what]


def rendered(
    name: str,
    body: Sequence[Node],
    parts: Mapping[str, Sequence[Node]],
    inputs: Inputs,
    values: dict[str, Any],
) -> tuple[Message, ...] | None:
    """Return the messages of a simple template with simple parts.

    None where only Jinja can render it on these values, or can say what is wrong with them.

    Raises:
        InputError: Values are missing, unknown or of the wrong type.
    """
    given = inputs.accept(values)
    token = allowance.current.set(allowance.Allowance())
    try:
        render = _Render(parts)
        render.nodes(body, dict(given))
        return collect(name, render.chunks)
    except Exception:  # noqa: BLE001 - Jinja says what it is
        return None
    finally:
        allowance.current.reset(token)


class _Render:
    """Collects the chunks of a render."""

    def __init__(self, parts: Mapping[str, Sequence[Node]]) -> None:
        self.chunks: list[str] = []
        self._parts = parts
        self._left = allowance.MAX_OUTPUT

    def nodes(self, body: Sequence[Node], scope: _Scope) -> None:
        for node in body:
            if isinstance(node, str):
                self._add(node)
            elif isinstance(node, Value):
                self._add(str(allowance.printable(_found(node, scope))))
            elif isinstance(node, If):
                self._condition(node, scope)
            elif isinstance(node, For):
                self._loop(node, scope)
            elif isinstance(node, Include):
                allowance.step(10)
                self.nodes(self._parts[node.name], scope)
            elif isinstance(node, Marked):
                self.chunks.append(Boundary(node.cache))
            else:
                self._say(node, scope)

    def _add(self, chunk: str) -> None:
        self.chunks.append(chunk)
        self._left -= len(chunk)
        if self._left < 0:
            raise NotSimple

    def _condition(self, node: If, scope: _Scope) -> None:
        for test, body in node.arms:
            if test is None or _holds(test, scope):
                self.nodes(body, scope)
                return

    def _loop(self, node: For, scope: _Scope) -> None:
        many = _found(node.many, scope)
        if not isinstance(many, list | tuple | dict | str):
            raise NotSimple
        allowance.step(1 + len(many))
        inner = dict(scope)
        for at, inner[node.name] in enumerate(many):
            inner["loop"] = _Turn(at, len(many))
            self.nodes(node.body, inner)

    def _say(self, node: Said, scope: _Scope) -> None:
        self.chunks.append(_OPENINGS[node.role])
        self.nodes(node.body, scope)
        self.chunks.append(_CLOSING)


def _holds(test: Test, scope: _Scope) -> bool:
    if test.defined:
        return (_asked(test.value, scope) is _MISSING) == test.negated
    found = _found(test.value, scope)
    if test.other is None:
        return bool(found) != test.negated
    if not isinstance(found, _SCALARS):
        raise NotSimple
    return (found == test.other) != test.negated


def _found(value: Value, scope: _Scope) -> Any:
    found = _asked(value, scope)
    if found is _MISSING:
        raise NotSimple
    return found


def _asked(value: Value, scope: _Scope) -> Any:
    """Return a value, or that it is missing from what there is."""
    first, *rest = value.path
    found = scope.get(first, _MISSING)
    if type(found) is _Turn:
        return found.asked(*rest)
    for name in rest:
        if type(found) is not dict or name in _METHODS:
            raise NotSimple
        found = found.get(name, _MISSING)
    return found
