"""Scorers of data, of calls of tools, of bounds and by functions, for evals in Python."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from promptops.evals.python_scorer import Scorer
from promptops.scorers.normalise import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from promptops.evals.python_scorer import Steps


@dataclass(frozen=True, slots=True)
class JSONValid(Scorer):
    """1 if the answer is JSON; add the step `fence` where a code fence round it is welcome."""

    kind: ClassVar[str] = "json_valid"
    _: KW_ONLY
    normalise: Steps = DEFAULT


@dataclass(frozen=True, slots=True)
class JSONSchema(Scorer):
    """1 if the answer is JSON of a schema: a file, one written out, else the prompt's own."""

    kind: ClassVar[str] = "json_schema"
    schema: Mapping[str, Any] | str | None = None
    _: KW_ONLY
    normalise: Steps = DEFAULT


@dataclass(frozen=True, slots=True)
class JSONFields(Scorer):
    """F1 of the answer's fields: each leaf with its path is right, missing or too many."""

    kind: ClassVar[str] = "json_fields"
    _: KW_ONLY
    ignore: Sequence[str] | str = ()
    abs: float = 0.0
    rel: float = 0.0
    unordered: Sequence[str] | str = ()
    normalise: Steps = DEFAULT


@dataclass(frozen=True, slots=True)
class ToolCall(Scorer):
    """F1 of the calls that the answer makes, in any order, against those expected."""

    kind: ClassVar[str] = "tool_call"
    _: KW_ONLY
    arguments: Literal["exact", "subset", "ignore"] = "exact"


@dataclass(frozen=True, slots=True)
class ToolSequence(Scorer):
    """F1 of the calls in their order: the longest common sequence of made and expected ones."""

    kind: ClassVar[str] = "tool_sequence"
    _: KW_ONLY
    order: Literal["ordered", "unordered", "subsequence"] = "ordered"
    arguments: Literal["exact", "subset", "ignore"] = "exact"


@dataclass(frozen=True, slots=True)
class Latency(Scorer):
    """1 if the answer came within `max` seconds; stored answers say nothing of today's."""

    kind: ClassVar[str] = "latency"
    max: float


@dataclass(frozen=True, slots=True)
class Cost(Scorer):
    """1 if the call costs at most `max` dollars, as if it were live."""

    kind: ClassVar[str] = "cost"
    max: float


@dataclass(frozen=True, slots=True)
class OutputTokens(Scorer):
    """1 if the vendor counted from `min` to `max` output tokens, reasoning included."""

    kind: ClassVar[str] = "output_tokens"
    _: KW_ONLY
    min: int = 0
    max: int | None = None


@dataclass(frozen=True, slots=True)
class Python(Scorer):
    """What a function says: `file.py:function`, below the eval file's folder."""

    kind: ClassVar[str] = "python"
    function: str | Callable[..., Any]
