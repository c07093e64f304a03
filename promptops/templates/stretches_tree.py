"""Which names each stretch of a prompt depends on, as Jinja's syntax tree tells."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from jinja2 import nodes

from promptops.templates.blocks import marker_of
from promptops.templates.markers import Boundary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from promptops.templates.prompt import Prompt
    from promptops.templates.template import Template

# What differs from render to render whatever is handed over.
RESTLESS: Final = frozenset({"random"})
_FILES: Final = (nodes.Include, nodes.Import, nodes.FromImport)
Names = frozenset[str]


def of_tree(prompt: Prompt) -> tuple[list[set[str]], dict[str, set[str]]]:
    """Return the names that each stretch reads, and of those that are set what they are made of."""
    tree, environment = prompt.template.tree, prompt.template.jinja.environment
    if tree is None:
        return [], {}
    parts = prompt.parts
    trees = [tree, *(part.tree for part in parts.values() if part.tree is not None)]
    found: list[set[str]] = [set()]
    for node in _flat(tree.body):
        if isinstance(marker_of(node, environment), Boundary):
            found.append(set())
        else:
            found[-1] |= _loads(node, parts, frozenset())
    return found, _made_of(trees, parts)


def _flat(body: Iterable[nodes.Node]) -> Iterator[nodes.Node]:
    for node in body:
        if isinstance(node, nodes.Scope):
            yield from _flat(node.body)
        else:
            yield node


def _loads(node: nodes.Node, parts: Mapping[str, Template], seen: Names) -> set[str]:
    """Return the names that a node reads, itself or in the files that it includes."""
    found = {one.name for one in node.find_all(nodes.Name) if one.ctx == "load"}
    found |= {one.name for one in node.find_all(nodes.Filter) if one.name in RESTLESS}
    if isinstance(node, nodes.Name):
        found.add(node.name)
    for one in (*node.find_all(_FILES), *([node] if isinstance(node, _FILES) else [])):
        name = getattr(one.template, "value", None)  # type: ignore[attr-defined]
        if isinstance(name, str) and name in parts and name not in seen:
            tree = parts[name].tree
            found |= _loads(tree, parts, seen | {name}) if tree is not None else set()
    return found


def _made_of(trees: list[nodes.Template], parts: Mapping[str, Template]) -> dict[str, set[str]]:
    """Return what each name that a template sets is made of."""
    made: dict[str, set[str]] = {}
    for tree in trees:
        for target, sources in _set(tree):
            read = set().union(*(_loads(source, parts, frozenset()) for source in sources))
            for one in (*target.find_all(nodes.Name), target):
                if isinstance(one, nodes.Name):
                    made.setdefault(one.name, set()).update(read - {one.name})
        for macro in tree.find_all(nodes.Macro):
            inner = _loads(macro, parts, frozenset()) - {one.name for one in macro.args}
            made.setdefault(macro.name, set()).update(inner - {macro.name})
    return made


def _set(tree: nodes.Template) -> Iterator[tuple[nodes.Node, list[nodes.Node]]]:
    """Yield what is set, and what it is set from."""
    for node in tree.find_all((nodes.Assign, nodes.AssignBlock, nodes.For, nodes.With)):
        if isinstance(node, nodes.Assign):
            yield node.target, [node.node]
        elif isinstance(node, nodes.AssignBlock):
            yield node.target, node.body
        elif isinstance(node, nodes.For):
            yield node.target, [node.iter, *([node.test] if node.test else [])]
        elif isinstance(node, nodes.With):
            for target, value in zip(node.targets, node.values, strict=True):
                yield target, [value]
