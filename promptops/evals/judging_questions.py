"""Questions to judges: each is asked once, whoever's answers raise it, in this run or before."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.errors import ConfigError, PluginError
from promptops.evals.ages import fixed
from promptops.evals.judging_vectors import whole
from promptops.ledger.reading import Reusable
from promptops.ledger.rows import Reuse
from promptops.model.evaluation import Completion, ProviderError
from promptops.model.values import dataclass
from promptops.scorers.calls import NotAsked

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.evals.calling import Calls
    from promptops.evals.judges import Grader, Graders
    from promptops.ledger.ledger import Ledger
    from promptops.model.evaluation import Request

KEPT: Final = 1_024  # answers of judges in memory; older ones are in the ledger
STOPPED: Final = "the run was stopped before it was judged"
UNASKED: Final = "it was not judged"


class Said(NamedTuple):
    """What a judge answered, or how it failed, after which attempts."""

    ended: Completion | ProviderError
    attempts: tuple[str, ...]


@dataclass
class Questions:
    """Asks the graders' models; ``add`` writes rows, ``metrics`` are what is to be decided.

    ``max_age`` is how old a stored answer may be, None for ever; with ``fresh`` none of an earlier
    run is used.
    Without ``calls`` nobody is asked: what the ledger has is all there is.
    """

    graders: Graders
    calls: Calls | None
    ledger: Ledger
    add: Callable[..., None]
    metrics: frozenset[str]
    max_age: float | None = None
    fresh: bool = False

    def __post_init__(self) -> None:
        self._asked: OrderedDict[str, asyncio.Future[Said]] = OrderedDict()

    async def said(self, grader: Grader, sent: Request) -> Said:
        """Return what a model says; who asks the same meanwhile waits for it.

        Raises:
            NotAsked: The run is stopped, or the judges' budget is spent.
        """
        key = sent.answer_key
        known = self._asked.get(key)
        if known is not None:
            self._asked.move_to_end(key)
            return await asyncio.shield(known)
        waiting = self._asked[key] = asyncio.get_running_loop().create_future()
        try:
            said = self._stored(grader, key) or await self._called(grader, sent)
        except BaseException:
            del self._asked[key]
            waiting.set_exception(NotAsked(STOPPED))
            waiting.exception()  # it may be that nobody waits
            raise
        waiting.set_result(said)
        while len(self._asked) > KEPT and next(iter(self._asked.values())).done():
            self._asked.popitem(last=False)
        return said

    def _stored(self, grader: Grader, key: str) -> Said | None:
        found = self.ledger.reusable([key], self.max_age, fixed).get(key)
        if not isinstance(found, Reusable):
            return None
        result, answer, intent = found.result, found.answer, found.intent
        told = Completion(answer.text, result.usage, result.finish_reason or "other")
        if grader.judge is None and not whole(told):
            return None
        if self.calls is not None and intent.run_id != self.calls.run_id:
            if self.fresh:
                return None
            self.add(Reuse(self.calls.run_id, key, intent.attempt_id, intent.run_id))
        return Said(told, (intent.attempt_id,))

    async def _called(self, grader: Grader, sent: Request) -> Said:
        calls = self.calls
        if calls is None:
            raise NotAsked(UNASKED)
        try:
            outcome = await calls.ask(self.graders.call(grader, sent), "judge")
        except (ConfigError, PluginError) as error:
            return Said(ProviderError("malformed", str(error)), ())
        if outcome.completion is not None:
            return Said(outcome.completion, outcome.attempts)
        if calls.reason:
            raise NotAsked(STOPPED)
        if sent.model not in calls.dead and outcome.error is None:
            told = calls.judges.told if calls.judges else STOPPED
            self._missed(calls, grader, told)
            raise NotAsked(told)
        if all(model in calls.dead for model in grader.models):
            self._missed(calls, grader, f"{grader.name} cannot judge: {calls.dead[sent.model]}")
        why = outcome.error or ProviderError("denied", calls.dead[sent.model])
        return Said(why, outcome.attempts)

    def _missed(self, calls: Calls, grader: Grader, told: str) -> None:
        """Stop the run where its answers would be paid for in vain."""
        if grader.decides(self.metrics):
            calls.stop(told)
