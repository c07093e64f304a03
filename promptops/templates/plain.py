"""Which templates are plain enough to be rendered by walking their trees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from jinja2 import nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from promptops.templates.tree_nodes import Walked

MAX_DEPTH: Final = 16  # of the tree; Python compiles no 20 loops in one another
_OWN: Final = frozenset({"self", "super", "caller", "varargs", "kwargs"})  # names that Jinja gives
_WHOLE: Final = 2**63
_GIVEN: Final = (nodes.Name, nodes.Getattr, nodes.Getitem, nodes.Filter)  # what begins with a name
_KINDS: Final = frozenset({
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Scope, nodes.ExtensionAttribute,
    nodes.If, nodes.And, nodes.Or, nodes.Not, nodes.Operand, nodes.Keyword,
})  # fmt: skip


def is_plain(template: Walked) -> bool:
    """Return whether a template can be rendered by ``walk``; Jinja can then compile it, too."""
    return template.depth <= MAX_DEPTH and all(map(_is_plain, template.nodes))


def _is_plain(node: nodes.Node) -> bool:
    check = _CHECKS.get(type(node))
    return type(node) in _KINDS if check is None else check(node)


def _is_name(node: Any) -> bool:
    # Python takes some names beyond ASCII for one another, and so does compiled Jinja.
    return node.name.isascii() and node.name not in _OWN


def _is_constant(node: Any) -> bool:
    value = node.value
    if type(value) is int:
        return abs(value) < _WHOLE
    return value is None or type(value) in {str, bool}


def _is_loop(node: Any) -> bool:
    once = not (node.else_ or node.test or node.recursive)
    return once and isinstance(node.target, nodes.Name) and node.target.name != "loop"


def _is_include(node: Any) -> bool:
    named = isinstance(node.template, nodes.Const) and isinstance(node.template.value, str)
    return named and node.with_context and not node.ignore_missing


def _is_of_value(node: Any) -> bool:
    # What is asked of a constant, Jinja asks while it compiles, and may fail.
    return isinstance(node.node, _GIVEN)


def _is_filter(node: Any) -> bool:
    known = _is_of_value(node) and node.name in node.environment.filters
    return known and not (node.dyn_args or node.dyn_kwargs)


def _is_test(node: Any) -> bool:
    return node.name in {"defined", "undefined"} and not (node.args or node.kwargs)


_CHECKS: Final[Mapping[type[nodes.Node], Callable[[Any], bool]]] = {
    nodes.Name: _is_name,
    nodes.Const: _is_constant,
    nodes.For: _is_loop,
    nodes.Include: _is_include,
    nodes.Getattr: _is_of_value,
    nodes.Getitem: _is_of_value,
    nodes.Filter: _is_filter,
    nodes.Test: _is_test,
    nodes.Compare: lambda node: len(node.ops) == 1,
}
