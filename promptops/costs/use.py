"""How a prompt is used, of what was given, measured, declared or assumed for all: first known wins.

That is the head's word, on both sides: only the prompt shall make a difference.
"""

from __future__ import annotations

from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from promptops.costs.call import Spread
from promptops.costs.reuse import Arrivals
from promptops.errors import NotEstimable
from promptops.model.usage import Agent, Retries
from promptops.model.values import dataclass
from promptops.placement.declared import arriving, with_gaps

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promptops.costs.facts import Facts
    from promptops.model.cost import Amount
    from promptops.model.usage import Use

COMMAND_LINE: Final = "--calls"
FRONT_MATTER: Final = "front matter"
ZERO: Final = Decimal(0)

_SHAPE: Final = ("reasoning_tokens", "retries", "agent", "batch_share")
Held = Literal["held", "declared"]


class Assumed(NamedTuple):
    """A figure that the text of a prompt does not tell, and where it was taken from."""

    amount: Amount | None
    origin: str | None


UNKNOWN: Final = Assumed(None, None)


@dataclass(frozen=True)
class Used:
    """How a prompt is used on both sides of a comparison.

    ``answers`` are the tokens of an answer on each side, ``held`` where they are the same because
    a text does not tell; ``before`` is the number of calls that the base declares, where another.
    """

    calls: Assumed = UNKNOWN
    before: Amount | None = None
    answers: tuple[Decimal | None, Decimal | None] = (None, None)
    held: Held | None = None
    output_origin: str | None = None
    reasoning: Assumed = UNKNOWN
    arrivals: Arrivals = field(default_factory=Arrivals)
    retries: Retries = field(default_factory=Retries)
    agent: Agent = field(default_factory=Agent)
    batch_share: Decimal = ZERO
    partitions: Decimal = Decimal(1)  # caches that hold the prompt's prefix
    variables: Mapping[str, Amount] = field(default_factory=dict)
    origins: Mapping[str, str] = field(default_factory=dict)  # of retries, agent, batch_share

    def spread(self, inputs: Iterable[str] = ()) -> Spread | None:
        """Return how long the inputs are that vary; of all that are known where none is named."""
        known = [self.variables[name] for name in inputs or self.variables]
        if not any(one.high is not None for one in known):
            return None
        median = sum((one.expected for one in known), ZERO)
        high = sum((one.expected if one.high is None else one.high for one in known), ZERO)
        return Spread(median, high)

    def tokens(self, inputs: Iterable[str]) -> Decimal:
        """Return the tokens of some inputs, each as often as it is named."""
        return sum((self.variables[name].expected for name in inputs), ZERO)


class Sources(NamedTuple):
    """What may say how a prompt is used, and the name of the usage file."""

    given: Amount | None  # on the command line
    own: Use  # the usage file's entry
    defaults: Use
    file: str


def used(old: Facts | None, new: Facts | None, said: Sources) -> Used:
    """Return how a prompt is used, by its head where it has one."""
    facts = new or old
    calls = _calls(facts, said)
    answers, held, origin = _answers(old, new, said)
    origins = {key: where for key in _SHAPE if (where := _where(said, key))}
    return Used(
        calls,
        _before(old, new, calls),
        answers,
        held,
        origin,
        Assumed(_first(said, "reasoning_tokens"), origins.get("reasoning_tokens")),
        _arrivals(facts, said, calls),
        _first(said, "retries") or Retries(),
        _first(said, "agent") or Agent(),
        _first(said, "batch_share") or ZERO,
        _partitions(said),
        {**said.defaults.variables, **said.own.variables},
        origins,
    )


def _first(said: Sources, key: str) -> Any:
    own = getattr(said.own, key)
    return getattr(said.defaults, key) if own is None else own


def _where(said: Sources, key: str) -> str:
    """Return where a figure of the usage file is from."""
    if getattr(said.own, key) is not None:
        return _from(said.file, said.own.origin)
    return f"{said.file} defaults" if getattr(said.defaults, key) is not None else ""


def _calls(facts: Facts | None, said: Sources) -> Assumed:
    if said.given is not None:
        return Assumed(said.given, COMMAND_LINE)
    if said.own.calls_per_month is not None:
        return Assumed(said.own.calls_per_month, _from(said.file, said.own.origin))
    declared = _declared(facts)
    if declared is not None:
        return Assumed(declared, FRONT_MATTER)
    if said.defaults.calls_per_month is not None:
        return Assumed(said.defaults.calls_per_month, f"{said.file} defaults")
    return UNKNOWN


def _declared(facts: Facts | None) -> Amount | None:
    """Return the calls that a front matter declares, itself or by a schedule."""
    if facts is None:
        return None
    if facts.cost.calls_per_month is not None:
        return facts.cost.calls_per_month
    if facts.traffic.get("arrivals") != "cron":
        return None
    from promptops.model.cost import Amount

    return Amount(arriving(facts.traffic, None, FRONT_MATTER).calls)


def _before(old: Facts | None, new: Facts | None, calls: Assumed) -> Amount | None:
    """Return the calls that the base declares where the head declares others."""
    was = _declared(old)
    if calls.origin != FRONT_MATTER or new is None or was is None or was == calls.amount:
        return None
    return was


def _answers(
    old: Facts | None, new: Facts | None, said: Sources
) -> tuple[tuple[Decimal | None, Decimal | None], Held | None, str | None]:
    """Return the answers' tokens on both sides; they are held but where each side declares its."""
    if said.own.output_tokens is not None:
        known = said.own.output_tokens.expected
        return (known, known), "held", said.file
    before, after = (one.cost.output_tokens if one else None for one in (old, new))
    if before and after and before.expected != after.expected:
        return (before.expected, after.expected), "declared", FRONT_MATTER
    if declared := after or before:
        return (declared.expected, declared.expected), "held", FRONT_MATTER
    if said.defaults.output_tokens is not None:
        known = said.defaults.output_tokens.expected
        return (known, known), "held", f"{said.file} defaults"
    return (None, None), None, None


def _arrivals(facts: Facts | None, said: Sources, calls: Assumed) -> Arrivals:
    """Return how often a prefix is found: as measured, or by the traffic of one cache of it."""
    cache = said.own.cache or said.defaults.cache
    if cache is not None and cache.hit_rate is not None:
        return Arrivals(cache.hit_rate, None, said.file)
    if facts is None:
        return Arrivals()
    try:
        load = arriving(facts.traffic, calls.amount, calls.origin or "")
    except NotEstimable:
        return Arrivals()
    apart = _partitions(said)
    load = with_gaps(load, said.own) if said.given is None else load
    told = load.told + (f", over {apart:f} caches" if apart != 1 else "")
    return Arrivals(None, load.at(load.calls_per_min / float(apart)), told)


def _partitions(said: Sources) -> Decimal:
    cache = said.own.cache or said.defaults.cache
    return cache.partitions if cache and cache.partitions else Decimal(1)


def _from(file: str, origin: str) -> str:
    return f"{file}, {origin}" if origin else file
