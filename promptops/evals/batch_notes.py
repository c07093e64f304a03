"""What is said of a run's batches: how far they are, and what became of the caches."""

from __future__ import annotations

from dataclasses import field
from typing import TYPE_CHECKING

from promptops.model.evaluation import Completion
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterator

    from promptops.evals.batch_parcel import Entry, Parcel
    from promptops.model.evaluation import ProviderError
    from promptops.providers.batch import Seen


@dataclass
class Notes:
    """Counts of what happened; ``shows`` is told of progress, in a line."""

    shows: Callable[[str], None]
    answered: int = 0
    untried: int = 0
    failed: int = 0
    live: set[str] = field(default_factory=set)
    unpriced: set[str] = field(default_factory=set)
    away: dict[str, int] = field(default_factory=dict)  # requests by batch that is not done
    _last: dict[str, int] = field(default_factory=dict)
    _first: dict[Hashable, int] = field(default_factory=dict)  # what a prefix's first call wrote
    _prefixes: int = 0
    _read: int = 0

    def submitted(self, parcel: Parcel) -> None:
        """A batch is with its vendor."""
        self.away[parcel.batch.batch_id] = len(parcel.entries)

    def progress(self, parcel: Parcel, seen: Seen) -> None:
        """A batch has come further, or has not."""
        if self._last.get(seen.id) != seen.done:
            self._last[seen.id] = seen.done
            total = seen.requests or len(parcel.entries)
            self.shows(f"{parcel.service.who}: {seen.done} of {total} requests of {seen.id} done")

    def came(self, entry: Entry, came: Completion | ProviderError) -> None:
        """A request has ended."""
        if not isinstance(came, Completion):
            tried = came.cause not in {"expired", "cancelled"}
            self.failed += tried
            self.untried += not tried
            return
        self.answered += 1
        prefix, usage = entry.ask.prefix, came.usage
        if prefix is None or usage is None:
            return
        written = sum(usage.cache_write_tokens.values())
        self._first.setdefault((entry.intent.batch_id, prefix), written)
        self._prefixes += usage.cache_read_tokens + written
        self._read += usage.cache_read_tokens

    def all(self) -> Iterator[str]:
        """Yield what a report should say."""
        if self.answered:
            yield f"{self.answered} answers came in batches and are paid at batch rates"
        if self.untried or self.failed:
            yield (
                f"{self.untried + self.failed} requests of batches were not answered there: "
                f"{self.untried} expired, were cancelled or refused, {self.failed} failed"
            )
        readable = self._prefixes - sum(self._first.values())
        if readable:
            yield (
                f"caches in batches: {self._read:,} of {readable:,} tokens that could be read were "
                "read; vendors promise none there"
            )
        if self.live:
            names = ", ".join(sorted(self.live))
            yield f"asked live, at live rates, as no batch takes them: {names}"
        for model in sorted(self.unpriced):
            yield f"no batch price of {model} is known: its calls may have cost the live one"
