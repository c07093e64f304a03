"""All nodes of Jinja's syntax tree, and which files they name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from jinja2 import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_REFERENCES: Final = (nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)


class Walked(NamedTuple):
    """A tree, its nodes in the order of the text, and how deeply they are nested."""

    tree: nodes.Template
    nodes: list[nodes.Node]
    depth: int


class Reference(NamedTuple):
    """A file that a template includes, imports or extends; no ``name`` where it is computed."""

    name: str | None
    line: int  # of the body
    optional: bool  # `ignore missing`


def walked(tree: nodes.Template) -> Walked:
    """Return the nodes of a tree, once, for all who look for some of them."""
    found: list[nodes.Node] = []
    waiting: list[tuple[nodes.Node, int]] = [(tree, 1)]
    deepest = 0
    while waiting:
        node, depth = waiting.pop()
        found.append(node)
        deepest = max(depth, deepest)
        children: list[tuple[nodes.Node, int]] = []
        for name in node.fields:
            value = getattr(node, name, None)
            if isinstance(value, nodes.Node):
                children.append((value, depth + 1))
            elif isinstance(value, list):
                children += [(one, depth + 1) for one in value if isinstance(one, nodes.Node)]
        waiting += reversed(children)
    return Walked(tree, found, deepest)


def references(found: Sequence[nodes.Node]) -> Iterator[Reference]:
    """Yield the files that some nodes include, import or extend."""
    for node in found:
        if not isinstance(node, _REFERENCES):
            continue
        optional = isinstance(node, nodes.Include) and node.ignore_missing
        options = [node.template]
        if isinstance(node.template, nodes.List | nodes.Tuple):
            options, optional = node.template.items, True  # the first that there is
        for one in options:
            name = one.value if isinstance(one, nodes.Const) else None
            yield Reference(name if isinstance(name, str) else None, node.lineno, optional)
