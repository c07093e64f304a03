"""Batches: lists of requests that are answered together, later, and in another order.

A batch ends ``world.batch_seconds`` after it was made, on ``world.clock``. ``world.fate`` says of a
``custom_id`` what becomes of it: ``succeeded`` (the default), ``errored`` (the request's fault),
``failed`` (the vendor's) or ``expired``; only what succeeds is billed. One that is cancelled before
its end has the answers of no request. A fault of the kind ``drop_after`` in the queue breaks the
connection when the batch has been made, so that its id is never told; one of the kind ``status``
answers the next request about batches, and ``cut`` breaks results off. Accounts are keys: one does
not see the batches of another.

``world.moment`` is called with "openai.upload", ".uploaded", ".create", ".created", ".look" and
".results" before the reply goes out, so that a test can end a process at that moment.
``world.batches`` are the custom_ids of every batch that was made.
"""

from __future__ import annotations

import hashlib
import re
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.vendor_server.answers import Said, cut
from tests.vendor_server.protocols import protocol_of
from tests.vendor_server.world import World

Fate = Literal["succeeded", "errored", "failed", "expired", "canceled"]
_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}\Z")


@dataclass
class Item:
    """A request of a batch, and its answer once there is one."""

    custom_id: str
    body: dict[str, Any]
    fate: Fate | None = None
    reply: dict[str, Any] | None = None


@dataclass
class Batch:
    """A batch of an account."""

    id: str
    account: str
    path: str
    items: list[Item]
    made: float  # on the world's clock
    file: str = ""
    metadata: dict[str, str] = field(default_factory=dict)
    cancelled: bool = False
    ended: bool = False
    refused: str = ""  # a code: the file could not be worked on
    at: float = 0.0  # the time of day


class RefusedBatch(Exception):
    """A list that the vendor answers with 400."""


@dataclass
class Batches:
    """The batches and files of all accounts."""

    world: World
    all: list[Batch] = field(default_factory=list)
    files: dict[tuple[str, str], bytes] = field(default_factory=dict)

    def make(
        self, account: str, path: str, given: list[tuple[Any, Any]], most: int, **more: Any
    ) -> Batch:
        """Return a new batch of (custom_id, body).

        Raises:
            RefusedBatch: An id is none, or not the only one of its name, or there are too many.
        """
        ids = [one for one, _ in given]
        if len(ids) > most:
            raise RefusedBatch(f"a batch holds at most {most} requests")
        if not ids or len(set(ids)) < len(ids) or not all(_ID.match(str(one)) for one in ids):
            raise RefusedBatch("custom_id must be unique, of 1 to 64 letters, digits, - and _")
        items = [Item(name, body) for name, body in given]
        now = self.world.clock.now()
        found = Batch(f"batch_{len(self.all)}", account, path, items, now, **more)
        found.at = time.time()
        self.all.append(found)
        self.world.batches.append(ids)
        return found

    def of(self, account: str) -> list[Batch]:
        """Return an account's batches, the newest first."""
        return [self.brought_up(one) for one in reversed(self.all) if one.account == account]

    def find(self, account: str, name: str) -> Batch | None:
        """Return a batch of an account."""
        return next((one for one in self.of(account) if one.id == name), None)

    def cancel(self, batch: Batch) -> None:
        """Cancel what has not ended."""
        if not batch.ended:
            batch.cancelled = True
            self.brought_up(batch)

    def brought_up(self, batch: Batch) -> Batch:
        """Return a batch as it is by now."""
        over = self.world.clock.now() >= batch.made + self.world.batch_seconds
        if batch.ended or not (over or batch.cancelled or batch.refused):
            return batch
        batch.ended = True
        for item in () if batch.refused else batch.items:
            item.fate = "canceled" if batch.cancelled else self.world.fate(item.custom_id)
            if item.fate == "succeeded":
                self._answer(batch, item)
        return batch

    def _answer(self, batch: Batch, item: Item) -> None:
        protocol, world = protocol_of(batch.path), self.world
        assert protocol is not None
        now = world.clock.now()
        asked = protocol.asked(item.body, batch.path)
        found = protocol.found(item.body, batch.path, batch.account, world.cache, now)
        world.cache.begun(found)
        answer, shorter = cut(asked, world.answer(asked))
        said = Said(answer, found.read, found.write, found.plain, shorter, "batch")
        world.batched.append(said)
        item.reply = protocol.reply(asked, said)


def mixed(items: list[Item]) -> list[Item]:
    """Return items in the order of results, which is that of nothing else."""
    return sorted(items, key=lambda one: hashlib.sha256(one.custom_id.encode()).hexdigest())
