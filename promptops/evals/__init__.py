"""Evals: quality against cost, across versions, models and cache placements.

The names here are imported when they are first used: an eval in Python, and its parts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from promptops.evals.python import Eval
    from promptops.evals.python_data import (
        Cost,
        JSONFields,
        JSONSchema,
        JSONValid,
        Latency,
        OutputTokens,
        Python,
        ToolCall,
        ToolSequence,
    )
    from promptops.evals.python_judges import JudgeChoice, JudgePairwise, JudgeRubric
    from promptops.evals.python_likeness import BLEU, ROUGE, ChrF, EditSimilarity, Similar
    from promptops.evals.python_parts import Dataset, Gate
    from promptops.evals.python_runs import AUROC, Kappa, MacroF1
    from promptops.evals.python_scorer import Scorer
    from promptops.evals.python_text import (
        Choice,
        Contains,
        ContainsAll,
        ContainsAny,
        Equals,
        Label,
        Length,
        Number,
        QuotesInInput,
        Refusal,
        Regex,
        SetF1,
        TokenF1,
    )

__all__ = [
    "AUROC",
    "BLEU",
    "ROUGE",
    "Choice",
    "ChrF",
    "Contains",
    "ContainsAll",
    "ContainsAny",
    "Cost",
    "Dataset",
    "EditSimilarity",
    "Equals",
    "Eval",
    "Gate",
    "JSONFields",
    "JSONSchema",
    "JSONValid",
    "JudgeChoice",
    "JudgePairwise",
    "JudgeRubric",
    "Kappa",
    "Label",
    "Latency",
    "Length",
    "MacroF1",
    "Number",
    "OutputTokens",
    "Python",
    "QuotesInInput",
    "Refusal",
    "Regex",
    "Scorer",
    "SetF1",
    "Similar",
    "TokenF1",
    "ToolCall",
    "ToolSequence",
]  # fmt: skip

_HOMES = {
    "python": "Eval",
    "python_parts": "Dataset Gate",
    "python_scorer": "Scorer",
    "python_text": (
        "Choice Contains ContainsAll ContainsAny Equals Label Length Number QuotesInInput Refusal "
        "Regex SetF1 TokenF1"
    ),
    "python_likeness": "BLEU ROUGE ChrF EditSimilarity Similar",
    "python_data": (
        "Cost JSONFields JSONSchema JSONValid Latency OutputTokens Python ToolCall ToolSequence"
    ),
    "python_runs": "AUROC Kappa MacroF1",
    "python_judges": "JudgeChoice JudgePairwise JudgeRubric",
}


def __getattr__(name: str) -> Any:
    for home, names in _HOMES.items():
        if name in names.split():
            from importlib import import_module

            value = globals()[name] = getattr(import_module(f"{__name__}.{home}"), name)
            return value
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
