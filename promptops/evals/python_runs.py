"""Figures of a whole run, for evals in Python."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

from promptops.evals.python_scorer import Scorer


@dataclass(frozen=True, slots=True)
class MacroF1(Scorer):
    """The mean over the labels of their F1; `of` is the name of the scorer that gives labels."""

    kind: ClassVar[str] = "macro_f1"
    of: str


@dataclass(frozen=True, slots=True)
class Kappa(Scorer):
    """Cohen's kappa of expected and given labels; `of` names the scorer that gives them."""

    kind: ClassVar[str] = "kappa"
    of: str


@dataclass(frozen=True, slots=True)
class AUROC(Scorer):
    """The area under the ROC curve: how well the scorer `of` ranks the positive cases first."""

    kind: ClassVar[str] = "auroc"
    of: str
    _: KW_ONLY
    positive: str = "true"
