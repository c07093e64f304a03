"""Answers that people have graded: what a judge is held against."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from promptops.errors import ConfigError, nearest
from promptops.model.evaluation import Case, Completion
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from pathlib import Path

    from promptops.scorers.judge import Ask, Judge

ENOUGH: Final = 50  # grades; with fewer, a judge stays uncalibrated
_KEYS: Final = frozenset({"id", "inputs", "answer", "answers", "label", "expected", "cluster"})
_COMPARED: Final = ("better", "worse", "tie")


@dataclass(frozen=True, slots=True)
class Graded:
    """A case, its answer (or a candidate's and the incumbent's), and what people call it."""

    case: Case
    completions: tuple[Completion, ...]
    label: str


class Agreement(NamedTuple):
    """A person's label of an answer, and the judge's; None where the judge failed."""

    case_id: str
    cluster: str
    person: str
    judge: str | None


def read_graded(path: Path, judge: Judge) -> tuple[Graded, ...]:
    """Return a file's graded answers: a line of JSON each, ``{inputs, answer, label}``.

    A comparison has ``answers``, the candidate's first, and the label better, worse or tie. ``id``,
    ``expected`` and ``cluster`` are as in a dataset.

    Raises:
        ConfigError: The file or a line cannot be read, or a label is none of the judge's.
    """
    try:
        lines = path.read_text("utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    compared = "answers" in judge.scorer.kind.options
    words = _COMPARED if compared else judge.prompt.words
    return tuple(
        _graded(line, f"{path}:{at}", at, words, compared=compared)
        for at, line in enumerate(lines, 1)
        if line.strip()
    )


async def agreements(judge: Judge, graded: tuple[Graded, ...], ask: Ask) -> tuple[Agreement, ...]:
    """Return what the judge says beside what people say, in the file's order."""
    found = []
    for one in graded:
        score = await judge.judge(one.case, one.completions, ask)
        told = None if score.error is not None else score.label
        found.append(Agreement(one.case.id, one.case.cluster, one.label, told))
    return tuple(found)


def _graded(line: str, where: str, at: int, words: tuple[str, ...], *, compared: bool) -> Graded:
    try:
        row: Any = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{where}: no JSON: {error}") from error
    if not isinstance(row, dict):
        raise ConfigError(f"{where}: expected an object")
    for key in row:
        if key not in _KEYS:
            raise ConfigError(f"{where}: unknown key {key!r}{nearest(key, _KEYS)}")
    answers = row.get("answers") if compared else [row.get("answer")]
    count = 2 if compared else 1
    if not isinstance(answers, list) or [type(one) for one in answers] != [str] * count:
        told = "`answers` with two texts" if compared else "an `answer` that is a text"
        raise ConfigError(f"{where}: expected {told}")
    label = row.get("label")
    if not isinstance(label, str) or label not in words:
        hint = nearest(label, words) if isinstance(label, str) else ""
        raise ConfigError(f"{where}: the label {label!r} is none of {', '.join(words)}{hint}")
    inputs = row.get("inputs", {})
    if not isinstance(inputs, dict):
        raise ConfigError(f"{where}: `inputs` is no object")
    name, cluster = str(row.get("id", at)), str(row.get("cluster", ""))
    case = Case(name, inputs, row.get("expected"), cluster, line=at)
    return Graded(case, tuple(map(Completion, answers)), label)
