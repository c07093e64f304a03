"""Scorers of how like an answer is to another, for evals in Python."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from promptops.evals.python_scorer import Scorer
from promptops.scorers.normalise import DEFAULT

if TYPE_CHECKING:
    from promptops.evals.python_scorer import Steps


@dataclass(frozen=True, slots=True)
class EditSimilarity(Scorer):
    """1 minus the Levenshtein distance over the longer length, the best over the references."""

    kind: ClassVar[str] = "edit_similarity"
    _: KW_ONLY
    normalise: Steps = DEFAULT


@dataclass(frozen=True, slots=True)
class ROUGE(Scorer):
    """ROUGE's F1 as google-research's rouge-score gives it, the best over the references."""

    kind: ClassVar[str] = "rouge"
    _: KW_ONLY
    variant: Literal["rouge1", "rouge2", "rougeL", "rougeLsum"] = "rougeL"
    stem: bool = False


@dataclass(frozen=True, slots=True)
class BLEU(Scorer):
    """Sentence BLEU of sacrebleu over 100, with effective order; its signature is the reason."""

    kind: ClassVar[str] = "bleu"
    _: KW_ONLY
    tokenise: Literal["13a", "intl", "char", "none"] = "13a"
    lowercase: bool = False


@dataclass(frozen=True, slots=True)
class ChrF(Scorer):
    """Sentence chrF of sacrebleu over 100; `words: 2` is chrF++. The reason is its signature."""

    kind: ClassVar[str] = "chrf"
    _: KW_ONLY
    words: int = 0


@dataclass(frozen=True, slots=True)
class Similar(Scorer):
    """The cosine of the embeddings of the answer and the likest reference, but not below 0."""

    kind: ClassVar[str] = "similar"
    _: KW_ONLY
    model: str
    threshold: float | None = None
    normalise: Steps = DEFAULT
