"""All nodes of Jinja's syntax tree, which files they name, and where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from jinja2 import nodes

from promptops.templates.references import Reference

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SILENT: Final = frozenset({"Scope", "Assign", "Macro", "Import", "FromImport"})
_REFERENCES: Final = (nodes.Include, nodes.Extends, nodes.Import, nodes.FromImport)


class Walked(NamedTuple):
    """A tree, its nodes in the order of the text, and how deeply they are nested."""

    tree: nodes.Template
    nodes: list[nodes.Node]
    depth: int


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


def all_inside(tree: nodes.Template) -> bool:
    """Return whether nothing stands outside message blocks, as a glance can tell.

    Where it cannot, the paths through the template tell.
    """
    return all(
        type(node).__name__ in _SILENT or (type(node).__name__ == "Output" and _blank(node))
        for node in tree.body
    )


def _blank(node: nodes.Node) -> bool:
    texts = [getattr(one, "data", None) for one in getattr(node, "nodes", ())]
    return all(isinstance(text, str) and text.isspace() for text in texts)
