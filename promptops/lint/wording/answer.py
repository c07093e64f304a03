"""What a prompt says of the answer it wants."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from promptops.lint.wording.signs import bounded, sign
from promptops.lint.wording.tasks import task
from promptops.lint.wording.zones import spots

if TYPE_CHECKING:
    from promptops.lint.wording.instructions import Reading

_READ = 20_000  # characters of instructions; what a prompt wants of its answer stands in fewer
_LONGEST = 2_000  # characters of one sentence
_FIRST = 100  # sentences that tell the kind of task
_BOUNDING = frozenset({"classification", "extraction", "translation", "rewriting"})


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a prompt states its answer's shape and size, and which kind of work it is.

    ``length_bound_stated`` is an upper bound in numbers, on the whole or on parts;
    ``self_bounding`` says that the task itself bounds the answer, as a label or a translation does.
    """

    format_stated: bool
    length_bound_stated: bool
    structured_wanted: bool
    chain_of_thought: bool
    task: str | None
    self_bounding: bool


def answer(text: str, reading: Reading) -> Answer:
    """Return what one variant of a prompt says of its answer."""
    sentences = [
        text[start : min(end, start + _LONGEST)].lower() for start, end in reading.sentences
    ]
    asked = "\n".join(sentences)[:_READ]
    said = _said(text)
    kind = task(sentences[:_FIRST], said)
    structured = _structured(text, asked)
    bound = bounded(asked) or bounded(said)
    return Answer(
        format_stated=structured
        or bound
        or bool(sign("shape").search(asked) or sign("shape").search(said)),
        length_bound_stated=bound,
        structured_wanted=structured,
        chain_of_thought=bool(sign("thought").search(asked) or sign("thought").search(said)),
        task=kind,
        self_bounding=kind in _BOUNDING or bool(sign("label").search(asked)),
    )


def _said(text: str) -> str:
    """Return the lines outside the zones, data sections left out, in lower case."""
    lines = []
    size = 0
    for spot in spots(text):
        if spot.kind in ("prose", "heading") and spot.section not in ("data", "example"):
            lines.append(
                text[spot.line.start : min(spot.line.end, spot.line.start + _READ)].lower()
            )
            size += len(lines[-1])
            if size > _READ:
                break
    return "\n".join(lines)[:_READ]


def _structured(text: str, asked: str) -> bool:
    """Return whether an answer for a machine is wanted: JSON and its like, tags, a skeleton."""
    given = sum(1 for _ in sign("data_given").finditer(asked))
    named = sum(1 for _ in sign("data_format").finditer(asked))
    if named > given or sign("delimited").search(asked):
        return True
    return sign("skeleton").search(text[:_READ].lower()) is not None
