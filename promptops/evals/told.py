"""What is said of a run beside its answers: the run, the cases, prices, traffic, money, notes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from promptops.evals.again import again
from promptops.evals.judging_begun import judged_total
from promptops.evals.placed import traffic
from promptops.evals.report_facts import DatasetFacts, PriceFacts, RunFacts, Spent
from promptops.evals.reporting import Facts, Material, report
from promptops.evals.resuming import budget_of
from promptops.evals.trails import Trails
from promptops.evals.unlimited import assumed
from promptops.ledger.totals import Total
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from promptops.evals.gathered import Seen
    from promptops.evals.judging_records import Record
    from promptops.evals.prepared import Prepared
    from promptops.evals.report import Report


@dataclass(frozen=True, slots=True)
class Ran:
    """A run that has ended; ``total`` is what it paid.

    ``others`` are the ids of the other parts of one that was carried out in parts.
    """

    id: str
    started: float
    ended: float
    total: Total
    stopped: str | None = None
    notes: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of all its parts."""
        return (self.id, *self.others)


def told(
    made: Prepared,
    ran: Ran,
    seen: Mapping[str, Mapping[str, Sequence[Seen]]],
    judges: Mapping[str, Record] | None = None,
) -> Report:
    """Return the report of a run, of what was seen of each variant and case, and of its judges.

    A part of a run has no verdict: that is of the whole, once its parts are put together.
    """
    if _is_part(made):
        made = replace(made, plan=replace(made.plan, gate=None))
    trails = Trails.of(made.setting.ledger, *ran.ids)
    material = Material(
        made.plan, made.variants, made.cases, seen, made.scorers, made.costing, trails, made.prices
    )
    found = report(material, facts(made, ran, material))
    if not made.graders.each:
        return found
    from promptops.evals.judged import judged

    return judged(found, made, judges or {}, seen)


def facts(made: Prepared, ran: Ran, material: Material) -> Facts:
    """Return what is said of a run beside its answers."""
    plan, prices, survey, ended = made.plan, made.setting.prices, made.survey, _moment(ran.ended)
    run = RunFacts(
        ran.id, _moment(ran.started), made.setting.version, plan.run.seed, ended,
        made.setting.commit, len(made.cases), _done(material), ran.stopped,
    )  # fmt: skip
    clusters = survey.clusters if survey.clusters < survey.cases else None
    dataset = DatasetFacts(plan.dataset.path, survey.sha256, len(made.cases), clusters)
    total = ran.total
    spent = Spent(
        None if total.unpriced else total.spent, total.possible, total.possible_calls,
        _judges(made, ran), budget_of(made), plan.budget.judge_usd,
    )  # fmt: skip
    book = prices.book
    listed = PriceFacts(book.source, book.as_of.isoformat(), book.sha256, prices.layer)
    calls = traffic(made.costing) if made.costing else None
    errors = (*_part(made), *(made.costing.errors if made.costing else ()))
    looks = again(made, ran.started)
    return Facts(ended, run, dataset, spent, listed, calls, (*errors, *ran.notes, *assumed(made)),
                 looks)  # fmt: skip


def _is_part(made: Prepared) -> bool:
    return made.setting.part != (1, 1)


def _part(made: Prepared) -> Iterator[str]:
    if _is_part(made):
        at, of = made.setting.part
        yield f"this is part {at} of {of}: `promptops eval merge` puts them together, and judges"


def _judges(made: Prepared, ran: Ran) -> Decimal | None:
    """Return what judges cost in a run; None where that is not known."""
    if not made.graders.each:
        return Decimal(0)
    total = sum((judged_total(made, run_id) for run_id in ran.ids), Total())
    return None if total.unpriced else total.spent


def _done(material: Material) -> int:
    """Return how many cases every variant has all its answers to, or failures of its own."""
    done = (
        [sum([not one.missing for one in each]) >= material.plan.repeats for each in answers]
        for answers in map(material.answers, material.variants)
    )
    return sum(map(all, zip(*done, strict=True)))


def _moment(when: float) -> str:
    return datetime.fromtimestamp(when, UTC).replace(microsecond=0).isoformat()
