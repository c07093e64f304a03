"""A run that has not come to its end: which one it is, and what of it is done."""

from __future__ import annotations

from dataclasses import field
from decimal import ROUND_DOWN, Decimal
from typing import TYPE_CHECKING, Final

from promptops.evals.ages import fixed
from promptops.evals.calling import Outcome
from promptops.evals.retries import RULES
from promptops.evals.scope import Scope, scope
from promptops.ledger.ids import new_id
from promptops.ledger.rows import Run
from promptops.model.evaluation import Completion, ProviderError
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from promptops.evals.prepared import Prepared
    from promptops.ledger.ledger import Ledger
    from promptops.ledger.rows import Answer, Result
    from promptops.ledger.state import Outcome as Row
    from promptops.model.evaluation import Score

_STEP: Final = Decimal("1E-9")
SHORT: Final = 12  # characters of a run's id that tell it from others: its millisecond
OWN: Final = frozenset(cause for cause, rule in RULES.items() if rule.leaves == "own")


@dataclass(frozen=True, slots=True)
class Known:
    """An answer that a run was given, and the earlier run that it is of, if it is."""

    completion: Completion
    from_run: str | None = None


@dataclass(frozen=True)
class Before:
    """What a run has behind it, by answer key; nothing of a run that begins.

    ``own`` are failures of the prompt or the model, which are not tried again; ``scores`` are by
    answer key, scorer key and what was expected. ``attempts`` is the highest number so far.
    """

    answered: Mapping[str, Known] = field(default_factory=dict)
    own: Mapping[str, Outcome] = field(default_factory=dict)
    scores: Mapping[tuple[str, str, str], Score] = field(default_factory=dict)
    attempts: Mapping[str, int] = field(default_factory=dict)


def before(ledger: Ledger, run_id: str) -> Before:
    """Return what a run has behind it."""
    scores = scores_of(ledger, run_id)
    scored = {answer for answer, _, _ in scores}
    answered: dict[str, Known] = {}
    own: dict[str, Outcome] = {}
    for row in ledger.outcomes(run_id):
        key, result = row.item.answer_key, row.result
        if key in answered or key in own or result is None:
            continue
        # A store of hashes keeps no text; what was scored need not be read again.
        if result.status == "ok" and (row.answer is not None or key in scored):
            answered[key] = Known(completion(result, row.answer), row.from_run)
        elif result.cause in OWN:
            own[key] = ended(row)
    return Before(answered, own, scores, ledger.run_state(run_id).attempts)


def scores_of(
    ledger: Ledger, run_id: str, *, failed: bool = False
) -> dict[tuple[str, str, str], Score]:
    """Return the scores of a run's answers, by answer key, scorer key and what was expected.

    Those that ``failed`` may be tried again. Of a judge that was asked several times it is the
    mean.
    """
    each: dict[tuple[str, str, str], dict[int, Score]] = {}
    for one in ledger.scores(run_id):
        if failed or one.score.error is None:
            place = (one.answer_key, one.scorer_key, one.expected_sha256)
            each.setdefault(place, {})[one.repeat] = one.score
    return {place: _mean([*scores.values()]) for place, scores in each.items()}


def _mean(scores: Sequence[Score]) -> Score:
    if len(scores) == 1:
        return scores[0]
    from promptops.evals.judging import over_repeats

    return over_repeats(scores)


def completion(result: Result, answer: Answer | None) -> Completion:
    """Return an answer as it came back; its text is empty where it was not kept."""
    return Completion(
        answer.text if answer else "",
        result.usage,
        result.finish_reason or "other",
        result.model_served,
        answer.tool_calls if answer else (),
        reasoning_tokens=result.reasoning_tokens,
        request_id=result.vendor_request_id,
        tier=result.tier,
        first_byte=result.first_byte,
        latency=result.latency,
    )


def ended(row: Row) -> Outcome:
    """Return what a call without an answer left: a failure of its own, or a hole and why."""
    result = row.result
    if result is None:
        return Outcome("stopped")
    error = ProviderError(
        result.cause or "dropped", result.message or "no answer came", status=result.http_status,
        billed=result.billed, usage=result.usage, request_id=result.vendor_request_id,
    )  # fmt: skip
    return Outcome("own" if result.cause in OWN else "missing", None, error, (result.attempt_id,))


def complete(ledger: Ledger, run: Run) -> bool:
    """Return whether all items of a run are answered, or failed on their own."""
    return bool(ledger.progress(run.run_id, OWN).ended >= Scope.of(run).items)


def unfinished(made: Prepared, now: float) -> Run | None:
    """Return the newest run of just this plan, dataset, part and texts, if it has not ended.

    One that began longer ago than a stored answer may be old is left alone, unless its models'
    answers do not age.
    """
    setting, oldest = made.setting, made.plan.run.max_age
    same = [
        run for run in setting.ledger.runs()
        if run.shard == part(made)
        and (run.eval_sha256, run.dataset_sha256) == (made.plan.sha256, made.survey.sha256)
    ]  # fmt: skip
    if not same:
        return None
    newest = max(same, key=lambda run: run.started)
    if newest.scope != scope(made) or newest.promptops_version != setting.version:
        return None
    old = oldest is not None and now - newest.started > oldest
    if old and not all(one.free or fixed(one.model) for one in made.variants):
        return None
    return None if complete(setting.ledger, newest) else newest


def begun(made: Prepared, now: float) -> Run:
    """Return a run that begins."""
    plan, setting = made.plan, made.setting
    return Run(
        new_id(now), plan.sha256, made.survey.sha256, plan.canonical(), now, plan.run.seed,
        setting.commit, setting.prices.book.sha256, setting.version, part(made), scope(made),
    )  # fmt: skip


def part(made: Prepared) -> str:
    """Return the share of the cases, as 1/4."""
    return "/".join(map(str, made.setting.part))


def budget_of(made: Prepared) -> Decimal | None:
    """Return the dollars that a run may spend: of one of several parts, its share."""
    usd, parts = made.plan.budget.usd, made.setting.part[1]
    if usd is None or parts == 1:
        return usd
    return (usd / parts).quantize(_STEP, ROUND_DOWN)  # all parts together pass no budget


def goes_on_told(ledger: Ledger, run: Run, lost: int) -> str:
    """Return a sentence on what a run that goes on has behind it."""
    done, items = ledger.progress(run.run_id, OWN), Scope.of(run).items
    told = f"run {run.run_id[:SHORT]} goes on: {done.ended:,} of {items:,} answers are there"
    if complete(ledger, run):
        told = f"run {run.run_id[:SHORT]} is complete: there is nothing left to ask"
    total = ledger.total(run.run_id)
    if lost and total.possible_calls:
        told += f"; {lost:,} calls were under way when it ended and may have been paid"
    if total.possible_calls:
        calls = "call" if total.possible_calls == 1 else "calls"
        told += f"; possibly paid: {total.possible_calls:,} {calls}, at most ${total.possible:f}"
    return told
