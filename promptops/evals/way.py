"""How a run is gone about: who makes its calls, who is told of it, and which one goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.evals.runner import Runner
from promptops.model.values import dataclass
from promptops.providers.opening import open_providers

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

    from promptops.evals.batch import Manner
    from promptops.evals.calling import Calls
    from promptops.evals.prepared import Prepared
    from promptops.evals.runner import Answering, Driver
    from promptops.evals.session import Session
    from promptops.ledger.rows import Run
    from promptops.providers.settings import Settings


@dataclass(frozen=True)
class Way:
    """How calls are made: ``drive`` makes them of calls and of how many are begun at once.

    ``begun`` is told of what drives a run, so that it can be stopped; ``prepared`` of what was made
    ready, before anything is done, and what it raises ends the run; ``asking`` of the session.
    ``run`` is one to go on with; with ``goes_on`` it is the newest of the same plan that has not
    ended, if there is one. ``said`` is told in a sentence where a run goes on. With ``batches``
    calls go in those of their vendors. ``answering`` opens what answers requests: this process, or
    other machines.
    """

    drive: Callable[[Calls, int], Driver] = Runner
    begun: Callable[[Driver], None] = lambda _: None
    prepared: Callable[[Prepared], None] = lambda _: None
    asking: Callable[[Session], None] = lambda _: None
    run: Run | None = None
    goes_on: bool = False
    said: Callable[[str], None] = lambda _: None
    batches: Manner | None = None
    answering: Callable[[Settings], AbstractAsyncContextManager[Answering]] = open_providers
