"""Which texts the ledger keeps, and what is taken out of them first."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, Literal

from promptops.ledger.rows import Answer, Result, Scored
from promptops.model.evaluation import ToolCall
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST_MESSAGE: Final = 500  # characters
_KEYS: Final = (  # compiled when there is a message
    r"(?i)\b(?:(?:sk|rk|pk|gsk|xai|pplx)-|(?:gsk|hf|sk_live|rk_live)_)[\w*-]{8,}|\bAIza[\w-]{10,}|\bA[KS]IA[A-Z0-9]{12,}"
    r"|\b(?:bearer|basic)[ ][\w.~+/=-]{16,}"
)


def without_keys(text: str) -> str:
    """Return a text without what looks like a vendor's key."""
    return re.sub(_KEYS, "[key]", text)


@dataclass(frozen=True, slots=True)
class Keeping:
    """What of a text comes into the ledger.

    ``redact`` takes a text of a model or of a judge and returns the one to keep. With ``store``
    set to "hashes" no such text is kept at all, and no answer can be used again.
    """

    store: Literal["answers", "hashes"] = "answers"
    redact: Callable[[str], str] | None = None

    def answer(self, answer: Answer) -> Answer:
        """Return the answer as it is kept, under the hash of what is kept."""
        if self.redact is None:
            return answer
        calls = tuple(ToolCall(one.name, self._each(one.arguments)) for one in answer.tool_calls)
        return Answer.of(self.redact(answer.text), calls, self._each(answer.structured))

    def result(self, result: Result) -> Result:
        """Return a result whose message holds no key of a vendor's and is short."""
        if result.message is None:
            return result
        if self.store == "hashes":
            return replace(result, message=None)
        # Vendors repeat a part of the key that they refuse, and of the text that is too long.
        text = without_keys(self._one(result.message))
        return replace(result, message=text[:LONGEST_MESSAGE])

    def scored(self, row: Scored) -> Scored:
        """Return a score whose words are kept as texts are."""
        score = row.score
        if self.store == "hashes":
            error = None if score.error is None else "not kept"
            return replace(row, score=replace(score, reason="", error=error))
        if score.error is None and (self.redact is None or not score.reason):
            return row
        error = None if score.error is None else without_keys(self._one(score.error))
        return replace(row, score=replace(score, reason=self._one(score.reason), error=error))

    def _one(self, text: str) -> str:
        return text if self.redact is None else self.redact(text)

    def _each(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._one(value)
        if isinstance(value, dict):
            return {key: self._each(one) for key, one in value.items()}
        if isinstance(value, list):
            return [self._each(one) for one in value]
        # Whatever else JSON holds: numbers, true, null.
        return value
