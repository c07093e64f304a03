"""A prompt cut where its vendor's cache could begin to differ: tokens, changes and marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.caching.hits import Prefix

USUAL: Final = "usual"  # a mark's lifetime where it names none


class Stretch(NamedTuple):
    """Text that changes as a whole or not at all, and the mark at its end.

    ``end`` is the encoded tokens of the prompt up to its end, ``changes`` what makes that whole
    prefix another one, ``line`` where it begins in the prompt's file, where that is a line's start.
    """

    end: int
    changes: Prefix
    line: int | None
    restless: tuple[str, ...] = ()  # the names in it that do not stay the same
    ttl: str | None = None  # of its mark, or ``usual``; None: no mark stands there
    mark_line: int | None = None  # that holds its mark and nothing else


@dataclass(frozen=True, slots=True)
class Stretches:
    """A prompt's stretches in order, and what its front matter asks of the cache."""

    parts: tuple[Stretch, ...]
    declared: Mapping[str, str]
    attached: int = 0  # encoded tokens of tools and schema, in front of all
    assumed: tuple[str, ...] = ()

    @property
    def broken(self) -> Stretch | None:
        """The first stretch that is another one on every call."""
        return next((one for one in self.parts if one.changes.per_call), None)

    @property
    def stable(self) -> int:
        """The encoded tokens in front of it."""
        ends = [one.end for one in self.parts if not one.changes.per_call]
        return ends[-1] if ends else (self.attached if self.parts else 0)

    @property
    def steady(self) -> int:
        """The encoded tokens of all stretches that stay the same, wherever they stand."""
        before, total = self.attached, self.attached
        for one in self.parts:
            total += 0 if one.restless else one.end - before
            before = one.end
        return total
