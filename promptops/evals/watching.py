"""A run whose gate may decide before the end: each look is taken as soon as its cases are done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.evals.findings import Asked, Sides
from promptops.evals.gathered import unanswered
from promptops.evals.looking import Watch, watched
from promptops.evals.material import Material
from promptops.evals.paired import settle
from promptops.evals.versus import sides

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.evals.gathered import Gathered, Seen
    from promptops.evals.prepared import Prepared
    from promptops.evals.runner import Driver
    from promptops.evals.session import Session
    from promptops.model.evaluation import Case


def watch(made: Prepared, gathered: Gathered, session: Session, driver: Driver) -> None:
    """Have a session tell of each case that is done, and stop its driver when a look decides.

    Of a part of the cases nothing is decided: its rows are laid together with the others'.
    """
    gate = made.plan.gate
    if gate is None or made.setting.part != (1, 1):
        return
    judged = Asked(gate, made.plan.run.seed)
    if not watched(judged) or all(one.baseline for one in made.variants[1:]):
        return
    whole = Material(made.plan, made.variants, made.cases, {}, made.scorers)
    items = len(made.variants) * made.plan.repeats

    def known(cases: Sequence[Case]) -> Sides:
        seen = _seen(made, gathered, session, cases)
        return sides(Material(made.plan, made.variants, cases, seen, made.scorers).with_total())

    session.ended = Watch(whole.drawn, judged, items, known, driver.stop).ended


def _seen(
    made: Prepared, gathered: Gathered, session: Session, cases: Sequence[Case]
) -> dict[str, dict[str, list[Seen]]]:
    """Return what is known of some cases by now, with what was lost or failed of its own."""
    wanted = {case.id for case in cases}
    seen = {
        one.id: {name: [*each] for name, each in gathered.seen.get(one.id, {}).items()
                 if name in wanted}
        for one in made.variants
    }  # fmt: skip
    ids = {(one.version, one.model): one.id for one in made.variants}
    for own, some in ((True, session.own), (False, session.holes)):
        for item, outcome in some:
            if item.case_id in wanted:
                lost = unanswered(made.scorers, item, outcome, own=own)
                seen[ids[item.version, item.model]].setdefault(item.case_id, []).append(lost)
    settle(seen, made.variants[0].id, made.scorers, cases)
    return seen
