"""What a server is told, and what it knows of its requests."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.vendor_server import answers
from tests.vendor_server.answers import Answering, Said
from tests.vendor_server.cache import Clock, PromptCache
from tests.vendor_server.faults import Fault, Faults


@dataclass
class Heard:
    """A request, and what became of it."""

    path: str
    headers: Mapping[str, str]  # names in small letters
    body: Any
    key: str
    attempt: int  # from 1, of requests of the same key
    fault: Fault | None = None
    said: Said | None = None  # billed, unless None


@dataclass
class World:
    """The server's settings and books; tests change and read them while it serves."""

    answer: Answering = answers.default
    latency: float = 0.0  # seconds to the first byte
    gap: float = 0.0  # seconds between the events of a stream
    batch_seconds: float = 60.0
    headers: dict[str, str] = field(default_factory=dict)
    faults: Faults = field(default_factory=Faults)
    clock: Clock = field(default_factory=Clock)
    cache: PromptCache = field(default_factory=PromptCache)
    heard: list[Heard] = field(default_factory=list)
    fate: Callable[[str], Any] = lambda _: "succeeded"  # of a batch's custom_id
    batched: list[Said] = field(default_factory=list)  # what batches answered, billed
    batches: list[list[str]] = field(default_factory=list)  # the custom_ids of each that was made
    queue: int | None = None  # requests of OpenAI's batches that may be at work at one time
    moment: Callable[[str], None] = lambda _: None  # told of each step of a batch, as it happens
    attempts: Counter[str] = field(default_factory=Counter)
    at_once: int = 0
    most_at_once: int = 0

    def hear(self, path: str, headers: Mapping[str, str], body: Any) -> Heard:
        """Write a request down."""
        key = key_of(path, body)
        self.attempts[key] += 1
        small = {name.lower(): value for name, value in headers.items()}
        heard = Heard(path, small, body, key, self.attempts[key])
        self.heard.append(heard)
        return heard

    def stats(self) -> dict[str, Any]:
        """Return figures of all requests so far."""
        billed = [one.said for one in self.heard if one.said is not None]
        return {
            "requests": len(self.heard),
            "distinct": len(self.attempts),
            "repeated": sum(n - 1 for n in self.attempts.values()),
            "faults": Counter(one.fault.kind for one in self.heard if one.fault),
            "billed": len(billed),
            "input": sum(one.plain for one in billed),
            "read": sum(one.read for one in billed),
            "write": sum(sum(one.write.values()) for one in billed),
            "output": sum(one.output for one in billed),
            "batched": len(self.batched),
            "most_at_once": self.most_at_once,
        }


def key_of(path: str, body: Any) -> str:
    """Return the hash of a request, whatever the order of its fields."""
    said = json.dumps([path, body], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()
