"""How often a prefix is found in the cache, under the traffic that a prompt declares."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from typing import TYPE_CHECKING, Final

from promptops.caching.hits import OFFICE, Keys, Prefix, Traffic, hit
from promptops.lint.facts.stability import source_of, stability
from promptops.lint.facts.usage import find_cost, find_use
from promptops.usage_file.shapes import GAPS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from promptops.lint.view import View
    from promptops.templates.variants import Leaf

_MINUTES: Final = 730 * 60  # of a month
_UNITS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_A_DAY: Final = 1 / 1440
_MOST_KEYS: Final = 2_000  # that a regular schedule is worked out for; more are never hit


def find_traffic(view: View) -> tuple[Traffic, ...]:
    """Return how calls may arrive, as declared and by the usage file; nothing where none tells.

    Where the hours are not declared there are two: the whole week, and office hours.
    """
    declared = view.prompt.metadata.traffic
    if "trace" in declared:
        return ()
    if "every" in declared:
        every = str(declared["every"])
        return (Traffic(every_s=float(every[:-1]) * _UNITS[every[-1]]),)
    calls = view.of(find_cost).calls_per_month
    if calls is None or not calls.expected:
        return ()
    even = Traffic(float(calls.expected) / _MINUTES)
    use = view.of(find_use)
    if use.gaps and (use.cache is None or (use.cache.partitions or 1) == 1):
        gaps = tuple((GAPS[name], float(share)) for name, share in use.gaps.items())
        return (replace(even, gaps=gaps),)
    office = replace(even, weights=OFFICE)
    known = {"even": (even,), "office": (office,)}
    return known.get(str(declared.get("hours")), (even, office))


def changes(view: View, leaves: Iterable[Leaf]) -> Prefix | None:
    """Return what makes a prefix a new one, or None where what is declared does not say."""
    found = Prefix()
    keys = {}
    for leaf in leaves:
        if leaf.expression is None:
            continue
        how = stability(view, leaf)
        source = source_of(view, leaf)
        if how == "per_session" or (how == "key" and (source is None or not source.cardinality)):
            return None
        if how == "key" and source is not None:
            keys[source.name] = source.cardinality or 1
        elif how == "daily":
            found = replace(found, deploys=_A_DAY)
        elif how == "per_call":
            found = replace(found, per_call=True)
    return replace(found, keys=(Keys(prod(keys.values())),)) if keys else found


def chance(prefix: Prefix, traffic: Traffic, seconds: float) -> float:
    """Return the chance that a call finds a prefix alive, its keys being equally frequent."""
    count = prod(keys.count for keys in prefix.keys)
    if traffic.every_s is not None:
        return 0.0 if count > _MOST_KEYS else hit(prefix, traffic, seconds)
    # Random calls of one key of many are random calls, so many times rarer.
    own = replace(traffic, calls_per_min=traffic.calls_per_min / count)
    own = replace(own, gaps=()) if prefix.keys else own
    return hit(replace(prefix, keys=()), own, seconds)


def told(traffic: Iterable[Traffic]) -> str:
    """Return how calls arrive, in words."""
    first = next(iter(traffic))
    if first.every_s is not None:
        return f"a call every {first.every_s / 60:g} min"
    how = "at the gaps that were recorded" if first.gaps else "at random"
    return f"{first.calls_per_min * _MINUTES:,.0f} calls a month {how}"
