"""A run as its rows have it: the same report as at its end, and no call is made."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from promptops.evals.alike import expects
from promptops.evals.gathered import Gathered, Seen
from promptops.evals.judging_begun import recalled
from promptops.evals.placed import costs
from promptops.evals.prepared import Prepared, graders_of, prices_of, scorers_of
from promptops.evals.resuming import completion, ended, scores_of
from promptops.evals.runner import KNOWN
from promptops.evals.scope import Scope
from promptops.evals.shown_cases import cases_again
from promptops.evals.shown_ends import ran
from promptops.evals.shown_plan import plan_of
from promptops.evals.shown_texts import found_again
from promptops.evals.told import told
from promptops.ledger.ledger import Ledger
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from decimal import Decimal

    from promptops.evals.judging_records import Record
    from promptops.evals.prepared import Setting
    from promptops.evals.report import Report
    from promptops.evals.told import Ran
    from promptops.evals.variants import Variant
    from promptops.ledger.rows import Run
    from promptops.ledger.state import Outcome as Row
    from promptops.model.evaluation import Case, Completion, Score

    Answers = Mapping[str, Mapping[str, Sequence[Seen]]]


@dataclass(frozen=True)
class Shown:
    """A run, whole or as many of its parts as there are, with all that its rows hold of it.

    ``inputs`` are the hashes of the cases' inputs, by the cases' ids.
    """

    runs: tuple[Run, ...]
    made: Prepared
    seen: Answers
    judges: Mapping[str, Record]
    ran: Ran
    inputs: Mapping[str, str]

    @property
    def report(self) -> Report:
        """Return the report of it."""
        return told(self.made, self.ran, self.seen, self.judges)


def shown(runs: tuple[Run, ...], setting: Setting) -> Shown:
    """Return a run, or the parts of one, as the rows have it; raises what ``read`` does."""
    return asyncio.run(read(runs, setting))


async def read(runs: tuple[Run, ...], setting: Setting) -> Shown:
    """Return a run, or the parts of one, as the rows have it.

    Raises:
        ConfigError: A scorer can no longer be had.
        PromptopsError: What it asked was not written down and is not there.
    """
    first, plan = runs[0], plan_of(runs[0], setting)
    setting = replace(setting, version=first.promptops_version, commit=first.commit)
    unbound = replace(plan, budget=replace(plan.budget, usd=None, judge_usd=None))
    variants, lost = found_again(plan, Scope.of(first).texts, first.commit, setting)
    rows = [row for run in runs for row in setting.ledger.outcomes(run.run_id)]
    declared = {one.id: one.handle.prompt.metadata.inputs for one in variants if one.id not in lost}
    over = cases_again(plan, setting, declared, runs, [row.item for row in rows])
    scorers = scorers_of(plan, setting.root)
    prices = prices_of(unbound, variants, setting.prices)
    exact = [one for one in variants if one.id not in lost]
    # What has lost its inputs has no text to be cut, and a place among the others even so.
    costing = costs(plan, exact, over.full, prices, (setting.rules, setting.prices.day))
    costing = costing and replace(costing, cases=over.cases)
    made = Prepared(
        plan, setting, variants, scorers, over.dataset, over.survey, over.cases, prices, costing,
        graders_of(unbound, scorers, setting),
    )  # fmt: skip
    gathered = await _gathered(made, runs, rows, lost, changed=bool(over.told))
    notes = [one for one in (over.told, *_texts(lost)) if one]
    inputs = {row.item.case_id: row.item.inputs_sha256 for row in rows}
    ended_as = ran(runs, rows, setting, notes)
    return Shown(runs, made, gathered.seen, gathered.records, ended_as, inputs)


def _texts(lost: frozenset[str]) -> Iterator[str]:
    if lost:
        names = ", ".join(sorted(lost))
        yield f"the text of {names} has changed since: what it costs in production is not shown"


async def _gathered(
    made: Prepared,
    runs: tuple[Run, ...],
    rows: Sequence[Row],
    lost: frozenset[str],
    *,
    changed: bool,
) -> Gathered:
    """Return the answers of the rows with their scores; what is not there is worked out anew."""
    by_name = {(one.version, one.model): one for one in made.variants}
    by_id = {case.id: case for case in made.cases}
    known = _scores(made, runs, rows, changed=changed)

    def dollars(variant: Variant, case: Case, answer: Completion) -> Decimal | None:
        return None if variant.id in lost else made.dollars(variant, case, answer)

    # What is worked out anew is for this report alone.
    with Ledger.memory() as nowhere, nowhere.writer() as writer:
        gathered = Gathered(by_name, made.scorers, writer, time.time, dollars, known,
                            graders=made.graders,
                            judging=recalled(made) if made.graders.each else None,
                            kept=made.plan.run.store == "answers")  # fmt: skip
        for row in rows:
            item, result = row.item, row.result
            if item.case_id not in by_id or (item.version, item.model) not in by_name:
                continue
            if result is not None and result.status == "ok":
                said = completion(result, row.answer)
                await gathered.answered(item, by_id[item.case_id], said)
            else:
                outcome = ended(row)
                gathered.lost([(item, outcome)], own=outcome.leaves == "own")
        for task in gathered.judging.tasks() if gathered.judging else ():
            await task.done(KNOWN)
        gathered.finish(made.cases)
    return gathered


def _scores(
    made: Prepared, runs: tuple[Run, ...], rows: Sequence[Row], *, changed: bool
) -> dict[tuple[str, str, str], Score]:
    """Return the scores that rows hold.

    Where the dataset has ``changed``, a case that expects something else by now keeps its own.
    """
    found: dict[tuple[str, str, str], Score] = {}
    for run in runs:
        found |= scores_of(made.setting.ledger, run.run_id, failed=True)
    if not changed:
        return found
    last: dict[str, dict[str, Score]] = {}
    for (answer, scorer, _), score in found.items():
        last.setdefault(answer, {})[scorer] = score
    expected = {case.id: expects(case.expected) for case in made.cases}
    for row in rows:
        key = row.item.answer_key
        for scorer, score in last.get(key, {}).items():
            found.setdefault((key, scorer, expected.get(row.item.case_id, "")), score)
    return found
