"""What a run would do, foretold without a call: answers, tokens, dollars, minutes, and its power.

Nothing is sent and no server is connected to. What is set aside at worst is worked out by the code
that the run itself sets aside with.
"""

from __future__ import annotations

import time
from statistics import median
from typing import TYPE_CHECKING, Final

from promptops.evals.foretold_calls import calls
from promptops.evals.foretold_lines import in_batches, lines, summed
from promptops.evals.foretold_past import History
from promptops.evals.foretold_power import power
from promptops.evals.foretold_values import Answers, Foretold, GoesOn, Got
from promptops.evals.order import unit
from promptops.evals.resuming import before, budget_of, unfinished

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from promptops.evals.foretold_calls import Calls
    from promptops.evals.foretold_values import Judge, Line
    from promptops.evals.prepared import Prepared

MINUTE: Final = 60.0
AHEAD: Final = 2  # tasks that a run has begun, for each place in its concurrency


def foretell(made: Prepared) -> Foretold:
    """Return what a run of a plan would do; one that was stopped or killed would go on.

    Raises:
        RenderError: The prompt cannot be rendered on a case, or its vendor would refuse it.
        LedgerError: The ledger cannot be read.
    """
    plan, ledger = made.plan, made.setting.ledger
    run = None if made.setting.fresh else unfinished(made, time.time())
    found = calls(made, before(ledger, run.run_id) if run else None)
    history = History(ledger, plan.prompt)
    each = tuple(lines(made, found, history))
    judged, batch = _judges(made, found, each), in_batches(each)
    survey, clusters = made.survey, len({unit(case) for case in made.cases})
    return Foretold(
        plan.name,
        plan.sha256,
        plan.dataset.path,
        survey.sha256,
        made.setting.part,
        len(made.cases),
        clusters if clusters < len(made.cases) else None,
        _answers(found, each),
        each,
        judged,
        summed([*(one.live for one in each), *(one.live for one in judged)]),
        batch and summed([batch, *(one.live for one in judged)]),
        budget_of(made),
        _minutes(made, each, history),
        tuple(power(made, history)),
        GoesOn(run.run_id, ledger.total(run.run_id).committed) if run else None,
        tuple(_notes(made, found)),
    )


def _judges(made: Prepared, found: Calls, each: Sequence[Line]) -> tuple[Judge, ...]:
    if not made.graders.each:
        return ()
    from promptops.evals.foretold_judges import judges

    return tuple(judges(made, found, each))


def _answers(found: Calls, each: Sequence[Line]) -> Answers:
    made = found.made.values()
    return Answers(
        sum(one.items for one in made),
        sum(one.shared for one in made),
        sum(one.reused for one in made),
        sum(one.calls for one in each),
        sum(one.calls for one in each if not one.paid),
        dict(sorted(found.stale.items())),
    )


def _minutes(made: Prepared, each: Sequence[Line], history: History) -> Got[float]:
    """Return how long calls take: each model has its places, and all together have twice those."""
    by_model: dict[str, int] = {}
    for one in each:
        if one.paid and one.calls:
            by_model[one.model] = by_model.get(one.model, 0) + one.calls
    if not by_model:
        return Got(0.0, "no vendor is called")
    took = {model: history.took(model) for model in by_model}
    unknown = [model for model, known in took.items() if not known]
    if unknown:
        return Got(None, f"the ledger has no call of {unknown[0]} whose time could be taken")
    places = made.plan.run.concurrency
    each_takes = {model: by_model[model] * median(took[model]) for model in by_model}
    seconds = max(*each_takes.values(), sum(each_takes.values()) / AHEAD) / places
    known = ", ".join(f"{median(took[model]):.1f} s ({model})" for model in by_model)
    told = f"{places} calls at once, of {known} as the ledger's newest took; limits of the "
    return Got(seconds / MINUTE, f"{told}vendor are learnt from its answers and not known before")


def _notes(made: Prepared, found: Calls) -> Iterator[str]:
    unlimited = sum(one.unlimited for one in found.made.values())
    if unlimited:
        most = f"{made.plan.run.assume_output:,} tokens (run.assume_output)"
        yield (
            f"{unlimited:,} calls have no max_tokens: their answers are taken to have at most "
            f"{most}, and a budget is as hard as that is true"
        )
    asked = sorted({one.model for one in made.variants if not one.free})
    yield from made.setting.prices.remarks(asked)
