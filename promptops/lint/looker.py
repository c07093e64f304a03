"""A view's offsets and texts -> places in files and tokens of its model."""

from __future__ import annotations

import re
from itertools import accumulate
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from promptops.lint.facts.money import find_method
from promptops.lint.segments import pieces
from promptops.model.text import Span
from promptops.templates.tree import Block, walk

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.lint.segments import Piece
    from promptops.lint.view import View
    from promptops.model.prompt import Input
    from promptops.templates.body import Body
    from promptops.templates.variants import Leaf, Variant

EARLY: Final = 0.3  # of the fixed tokens behind a value: it stands early
_ROOT: Final = re.compile(r"[A-Za-z_]\w*")
_STEADY: Final = frozenset({"static", "daily", "key", "per_session"})


class Spot(NamedTuple):
    """A range of lines in a file."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class MessageBlock(NamedTuple):
    """A message of the largest variant and the tokens of its fixed text."""

    role: str
    spot: Spot
    tokens: int


class Early(NamedTuple):
    """A value that changes from call to call, and where it stands."""

    expression: str
    input: str | None
    spot: Spot


def _root(leaf: Leaf) -> str | None:
    """Return the input that a value comes from: within a loop, what the loop walks through."""
    root = _ROOT.match(leaf.looped or leaf.expression or "")
    return root[0] if root else None


def _spans(block: Block) -> list[Span]:
    return [node.span for arm in block.arms for node in walk(arm.nodes)]


class Looker:
    """Turns a view's offsets into places and texts into tokens."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.method = view.of(find_method)

    def tokens(self, text: str) -> int:
        """Return a text's tokens of the model."""
        return self.method.scale(self.view.count(text)) if text else 0

    def spot(self, variant: Variant, start: int, end: int) -> Spot:
        """Return the place in a file of a range of a variant's text."""
        body, span = variant.locate(start, end)
        end = max(span.end, span.start)
        while end > span.start and body.source.text[end - 1] in "\r\n":
            end -= 1  # a range of whole lines ends on the last of them
        place = (*body.source.position(span.start), *body.source.position(end))
        return Spot(body.source.path, *place)

    def quoted(self, variant: Variant, start: int, end: int) -> tuple[str, Spot]:
        """Return a range as the source has it, and its place."""
        body, span = variant.locate(start, end)
        return body.source.text[span.start : span.end], self.spot(variant, start, end)

    def messages(self) -> list[MessageBlock]:
        """Return the blocks of the prompt's own file, or its whole body where it has none."""
        body = self.view.prompt.template.body
        blocks = [
            node
            for node in walk(self.view.prompt.template.part.tree)
            if isinstance(node, Block) and node.role is not None
        ]
        if not blocks:
            spot = self._in_file(0, len(body.text.rstrip()))
            return [MessageBlock("user", spot, self.tokens(self.view.variant.static))]
        runs = [run for run in self.runs(lambda leaf, _: leaf.role) if run[0] is not None]
        found = []
        # A block on a path not taken has no text in the variant; roles keep the two in step.
        for block in blocks:
            run = next((run for run in runs if run[0] == block.role), None)
            if run is None:
                continue
            runs.remove(run)
            ends = [span.end for span in _spans(block) if span.end > block.span.end]
            spot = self._in_file(block.span.start, max(ends, default=block.span.end))
            found.append(
                MessageBlock(block.role or "user", spot, self.tokens(self._fixed(*run[1:])))
            )
        return found

    def _fixed(self, start: int, end: int) -> str:
        variant = self.view.variant
        pairs = zip(variant.leaves, variant.starts, strict=True)
        return "".join(
            leaf.text for leaf, at in pairs if start <= at < end and leaf.expression is None
        )

    def _in_file(self, start: int, end: int) -> Spot:
        return self.at(self.view.prompt.template.body, Span(start, end))

    def pieces(self) -> list[Piece]:
        """Return the prompt in stretches of one kind, role and file."""
        return pieces(self)

    def at(self, body: Body, span: Span) -> Spot:
        """Return the place of a range of a body."""
        source, stored = body.source, body.span(*span)
        return Spot(source.path, *source.position(stored.start), *source.position(stored.end))

    def runs(self, key: Callable[[Leaf, int], Any]) -> list[tuple[Any, int, int]]:
        """Return stretches of leaves with one key and their range in the text."""
        variant = self.view.variant
        runs: list[tuple[Any, int, int]] = []
        for leaf, start in zip(variant.leaves, variant.starts, strict=True):
            mine, end = key(leaf, start), start + len(leaf.text)
            same_file = runs and variant.leaf_at(runs[-1][1]).body is leaf.body
            if (
                runs
                and runs[-1][0] == mine
                and (same_file or mine is None or isinstance(mine, str))
            ):
                runs[-1] = (mine, runs[-1][1], end)
            else:
                runs.append((mine, start, end))
        return runs

    def inputs(self) -> list[tuple[Input, tuple[Spot, ...]]]:
        """Return the declared inputs and the places that use them."""
        prompt = self.view.prompt
        found = []
        for name, entry in (prompt.metadata.inputs or {}).items():
            spots_of = []
            for use in prompt.uses:
                if use.name == name:
                    template, span = prompt.use_span(use)
                    source = template.body.source
                    place = (*source.position(span.start), *source.position(span.end))
                    spots_of.append(Spot(source.path, *place))
            found.append((entry, tuple(dict.fromkeys(spots_of))))
        return found

    def _changing(self) -> list[tuple[Leaf, int]]:
        """Return the values that change from call to call; one that is not declared does."""
        declared = self.view.prompt.metadata.inputs or {}
        found = []
        variant = self.view.variant
        for leaf, start in zip(variant.leaves, variant.starts, strict=True):
            entry = declared.get(_root(leaf) or "")
            steady = entry is not None and entry.stability in _STEADY
            if leaf.expression is not None and not steady:
                found.append((leaf, start))
        return found

    def _early(self, leaf: Leaf, start: int) -> Early:
        spot = self.spot(self.view.variant, start, start + 1)
        return Early(leaf.expression or "", _root(leaf), spot)

    def early(self) -> tuple[list[Early], int]:
        """Return the changing values ahead of much fixed text, and the tokens before them."""
        variant = self.view.variant
        changing = self._changing()
        if not changing:
            return [], self.tokens(variant.static)
        fixed = [len(leaf.text) if leaf.expression is None else 0 for leaf in variant.leaves]
        ahead = dict(zip(variant.starts, accumulate(fixed), strict=True))
        whole = sum(fixed) or 1
        early = [(leaf, at) for leaf, at in changing if whole - ahead[at] >= EARLY * whole]
        found = [self._early(leaf, at) for leaf, at in early]
        return found, self.tokens(variant.text[: changing[0][1]])

    def first_break(self) -> Early | None:
        """Return the first value that changes from call to call."""
        changing = self._changing()
        return self._early(*changing[0]) if changing else None
