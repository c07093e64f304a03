"""The cases of an eval as the data of a page: JSON that no text can get out of.

Every text stands once, in a list; all else refers to it by its place there.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from promptops.evals.words import percent
from promptops.reporters.figures import printable
from promptops.reporters.page.markup import Html

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.evals.report import Report
    from promptops.evals.report_cases import Answered, CaseResult

LONGEST: Final = 20_000  # characters of a text
_MOST: Final = 60_000_000  # characters of all; beyond, long ones are left out
_SHORT: Final = 200
_LEFT_OUT: Final = "(left out: the page would be too large; it is in the rows of the report)"
_KEPT: Final = "\n\t\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"
_WRONG: Final = {"broke": 0, "missing": 1, "wrong": 2, "fixed": 3, "differs": 4}


def mark(metric: str, answers: Sequence[Answered]) -> tuple[str, str]:
    """Return how a variant did with a case: right, wrong, part, missing or none, and in a word."""
    values = [score.value for one in answers
              if (score := one.scores.get(metric)) and score.value is not None]  # fmt: skip
    if not values:
        lost = any(one.missing or _failed(metric, one) for one in answers)
        return ("missing", "missing") if lost else ("none", "-")
    mean = sum(values) / len(values)
    if mean in {0, 1}:
        return ("right", "right") if mean else ("wrong", "wrong")
    return "part", f"{percent(mean, 0)} %"


def ordered(found: Report) -> list[int]:
    """Return the places of the cases, those that went wrong first."""
    ranks = [min((_WRONG[tag] for tag in tags(found, case)), default=9) for case in found.cases]
    return sorted(range(len(ranks)), key=ranks.__getitem__)


def tags(found: Report, case: CaseResult) -> set[str]:
    """Return what a filter finds a case by; baselines are in none."""
    metric, means, told = found.eval.metric, {}, set()
    for one in found.variants:
        answers = [each for each in case.answers if each.variant == one.id]
        kind, _ = mark(metric, answers)
        if one.role != "baseline" and answers:
            told |= {kind} & {"wrong", "missing"}
            means[one.id] = _mean(metric, answers)
    before = means.pop(found.incumbent or "", None)
    after = [mean for mean in means.values() if mean is not None]
    if before is not None:
        told |= {"broke"} if any(mean < before for mean in after) else set()
        told |= {"fixed"} if any(mean > before for mean in after) else set()
    known = after if before is None else [before, *after]
    return told | ({"differs"} if len(set(known)) > 1 else set())


def data(found: Report, order: Sequence[int]) -> Html:
    """Return the JSON; ``order`` are the places of the cases, what went wrong first."""
    texts = _Texts()
    scorers = list(dict.fromkeys(name for case in found.cases for one in case.answers
                                 for name in one.scores))  # fmt: skip
    rows = [_case(found, case, texts, scorers) for case in found.cases]
    plain = {
        "scorers": scorers,
        "variants": [one.id for one in found.variants],
        "baselines": [at for at, one in enumerate(found.variants) if one.role == "baseline"],
        "order": list(order),
        "cases": rows,
        "texts": texts.all,
    }
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    safe = text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")
    return Html(safe.encode("utf-8", "replace").decode())


class _Texts:
    """All texts, each once."""

    def __init__(self) -> None:
        self.all: list[str] = []
        self._places: dict[str, int] = {}
        self._size = 0

    def at(self, text: str | None) -> int | None:
        """Return the place of a text; None is nowhere."""
        if text is None:
            return None
        if text not in self._places:
            self._places[text] = len(self.all)
            self.all.append(self._kept(text))
        return self._places[text]

    def _kept(self, text: str) -> str:
        if self._size > _MOST and len(text) > _SHORT:
            return _LEFT_OUT
        shown = text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
        self._size += len(shown)
        if shown.isprintable():
            return shown
        return "".join(char if char in _KEPT else printable(char) for char in shown)


def _case(found: Report, case: CaseResult, texts: _Texts, scorers: list[str]) -> list[Any]:
    places = {one.id: at for at, one in enumerate(found.variants)}
    answers = [_answer(one, places[one.variant], texts, scorers)
               for one in case.answers if one.variant in places]  # fmt: skip
    marks = [mark(found.eval.metric, [one for one in case.answers if one.variant == name])
             for name in places]  # fmt: skip
    about = [f"{name} {value}" for name, value in case.slices.items()]
    about += [f"cluster {case.cluster}"] if case.cluster else []
    return [
        texts.at(case.id), texts.at(case.expected),
        [[texts.at(name), texts.at(value)] for name, value in case.inputs.items()],
        texts.at(", ".join(about)), sorted(tags(found, case)), marks, answers,
    ]  # fmt: skip


def _answer(one: Answered, variant: int, texts: _Texts, scorers: list[str]) -> list[Any]:
    scores = [[scorers.index(name), score.value, texts.at(score.label),
               texts.at(score.reason or None), texts.at(score.error)]
              for name, score in one.scores.items()]  # fmt: skip
    lost = None
    if one.cause or one.message:
        lost = ": ".join(filter(None, (one.cause, one.message)))
    cost = None if one.cost is None else f"${one.cost:f}"
    facts = [cost, None if one.latency is None else f"{one.latency:.2f} s",
             None if one.output_tokens is None else f"{one.output_tokens:,} output tokens",
             f"{one.attempts:,} attempts" if one.attempts > 1 else None,
             _cache(one), f"of run {one.from_run}" if one.from_run else None,
             None if one.finish in {None, "stop"} else f"ended by {one.finish}"]  # fmt: skip
    said = ", ".join(filter(None, facts))
    return [variant, one.repeat, texts.at(one.text), scores, texts.at(lost), texts.at(said)]


def _cache(one: Answered) -> str | None:
    """Return what a call read and wrote, and what was foretold where that is another figure."""
    seen, told = one.observed, one.predicted
    if seen is None or not (seen.read or seen.write or (told and (told.read or told.write))):
        return None
    foretold = ""
    if told is not None and (told.read, told.write) != (seen.read, seen.write):
        foretold = f" (foretold {told.read:,} and {told.write:,})"
    return f"{seen.read:,} tokens read from the cache and {seen.write:,} written{foretold}"


def _mean(metric: str, answers: Sequence[Answered]) -> float | None:
    values = [score.value for one in answers
              if (score := one.scores.get(metric)) and score.value is not None]  # fmt: skip
    return sum(values) / len(values) if values else None


def _failed(metric: str, one: Answered) -> bool:
    score = one.scores.get(metric)
    return score is not None and score.error is not None
