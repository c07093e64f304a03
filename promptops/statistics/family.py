"""Several verdicts together: what they need for a correction, and what they say as one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from promptops.statistics.families import all_hold, holm

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promptops.statistics.outcome import Outcome, Verdict

_GRAVITY: Final[dict[Outcome, int]] = {"PASS": 0, "INCONCLUSIVE": 1, "FAIL": 2}


def corrected(candidates: Sequence[Sequence[Verdict]]) -> tuple[tuple[Verdict, ...], ...]:
    """Return the verdicts on several candidates with Holm's p, each in its place.

    Each candidate has a verdict for each of the metrics that must all hold; its p is the largest of
    theirs (Berger 1982), and Holm's correction is over candidates: whoever tries many finds one
    that passes by luck. What passes alone but not among so many is INCONCLUSIVE; failures stand, as
    each is a reason of its own to keep out.
    """
    asked = [all(one.p is not None for one in each) for each in candidates]
    worst = [all_hold([one.p or 0.0 for one in each]) for each in candidates]
    adjusted = iter(holm([p for p, known in zip(worst, asked, strict=True) if known]))
    found = []
    for each, known in zip(candidates, asked, strict=True):
        p = next(adjusted) if known else None
        alone = p is None or sum(asked) == 1  # one candidate is corrected for nothing
        found.append(tuple(each) if alone else tuple(_with(one, p, sum(asked)) for one in each))
    return tuple(found)


def overall(outcomes: Iterable[Outcome], *, one_is_enough: bool = False) -> Outcome:
    """Return the gravest outcome, FAIL before INCONCLUSIVE before PASS, or the mildest if enough.

    There must be one. Metrics that must all hold are joined in the same way.
    """
    return (min if one_is_enough else max)(outcomes, key=_GRAVITY.__getitem__)


def _with(verdict: Verdict, p: float | None, candidates: int) -> Verdict:
    if verdict.verdict == "PASS" and p is not None and p > 1 - verdict.look.confidence:
        told = f"p is {p:.3f} among {candidates} candidates (Holm): not enough for a pass"
        return replace(verdict, verdict="INCONCLUSIVE", reasons=(told,), p_holm=p)
    return replace(verdict, p_holm=p)
