"""How often a prefix is found in the cache, in closed form.

Rates are calls a minute *in one cache*: an organisation or workspace, region, model and routing
key. Times are seconds. Where gaps between calls were recorded, ``evaluate`` uses those instead.
"""

from __future__ import annotations

from itertools import product
from math import ceil, exp, expm1, prod
from typing import TYPE_CHECKING, Final

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

HOURS: Final = 168
# 80 % of the calls on Monday to Friday from 9 to 18 h; weights have the mean 1 over the week.
OFFICE: Final = ((0.8 * HOURS / 45, 45), (0.2 * HOURS / 123, 123))


@dataclass(frozen=True, slots=True)
class Traffic:
    """Calls: so many a minute at random, or one every so many seconds exactly.

    ``weights`` are pairs of a rate's weight and its hours of the week; their mean is 1. ``gaps``
    were recorded: pairs of seconds and the share of the calls that came sooner after another.
    """

    calls_per_min: float = 0.0
    weights: tuple[tuple[float, int], ...] = ((1.0, HOURS),)
    every_s: float | None = None
    gaps: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Keys:
    """A value that a call draws at random: how many there are, and how unevenly they come.

    The k-th most frequent has a weight of 1/k^zipf; 0 is uniform. ``drift`` is the chance that a
    call finds the text of its own key changed.
    """

    count: int
    zipf: float = 0.0
    drift: float = 0.0

    def shares(self) -> list[float]:
        """Return the probability of each key."""
        weights = [(k + 1) ** -self.zipf for k in range(self.count)]
        whole = sum(weights)
        return [weight / whole for weight in weights]


@dataclass(frozen=True, slots=True)
class Prefix:
    """What can change in a prefix from call to call.

    ``drift`` is the chance a call that its shared text is new to everyone; ``deploys`` how often a
    minute it is made new whoever calls; ``per_call`` says that no two calls are alike.
    """

    keys: tuple[Keys, ...] = ()
    drift: float = 0.0
    deploys: float = 0.0
    per_call: bool = False

    def __add__(self, other: Prefix) -> Prefix:
        """Return a prefix with another stretch behind it."""
        return Prefix(
            self.keys + other.keys,
            1 - (1 - self.drift) * (1 - other.drift),
            self.deploys + other.deploys,
            self.per_call or other.per_call,
        )


def hit(prefix: Prefix, traffic: Traffic, lifetime_s: float, latency_s: float = 0.0) -> float:
    """Return the chance that a call finds its prefix alive, each hit having renewed it.

    Exact for random calls at a steady rate; with weights the hours are taken one by one, so what
    the last call of an hour leaves to the next is only nearly right. ``latency_s`` is the time
    before an entry can be read, at most the lifetime; regular calls are taken to be further apart,
    and so are those of recorded gaps, which count for text that all calls share.
    """
    if prefix.per_call:
        return 0.0
    recorded = dict(traffic.gaps).get(lifetime_s)
    if recorded is not None and not (prefix.keys or prefix.deploys):
        return recorded * (1 - prefix.drift)
    if traffic.every_s is not None:
        return _regular(prefix, traffic.every_s, lifetime_s)
    rate = traffic.calls_per_min / 60
    return sum(
        weight * hours / HOURS * _random(prefix, rate * weight, lifetime_s, latency_s)
        for weight, hours in traffic.weights
    )


def fixed_life_hit(calls_per_min: float, lifetime_s: float) -> float:
    """Return the chance of a hit where reading does not renew an entry (Gemini explicit)."""
    expected = calls_per_min / 60 * lifetime_s
    return expected / (1 + expected)


def _random(prefix: Prefix, rate: float, lifetime: float, latency: float) -> float:
    """Look back from a call: the same content, or a change, comes first or the lifetime ends."""
    total = 0.0
    for share, same, change in _races(prefix):
        own, ending = rate * share, rate * change + prefix.deploys / 60
        first = own / (own + ending) if own else 0.0
        alive = same * first * -expm1(-(own + ending) * lifetime)
        if latency:
            # Calls too early to read what the first one wrote; a change ends the waiting, too.
            ends = own * (1 - same) + ending
            waiting = -expm1(-ends * latency) / ends if ends else latency
            alive -= (1 - alive) * own * same * waiting
        total += share * alive
    return total


def _regular(prefix: Prefix, every: float, lifetime: float) -> float:
    """Sum over the calls that are young enough, latest first."""
    past = ceil(lifetime / every) - 1
    kept = exp(-prefix.deploys / 60 * every)
    total = 0.0
    for share, same, change in _races(prefix):
        other = (1 - share - change) * kept
        reach = past if other == 1 else (1 - other**past) / (1 - other)
        total += share * same * share * kept * reach
    return total


def _races(prefix: Prefix) -> Iterable[tuple[float, float, float]]:
    """Yield, for each combination of keys, three chances.

    That a call draws it; that such a call finds the text as the last one left it; and that a call
    draws another, yet changes this one's text: shared text, or that of a key they have in common.
    """
    drifts = [keys.drift for keys in prefix.keys]
    steady = 1 - prefix.drift
    same = steady * prod(1 - drift for drift in drifts)
    for shares in product(*(keys.shares() for keys in prefix.keys)):
        share = prod(shares)
        yield share, same, _changed_by_others(shares, drifts, steady)


def _changed_by_others(shares: Sequence[float], drifts: Sequence[float], steady: float) -> float:
    # Over calls of every combination, this one among them: which keys they have in common.
    whole = steady * prod(
        share * (1 - drift) + 1 - share for share, drift in zip(shares, drifts, strict=True)
    )
    own = prod(shares)
    unchanged_by_others = whole - own * steady * prod(1 - drift for drift in drifts)
    return max(1 - own - unchanged_by_others, 0.0)
