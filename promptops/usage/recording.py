"""Files of recorded calls as one recording: a call that stands in two of them counts once."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from promptops.caching.trace_reading import read_trace
from promptops.usage.ledger_calls import LedgerCalls, is_ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

    from promptops.caching.trace_reading import Trace
    from promptops.caching.traces import Recorded

    Source = Trace | LedgerCalls

_REMEMBERED: Final = 4096  # texts; most calls of a prompt begin alike


@dataclass(slots=True)
class Recording:
    """The calls of some files; after iterating, ``repeated`` were in an earlier one, too."""

    traces: tuple[Source, ...]
    repeated: int = 0
    left_out: dict[str, int] = field(default_factory=dict)  # rows that are no calls, by reason

    @property
    def origin(self) -> str:
        """What the usage file calls them: "ledger" where all are of one, else "trace"."""
        return "ledger" if all(isinstance(one, LedgerCalls) for one in self.traces) else "trace"

    def __iter__(self) -> Iterator[Recorded]:
        """Yield the calls, file by file.

        Raises:
            TraceError: A file cannot be read, or a line of our own kind is wrong.
        """
        self.repeated, self.left_out = 0, {}
        seen: set[int] = set()
        for trace in self.traces:
            for call in trace:
                if call.id is not None:
                    known = len(seen)
                    seen.add(hash(call.id))
                    if len(seen) == known:
                        self.repeated += 1
                        continue
                yield call
            self.repeated += trace.repeated
            for reason, rows in trace.unread.items():
                self.left_out[reason] = self.left_out.get(reason, 0) + rows.count


def recording(paths: Iterable[Path]) -> Recording:
    """Return the calls of ledgers and traces; the kind of each is told by its first value.

    Raises:
        TraceError: A file cannot be read, or is of no known kind.
    """
    count = _o200k()
    return Recording(
        tuple(
            LedgerCalls(path) if is_ledger(path) else read_trace(path, count=count, encodes=True)
            for path in paths
        )
    )


def _o200k() -> Callable[[str], int]:
    """Return what counts a text in o200k_base and notes nothing of it on the disk."""
    from promptops.tokens.counter import TokenCounter

    counter = TokenCounter(None)

    @lru_cache(maxsize=_REMEMBERED)
    def count(text: str) -> int:
        return counter.encoded([text], "o200k_base")[0]

    return count
