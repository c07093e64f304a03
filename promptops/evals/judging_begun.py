"""The judges of a run: how they are set to work, and what drives it with them."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from promptops.evals.budget import Budget
from promptops.ledger.totals import Total
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from promptops.evals.calling import Calls
    from promptops.evals.judging import Judging
    from promptops.evals.prepared import Prepared
    from promptops.evals.runner import Driver, Task


def judging(made: Prepared, calls: Calls, add: Callable[..., None]) -> Judging:
    """Return the judges of a run at work; of their budget, what the run spent before is gone.

    A part of a run has as large a part of the budget.
    """
    from promptops.evals.judging import Judging
    from promptops.evals.judging_questions import Questions

    setting, plan = made.setting, made.plan
    usd = plan.budget.judge_usd
    if usd is not None:
        before = judged_total(made, calls.run_id)
        share = usd / setting.part[1]
        calls.judges = Budget(
            share, before.spent, before.possible, whole=calls.budget, name="the judges' budget"
        )
    questions = Questions(
        made.graders, calls, setting.ledger, add, made.decided_by, plan.run.max_age, setting.fresh
    )
    add(*made.graders.stored.values())
    variants = len(made.variants)
    answers = len(made.cases) * variants * plan.repeats
    for one in made.graders.each:  # so many more calls may fail
        calls.retries.items += one.questions(answers, variants) + one.about_labels
    return Judging(questions)


def recalled(made: Prepared) -> Judging:
    """Return the judges of runs that are over: they say again what the ledger has, for nothing.

    Run its ``tasks`` first, if a report is to say how far they agree with people.
    """
    from promptops.evals.judging import Judging
    from promptops.evals.judging_questions import Questions

    ledger = made.setting.ledger
    return Judging(Questions(made.graders, None, ledger, lambda *_: None, made.decided_by))


def judged_total(made: Prepared, run_id: str) -> Total:
    """Return what a run has sent to judges, and spent on them."""
    return made.setting.ledger.totals(run_id, ("purpose",)).get(("judge",), Total())


@dataclass(frozen=True)
class Ahead:
    """What drives a run, with some tasks ahead of the others."""

    driver: Driver
    first: Iterable[Task]

    async def run(self, tasks: Iterator[Task]) -> None:
        """Make the calls in their order, as far as nothing stops the run."""
        await self.driver.run(chain(self.first, tasks))

    def stop(self, reason: str) -> None:
        """Send nothing more."""
        self.driver.stop(reason)
