"""A vendor's cache simulated request by request, as its documentation describes it.

A request is refused or billed by what was written before it: see ``Cache.send``. The clock of an
entry starts with the request that last wrote or read it; an entry as old as its lifetime is dead
(what happens exactly then is not documented).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from promptops.caching import modes
from promptops.caching.requests import Billed, placed_marks
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from promptops.caching.requests import Block, Request
    from promptops.caching.terms import Terms

Key = tuple[int, str]  # the number of the prefix before, and the id of the block that ends this one


@dataclass(slots=True)
class _Entry:
    """What was written at a mark."""

    lifetime: float
    last: float  # start of the request that last wrote or read it
    visible: float

    def alive(self, t: float) -> bool:
        return t - self.last < self.lifetime

    def readable(self, t: float) -> bool:
        return self.visible <= t and self.alive(t)


class _Prefix(NamedTuple):
    """A request's blocks up to and with one of them."""

    number: int  # equal for equal content
    tokens: int


class Cache:
    """One isolated cache: a workspace's or an organisation's, of one model."""

    def __init__(self, terms: Terms) -> None:
        """Start empty."""
        self.terms = terms
        self._numbers: dict[Key, int] = {}
        self._entries: dict[int, _Entry] = {}

    def send(self, request: Request) -> Billed:
        """Return what a request is billed; requests come in the order of their times.

        Raises:
            MarksRefused: The vendor would refuse its marks.
        """
        marks = placed_marks(request, self.terms)
        prefixes = list(self._prefixes(request.blocks))
        if request.mode == "marks" and not self.terms.marked_only:
            writes = marks
            wanted = list(self._window(writes, prefixes))
        else:
            writes = modes.written(request, marks, self.terms)
            wanted = modes.looked_up(request, {**marks, **writes})
        hit = self._find(wanted, prefixes, request.t)
        if hit is not None:
            self._refresh(hit, prefixes, request.t)
        return self._bill(hit, writes, prefixes, request.t)

    def _prefixes(self, blocks: Iterable[Block]) -> Iterator[_Prefix]:
        number, tokens = 0, 0
        for block in blocks:
            number = self._numbers.setdefault((number, block.id), len(self._numbers) + 1)
            tokens += block.tokens
            yield _Prefix(number, tokens)

    def _window(self, marks: Iterable[int], prefixes: Sequence[_Prefix]) -> Iterator[int]:
        """Yield the positions that are looked at: back from each mark, the deepest first."""
        for mark in sorted(marks, reverse=True):
            if prefixes[mark].tokens < self.terms.minimum:
                continue
            far = -1 if self.terms.lookback is None else max(mark - self.terms.lookback, -1)
            yield from range(mark, far, -1)

    def _find(self, wanted: Iterable[int], prefixes: Sequence[_Prefix], t: float) -> int | None:
        for at in wanted:
            entry = self._entries.get(prefixes[at].number)
            if entry is not None and entry.readable(t):
                return at
        return None

    def _refresh(self, hit: int, prefixes: Sequence[_Prefix], t: float) -> None:
        first = 0 if self.terms.refresh == "ancestors" else hit
        for prefix in prefixes[first : hit + 1]:
            entry = self._entries.get(prefix.number)
            if entry is not None and entry.alive(t):
                entry.last = t

    def _bill(
        self, hit: int | None, marks: dict[int, str], prefixes: Sequence[_Prefix], t: float
    ) -> Billed:
        read = done = 0 if hit is None else prefixes[hit].tokens
        write: dict[str, int] = {}
        for at, ttl in marks.items():
            prefix = prefixes[at]
            if prefix.tokens < self.terms.minimum or (hit is not None and at <= hit):
                continue
            self._write(prefix.number, self.terms.seconds[ttl], t)
            if prefix.tokens > done:
                write[ttl] = write.get(ttl, 0) + prefix.tokens - done
                done = prefix.tokens
        whole = prefixes[-1].tokens if prefixes else 0
        return Billed(read, write, whole - done)

    def _write(self, number: int, lifetime: float, t: float) -> None:
        visible = t + self.terms.latency
        entry = self._entries.get(number)
        if entry is not None and entry.alive(t):
            # A request that came too early to read it writes it again; the first copy serves.
            visible = min(visible, entry.visible)
            lifetime = max(lifetime, entry.lifetime)
        self._entries[number] = _Entry(lifetime, t, visible)


def simulate(requests: Iterable[Request], terms: Terms) -> list[Billed]:
    """Return what each of some requests is billed by a cache that starts empty.

    Raises:
        MarksRefused: The vendor would refuse one.
    """
    cache = Cache(terms)
    return [cache.send(request) for request in requests]
