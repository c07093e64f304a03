"""Requests with marks, what a vendor refuses in them, and how the rest is billed."""

from __future__ import annotations

from dataclasses import field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from promptops.errors import UsageError
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.caching.terms import Terms

Mode = Literal["marks", "explicit", "implicit"]


class MarksRefused(UsageError):
    """A request whose marks the vendor answers with HTTP 400; ``code`` says why."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Block:
    """A stretch of a request; blocks of one id have the same content.

    ``markable`` is False for what no mark can stand on: thinking, empty text, a citation.
    """

    tokens: int
    id: str
    markable: bool = True


@dataclass(frozen=True, slots=True)
class Request:
    """A call at a time in seconds: its blocks as they are rendered, and the marks on them.

    ``marks`` give a block's lifetime by its index. ``automatic`` is the lifetime of the vendor's
    own mark on the last markable block. With OpenAI's ``mode`` the marks are candidates: see
    ``modes``; ``endings`` are then the last blocks of the messages that may carry the managed mark,
    the first of them that of the initial developer messages.
    """

    t: float
    blocks: tuple[Block, ...]
    marks: Mapping[int, str] = field(default_factory=dict)
    automatic: str | None = None
    mode: Mode = "marks"
    endings: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Billed:
    """Input tokens of one request, or of many: read, written by lifetime, and plain."""

    read: int = 0
    write: Mapping[str, int] = field(default_factory=dict)
    plain: int = 0

    @property
    def tokens(self) -> int:
        """All tokens of the prompt."""
        return self.read + self.plain + sum(self.write.values())

    def cost(self, terms: Terms) -> float:
        """Return the cost in token-equivalents."""
        written = sum(tokens * terms.write[ttl] for ttl, tokens in self.write.items())
        return self.read * terms.read + written + self.plain


def total(billed: list[Billed]) -> Billed:
    """Return the sum of what many requests are billed."""
    read = sum(one.read for one in billed)
    ttls = sorted({ttl for one in billed for ttl in one.write})
    write = {ttl: sum(one.write.get(ttl, 0) for one in billed) for ttl in ttls}
    return Billed(read, write, sum(one.plain for one in billed))


def placed_marks(request: Request, terms: Terms) -> dict[int, str]:
    """Return a request's marks with the automatic one, in order.

    Raises:
        MarksRefused: The vendor would refuse them.
    """
    marks = dict(sorted(request.marks.items()))
    _check_places(request, marks, terms)
    if request.automatic is not None:
        _add_automatic(request, marks, request.automatic)
    if terms.surplus_refused and len(marks) > terms.slots:
        told = f"{len(marks)} marks where at most {terms.slots} are allowed"
        raise MarksRefused("max_breakpoints", told)
    for (_, before), (at, ttl) in pairwise(marks.items()):
        if terms.longer_first and terms.seconds[before] < terms.seconds[ttl]:
            told = f"the mark on block {at} lives {ttl}, longer than the {before} of one before it"
            raise MarksRefused("longer_ttl_first", told)
    return marks


def _check_places(request: Request, marks: Mapping[int, str], terms: Terms) -> None:
    for at, ttl in marks.items():
        if ttl not in terms.write:
            known = ", ".join(terms.write)
            raise MarksRefused("unknown_ttl", f"no lifetime {ttl!r}; there are {known}")
        if not 0 <= at < len(request.blocks):
            raise MarksRefused("no_such_block", f"there is no block {at} to mark")
        if not request.blocks[at].markable:
            raise MarksRefused("unmarkable", f"block {at} cannot be marked")


def _add_automatic(request: Request, marks: dict[int, str], ttl: str) -> None:
    found = [at for at, block in enumerate(request.blocks) if block.markable]
    if not found:
        return
    last = found[-1]
    if marks.setdefault(last, ttl) != ttl:
        told = f"the automatic mark lives {ttl}, the one on the last block {marks[last]}"
        raise MarksRefused("automatic_ttl_conflict", told)
