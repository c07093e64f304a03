"""The texts of prompts that are counted: what is sent where a sample fills the inputs."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple

from promptops.errors import PromptopsError, RenderError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from promptops.costs.side import Pair, Side
    from promptops.model.prompt import Role

Counted = Literal["rendered", "variables", "source"]
_ROOT: Final = re.compile(r"[A-Za-z_]\w*")


class Sent(NamedTuple):
    """The texts that are counted for a side.

    ``attached`` are tool definitions and the output's schema; how a vendor writes those into the
    request is not published, so that minified JSON stands for them.
    """

    counted: Counted
    messages: tuple[str, ...]
    attached: tuple[str, ...] = ()
    reason: str = ""  # why it is only the source
    values: Mapping[str, Any] | None = None  # that it was rendered with
    roles: tuple[Role, ...] = ()  # of the messages, where it was
    tools: int = 0  # how many of the attached texts are tools; the schema follows
    inputs: tuple[str, ...] = ()  # whose own tokens are to be added, where it was not


def sent(
    pair: Pair, folder: str, variables: Collection[str] = ()
) -> tuple[Sent | None, Sent | None]:
    """Return what is counted on each side: the same kind of text on both.

    A side that cannot be parsed is its source; the other one then stands alone. One that cannot be
    opened is nothing at all, beside the other. ``variables`` are inputs whose own tokens are known,
    so that a prompt without a sample is its fixed text and theirs.
    """
    samples = [_sample(side) for side in (pair.old, pair.new) if side is not None]
    known = [sample for sample in samples if isinstance(sample, dict)]
    old = _sent(pair.old, known, folder, variables) if pair.old else None
    new = _sent(pair.new, known, folder, variables) if pair.new else None
    if pair.old and pair.new and pair.new.unopened:
        return old, None
    alone = old is None or new is None or pair.broken is not None
    if alone or old is None or new is None or old.counted == new.counted:
        return old, new
    reason = old.reason or new.reason
    assert pair.old is not None  # noqa: S101 - both sides are there
    assert pair.new is not None  # noqa: S101
    return _source(pair.old, reason), _source(pair.new, reason)


def _sent(
    side: Side, samples: list[dict[str, Any]], folder: str, variables: Collection[str]
) -> Sent:
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
        return Sent(
            "rendered",
            tuple(message.text for message in messages),
            attached,
            values=_declared(side, sample),
            roles=tuple(message.role for message in messages),
            tools=len(side.prompt.metadata.tools),
        )
    printed = _printed(side) if variables else ()
    if printed and set(printed) <= {*variables}:
        missing, attached = _attached(side, folder)
        if not missing:
            fixed = side.prompt.variants[0].static
            return Sent("variables", (fixed,), attached, inputs=printed)
    return _source(side, _why_not(side))


def _printed(side: Side) -> tuple[str, ...]:
    """Return the inputs that the longest path through a prompt prints, as often as it does."""
    if not side.prompt.variants:
        return ()
    leaves = (leaf for leaf in side.prompt.variants[0].leaves if leaf.expression is not None)
    roots = (_ROOT.match(leaf.looped or leaf.expression or "") for leaf in leaves)
    return tuple(root[0] if root else "" for root in roots)


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
