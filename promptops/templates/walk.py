"""Rendering without making Python of a template, where it is plain enough.

Jinja makes Python code of a template and has it compiled, which pays where that is rendered again
and again. Whoever looks at thousands of prompts renders each once. A tree of nothing but text,
values, filters, conditions, loops and includes is simply walked: to the same text, by a law. What
goes wrong on the way is left to Jinja, which then says what and where.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

from jinja2 import nodes
from jinja2.runtime import LoopContext, StrictUndefined, Undefined

from promptops.templates import allowance
from promptops.templates.blocks import marker_of
from promptops.templates.collecting import collect
from promptops.templates.inputs import Inputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.model.prompt import Input, Message
    from promptops.templates.environment import PromptEnvironment
    from promptops.templates.template import Template

_MISSING: Final = object()
_Scope = dict[str, Any]  # values by their names
_COMPARED: Final[Mapping[str, Callable[[Any, Any], Any]]] = {
    "eq": operator.eq, "ne": operator.ne, "lt": operator.lt, "lteq": operator.le,
    "gt": operator.gt, "gteq": operator.ge,
    "in": lambda one, many: one in many, "notin": lambda one, many: one not in many,
}  # fmt: skip


def rendered(
    name: str,
    template: Template,
    parts: Mapping[str, Template],
    inputs: Mapping[str, Input] | None,
    values: dict[str, Any],
) -> tuple[Message, ...] | None:
    """Return the messages of a template that is plain, as are the parts of it.

    None where it cannot be rendered on these values.

    Raises:
        InputError: Values are missing, unknown or of the wrong type.
    """
    given = Inputs(name, inputs).accept(values)
    token = allowance.current.set(allowance.Allowance())
    try:
        walk = _Walk(template.jinja.environment, parts)
        walk.template(template, {**walk.environment.globals, **given})
        return collect(name, walk.chunks)
    except Exception:  # noqa: BLE001 - Jinja says what it is
        return None
    finally:
        allowance.current.reset(token)


class _Walk:
    """Collects the chunks of a render; a scope is the values by their names."""

    def __init__(self, environment: PromptEnvironment, parts: Mapping[str, Template]) -> None:
        self.chunks: list[str] = []
        self.environment = environment
        self._parts = parts
        self._left = allowance.MAX_OUTPUT

    def template(self, template: Template, scope: _Scope) -> None:
        tree, outer = template.tree, self.environment
        assert tree is not None  # noqa: S101 - it is plain
        self.environment = template.jinja.environment
        self.statements(tree.body, scope)
        self.environment = outer

    def statements(self, body: Sequence[nodes.Node], scope: _Scope) -> None:
        for node in body:
            _STATEMENTS[type(node)](self, node, scope)

    def output(self, node: nodes.Output, scope: _Scope) -> None:
        marker = marker_of(node, self.environment)
        if marker is not None:
            self.chunks.append(marker)
            return
        for one in node.nodes:
            chunk = str(allowance.printable(self.value(one, scope)))
            self.chunks.append(chunk)
            self._left -= len(chunk)
        if self._left < 0:
            raise allowance.OverLimit

    def condition(self, node: nodes.If, scope: _Scope) -> None:
        for one in (node, *node.elif_):
            if self.value(one.test, scope):
                self.statements(one.body, scope)
                return
        self.statements(node.else_, scope)

    def loop(self, node: nodes.For, scope: _Scope) -> None:
        allowance.step()
        items = allowance.counted(self.value(node.iter, scope))
        inner, name = dict(scope), node.target.name  # type: ignore[attr-defined] # it is a Name
        looped = any(_asks_for_loop(one) for one in node.body)
        if not looped:
            for inner[name] in items:
                self.statements(node.body, inner)
            return
        for inner[name], inner["loop"] in LoopContext(items, StrictUndefined):
            self.statements(node.body, inner)

    def include(self, node: nodes.Include, scope: _Scope) -> None:
        allowance.step(10)
        self.template(self._parts[node.template.value], scope)  # type: ignore[attr-defined]

    def value(self, node: nodes.Node, scope: _Scope) -> Any:
        return _VALUES[type(node)](self, node, scope)

    def name(self, node: nodes.Name, scope: _Scope) -> Any:
        found = scope.get(node.name, _MISSING)
        return StrictUndefined(name=node.name) if found is _MISSING else found

    def attribute(self, node: nodes.Getattr, scope: _Scope) -> Any:
        return self.environment.getattr(self.value(node.node, scope), node.attr)

    def item(self, node: nodes.Getitem, scope: _Scope) -> Any:
        found = self.value(node.node, scope)
        return self.environment.getitem(found, self.value(node.arg, scope))

    def test(self, node: nodes.Test, scope: _Scope) -> bool:
        undefined = isinstance(self.value(node.node, scope), Undefined)
        return undefined is (node.name == "undefined")

    def comparison(self, node: nodes.Compare, scope: _Scope) -> Any:
        (other,) = node.ops
        return _COMPARED[other.op](self.value(node.expr, scope), self.value(other.expr, scope))

    def filtered(self, node: nodes.Filter, scope: _Scope) -> Any:
        value = self.value(node.node, scope)  # type: ignore[arg-type] # it has one
        arguments = [self.value(one, scope) for one in node.args]
        named: dict[Any, Any] = {one.key: self.value(one.value, scope) for one in node.kwargs}
        return self.environment.call_filter(node.name, value, arguments, named)


def _asks_for_loop(node: nodes.Node) -> bool:
    if isinstance(node, nodes.Name):
        return node.name == "loop"
    return any(map(_asks_for_loop, node.iter_child_nodes()))


_Step = Callable[[_Walk, Any, _Scope], Any]
_STATEMENTS: Final[Mapping[type[nodes.Node], _Step]] = {
    nodes.Output: _Walk.output,
    nodes.If: _Walk.condition,
    nodes.For: _Walk.loop,
    nodes.Include: _Walk.include,
    nodes.Scope: lambda walk, node, scope: walk.statements(node.body, scope),
}
_VALUES: Final[Mapping[type[nodes.Node], _Step]] = {
    nodes.Name: _Walk.name,
    nodes.Const: lambda _, node, __: node.value,
    nodes.TemplateData: lambda _, node, __: node.data,
    nodes.Getattr: _Walk.attribute,
    nodes.Getitem: _Walk.item,
    nodes.Filter: _Walk.filtered,
    nodes.Test: _Walk.test,
    nodes.Compare: _Walk.comparison,
    nodes.Not: lambda walk, node, scope: not walk.value(node.node, scope),
    nodes.And: lambda walk, node, scope: (
        walk.value(node.left, scope) and walk.value(node.right, scope)
    ),
    nodes.Or: lambda walk, node, scope: (
        walk.value(node.left, scope) or walk.value(node.right, scope)
    ),
}
