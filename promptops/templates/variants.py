"""Paths through a template: what is sent when its conditions fall one way.

Nothing is executed. A variant takes one arm of each condition, the same one wherever the same test
stands, and the other one where its opposite does; a loop's body once; a macro where it is called;
an include's text in place of its tag. An interpolated value is the one character ``PLACEHOLDER``.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field
from functools import cached_property
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.model.values import dataclass
from promptops.templates.decisions import Decisions
from promptops.templates.tree import Arm, Block, Include, Literal, Mark, Node, Value, called, walk

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.model.text import Span
    from promptops.templates.body import Body
    from promptops.templates.decisions import Formula

PLACEHOLDER: Final = "\ufffc"
MAX_VARIANTS: Final = 16
MAX_TEXT: Final = 600_000  # characters of all paths; no other is begun when they are reached
MAX_DEPTH: Final = 24
MAX_PIECES: Final = 200_000  # of one path
_SILENT: Final = frozenset({"macro", "set"})


class Leaf(NamedTuple):
    """A piece of a variant and where it stands."""

    text: str
    body: Body
    span: Span  # in the body
    role: str | None
    expression: str | None  # of a printed value; None for literal text
    looped: str | None  # what the loop around it walks through


@dataclass(frozen=True)
class Variant:
    """One path through a template."""

    leaves: tuple[Leaf, ...]
    marks: tuple[int, ...] = ()  # offsets in the text at which a cache mark stands
    answers: Mapping[str, bool] = field(default_factory=dict)  # of the tests on the path

    @cached_property
    def text(self) -> str:
        """The text of all messages, one after another."""
        return "".join(leaf.text for leaf in self.leaves)

    @cached_property
    def static(self) -> str:
        """The text without the interpolated values."""
        return "".join(leaf.text for leaf in self.leaves if leaf.expression is None)

    @cached_property
    def starts(self) -> list[int]:
        """The offset in the text at which each leaf begins."""
        starts, at = [], 0
        for leaf in self.leaves:
            starts.append(at)
            at += len(leaf.text)
        return starts

    def leaf_at(self, offset: int) -> Leaf:
        """Return the leaf that holds an offset of the text."""
        return self.leaves[max(bisect_right(self.starts, offset) - 1, 0)]

    def values(self, start: int, end: int) -> list[str]:
        """Return the expressions that are printed within a range of the text."""
        first = max(bisect_right(self.starts, start) - 1, 0)
        last = bisect_right(self.starts, max(end - 1, start))
        return [leaf.expression for leaf in self.leaves[first:last] if leaf.expression is not None]

    def locate(self, start: int, end: int) -> tuple[Body, Span]:
        """Return the file and the stored span of a range of the text.

        A range over several files is cut at the end of the first.
        """
        first = max(bisect_right(self.starts, start) - 1, 0)
        last = max(bisect_right(self.starts, max(end - 1, start)) - 1, 0)
        body = self.leaves[first].body
        while self.leaves[last].body is not body:
            last -= 1
        begin = self._source(first, start)
        finish = self._source(last, end, closing=True)
        return body, body.span(begin, max(finish, begin))

    def _source(self, at: int, offset: int, *, closing: bool = False) -> int:
        leaf = self.leaves[at]
        if leaf.expression is not None:
            return leaf.span.end if closing else leaf.span.start
        return min(leaf.span.start + offset - self.starts[at], leaf.span.end)


class Part(NamedTuple):
    """A file as variants need it."""

    body: Body
    tree: list[Node]
    macros: Mapping[str, Block]


def variants(main: Part, parts: Mapping[str, Part]) -> list[Variant]:
    """Return the path through the largest arms, then one for each arm not yet taken.

    At most 16 are returned, and of a very long template fewer.
    """
    found: list[Variant] = []
    length = 0
    taken: set[tuple[int, int]] = set()
    formulas: dict[str, Formula] = {}
    wanted: list[tuple[Block, int] | None] = [None]
    wanted += [(block, at) for block, at in _arms(main, parts)]
    for want in wanted:
        if want is not None and (id(want[0]), want[1]) in taken:
            continue
        walker = _Walker(main, parts, want, Decisions(formulas))
        found.append(walker.variant())
        taken |= walker.taken
        length += walker.length
        if len(found) == MAX_VARIANTS or length > MAX_TEXT:
            break
    return found


def _arms(main: Part, parts: Mapping[str, Part]) -> list[tuple[Block, int]]:
    trees = [main.tree, *(part.tree for part in parts.values())]
    blocks = [n for tree in trees for n in walk(tree) if isinstance(n, Block) and n.tag == "if"]
    return [(block, at) for block in blocks for at in range(len(block.arms))]


class _Walker:
    """Collects the leaves of one path."""

    def __init__(
        self,
        main: Part,
        parts: Mapping[str, Part],
        want: tuple[Block, int] | None,
        decisions: Decisions,
    ) -> None:
        self.main = main
        self.parts = parts
        self.leaves: list[Leaf] = []
        self.marks: list[int] = []
        self.taken: set[tuple[int, int]] = set()
        self.answers: dict[str, bool] = {}
        self.decisions = decisions
        self.macros = dict(main.macros)
        for part in parts.values():
            self.macros |= part.macros
        self.want = want
        if want is not None:
            block, at = want
            self._settle(block, at)
        self.length = 0
        self.visited = 0
        # Between messages nothing is sent; white space there is layout.
        self.structured = any(isinstance(n, Block) and n.role for n in walk(main.tree))

    def variant(self) -> Variant:
        self._nodes(self.main.tree, self.main, None, looped=None, depth=0)
        return Variant(tuple(self.leaves), tuple(self.marks), self.answers)

    def _nodes(
        self, nodes: list[Node], part: Part, role: str | None, *, looped: str | None, depth: int
    ) -> None:
        self.visited += len(nodes)
        if depth > MAX_DEPTH or self.visited > MAX_PIECES:
            return
        for node in nodes:
            if isinstance(node, Literal):
                if not (self.structured and role is None and node.text.isspace()):
                    self._leaf(Leaf(node.text, part.body, node.span, role, None, looped))
            elif isinstance(node, Mark):
                self.marks.append(self.length)
            elif isinstance(node, Block):
                if node.tag not in _SILENT:
                    self._block(node, part, role, looped=looped, depth=depth)
            else:
                inner, where = self._inner(node, part)
                if where is not None:
                    self._nodes(inner, where, role, looped=looped, depth=depth + 1)
                elif isinstance(node, Value):
                    leaf = Leaf(PLACEHOLDER, part.body, node.span, role, node.expression, looped)
                    self._leaf(leaf)

    def _inner(self, node: Value | Include, part: Part) -> tuple[list[Node], Part | None]:
        """Return what stands in place of a macro's call or an include, and in which file."""
        if isinstance(node, Include):
            other = self.parts.get(node.name or "")
            return (other.tree if other else []), other
        macro = self.macros.get(called(node.expression) or "")
        return (macro.arms[0].nodes, part) if macro is not None else ([], None)

    def _block(
        self, block: Block, part: Part, role: str | None, *, looped: str | None, depth: int
    ) -> None:
        at = self._choose(block) if block.tag == "if" else 0
        if at is None:
            return
        self.taken.add((id(block), at))
        inner = looped
        if block.tag == "for":
            inner = looped or block.argument.partition(" in ")[2].strip() or block.argument
        self._nodes(block.arms[at].nodes, part, block.role or role, looped=inner, depth=depth + 1)

    def _choose(self, block: Block) -> int | None:
        # What earlier tests decided holds here, too.
        open_arms = []
        for at, arm in enumerate(block.arms):
            known = None if arm.test is None else self.decisions.of(arm.test)
            if known is True:
                return at
            if known is None:
                open_arms.append(at)
        if self.want is not None and self.want[0] is block and self.want[1] in open_arms:
            at = self.want[1]
        else:
            at = max(open_arms, key=lambda one: _size(block.arms[one]), default=-1)
        if at < 0:
            return None
        self._settle(block, at)
        return at

    def _settle(self, block: Block, at: int) -> None:
        """Take the tests that lead to an arm as decided."""
        for position, arm in enumerate(block.arms[: at + 1]):
            if arm.test is not None:
                self.answers.setdefault(arm.test, position == at)
                self.decisions.settle(arm.test, position == at)

    def _leaf(self, leaf: Leaf) -> None:
        self.leaves.append(leaf)
        self.length += len(leaf.text)


def _size(arm: Arm) -> int:
    return sum(len(node.text) for node in walk(arm.nodes) if isinstance(node, Literal))
