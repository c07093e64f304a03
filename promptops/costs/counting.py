"""The tokens of prompts: what is sent where a sample fills the inputs, else the stored text."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from promptops.errors import PromptopsError, RenderError
from promptops.tokens.methods import method_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from promptops.costs.side import Pair, Side
    from promptops.model.tokens import CountMethod
    from promptops.tokens.counter import TokenCounter

Counted = Literal["rendered", "source"]


class Sent(NamedTuple):
    """The texts that are counted for a side.

    ``attached`` are tool definitions and the output's schema; how a vendor writes those into the
    request is not published, so that minified JSON stands for them.
    """

    counted: Counted
    messages: tuple[str, ...]
    attached: tuple[str, ...] = ()
    reason: str = ""  # why it is only the source


@dataclass(frozen=True, slots=True)
class Count:
    """A side's tokens for a model; each message is encoded by itself."""

    counted: Counted
    method: CountMethod
    encoded: int  # in the method's encoding, before its factor
    attached_encoded: int
    reason: str = ""

    @property
    def messages(self) -> int:
        """The model's tokens of the messages."""
        return self.method.scale(self.encoded)

    @property
    def attached(self) -> int:
        """The model's tokens of tool definitions and schema."""
        return self.method.scale(self.attached_encoded)

    @property
    def input(self) -> int:
        """All input tokens of a call."""
        return self.messages + self.attached


def sent(pair: Pair, folder: str) -> tuple[Sent | None, Sent | None]:
    """Return what is counted on each side: the same kind of text on both.

    A side that cannot be parsed is its source; the other one then stands alone. One that cannot be
    opened is nothing at all, beside the other.
    """
    samples = [_sample(side) for side in (pair.old, pair.new) if side is not None]
    known = [sample for sample in samples if isinstance(sample, dict)]
    old = _sent(pair.old, known, folder) if pair.old else None
    new = _sent(pair.new, known, folder) if pair.new else None
    if pair.old and pair.new and pair.new.unopened:
        return old, None
    alone = old is None or new is None or pair.broken is not None
    if alone or old is None or new is None or old.counted == new.counted:
        return old, new
    reason = old.reason or new.reason
    assert pair.old is not None  # noqa: S101 - both sides are there
    assert pair.new is not None  # noqa: S101
    return _source(pair.old, reason), _source(pair.new, reason)


def count(asked: Sequence[tuple[Sent, str | None]], counter: TokenCounter) -> list[Count]:
    """Return the tokens of texts for models, with one call of the counter for each encoding."""
    methods = [method_for(model, "\n".join((*s.messages, *s.attached))) for s, model in asked]
    texts: dict[str, dict[str, None]] = defaultdict(dict)
    for (one, _), method in zip(asked, methods, strict=True):
        texts[method.encoding] |= dict.fromkeys((*one.messages, *one.attached))
    tokens = {
        encoding: dict(zip(known, counter.encoded(list(known), encoding), strict=True))
        for encoding, known in texts.items()
    }

    def total(texts: Iterable[str], encoding: str) -> int:
        return sum(tokens[encoding][text] for text in texts)

    return [
        Count(
            one.counted,
            method,
            total(one.messages, method.encoding),
            total(one.attached, method.encoding),
            one.reason,
        )
        for (one, _), method in zip(asked, methods, strict=True)
    ]


def _sent(side: Side, samples: list[dict[str, Any]], folder: str) -> Sent:
    if side.broken("head"):
        return _source(side, "it does not parse")
    if not side.prompt.ours:
        return _source(side, "it declares no inputs")
    # The new sample wins on both sides: a changed sample must not look like a changed prompt.
    for sample in ({key: one[key] for one in samples for key in one}, _own(side)):
        try:
            messages = side.prompt.render(_declared(side, sample))
        except RenderError:
            continue
        missing, attached = _attached(side, folder)
        if missing:
            return _source(side, f"{missing} cannot be read")
        return Sent("rendered", tuple(message.text for message in messages), attached)
    return _source(side, _why_not(side))


def _source(side: Side, reason: str) -> Sent:
    return Sent("source", (side.body,), (), reason)


def _why_not(side: Side) -> str:
    path = side.prompt.metadata.cost.sample
    if path is None:
        return "no cost.sample fills its inputs"
    said = _sample(side)
    return said if isinstance(said, str) else f"{path} does not fit its inputs"


def _own(side: Side) -> dict[str, Any]:
    sample = _sample(side)
    return sample if isinstance(sample, dict) else {}


def _declared(side: Side, sample: dict[str, Any]) -> dict[str, Any]:
    inputs = side.prompt.metadata.inputs
    if inputs is None:
        return dict(sample)
    return {name: value for name, value in sample.items() if name in inputs}


def _sample(side: Side) -> dict[str, Any] | str | None:
    """Return the values of a side's sample, or what is wrong with it; None where there is none."""
    path = side.prompt.metadata.cost.sample
    if path is None:
        return None
    data = _json(side, path)
    return data if isinstance(data, dict) else f"{path} is no JSON object"


def _attached(side: Side, folder: str) -> tuple[str, tuple[str, ...]]:
    """Return the first file that is missing, and the tools and the schema as minified JSON."""
    declared = side.prompt.metadata
    schema = declared.output.schema if declared.output else None
    texts = []
    for name in (*declared.tools, *([schema] if schema else [])):
        path = f"{folder}/{name}" if folder else name
        data = _json(side, path)
        if data is None:
            return path, ()
        texts.append(json.dumps(data, ensure_ascii=False, separators=(",", ":")))
    return "", tuple(texts)


def _json(side: Side, path: str) -> Any:
    try:
        data = side.files.read(path)
        return None if data is None else json.loads(data.decode("utf-8-sig"))
    except (PromptopsError, ValueError, RecursionError):
        return None
