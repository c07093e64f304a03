"""Judges a draft without a model: it looks for what can be seen without understanding it."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

_CITED = re.compile(r"\[([1-9])\]")
_PROMISED = re.compile(r"\b(?:refund|compensat)", re.IGNORECASE)
_LONG = 40  # words that a phone shows at once


def verdict(inputs: Mapping[str, Any], messages: Sequence[Mapping[str, str]]) -> str:
    """Return a judgement in the judge's schema, its reason first."""
    del messages
    draft, passages = inputs["reply"], inputs["chunks"]
    cited = {int(number) for number in _CITED.findall(draft)}
    wording = 3 if len(draft.split()) > _LONG else 4
    grades = {"faithfulness": 4, "completeness": 4, "restraint": 4, "wording": wording}
    reason, word = "Every citation points to a passage.", "pass"
    if not cited and "[no source]" not in draft:
        grades["faithfulness"], reason, word = 2, "Nothing is cited.", "revise"
    if cited and max(cited) > len(passages):
        grades["faithfulness"], reason, word = 1, f"There is no passage [{max(cited)}].", "block"
    granted = any(_PROMISED.search(one["text"]) for one in passages)
    if _PROMISED.search(draft) and not granted:
        grades["restraint"], reason, word = (
            1,
            "No passage grants this refund.",
            "block",
        )
    return json.dumps({"reasoning": reason, **grades, "worst_sentence": None, "verdict": word})
