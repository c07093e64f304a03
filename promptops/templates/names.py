"""Which names a template uses, which it makes itself, and which it only asks about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from jinja2 import nodes

if TYPE_CHECKING:
    from collections.abc import Callable

_GUARDS: Final = frozenset({"default", "d"})
_PROBES: Final = frozenset({"defined", "undefined"})
_IMPLIED: Final = frozenset({"self", "super", "caller", "varargs", "kwargs"})


class Use(NamedTuple):
    """A free name in a template: an input, or a mistake."""

    name: str
    line: int  # of the body
    guarded: bool  # asked about or given a default: it may be absent
    called: bool
    file: str  # the partial it stands in; "" for the prompt's own file
    nth: int = 0  # among the places of that name on its line


def uses(
    tree: nodes.Template, include: Callable[[str], nodes.Template | None], known: frozenset[str]
) -> list[Use]:
    """Return the free names of a template and of what it includes, in the order of the source."""
    walker = _Walker(include)
    walker.enter(tree)
    walker.body(tree.body, set(known | _IMPLIED))
    return walker.found


class _Walker:
    """Walks the scopes as Jinja nests them.

    A name that any arm of a condition sets counts as set after it: what is reported is certain.
    """

    def __init__(self, include: Callable[[str], nodes.Template | None]) -> None:
        self.include = include
        self.found: list[Use] = []
        self.file = ""
        self.reading: list[str] = []
        self.read: set[tuple[str, frozenset[str]]] = set()
        self.places: dict[int, int] = {}

    def enter(self, tree: nodes.Template) -> None:
        """Number the places of each name on each line; Jinja knows lines, but no columns."""
        met: dict[tuple[str, int], int] = {}
        for node in tree.find_all(nodes.Name):
            self.places[id(node)] = met.setdefault((node.name, node.lineno), 0)
            met[node.name, node.lineno] += 1

    def body(self, statements: list[nodes.Node], scope: set[str]) -> None:
        for statement in statements:
            self.visit(statement, scope)

    def visit(self, node: nodes.Node, scope: set[str], *, guarded: bool = False) -> None:
        handler = getattr(self, f"_{type(node).__name__.lower()}", None)
        if handler is not None:
            handler(node, scope, guarded=guarded)
        else:
            for child in node.iter_child_nodes():
                self.visit(child, scope, guarded=guarded)

    def _name(
        self, node: nodes.Name, scope: set[str], *, guarded: bool, called: bool = False
    ) -> None:
        if node.ctx in {"store", "param"}:
            scope.add(node.name)
        elif node.name not in scope:
            nth = self.places.get(id(node), 0)
            self.found.append(Use(node.name, node.lineno, guarded, called, self.file, nth))

    def _call(self, node: nodes.Call, scope: set[str], *, guarded: bool) -> None:
        if isinstance(node.node, nodes.Name):
            self._name(node.node, scope, guarded=guarded, called=True)
        else:
            self.visit(node.node, scope, guarded=guarded)
        for child in node.iter_child_nodes(exclude=("node",)):
            self.visit(child, scope, guarded=guarded)

    def _filter(self, node: nodes.Filter, scope: set[str], *, guarded: bool) -> None:
        for child in node.iter_child_nodes():
            inner = guarded or (child is node.node and node.name in _GUARDS)
            self.visit(child, scope, guarded=inner)

    def _test(self, node: nodes.Test, scope: set[str], *, guarded: bool) -> None:
        for child in node.iter_child_nodes():
            self.visit(child, scope, guarded=guarded or node.name in _PROBES)

    def _if(self, node: nodes.If, scope: set[str], *, guarded: bool) -> None:
        asked = self._asked(node.test, scope, guarded=guarded)
        # Behind `if x is defined` a use of x is safe; whichever way the test is turned.
        self.body(node.body, inner := scope | asked)
        scope |= inner - asked
        for branch in node.elif_:
            self._if(branch, scope, guarded=guarded)
        self.body(node.else_, inner := scope | asked)
        scope |= inner - asked

    def _condexpr(self, node: nodes.CondExpr, scope: set[str], *, guarded: bool) -> None:
        asked = self._asked(node.test, scope, guarded=guarded)
        for side in (node.expr1, node.expr2):
            if side is not None:
                self.visit(side, scope | asked, guarded=guarded)

    def _and(self, node: nodes.And, scope: set[str], *, guarded: bool) -> None:
        asked = self._asked(node.left, scope, guarded=guarded)
        self.visit(node.right, scope | asked, guarded=guarded)

    def _asked(self, node: nodes.Node, scope: set[str], *, guarded: bool) -> set[str]:
        """Visit a test and return the names that it asks about."""
        before = len(self.found)
        self.visit(node, scope, guarded=guarded)
        return {use.name for use in self.found[before:] if use.guarded}

    def _for(self, node: nodes.For, scope: set[str], *, guarded: bool) -> None:
        self.visit(node.iter, scope, guarded=guarded)
        inner = scope | {"loop"}
        self.visit(node.target, inner)
        if node.test is not None:
            self.visit(node.test, inner)
        self.body(node.body, inner)
        self.body(node.else_, set(scope))

    def _macro(self, node: nodes.Macro, scope: set[str], *, guarded: bool) -> None:
        del guarded
        scope.add(node.name)
        self._signature(node, set(scope))

    def _callblock(self, node: nodes.CallBlock, scope: set[str], *, guarded: bool) -> None:
        self.visit(node.call, scope, guarded=guarded)
        self._signature(node, set(scope))

    def _signature(self, node: nodes.Macro | nodes.CallBlock, scope: set[str]) -> None:
        for default in node.defaults:
            self.visit(default, scope)
        for argument in node.args:
            self.visit(argument, scope)
        self.body(node.body, scope)

    def _with(self, node: nodes.With, scope: set[str], *, guarded: bool) -> None:
        for value in node.values:
            self.visit(value, scope, guarded=guarded)
        inner = set(scope)
        for target in node.targets:
            self.visit(target, inner)
        self.body(node.body, inner)

    def _assign(self, node: nodes.Assign, scope: set[str], *, guarded: bool) -> None:
        self.visit(node.node, scope, guarded=guarded)
        self.visit(node.target, scope)

    def _assignblock(self, node: nodes.AssignBlock, scope: set[str], *, guarded: bool) -> None:
        if node.filter is not None:
            self.visit(node.filter, scope, guarded=guarded)
        self.body(node.body, set(scope))
        self.visit(node.target, scope)

    def _scope(self, node: nodes.Scope, scope: set[str], *, guarded: bool) -> None:
        del guarded
        self.body(node.body, set(scope))

    def _block(self, node: nodes.Block, scope: set[str], *, guarded: bool) -> None:
        del guarded
        self.body(node.body, set(scope))

    def _import(self, node: nodes.Import, scope: set[str], *, guarded: bool) -> None:
        self.visit(node.template, scope, guarded=guarded)
        self._enter(node.template, set(scope))
        scope.add(node.target)

    def _fromimport(self, node: nodes.FromImport, scope: set[str], *, guarded: bool) -> None:
        self.visit(node.template, scope, guarded=guarded)
        self._enter(node.template, set(scope))
        scope |= {name if isinstance(name, str) else name[1] for name in node.names}

    def _include(self, node: nodes.Include, scope: set[str], *, guarded: bool) -> None:
        self.visit(node.template, scope, guarded=guarded)
        if node.with_context:
            self._enter(node.template, set(scope))

    def _extends(self, node: nodes.Extends, scope: set[str], *, guarded: bool) -> None:
        self.visit(node.template, scope, guarded=guarded)
        self._enter(node.template, set(scope))

    def _enter(self, template: nodes.Expr, scope: set[str]) -> None:
        name = template.value if isinstance(template, nodes.Const) else None
        if not isinstance(name, str) or name in self.reading:
            return
        # Known names decide what is found in a file: once is enough for each set of them.
        again = (name, frozenset(scope))
        if again in self.read:
            return
        self.read.add(again)
        tree = self.include(name)
        if tree is None:
            return
        self.enter(tree)
        outer, self.file = self.file, name
        self.reading.append(name)
        self.body(tree.body, scope)
        self.reading.pop()
        self.file = outer
