"""The tokens of o200k_base of what some calls were asked, counted off the caller's thread.

What a vendor bills for one of them is a prompt's and a model's own factor: ``usage sync`` takes it
of the calls that tell both. A count costs the recorder's thread tens of milliseconds of CPU, since
it makes an encoder; so the first calls of a prompt are counted and then one of many, together.
"""

from __future__ import annotations

import json
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from promptops.recording.raw import RawCall

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promptops.recording.raw import Raw

FIRST: Final = 40  # calls of a prompt, version and model that are all counted
EVERY: Final = 100  # of later ones, one of so many
TOGETHER: Final = 16  # calls that are counted at once
SECONDS: Final = 10.0  # at least, between two counts
PATIENCE: Final = 30.0  # seconds that calls wait for company
LONGEST: Final = 100_000  # characters of a count; an encoder for more takes long
_KNOWN: Final = 500  # texts whose counts are remembered, under their hashes
_ENCODING: Final = "o200k_base"


class Counting:
    """Picks calls to be counted and counts them; used by one thread.

    Left out are calls whose request is another than was rendered: later attempts and later turns
    carry more. So are models whose tokens are counted exactly anyway.
    """

    def __init__(self) -> None:
        self._seen: Counter[tuple[Any, ...]] = Counter()
        self._waiting: dict[str, tuple[str, ...]] = {}
        self._texts: dict[str, None] = {}
        self._size = 0
        self._since = self._last = float("-inf")
        self._known: dict[int, int] = {}
        self._exact: dict[str, bool] = {}

    def take(self, calls: Iterable[Raw], now: float) -> None:
        """Note calls that are to be counted; ``now`` is seconds of a clock that never goes back."""
        for call in calls:
            if not isinstance(call, RawCall) or not self._fits(call):
                continue
            asked = call.asked
            key = (asked.prompt, asked.prompt_sha256, asked.model)
            self._seen[key] += 1
            if self._seen[key] > FIRST and self._seen[key] % EVERY:
                continue
            texts = (*call.texts, *map(minified, call.attached))
            size = sum(len(text) for text in texts if text not in self._texts)
            if self._size + size <= LONGEST:
                self._since = self._since if self._waiting else now
                self._waiting[call.call_id] = texts
                self._texts |= dict.fromkeys(texts)
                self._size += size

    def counted(self, now: float, *, all_of_them: bool = False) -> dict[str, int]:
        """Return the tokens of calls by their ids, once it is time to count some."""
        waiting, texts = self._waiting, self._texts
        due = len(waiting) >= TOGETHER or now - self._since >= PATIENCE
        if not waiting or not (all_of_them or (due and now - self._last >= SECONDS)):
            return {}
        self._waiting, self._texts, self._size, self._last = {}, {}, 0, now
        with suppress(Exception):  # a text that no tokenizer reads, or none is installed
            tokens = self._tokens(list(texts))
            return {one: sum(tokens[text] for text in of) for one, of in waiting.items()}
        return {}

    def _fits(self, call: RawCall) -> bool:
        said, model = call.said, call.asked.model
        if call.usage is None or call.error is not None or not call.texts or model is None:
            return False
        if said.get("attempt", 1) != 1 or (said.get("turn") or 1) != 1:
            return False
        if model not in self._exact:
            from promptops.tokens.methods import method_for

            self._exact[model] = method_for(model).method == "exact"
        return not self._exact[model]

    def _tokens(self, texts: Sequence[str]) -> dict[str, int]:
        found = {text: self._known.get(hash(text)) for text in texts}
        fresh = [text for text, tokens in found.items() if tokens is None]
        if fresh:
            from promptops.tokens.encoder import Encoders

            # Not those that the process keeps: they would come to hold the whole vocabulary.
            found |= zip(fresh, Encoders(_ENCODING).count(fresh), strict=True)
        known = {hash(text): tokens for text, tokens in found.items() if tokens is not None}
        self._known = known if len(self._known) + len(fresh) > _KNOWN else {**self._known, **known}
        return {text: tokens for text, tokens in found.items() if tokens is not None}


def minified(value: Any) -> str:
    """Return a tool's definition or a schema as it is counted: as JSON without white space."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
