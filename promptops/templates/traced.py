"""Text of a render that knows where each stretch of it was written.

A traced text is a string like any other: it has the same length, compares the same, and a filter
makes a plain string of it. So a render that is traced says what it would say untraced; where text
passes a filter, the tag that prints the outcome is all that is known of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, Self

from promptops.templates.markers import Marker, Splice

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MAX_LINKS: Final = 250_000  # of the chains of one render; beyond it, the last tag is noted alone


class Run(NamedTuple):
    """A number of characters and the tags that they came through, the innermost first."""

    length: int
    chain: tuple[int, ...]


class Traced(str):
    """A text in runs; their lengths add up to its own."""

    __slots__ = ("runs",)
    runs: tuple[Run, ...]

    def __new__(cls, text: str, runs: tuple[Run, ...]) -> Self:
        """Return a text that was written in some runs."""
        made = super().__new__(cls, text)
        made.runs = runs
        return made

    # Jinja writes `str(value)` around every expression; str() hands on what __str__ returns.
    def __str__(self) -> str:
        return self


class TracedSplice(Splice):
    """Messages that the caller hands over, and the tag that prints them."""

    __slots__ = ("origin",)
    origin: int


class Tracer:
    """Makes the traced texts of one render."""

    def __init__(self) -> None:
        self.left = MAX_LINKS

    def trace(self, origin: int, chunk: object) -> object:
        """Return what a tag prints, with that tag as the last of its chains."""
        if isinstance(chunk, Marker):
            return _spliced(chunk, origin) if isinstance(chunk, Splice) else chunk
        if not isinstance(chunk, str):
            return chunk
        if type(chunk) is Traced and self._afford(chunk.runs):
            runs = tuple(Run(run.length, (*run.chain, origin)) for run in chunk.runs)
            return Traced(chunk, runs)
        return Traced(chunk, (Run(len(chunk), (origin,)),))

    def joined(self, text: str, chunks: Iterable[str]) -> str:
        """Return a text as it was put together from chunks."""
        runs = [
            run
            for chunk in chunks
            for run in (chunk.runs if type(chunk) is Traced else (Run(len(chunk), ()),))
            if run.length
        ]
        return Traced(text, tuple(runs)) if self._afford(runs) else text

    def _afford(self, runs: Sequence[Run]) -> bool:
        self.left -= sum(len(run.chain) + 1 for run in runs)
        return self.left >= 0


def _spliced(marker: Splice, origin: int) -> TracedSplice:
    made = TracedSplice(marker.payload)
    made.origin = origin
    return made
