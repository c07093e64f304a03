"""What is said of a run beside its answers: the run, the cases, prices, traffic, money, notes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from promptops.evals.placed import placements, traffic
from promptops.evals.prepared import NOTHING
from promptops.evals.report_facts import DatasetFacts, PriceFacts, RunFacts, Spent
from promptops.evals.reporting import Facts, Material, report

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promptops.evals.gathered import Seen
    from promptops.evals.prepared import Prepared
    from promptops.evals.report import Report
    from promptops.ledger.totals import Total


@dataclass(frozen=True, slots=True)
class Ran:
    """A run that has ended: ``lost`` are the cases with a hole, ``total`` is what it paid."""

    id: str
    started: float
    ended: float
    total: Total
    lost: frozenset[str]
    stopped: str | None = None
    notes: tuple[str, ...] = ()


def told(made: Prepared, ran: Ran, seen: Mapping[str, Mapping[str, Sequence[Seen]]]) -> Report:
    """Return the report of a run, of what was seen of each variant and case."""
    material = Material(made.plan, made.variants, made.cases, seen, made.scorers)
    found = report(material, _facts(made, ran))
    if made.costing is None:
        return found
    return replace(found, placements=placements(made.costing, made.plan, seen))


def _facts(made: Prepared, ran: Ran) -> Facts:
    plan, prices, survey, ended = made.plan, made.setting.prices, made.survey, _moment(ran.ended)
    run = RunFacts(
        ran.id, _moment(ran.started), made.setting.version, plan.run.seed, ended,
        made.setting.commit, len(made.cases), len(made.cases) - len(ran.lost), ran.stopped,
    )  # fmt: skip
    clusters = survey.clusters if survey.clusters < survey.cases else None
    dataset = DatasetFacts(plan.dataset.path, survey.sha256, len(made.cases), clusters)
    total = ran.total
    spent = Spent(
        None if total.unpriced else total.spent, total.possible, 0, NOTHING, plan.budget.usd,
        plan.budget.judge_usd,
    )  # fmt: skip
    book = prices.book
    listed = PriceFacts(book.source, book.as_of.isoformat(), book.sha256, prices.layer)
    calls = traffic(made.costing) if made.costing else None
    errors = tuple(made.costing.errors) if made.costing else ()
    return Facts(ended, run, dataset, spent, listed, calls, (*errors, *ran.notes))


def _moment(when: float) -> str:
    return datetime.fromtimestamp(when, UTC).replace(microsecond=0).isoformat()
