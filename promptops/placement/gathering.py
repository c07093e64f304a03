"""Recorded calls with blocks, as placements are compared over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from promptops.caching.bootstrap import sessions, stretches
from promptops.caching.evaluate import Call
from promptops.caching.trace_reading import read_trace
from promptops.caching.traces import Content, Segment, TraceError, content_id, in_order, with_blocks
from promptops.tokens.counter import default_counter

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence
    from pathlib import Path

    from promptops.caching.traces import Recorded
    from promptops.placement.layout import Layout

SEED: Final = 20_261_122  # of the draws: the same trace gives the same interval


class Gathered(NamedTuple):
    """Calls with blocks, those of each block of the bootstrap, and where they are from."""

    calls: list[Call]
    blocks: list[list[int]]
    told: str


def traced(path: Path, name: str, layout: Layout, longest: float) -> Gathered:
    """Return the calls of a prompt that a trace's file holds.

    Raises:
        TraceError: The file cannot be read, or holds no call that fits the prompt.
    """
    counter, method = default_counter(), layout.method

    def count(text: str) -> int:
        return method.scale(counter.encoded([text], method.encoding)[0])

    trace = read_trace(path, count=count)
    own = [
        call._replace(prompt=name)
        for call in in_order(trace)
        if call.prompt is None or call.prompt.partition("@")[0] == name
    ]
    calls = [call for call in own if call.ids or call.inputs is not None]
    if not calls:
        told = f"none of its {trace.read} calls tells blocks or inputs of {name}"
        raise TraceError(f"{path}: {told}")
    made = list(with_blocks(calls, {name: _segments(layout, count)}))
    if any(len(call.ids) != len(layout.stops) for call in made):
        told = f"the prompt has {len(layout.stops)} stretches, a call another number of blocks"
        raise TraceError(f"{path}: {told}; record inputs instead")
    left = trace.read - len(made)
    end = f"; {left:,} of other prompts, or without inputs, left out" if left else ""
    found = gathered(made, f"{len(made):,} recorded calls of {path.name}", longest)
    return found._replace(told=f"{found.told}{end}")


def gathered(made: Sequence[Recorded], told: str, longest: float) -> Gathered:
    """Return calls with blocks in sessions, or in stretches where not all tell theirs."""
    known = [call.session for call in made]
    times = [call.t for call in made]
    split = sessions(_ids(known)) if all(known) else stretches(times, longest)
    unit = "sessions" if all(known) else "stretches as long as the longest lifetime"
    calls = [Call(one.t, one.tokens, one.ids) for one in made]
    return Gathered(calls, split, f"{told} in {len(split):,} {unit}")


def _ids(known: Sequence[str | None]) -> list[Hashable]:
    return list(known)


def _segments(layout: Layout, count: Any) -> list[Segment]:
    """Return the prompt's stretches; what a sample's values do not fill of one is literal."""
    sample = layout.draft.sample
    found, done = [], 0
    for at, stop in enumerate(layout.stops):
        values = [sample[name] for name in stop.inputs if name in sample]
        filled = sum(count(one if isinstance(one, str) else str(one)) for one in values)
        literal = max(stop.tokens - done - filled, 0)
        found.append(Segment(Content(literal, content_id(["literal", at])), stop.inputs))
        done = stop.tokens
    return found
