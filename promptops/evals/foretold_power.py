"""How many cases a gate's margin takes, and which margin the cases of a run can hold."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING, Final

from promptops.evals.foretold_values import Needed, Power
from promptops.ledger.past import worth
from promptops.scorers.key import scorer_key
from promptops.statistics.choice import FEWEST_UNITS
from promptops.statistics.clusters import grouped
from promptops.statistics.looks import confidence_at
from promptops.statistics.sizes import POWER, cases_needed, smallest_margin

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from promptops.evals.foretold_past import History
    from promptops.evals.prepared import Prepared
    from promptops.evals.variants import Variant
    from promptops.ledger.past import Worth

ASSUMED: Final = (0.04, 0.12, 0.2)  # discordance, where the ledger knows none
CONFIDENCE: Final = 0.95
_FEWEST: Final = 20  # cases from which a discordance is believed

Worths = dict[tuple[str, str], "Mapping[str, Worth]"]


def power(made: Prepared, history: History) -> Iterator[Power]:
    """Yield what the cases of a run can show of each metric that must hold, else of the first."""
    gate = made.plan.gate
    if not made.cases:
        return
    margins = dict(gate.margins) if gate else {made.plan.scorers[0].name: None}
    for metric, margin in margins.items():
        confidence = float(gate.confidence) if gate else CONFIDENCE
        found = Power(metric, confidence, gate.test if gate else None, margin, ())
        known = _known(made, metric, history)
        assumed = "assumed, as the ledger knows no two versions"
        needed = [_needed(found, made, *one) for one in known] or [
            _needed(found, made, share, share, assumed) for share in ASSUMED
        ]
        yield replace(found, needed=tuple(needed))


def clusters_told(cases: int, clusters: int | None) -> str:
    """Return what clusters mean for a verdict; nothing where each case is its own."""
    if clusters is None:
        return ""
    told = f"the {cases:,} cases are in {clusters:,} clusters"
    if clusters < FEWEST_UNITS:
        return f"{told}: of fewer than {FEWEST_UNITS} nothing can be decided"
    return f"{told}: they show what fewer would that are independent"


def _needed(found: Power, made: Prepared, discordance: float, variance: float, how: str) -> Needed:
    """Return the figures for a discordance; the variance has the clusters' share in it."""
    gate, cases = made.plan.gate, len(made.cases)
    confidence = found.confidence
    if gate is not None and gate.looks > 1:
        confidence = confidence_at(gate.looks, gate.looks, confidence)
    # Both bounds of an equivalence must hold at once.
    chance = (1 + POWER) / 2 if found.test == "equivalence" else POWER
    margin = smallest_margin(variance, cases, confidence=confidence, power=chance)
    needed = None
    if found.margin and found.test != "superiority":
        distance = float(found.margin)
        needed = cases_needed(variance, distance, confidence=confidence, power=chance)
    return Needed(discordance, needed, min(margin, 1.0), how)


def _known(made: Prepared, metric: str, history: History) -> list[tuple[float, float, str]]:
    """Return the discordance, the variance and the source of each candidate that is known of."""
    judged = {one.name: one.key for one in made.graders.each}
    keys = [judged.get(metric) or scorer_key(one) for one in made.scorers if one.name == metric]
    asked = [one for one in made.variants if not one.baseline]
    if not keys or len(asked) < 2:  # noqa: PLR2004 - an incumbent and a candidate
        return []

    @cache
    def scores(run: str) -> Worths:
        with history.ledger.lent() as rows:
            return worth(rows, run, keys[0])

    # The newest runs mostly know, so that the others are not read.
    (incumbent, *candidates), runs = asked, history.runs
    found = [one for candidate in candidates
             if (one := _pair(map(scores, runs), incumbent, candidate))]  # fmt: skip
    models = {one.model for one in asked}
    return found or [one for one in [_any_pair(map(scores, runs), models)] if one]


def _pair(
    scores: Iterable[Worths], incumbent: Variant, candidate: Variant
) -> tuple[float, float, str] | None:
    before, after = ((one.version, one.model) for one in (incumbent, candidate))
    for one in scores:
        if before in one and after in one:
            found = _spread(one[before], one[after])
            if found is not None:
                return (*found[:2], f"{incumbent.id} and {candidate.id} on {found[2]:,} cases")
    return None


def _any_pair(scores: Iterable[Worths], models: set[str]) -> tuple[float, float, str] | None:
    """Return the spread of the newest two other versions on a model that is asked."""
    for one in scores:
        sides = [side for side in one if side[1] in models]
        for at, before in enumerate(sides):
            for after in sides[at + 1 :]:
                found = _spread(one[before], one[after])
                if found is not None and before[1] == after[1]:
                    told = f"{before[0]} and {after[0]} on {before[1]}, {found[2]:,} cases"
                    return (*found[:2], told)
    return None


def _spread(
    before: Mapping[str, Worth], after: Mapping[str, Worth]
) -> tuple[float, float, int] | None:
    """Return the mean square of differences, their variance with clusters, and the cases."""
    common = sorted(before.keys() & after.keys())
    if len(common) < _FEWEST:
        return None
    apart = [after[case].value - before[case].value for case in common]
    square = sum(one * one for one in apart) / len(common)
    groups = grouped(apart, [before[case].cluster or case for case in common])
    return square, groups.error**2 * groups.n, len(common)
