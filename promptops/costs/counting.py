"""The tokens of what is sent; the texts of all prompts are counted together."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from promptops.model.values import dataclass
from promptops.tokens.methods import method_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from promptops.costs.sent import Counted, Sent
    from promptops.model.tokens import CountMethod
    from promptops.model.usage import Calibration
    from promptops.tokens.counter import TokenCounter


@dataclass(frozen=True, slots=True)
class Count:
    """A side's tokens for a model; each message is encoded by itself."""

    counted: Counted
    method: CountMethod
    encoded: int  # in the method's encoding, before its factor
    attached_encoded: int
    reason: str = ""
    inputs: tuple[str, ...] = ()  # whose values are not in it
    given: int | None = None  # all input tokens, where the vendor itself counted them

    @property
    def messages(self) -> int:
        """The model's tokens of the messages."""
        if self.given is not None:
            return self.given - self.attached
        return self.method.scale(self.encoded)

    @property
    def attached(self) -> int:
        """The model's tokens of tool definitions and schema."""
        return self.method.scale(self.attached_encoded)

    @property
    def input(self) -> int:
        """All input tokens of a call."""
        return self.messages + self.attached


class Batch:
    """Texts that are counted together: an encoder is costly to make and serves all of them."""

    def __init__(self) -> None:
        self._tokens: dict[str, dict[str, int]] = defaultdict(dict)
        self._asked: dict[str, dict[str, None]] = defaultdict(dict)

    def add(self, encoding: str, texts: Iterable[str]) -> None:
        """Ask for texts in an encoding."""
        known = self._tokens[encoding]
        self._asked[encoding] |= dict.fromkeys(text for text in texts if text not in known)

    def count(self, counter: TokenCounter) -> None:
        """Count all that was asked for since the last time, with one call for each encoding."""
        for encoding, asked in self._asked.items():
            texts = list(asked)
            self._tokens[encoding].update(zip(texts, counter.encoded(texts, encoding), strict=True))
        self._asked.clear()

    def recall(self, counter: TokenCounter) -> bool:
        """Do the same without a tokenizer; returns whether that can be done."""
        for encoding, asked in self._asked.items():
            counts = counter.recalled(list(asked), encoding)
            if counts is None:
                return False
            self._tokens[encoding].update(zip(asked, counts, strict=True))
        self._asked.clear()
        return True

    def tokens(self, encoding: str) -> Mapping[str, int]:
        """Return what was counted in an encoding, by text."""
        return self._tokens[encoding]


def method_of(
    one: Sent,
    model: str | None,
    calibrations: Callable[[int | None], Mapping[str, Calibration]],
) -> CountMethod:
    """Return how a side's texts are counted for a model.

    ``calibrations`` gives them by model for so many characters, where these are all that is sent.
    """
    texts = "\n".join((*one.messages, *one.attached))
    size = len(texts) if one.counted == "rendered" else None
    return method_for(model, texts, calibrations(size), reconstruct=True)


def counted(one: Sent, method: CountMethod, batch: Batch) -> Count:
    """Return the tokens of a side's texts, once they are counted."""
    tokens = batch.tokens(method.encoding)
    encoded, attached = (
        sum(tokens[text] for text in texts) for texts in (one.messages, one.attached)
    )
    return Count(one.counted, method, encoded, attached, one.reason, one.inputs)
