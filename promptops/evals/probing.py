"""Four to six calls that settle whether a vendor caches a prefix as the rules say."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING, Final

from promptops.evals.attempts import Ask
from promptops.evals.probing_claims import SLACK
from promptops.evals.probing_texts import text_of, words_for
from promptops.evals.probing_values import Call
from promptops.evals.variants import at_most
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from decimal import Decimal
    from typing import Literal

    from promptops.evals.calling import Calls, Outcome
    from promptops.evals.probing_values import Moment, Part, Task, Text
    from promptops.model.evaluation import Completion, Request
    from promptops.model.money import Price

    Side = Literal["short", "long"]

FIRST, SHORT, LONG = 0.9, 0.95, 1.05  # shares of the minimum that texts are to come to
NEAR: Final = (0.8, 1.3)  # shares of it that still show what is just below or above
MOST: Final = 6  # calls


class Ended(Exception):
    """A call gave no answer, or one that tells no tokens: nothing more can be settled."""


@dataclass
class Times:
    """A time of day, a clock that never goes back, and what waits; all in seconds."""

    wall: Callable[[], float]
    clock: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]


@dataclass
class Probe:
    """Makes the calls of a task, one after the other; ``made`` are those so far.

    The first is as long as a count of words makes it. Its usage says how many tokens a word really
    has, so that the others come to what they are meant to.
    """

    task: Task
    calls: Calls
    times: Times
    price_sha256: str
    made: list[Call] = field(default_factory=list)
    _per_word: float = 1.0

    async def run(self) -> None:
        """Make the calls, as far as they are answered."""
        self._begun = self.times.clock()
        try:
            await self._both_sides()
            if self._kept("long") and self.task.waits is not None:
                await self._outlive(*self.task.waits)
            elif self._kept("short"):
                await self._search_down()
            elif not self._kept("long") and self.task.rules.markable:
                await self._search_up()
        except Ended:
            return

    async def _both_sides(self) -> None:
        """Send a text below the minimum twice, and one above it."""
        words = words_for(self.task.model, FIRST * self.task.minimum)
        text = self._text(words)
        first = await self._send(text, "size", "first")
        self._per_word = first.tokens / words
        side = self._side(first)
        if side is not None:
            self.made[-1] = replace(first, part=side)
            await self._send(text, side, "again")
        sides: tuple[Side, Side] = ("short", "long")
        for one in sides:
            if one == side:
                continue
            text = self._sized(one, self.task.minimum)
            await self._send(text, one, "first")
            if one == "long" or not self._spent(side):
                await self._send(text, one, "again")

    def _spent(self, side: Side | None) -> bool:
        """Whether a call that only told sizes takes the place of the second short one."""
        return side is None and (self.task.lifetime or self._kept("short"))

    def _side(self, call: Call) -> Side | None:
        """Return on which side of the minimum a text is for certain; None too if it is far off."""
        tokens, least = call.tokens, self.task.minimum
        if not self.task.rules.markable:  # its second calls alone tell anything: none is spent
            return "short" if tokens < least else "long"
        if not NEAR[0] * least <= tokens <= NEAR[1] * least + SLACK:
            return None
        # Above a mark stands all but the question.
        return "short" if tokens < least else "long" if tokens - SLACK >= least else None

    async def _outlive(self, before: float, after: float) -> None:
        """Read the long text shortly before its end and shortly after; reading restarts it."""
        last = [one for one in self.made if one.part == "long"][-1]
        moments: tuple[tuple[float, Moment], ...]
        moments = ((before, "before_end"), (after, "after_end"))
        for seconds, moment in moments:
            due = self._begun + last.started + seconds
            await self.times.sleep(max(due - self.times.clock(), 0.0))
            last = await self._send(last.text, "long", moment)

    async def _search_up(self) -> None:
        """Send texts above twice the minimum and above four times, until one is cached."""
        for power in range(1, MOST - len(self.made) + 1):
            call = await self._send(self._sized("long", self.task.minimum << power), "search")
            if call.cached:
                return

    async def _search_down(self) -> None:
        """Send a text above half the minimum, and one below where that is cached."""
        half = self.task.minimum // 2
        above = self._sized("long", half)
        first = await self._send(above, "search")
        if not self.task.rules.markable:
            await self._send(above, "search", "again")
        elif first.cached and len(self.made) < MOST:
            await self._send(self._sized("short", half), "search")

    def _kept(self, part: Part) -> bool:
        return any(one.cached for one in self.made if one.part == part)

    def _sized(self, side: Side, tokens: int) -> Text:
        """Return a text a little below so many tokens or, its question apart, above."""
        wanted = SHORT * tokens if side == "short" else LONG * tokens + SLACK
        return self._text(max(1, round(wanted / self._per_word)))

    def _text(self, words: int) -> Text:
        # No text begins as another: one that was cached would else be read as a part of it.
        number = len({one.text.id for one in self.made})
        nonce = f"{chr(ord('a') + number)}{self.task.nonce}"
        return text_of(self.task.model, self.task.rules, nonce, words)

    async def _send(self, text: Text, part: Part, moment: Moment = "first") -> Call:
        """Make a call.

        Raises:
            Ended: It was not answered, or nobody says with how many tokens.
        """
        started = self.times.clock() - self._begun
        outcome = await self.calls.ask(_ask(text.request, self.task.price, self.price_sha256))
        answer = outcome.completion
        usage = None if answer is None else answer.usage
        told = _why(outcome, self.calls) if answer is None else "it tells no usage"
        made = Call(
            part, moment, text, started, usage, len(outcome.attempts),
            "" if usage is not None else told,
        )  # fmt: skip
        self.made.append(made)
        if usage is None or not usage.prompt_tokens:
            raise Ended
        return made


def _why(outcome: Outcome, calls: Calls) -> str:
    dead = next(iter(calls.dead.values()), "no answer")
    return str(outcome.error) if outcome.error is not None else calls.reason or dead


def _ask(request: Request, price: Price, sha256: str) -> Ask:
    def paid(completion: Completion) -> Decimal | None:
        return None if completion.usage is None else price.cost(completion.usage)

    return Ask(request, at_most(request, price), paid, price_sha256=sha256)
