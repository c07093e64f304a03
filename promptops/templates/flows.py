"""What expressions are made of, by the names that a template has made."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING, Final, NamedTuple

from jinja2 import nodes

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promptops.templates.origins import Origin

# Filters that hand on the items of a list, and those that hand on one of them.
_SAME: Final = frozenset(
    "list sort reverse unique select reject selectattr rejectattr default d".split()
)
_ONE: Final = frozenset({"first", "last", "random"})
_CUTS: Final = frozenset({"batch", "slice"})
_PAIRS: Final = frozenset({"items", "values", "keys", "dictsort"})
_MADE: Final = frozenset({"range", "dict", "cycler", "joiner", "namespace", "loop", "caller"})
_COUNTS: Final = frozenset({"index", "index0"})
ITEM: Final = "[]"
ENTRY: Final = "{}"


class Flow(NamedTuple):
    """What an expression's value is made of.

    ``path`` leads to it from its input: names of keys, ``[]`` for an item, ``{}`` for an entry;
    None where it is worked out. ``bounded`` says that it is a list of at most so many items.
    """

    inputs: tuple[str, ...] = ()
    path: tuple[str, ...] | None = None
    bounded: bool = False

    def at(self, key: str) -> Flow:
        """Return the flow of a part."""
        return Flow(self.inputs, None if self.path is None else (*self.path, key))


def union(flows: Iterable[Flow]) -> Flow:
    """Return what is worked out of several values."""
    return Flow(tuple(dict.fromkeys(name for flow in flows for name in flow.inputs)))


class Key(NamedTuple):
    """A tag or a stretch of text: its file and its offset in the body."""

    path: str
    start: int


def key(origin: Origin) -> Key:
    """Return the key of an origin."""
    return Key(origin.path, origin.span.start)


@dataclass(slots=True)
class Loop:
    """A ``for`` tag: where it stands, what it walks through and what is printed in it.

    ``direct`` are the outputs of its own body, ``every`` those of loops and includes in it, too.
    """

    origin: Origin
    flow: Flow
    capped: bool
    direct: set[Key] = field(default_factory=set)
    every: set[Key] = field(default_factory=set)


@dataclass(slots=True)
class Flows:
    """The loops of a prompt in the order of the source, and the inputs behind each output."""

    loops: list[Loop] = field(default_factory=list)
    values: dict[Key, Flow] = field(default_factory=dict)


class Scope(dict[str, Flow]):
    """The names that a template has made, and what they are made of."""

    def inner(self) -> Scope:
        """Return a scope within this one."""
        return Scope(self)

    def bind(self, target: nodes.Node, flow: Flow) -> None:
        """Give a value to a name, or its parts to several."""
        if isinstance(target, nodes.Name):
            self[target.name] = flow
        elif isinstance(target, nodes.NSRef):
            self[target.name] = union((self.get(target.name, Flow()), flow))
        else:
            for name in target.find_all(nodes.Name):
                self[name.name] = Flow(flow.inputs)

    def flow(self, node: nodes.Node) -> Flow:
        """Return what an expression's value is made of."""
        handler = getattr(self, f"_{type(node).__name__.lower()}", None)
        if handler is None:
            return union(map(self.flow, node.iter_child_nodes()))
        found: Flow = handler(node)
        return found

    def _name(self, node: nodes.Name) -> Flow:
        own = () if node.name in _MADE else (node.name,)
        return self.get(node.name, Flow(own, own or None))

    def _getattr(self, node: nodes.Getattr) -> Flow:
        return self.flow(node.node).at(node.attr)

    def _list(self, node: nodes.Expr) -> Flow:
        return union(map(self.flow, node.iter_child_nodes()))._replace(bounded=True)

    _tuple = _dict = _const = _list

    def _getitem(self, node: nodes.Getitem) -> Flow:
        flow = self.flow(node.node)
        if isinstance(node.arg, nodes.Slice):
            cut = node.arg.stop is not None or isinstance(node.arg.start, nodes.Neg)
            return flow._replace(bounded=flow.bounded or cut)
        if isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
            return flow.at(node.arg.value)
        return flow.at(ITEM)

    def _filter(self, node: nodes.Filter) -> Flow:
        flow = self.flow(node.node)  # type: ignore[arg-type]
        if node.name in _SAME:
            return flow
        if node.name in _CUTS:
            return flow._replace(bounded=True)
        if node.name in _ONE:
            return flow.at(ITEM)
        if node.name in _PAIRS:
            return flow.at(ENTRY)
        made = union([flow, *map(self.flow, node.iter_child_nodes(exclude=("node",)))])
        return made._replace(bounded=flow.bounded)

    def _call(self, node: nodes.Call) -> Flow:
        arguments = [self.flow(one) for one in node.iter_child_nodes(exclude=("node",))]
        if isinstance(node.node, nodes.Name):
            made = node.node.name == "range"
            known = self.get(node.node.name, Flow()) if node.node.name in self else Flow()
            own = () if node.node.name in self or node.node.name in _MADE else (node.node.name,)
            return union([Flow(own), known, *arguments])._replace(bounded=made)
        if isinstance(node.node, nodes.Getattr) and node.node.attr in _PAIRS:
            return self.flow(node.node.node).at(ENTRY)
        return union([self.flow(node.node), *arguments])

    def _or(self, node: nodes.Or) -> Flow:
        return _either([self.flow(node.left), self.flow(node.right)])

    def _condexpr(self, node: nodes.CondExpr) -> Flow:
        return _either([self.flow(one) for one in (node.expr1, node.expr2) if one is not None])


def _either(sides: list[Flow]) -> Flow:
    path = next((side.path for side in sides if side.path is not None), None)
    return union(sides)._replace(path=path, bounded=all(side.bounded for side in sides))


def capped(node: nodes.For) -> bool:
    """Return whether a loop's body stops printing at some number of items."""
    return any(
        isinstance(one, nodes.If)
        and _counts(one.test)
        and (any(one.find_all(nodes.Break)) or _alone(node, one))
        for one in node.body
    )


def _counts(test: nodes.Node) -> bool:
    compared = isinstance(test, nodes.Compare) or test.find(nodes.Compare) is not None
    return compared and any(
        isinstance(asked.node, nodes.Name) and asked.node.name == "loop" and asked.attr in _COUNTS
        for asked in test.find_all(nodes.Getattr)
    )


def _alone(node: nodes.For, inner: nodes.If) -> bool:
    """Return whether all that a loop prints stands in one of its conditions."""
    return not any(
        not (isinstance(child, nodes.TemplateData) and child.data.isspace())
        for one in node.body
        if one is not inner
        for output in ([one] if isinstance(one, nodes.Output) else one.find_all(nodes.Output))
        for child in output.nodes
    )
