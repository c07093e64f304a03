"""Which names each stretch of a prompt between two cache marks depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.templates.simple_nodes import For, If, Include, Marked, Said, Value, walked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from promptops.templates.prompt import Prompt
    from promptops.templates.simple_nodes import Node

_OWN: Final = frozenset({"loop", "caller", "varargs", "kwargs", "self", "super", "range", "dict"})
Names = frozenset[str]


def stretches(prompt: Prompt) -> list[Names]:
    """Return the names that decide what each stretch says, in order; the last follows all marks.

    A name that is set, looped over or a macro's stands for what it is made of, wherever in the
    prompt that happens: rather too many names than too few.
    """
    simple = prompt.simple
    if simple is None:
        from promptops.templates.stretches_tree import of_tree

        found, made = of_tree(prompt)
    else:
        body, parts = simple
        found, made = of_nodes(body, parts)
    return [frozenset(_closed(names, made) - _OWN) for names in found]


def of_nodes(
    body: Sequence[Node], parts: Mapping[str, Sequence[Node]]
) -> tuple[list[set[str]], dict[str, set[str]]]:
    """Return the same of a simple prompt as is read of a tree."""
    made: dict[str, set[str]] = {}
    for nodes in (body, *parts.values()):
        for node in walked(nodes):
            if isinstance(node, For):
                made.setdefault(node.name, set()).update({node.many.path[0]} - {node.name})
    found: list[set[str]] = [set()]
    for node in _flat(body):
        if isinstance(node, Marked):
            found.append(set())
        else:
            found[-1] |= _loads([node], parts, frozenset())
    return found, made


def _flat(body: Iterable[Node]) -> Iterator[Node]:
    for node in body:
        if isinstance(node, Said):
            yield from _flat(node.body)
        else:
            yield node


def _loads(body: Sequence[Node], parts: Mapping[str, Sequence[Node]], seen: Names) -> set[str]:
    """Return the names that nodes read, themselves or in the files that they include."""
    found: set[str] = set()
    for node in walked(body):
        if isinstance(node, Value):
            found.add(node.path[0])
        elif isinstance(node, For):
            found.add(node.many.path[0])
        elif isinstance(node, If):
            found |= {test.value.path[0] for test, _ in node.arms if test is not None}
        elif isinstance(node, Include) and node.name in parts and node.name not in seen:
            found |= _loads(parts[node.name], parts, seen | {node.name})
    return found


def _closed(names: set[str], made: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    waiting = list(names)
    seen: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        if name in made:
            waiting += made[name]
        else:
            found.add(name)
    return found
