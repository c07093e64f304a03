"""The recorder's side of the ledger: calls are laid out and written, and losses are counted."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

from promptops.errors import PromptopsError
from promptops.ledger.call_store import CallStore
from promptops.ledger.tallies import UNWRITABLE
from promptops.recording.counting import Counting
from promptops.recording.losing import LOGGER, STRANGE, UNREDACTED, Losing
from promptops.recording.raw import RawCall
from promptops.recording.rows import call_of, outcome_of
from promptops.recording.texts import Texts, Unredacted
from promptops.recording.waiting import Waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from promptops.model.money import Price
    from promptops.recording.losing import Losses
    from promptops.recording.raw import Raw

BUSY: Final = 2.0  # seconds to wait for another process that writes


def kind_of(raw: Raw) -> str:
    """Return what a record is: a call or an outcome."""
    return "call" if isinstance(raw, RawCall) else "outcome"


class Kept:
    """Records that wait for the ledger; used by one thread, but for the counts."""

    def __init__(
        self,
        path: str | Path,
        price: Callable[[str, float], Price | None],
        size: int,
        texts: Texts | None = None,
    ) -> None:
        self._path, self._price, self._size = Path(path), price, size
        self._texts = texts or Texts()
        self._store: CallStore | None = None
        self._counting = Counting()
        self._why = ""  # the ledger takes nothing
        self.losing = Losing(self._path)
        self._rows = Waiting(self.losing)

    @property
    def waiting(self) -> int:
        """How many records are understood and not written."""
        return len(self._rows)

    def losses(self) -> Losses:
        """Return what is lost so far."""
        return self.losing.losses()

    def write(self, taken: Sequence[Raw], *, last: bool = False) -> None:
        """Write records with those that waited; what cannot be written waits on."""
        for raw in taken:
            self._understand(raw)
        self._count(taken)
        if self.waiting or self.losing.due(last=last):
            try:
                store = self._opened()
                self._rows.save(store)
                if self.losing.due(last=last):
                    self.losing.write(store)
            except PromptopsError as error:
                self._why = str(error)
                self.losing.complain("waits", f"calls wait to be written: {error}")
                self._rows.give_up(self._size)
        self.losing.beat()

    def _opened(self) -> CallStore:
        """Return the ledger; one that was deleted or replaced meanwhile is opened anew."""
        if self._store is not None and self._store.moved:
            self.disconnect()
        if self._store is None:
            self._store = CallStore.open(self._path, busy=BUSY)
            self.losing.write_for_others(self._store)
        return self._store

    def _understand(self, raw: Raw) -> None:
        try:
            if isinstance(raw, RawCall):
                self._rows.calls.append(call_of(raw, self._price))
                self._take_texts(raw)
            else:
                self._rows.outcomes.append(outcome_of(raw))
        except Exception as error:  # noqa: BLE001 - a strange answer costs one row
            kind = kind_of(raw)
            self.losing.lost(kind, STRANGE)
            self.losing.complain(kind, f"one {kind} could not be understood: {error}")

    def _take_texts(self, raw: RawCall) -> None:
        try:
            found = list(self._texts.of(raw))
        except Exception as error:  # noqa: BLE001 - a strange answer costs its texts
            self.losing.lost("text", STRANGE)
            self.losing.complain("text", f"texts could not be read: {type(error).__name__}")
            return
        for one in found:
            try:
                self._rows.texts.append(self._texts.kept(raw, *one))
            except Unredacted as error:
                self.losing.lost("text", UNREDACTED)
                self.losing.complain(UNREDACTED, f"a text was not kept: redacting failed: {error}")

    def _count(self, taken: Sequence[Raw] = (), *, last: bool = False) -> None:
        """Write the tokens of calls that were counted, if it is time to count some."""
        with suppress(Exception):  # others will be counted
            now = time.monotonic()
            self._counting.take(taken, now)
            if self._store is not None:
                tokens = self._counting.counted(now, all_of_them=last)
                self._store.count(tokens)

    def close(self) -> None:
        """Close the ledger; nothing is written any more."""
        self._count(last=True)
        self.disconnect()

    def disconnect(self) -> None:
        """Close the ledger until the next write."""
        if self._store is not None:
            with suppress(PromptopsError):
                self._store.close()
            self._store = None

    def last_word(self, queued: Sequence[Raw], *, finished: bool) -> None:
        """Count what waits as lost, and say what a process that ends has not written.

        ``finished`` says that nobody writes any more; else what waits may be written yet, and its
        tally says what was not.
        """
        left = 0 if finished else len(queued) + self.waiting
        if finished:
            for raw in queued:
                self.losing.lost(kind_of(raw), UNWRITABLE)
            self._rows.give_up(0)
        self.losing.end(finished=finished)
        if any(self.losses()) or left:
            dropped, refused, unwritten, texts = self.losses()
            unwritten += left
            told = f"{dropped} found the queue full, {refused} could not be understood"
            more = f"; of others {texts} texts were not kept" if texts else ""
            why = f" ({' '.join(self._why.split())})" if unwritten and self._why else ""
            logging.getLogger(LOGGER).warning(
                "calls that were not recorded: %s, %d could not be written%s%s",
                told, unwritten, why, more,
            )  # fmt: skip
