"""What providers are told before a run."""

from __future__ import annotations

import os
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from promptops.config import Server
    from promptops.model.evaluation import Case, Completion, Request


class Provider(Protocol):
    """Answers requests."""

    async def complete(self, request: Request) -> Completion:
        """Return what came back.

        Raises:
            ProviderError: There is no answer.
        """


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds, on a clock that never jumps; a model that is asked to reason may begin later."""

    connect: float = 10.0
    first_byte: float = 60.0
    first_byte_reasoning: float = 300.0
    total: float = 120.0

    def of(self, *, reasoning: bool) -> tuple[float, float]:
        """Return how long the first byte and the whole answer may take."""
        if not reasoning:
            return self.first_byte, self.total
        later = max(0.0, self.first_byte_reasoning - self.first_byte)
        return self.first_byte_reasoning, self.total + later


@dataclass(frozen=True, slots=True)
class Learning:
    """What a baseline may learn from.

    ``train`` are cases of their own; without them it learns from ``cases``, those of the asked
    case's cluster left out. ``examples`` names the input that holds a prompt's own examples, and
    ``answer`` the field of one that is its answer.
    """

    train: Sequence[Case] = ()
    cases: Sequence[Case] = ()
    examples: str | None = None
    answer: str = "expected"


@dataclass(frozen=True, slots=True)
class Settings:
    """What the providers of a run are told; ``root`` is where paths of files begin.

    ``functions`` answer as plugins do, by the word before a model's colon.
    """

    timeouts: Timeouts = field(default_factory=Timeouts)
    servers: Mapping[str, Server] = field(default_factory=dict)
    learning: Learning = field(default_factory=Learning)
    cassette: Path | None = None
    root: Path = field(default_factory=Path)
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ, repr=False)
