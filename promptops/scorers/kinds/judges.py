"""What the verdicts of judges are worth; see ``promptops.scorers.judge`` for how they come."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from promptops.model.evaluation import Score
from promptops.scorers.judge_prompt import unpinned
from promptops.scorers.kind import scorer
from promptops.scorers.reading import NOTHING_EXPECTED, references
from promptops.scorers.verdicts import Verdict
from promptops.shape import Wrong

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from promptops.model.evaluation import Case
    from promptops.shape import Path as Place

SPLIT: Final = "split"
MOST: Final = 100  # times that each model is asked
BIASED: Final = "position bias"
PREFERRED: Final = {"better": 1.0, "worse": 0.0, "tie": 0.5, BIASED: 0.5}


def _check(
    options: dict[str, Any], folder: Path, place: Place, problems: list[Wrong]
) -> tuple[dict[str, Any], Callable[[], str]]:
    """Check that a judge's prompt is pinned, and that there is a judge."""
    del folder
    if told := unpinned(options["prompt"]):
        problems.append(Wrong((*place, "prompt"), told))
    if not options["model"]:
        problems.append(Wrong((*place, "model"), "expected at least one provider:model"))
    for at, model in enumerate(options["model"]):
        if ":" not in model:
            problems.append(Wrong((*place, "model", at), f"expected provider:model, got {model!r}"))
    if not 1 <= options["repeats"] <= MOST:
        told = f"must be from 1 to {MOST}, got {options['repeats']}"
        problems.append(Wrong((*place, "repeats"), told))
    return options, str


@scorer("judge.rubric", scope="judge", prepare=_check)
def rubric(  # noqa: PLR0913 - each is one option
    case: Case,
    verdicts: tuple[Verdict, ...],
    *,
    prompt: str,
    model: tuple[str, ...],
    scores: dict[str, float] | None = None,
    verdict: str = "",
    answer: str = "answer",
    inputs: dict[str, str] | None = None,
    calibrate: str = "",
    repeats: int = 1,
) -> Score:
    """A grade that one or several models give by a prompt of the registry.

    `scores` says what each of the grades is worth; of numbers it is their place between the
    lowest and the highest, and pass, yes and true are 1, fail, no and false 0. `verdict` names the
    property that holds the grade, where several have an `enum`; `answer` the prompt's input for
    the answer; `inputs` gives other inputs of the judge a case's input under another name.
    `calibrate` names a file of answers with people's grades. `repeats` is how often each model is
    asked; the value is the mean.
    """
    del case, prompt, model, verdict, answer, inputs, calibrate, repeats
    return majority(verdicts, scores or {})


@scorer("judge.choice", scope="judge", prepare=_check)
def choice(  # noqa: PLR0913 - each is one option
    case: Case,
    verdicts: tuple[Verdict, ...],
    *,
    prompt: str,
    model: tuple[str, ...],
    right: tuple[str, ...] = (),
    verdict: str = "",
    answer: str = "answer",
    inputs: dict[str, str] | None = None,
    calibrate: str = "",
    repeats: int = 1,
) -> Score:
    """1 if the kind that models assign to the answer is the expected one, or one of `right`.

    The other options are those of `judge.rubric`.
    """
    del prompt, model, verdict, answer, inputs, calibrate, repeats
    wanted = references(case, right)
    if not wanted:
        return NOTHING_EXPECTED
    words = {one.word for one in verdicts if one.word is not None}
    return majority(verdicts, {word: float(word in wanted) for word in words})


@scorer("judge.pairwise", scope="judge", prepare=_check)
def pairwise(  # noqa: PLR0913 - each is one option
    case: Case,
    verdicts: tuple[Verdict, ...],
    *,
    prompt: str,
    model: tuple[str, ...],
    words: tuple[str, ...] = ("first", "second", "tie"),
    verdict: str = "",
    answers: tuple[str, ...] = ("first", "second"),
    inputs: dict[str, str] | None = None,
    calibrate: str = "",
    repeats: int = 1,
) -> Score:
    """1 if models prefer the candidate's answer, 0 if the incumbent's, 0.5 if neither.

    Each model is asked in both orders. Where its two verdicts differ, the value is 0.5 and the
    label `position bias`. `words` are the verdicts for the answer shown first, the one shown
    second, and neither; `answers` names the prompt's two inputs.
    """
    del case, prompt, model, verdict, answers, inputs, calibrate, repeats
    return majority(in_both_orders(verdicts, words), PREFERRED)


def in_both_orders(verdicts: tuple[Verdict, ...], words: tuple[str, ...]) -> tuple[Verdict, ...]:
    """Return what each model prefers: better, worse, tie or position bias; or why it failed."""
    orders = {(one.model, one.swapped): one for one in verdicts}
    models = dict.fromkeys(one.model for one in verdicts)
    return tuple(_both(orders[name, False], orders[name, True], words) for name in models)


def majority(verdicts: tuple[Verdict, ...], values: Mapping[str, float]) -> Score:
    """Return the score of the verdict that more than half of all judges gave.

    Without one it is the mean of their values, and the label says that they are split. A judge
    that failed has no vote, and fails the score where its vote could have decided.
    """
    votes: Counter[str] = Counter(one.word for one in verdicts if one.word is not None)
    failures = [one for one in verdicts if one.word is None]
    word, count = max(votes.items(), key=lambda vote: vote[1], default=("", 0))
    if 2 * count > len(verdicts):
        reason = next(one.reason for one in verdicts if one.word == word)
        told = f"{count} of {len(verdicts)}: {reason}" if len(verdicts) > 1 else reason
        return Score(values[word], word, told)
    if failures or not verdicts:
        return Score(None, error=failures[0].error if failures else "no judge was asked")
    mean = sum(values[one] * times for one, times in votes.items()) / len(verdicts)
    said = ", ".join(f"{times} {one}" for one, times in votes.most_common())
    return Score(mean, SPLIT, said)


def _both(shown: Verdict, swapped: Verdict, words: tuple[str, ...]) -> Verdict:
    """Return what a judge prefers, from its verdicts in both orders."""
    for one in (shown, swapped):
        if one.word is None:
            return one
    first, second, _ = words
    better = {first: "better", second: "worse"}.get(str(shown.word), "tie")
    turned = {first: "worse", second: "better"}.get(str(swapped.word), "tie")
    if better == turned:
        return Verdict(shown.model, better, shown.reason)
    return Verdict(shown.model, BIASED, f"{better} when shown first, then {turned}")
