"""Scorers of what an answer says, for evals in Python."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from promptops.evals.python_scorer import Scorer
from promptops.scorers.normalise import DEFAULT, LOOSE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from promptops.evals.python_scorer import Steps


@dataclass(frozen=True, slots=True)
class Equals(Scorer):
    """1 if the answer is what is expected, or any of a list, after normalisation of both."""

    kind: ClassVar[str] = "equals"
    value: Sequence[str] | str = ()
    _: KW_ONLY
    normalise: Steps = DEFAULT


@dataclass(frozen=True, slots=True)
class Label(Scorer):
    """1 if the answer's label is the expected one; the label feeds the confusion matrix."""

    kind: ClassVar[str] = "label"
    values: Sequence[str] | str
    _: KW_ONLY
    find: Literal["whole", "only"] = "whole"
    normalise: Steps = LOOSE


@dataclass(frozen=True, slots=True)
class Contains(Scorer):
    """1 if the answer holds a text: `value`, else what is expected; of a list, the whole of it."""

    kind: ClassVar[str] = "contains"
    value: str | None = None
    _: KW_ONLY
    normalise: Steps = DEFAULT


@dataclass(frozen=True, slots=True)
class ContainsAll(Scorer):
    """1 if the answer holds every one of some texts; with `partial`, the share that it holds."""

    kind: ClassVar[str] = "contains_all"
    values: Sequence[str] | str = ()
    _: KW_ONLY
    partial: bool = False
    normalise: Steps = DEFAULT


@dataclass(frozen=True, slots=True)
class ContainsAny(Scorer):
    """1 if the answer holds at least one of some texts."""

    kind: ClassVar[str] = "contains_any"
    values: Sequence[str] | str = ()
    _: KW_ONLY
    normalise: Steps = DEFAULT


@dataclass(frozen=True, slots=True)
class Regex(Scorer):
    """1 if the pattern is found in the answer, or, with `full`, describes the whole of it."""

    kind: ClassVar[str] = "regex"
    pattern: str | None = None
    _: KW_ONLY
    full: bool = False
    normalise: Steps = DEFAULT


@dataclass(frozen=True, slots=True)
class Number(Scorer):
    """1 if the answer's last number is the expected one, within `abs` or the share `rel` of it."""

    kind: ClassVar[str] = "number"
    _: KW_ONLY
    abs: float = 0.0
    rel: float = 0.0
    point: Literal[".", ","] = "."


@dataclass(frozen=True, slots=True)
class Choice(Scorer):
    """1 if the letter that the answer chooses is the expected one."""

    kind: ClassVar[str] = "choice"
    _: KW_ONLY
    letters: str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class Length(Scorer):
    """1 if the answer has from `min` to `max` words, characters or tokens."""

    kind: ClassVar[str] = "length"
    _: KW_ONLY
    unit: Literal["words", "characters", "tokens"] = "words"
    min: int = 0
    max: int | None = None
    normalise: Steps = DEFAULT


@dataclass(frozen=True, slots=True)
class Refusal(Scorer):
    """1 if the answer is a refusal; use `not: true` where answers are wanted."""

    kind: ClassVar[str] = "refusal"
    _: KW_ONLY
    phrases: Sequence[str] | str = ()


@dataclass(frozen=True, slots=True)
class QuotesInInput(Scorer):
    """The share of the answer's quotations that occur in the case's inputs."""

    kind: ClassVar[str] = "quotes_in_input"
    _: KW_ONLY
    spans: Sequence[Literal["quotes", "ids"]] = ("quotes",)
    min_words: int = 3
    inputs: Sequence[str] | str = ()


@dataclass(frozen=True, slots=True)
class SetF1(Scorer):
    """F1 of the answer's labels against the expected ones; order and repetition do not count."""

    kind: ClassVar[str] = "set_f1"
    _: KW_ONLY
    separator: str = ","
    normalise: Steps = LOOSE


@dataclass(frozen=True, slots=True)
class TokenF1(Scorer):
    """F1 of the answer's words against a reference's, the best over the references, as SQuAD's."""

    kind: ClassVar[str] = "token_f1"
    _: KW_ONLY
    normalise: Steps = ("casefold", "punctuation", "articles", "spaces")
