"""What a run's calls read from the cache, beside what the vendor's rules foretell for them.

The rules are played through with the run's own requests, in their order and at their times, in a
cache that starts empty. Where the two differ, the figures of a steady state rest on wrong rules.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

from promptops.caching.events import Cache
from promptops.caching.requests import Billed, Block, MarksRefused, Request, total
from promptops.errors import NotEstimable
from promptops.evals.costing_charge import scaled
from promptops.evals.costing_plans import shipped_plan
from promptops.evals.requests import asked
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promptops.caching.terms import Plan, Terms
    from promptops.evals.costing import Costing
    from promptops.evals.costing_counts import Ends
    from promptops.evals.variants import Variant
    from promptops.model.money import Usage

NEAR: Final = 128  # tokens: what vendors round to
OWN: Final = "its vendor caches by itself and promises no hit"
SHARE: Final = 0.05  # of a prompt: how far our shares of a text may be off


class Sent(NamedTuple):
    """A call that this run made and that was answered; times are seconds since 1970."""

    variant: str
    case: str
    sent_at: float
    usage: Usage
    first_byte: float | None = None  # after sending
    repeat: int = 0


class Call(NamedTuple):
    """What became of a call's input; ``predicted`` is None where nothing could be foretold."""

    variant: str
    case: str
    repeat: int
    observed: Billed
    predicted: Billed | None = None

    @property
    def agreed(self) -> bool:
        """Whether it read what was foretold, but for rounding."""
        if self.predicted is None:
            return False
        away = abs(self.observed.read - self.predicted.read)
        return away <= NEAR or away <= SHARE * self.observed.tokens


@dataclass(frozen=True, slots=True)
class Reads:
    """The input of a model's calls in this run; ``unknown`` says why nothing could be foretold."""

    model: str
    calls: tuple[Call, ...]
    unknown: str = ""

    @property
    def observed(self) -> Billed:
        """What was billed."""
        return total([one.observed for one in self.calls])

    @property
    def predicted(self) -> Billed | None:
        """What was foretold; None where nothing could be."""
        known = [one.predicted for one in self.calls if one.predicted is not None]
        return None if self.unknown else total(known)

    @property
    def agreed(self) -> int:
        """How many calls read what was foretold, but for rounding."""
        return sum(one.agreed for one in self.calls)

    @property
    def first(self) -> Call | None:
        """The first that did not."""
        return next((one for one in self.calls if not one.agreed), None)

    def of(self, variant: str) -> Reads:
        """Return those of a variant."""
        return replace(self, calls=tuple(one for one in self.calls if one.variant == variant))


def reads(costing: Costing, calls: Iterable[Sent]) -> tuple[Reads, ...]:
    """Return what was observed and what was foretold, by model."""
    models = {one.id: asked(one.model) for one in costing.variants if not one.baseline}
    by_model: dict[str, list[Sent]] = defaultdict(list)
    for call in calls:
        if call.variant in models:
            by_model[models[call.variant]].append(call)
    return tuple(
        _reads(costing, model, sorted(found, key=lambda call: call.sent_at))
        for model, found in by_model.items()
    )


def _reads(costing: Costing, model: str, calls: Sequence[Sent]) -> Reads:
    try:
        predicted: Sequence[Billed | None] = _predicted(costing, calls)
        unknown = ""
    except (MarksRefused, NotEstimable) as error:
        predicted, unknown = [None] * len(calls), str(error)
    found = [
        Call(one.variant, one.case, one.repeat, _observed(one.usage), told)
        for one, told in zip(calls, predicted, strict=True)
    ]
    return Reads(model, tuple(found), unknown)


def _observed(usage: Usage) -> Billed:
    written = tuple(usage.cache_write_tokens.items())
    return _billed(usage.cache_read_tokens, written, usage.input_tokens)


@lru_cache(maxsize=1_000)  # equal ones are kept once: a report holds those of all calls
def _billed(read: int, written: tuple[tuple[str, int], ...], plain: int) -> Billed:
    return Billed(read, dict(written), plain)


def _predicted(costing: Costing, calls: Sequence[Sent]) -> list[Billed]:
    """Return what each call would be billed.

    Raises:
        MarksRefused: The vendor would refuse the marks.
        NotEstimable: The vendor takes no marks, its rules are not known, or a text is not.
    """
    names = dict.fromkeys(call.variant for call in calls)
    grounds = {name: costing.grounds[name] for name in names if name in costing.grounds}
    if any(one.automatic for one in grounds.values()):
        raise NotEstimable(OWN)
    plans = {name: shipped_plan(one) for name, one in grounds.items()}
    variants = {one.id: one for one in costing.variants}
    waited = [call.first_byte for call in calls if call.first_byte is not None]
    cache = Cache(_terms(costing, calls, median(waited) if waited else 0.0))
    found = []
    for call in calls:
        variant, plan = variants[call.variant], plans.get(call.variant)
        ends = costing.ends(variant, call.case)
        if plan is None or ends is None:
            raise NotEstimable(f"the text of case {call.case} for {call.variant} is not known")
        if plan:
            told = cache.send(_request(costing, call, variant, plan, ends))
            found.append(_billed(told.read, tuple(told.write.items()), told.plain))
        else:  # a cache keeps nothing of what nobody marks
            found.append(_billed(0, (), call.usage.prompt_tokens if ends[-1] else 0))
    return found


def _terms(costing: Costing, calls: Sequence[Sent], latency: float) -> Terms:
    for call in calls:
        on = costing.grounds.get(call.variant)
        if on is not None and on.rules is not None:
            return on.rules.terms(latency=latency)
    raise NotEstimable("no cache rules are known")


def _request(costing: Costing, call: Sent, variant: Variant, plan: Plan, ends: Ends) -> Request:
    """Return a call as the cache sees it: blocks between marks, and the end."""
    last = len(ends) - 1
    places = (*(at for at, _ in plan if at != last), last)
    tokens = _tokens(tuple(ends), places, call.usage.prompt_tokens)
    contents = costing.counts.of(variant.version, call.case).contents[call.case]
    skipped = costing.grounds[call.variant].skipped
    blocks = tuple(
        Block(end - start, contents.get(at + skipped, f"{call.variant} {call.case}"))
        for at, (start, end) in zip(places, pairwise((0, *tokens)), strict=True)
    )
    marks = {places.index(at): ttl for at, ttl in plan}
    return Request(call.sent_at, blocks, marks)


@lru_cache(maxsize=1_000)  # texts are often as long as others
def _tokens(ends: tuple[int, ...], places: tuple[int, ...], prompt: int) -> tuple[int, ...]:
    """Return the vendor's tokens up to some of the stops."""
    return tuple(round(scaled(ends[at], ends[-1], prompt)) for at in places)
