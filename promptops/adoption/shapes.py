"""What a template does with a value says what the value is.

Jinja's nodes are told apart by their classes' names, so that only ``templates`` imports jinja2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_ITEMS: Final = frozenset({"first", "last", "random", "min", "max"})
_SAME: Final = frozenset({"sort", "reverse", "unique", "list", "selectattr", "rejectattr"})
_FILTERS: Final[Mapping[str, str]] = {
    **dict.fromkeys("join map select reject batch slice groupby sum".split(), "array"),
    **dict.fromkeys("abs round filesizeformat".split(), "number"),
    **dict.fromkeys("dictsort items xmlattr".split(), "object"),
    **dict.fromkeys("tojson pprint".split(), "any"),
    **dict.fromkeys("length count".split(), "sized"),
}
_MAPPING: Final = frozenset({"items", "keys", "values", "get"})
_TEXT: Final = frozenset(
    "capitalize casefold count endswith find index isalnum isalpha isdecimal isdigit islower"
    " isspace isupper join lower lstrip partition removeprefix removesuffix rfind rpartition"
    " rsplit rstrip split splitlines startswith strip swapcase title upper replace".split()
)
_PLAIN: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_YAML: Final = frozenset("y n yes no on off true false null".split())
_ORDER: Final = frozenset({"lt", "lteq", "gt", "gteq"})
_KINDS: Final[Mapping[str, str]] = {
    "string": "any",  # a value that is asked for its kind has several
    "mapping": "any",
    "iterable": "any",
    "sequence": "any",
    "number": "any",
    "none": "none",
    "boolean": "boolean",
    "true": "boolean",
    "false": "boolean",
    "odd": "number",
    "even": "number",
    "divisibleby": "number",
}


@dataclass(eq=False)
class Shape:
    """What was seen of a value."""

    facts: set[str] = field(default_factory=set)
    constants: list[Any] = field(default_factory=list)  # that it is compared with
    defaults: list[Any] = field(default_factory=list)  # that stand in for it
    parts: dict[str, Shape] = field(default_factory=dict)
    items: Shape | None = None

    def part(self, name: str) -> Shape:
        """Return the shape of an attribute."""
        return self.parts.setdefault(name, Shape())

    def item(self) -> Shape:
        """Return the shape of an item."""
        if self.items is None:
            self.items = Shape()
        return self.items

    @property
    def type(self) -> str:
        """The type that fits everything that was seen."""
        several = self.items is not None or "array" in self.facts
        keyed = "object" in self.facts
        if "any" in self.facts or (self.parts and several and not keyed):
            return "any"
        if self.parts or keyed:
            return "object"
        return "array" if several else self._scalar()

    def _scalar(self) -> str:
        kinds = {_kind(one) for one in self.constants if one is not None}
        if "number" in self.facts or kinds == {"number"}:
            return "number"
        asked_only = "tested" in self.facts and not self.facts & {"printed", "text"} and not kinds
        if kinds == {"boolean"} or "boolean" in self.facts or asked_only:
            return "boolean"
        return "string"

    def schema(self) -> str:
        """Return the shape as YAML, in flow style."""
        inner = ""
        if self.type == "object" and self.parts:
            parts = ", ".join(f"{key(name)}: {one.schema()}" for name, one in self.parts.items())
            inner = f", properties: {{{parts}}}"
        if self.type == "array" and self.items is not None and self.items.type != "any":
            inner = f", items: {self.items.schema()}"
        return f"{{type: {self.type}{inner}}}"


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "boolean"
    return "number" if isinstance(value, int | float) else "string"


def key(name: str) -> str:
    """Return a name as a YAML key; some words would be true, false or null."""
    import json

    return name if _PLAIN.match(name) and name.lower() not in _YAML else json.dumps(name)


def shapes(tree: Any, include: Callable[[str], Any]) -> tuple[dict[str, Shape], list[str]]:
    """Return the shapes of the names that a template does not make itself, and what it calls."""
    walker = _Walker(include)
    walker.visit(tree)
    return walker.free, list(dict.fromkeys(walker.calls))


class _Walker:
    """Follows values through loops, sets and filters."""

    def __init__(self, include: Callable[[str], Any]) -> None:
        self.include = include
        self.free: dict[str, Shape] = {}
        self.scope: dict[str, Shape | None] = {"loop": None}
        self.calls: list[str] = []  # of functions and methods that plain data does not have
        self.read: set[str] = set()

    def visit(self, node: Any) -> None:
        handler = getattr(self, f"_{type(node).__name__.lower()}", None)
        if handler is not None:
            handler(node)
        elif hasattr(node, "ctx") or type(node).__name__ in {"Filter", "Call"}:
            self.value(node)
        else:
            for child in node.iter_child_nodes():
                self.visit(child)

    def value(self, node: Any) -> Shape | None:
        """Return the shape of an expression, if it is a part of a free name's value."""
        handler = getattr(self, f"_value_{type(node).__name__.lower()}", None)
        if handler is not None:
            found = handler(node)
            return found if isinstance(found, Shape) else None
        self.visit(node)
        return None

    def saw(self, node: Any, fact: str) -> None:
        shape = self.value(node)
        if shape is not None:
            shape.facts.add(fact)

    def _value_name(self, node: Any) -> Shape | None:
        if node.name in self.scope:
            return self.scope[node.name]
        return self.free.setdefault(node.name, Shape())

    def _value_getattr(self, node: Any) -> Shape | None:
        base = self.value(node.node)
        return None if base is None else base.part(node.attr)

    def _value_getitem(self, node: Any) -> Shape | None:
        base = self.value(node.node)
        kind, named = type(node.arg).__name__, getattr(node.arg, "value", None)
        if kind == "Slice":
            self.visit(node.arg)
            return base
        if base is not None and isinstance(named, str):
            return base.part(named)
        if base is not None and isinstance(named, int):
            return base.item()
        self.value(node.arg)
        if base is not None:
            base.facts.add("any")
        return None

    def _value_filter(self, node: Any) -> Shape | None:
        for one in (*node.args, *(pair.value for pair in node.kwargs)):
            self.value(one)
        if node.node is None:
            return None
        base = self.value(node.node)
        if base is None:
            return None
        if node.name in {"default", "d"}:
            base.defaults += _default(node)
            return base
        if node.name in _SAME:
            base.facts.add("array")
            return base
        if node.name in _ITEMS:
            return base.item()
        base.facts.add(_FILTERS.get(node.name, "text"))
        return None

    def _value_call(self, node: Any) -> Shape | None:
        for one in (*node.args, *(pair.value for pair in node.kwargs)):
            self.value(one)
        target = node.node
        if type(target).__name__ != "Getattr":
            self.value(target)
            return None
        base = self.value(target.node)
        if base is None:
            return None
        if target.attr == "get" and node.args and isinstance(named := _constant(node.args[0]), str):
            return base.part(named)
        if target.attr in _MAPPING:
            base.facts.add("object")
        elif target.attr in _TEXT:
            base.facts.add("text")
        else:
            self.calls.append(target.attr)
        return None

    def _value_condexpr(self, node: Any) -> Shape | None:
        self._asked(node.test)
        self.value(node.expr1)
        if node.expr2 is not None:
            self.value(node.expr2)
        return None

    def _value_or(self, node: Any) -> Shape | None:
        self.value(node.right)
        return self.value(node.left)

    def _output(self, node: Any) -> None:
        for one in node.nodes:
            self.saw(one, "printed")

    def _concat(self, node: Any) -> None:
        self._output(node)

    def _if(self, node: Any) -> None:
        self._asked(node.test)
        for one in (*node.body, *node.elif_, *node.else_):
            self.visit(one)

    def _asked(self, node: Any) -> None:
        if type(node).__name__ == "Not":
            self._asked(node.node)
        elif type(node).__name__ in {"And", "Or"}:
            self._asked(node.left)
            self._asked(node.right)
        else:
            self.saw(node, "tested")

    def _compare(self, node: Any) -> None:
        sides = [node.expr, *(one.expr for one in node.ops)]
        found = [self.value(one) for one in sides]
        for at, operand in enumerate(node.ops):
            left, right = found[at], found[at + 1]
            if operand.op in {"in", "notin"}:
                listed = _constant(sides[at + 1])
                if left is not None and isinstance(listed, list):
                    left.constants += listed
                continue
            for shape, other in ((left, sides[at + 1]), (right, sides[at])):
                if shape is not None and type(other).__name__ == "Const":
                    shape.constants.append(other.value)
                elif shape is not None and operand.op in _ORDER:
                    shape.facts.add("number")

    def _test(self, node: Any) -> None:
        for one in node.args or ():
            self.value(one)
        if node.name in {"defined", "undefined"}:
            self.saw(node.node, "asked")
        else:
            self.saw(node.node, _KINDS.get(node.name, "tested"))

    def _for(self, node: Any) -> None:
        item = self._looped(node.iter)
        before = dict(self.scope)
        target = node.target
        if type(target).__name__ == "Name":
            self.scope[target.name] = item
        else:
            self._hide(target)
            last: Any = target.items[-1] if hasattr(target, "items") else None
            if self._called(node.iter) == "items" and hasattr(last, "name"):
                self.scope[last.name] = item
        for one in (node.test, *node.body, *node.else_):
            if one is not None:
                self.visit(one)
        self.scope = before

    def _looped(self, node: Any) -> Shape | None:
        """Return the shape of what a loop walks through, one at a time."""
        while type(node).__name__ == "Filter" and node.name in _SAME and node.node is not None:
            node = node.node
        called = self._called(node)
        shape = self.value(node.node.node if called else node)
        if shape is None:
            return None
        shape.facts.add("object" if called else "array")
        return None if called == "keys" else shape.item()

    @staticmethod
    def _called(node: Any) -> str:
        """Return which part of a mapping an expression asks for."""
        call = type(node).__name__ == "Call" and type(node.node).__name__ == "Getattr"
        return node.node.attr if call and node.node.attr in {"items", "keys", "values"} else ""

    def _hide(self, target: Any) -> None:
        for one in (target, *getattr(target, "items", ())):
            if hasattr(one, "name"):
                self.scope[one.name] = None

    def _assign(self, node: Any) -> None:
        shape = self.value(node.node)
        if type(node.target).__name__ == "Name":
            self.scope[node.target.name] = shape
        else:
            self._hide(node.target)

    def _assignblock(self, node: Any) -> None:
        for one in node.body:
            self.visit(one)
        self._hide(node.target)

    def _macro(self, node: Any) -> None:
        self.scope[node.name] = None
        before = dict(self.scope)
        for one in node.args:
            self.scope[one.name] = None
        for one in (*node.defaults, *node.body):
            self.visit(one)
        self.scope = before

    def _add(self, node: Any) -> None:
        for side, other in ((node.left, node.right), (node.right, node.left)):
            shape = self.value(side)
            constant = _constant(other)
            if shape is not None and isinstance(constant, int | float):
                shape.facts.add("number")
            elif shape is not None and isinstance(constant, str):
                shape.facts.add("text")

    _sub = _mul = _div = _floordiv = _add

    def _include(self, node: Any) -> None:
        name = getattr(node.template, "value", None)
        if isinstance(name, str) and name not in self.read:
            self.read.add(name)
            tree = self.include(name)
            if tree is not None:
                self.visit(tree)

    _extends = _import = _fromimport = _include


def _default(node: Any) -> list[Any]:
    """Return what a `default` filter gives, if it is written out."""
    if not node.args:
        return [""]
    written = type(node.args[0]).__name__ in {"Const", "List", "Dict", "Tuple"}
    return [_constant(node.args[0])] if written else []


def _constant(node: Any) -> Any:
    if type(node).__name__ in {"List", "Tuple"}:
        return [_constant(one) for one in node.items]
    if type(node).__name__ == "Dict":
        return {}
    return getattr(node, "value", None) if type(node).__name__ == "Const" else None
