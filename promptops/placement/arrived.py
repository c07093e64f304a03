"""A prompt's recorded calls of which only the times are known: what they share is as declared."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import pairwise
from random import Random
from typing import TYPE_CHECKING, Final

from promptops.caching.traces import TraceError, content_id, in_order
from promptops.placement.gathering import SEED, gathered

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from promptops.caching.traces import Recorded
    from promptops.model.prompt import Drift, Input
    from promptops.placement.gathering import Gathered
    from promptops.placement.layout import Layout

LITERAL: Final = "literal"


def arrived(calls: Iterable[Recorded], name: str, layout: Layout, longest: float) -> Gathered:
    """Return the calls of a prompt with blocks: the sample's lengths, contents as declared.

    What is static is the same in all calls of one text, what is daily in those of a day of UTC,
    what is of a session in those of a session, and a key is the tenant; all else, and what a call
    does not tell, is new on every call. Texts that drift change by seeded chance. Batches are left
    out, whose calls come when the vendor likes.

    Raises:
        TraceError: There is no call of the prompt.
    """
    own = [
        call
        for call in in_order(calls)
        if (call.prompt or "").partition("@")[0] == name and not call.batch
    ]
    if not own:
        raise TraceError(f"the ledger holds no call of {name}")
    declared = layout.draft.bare.prompt.metadata.inputs or {}
    contents = _Contents(declared)
    ends = (0, *(stop.tokens for stop in layout.stops))
    tokens = tuple(end - start for start, end in pairwise(ends))
    made = [
        call._replace(
            tokens=tokens,
            ids=tuple(contents.of(call, stop.inputs) for stop in layout.stops),
        )
        for call in own
    ]
    return gathered(made, f"{len(made):,} recorded calls of the ledger, alike as declared", longest)


class _Contents:
    """The ids of what calls hold, call after call in the order of time."""

    def __init__(self, declared: Mapping[str, Input]) -> None:
        self._declared = declared
        self._dice = Random(SEED)  # noqa: S311 - no secret
        self._drifted: dict[object, int] = {}
        self._number = 0

    def of(self, call: Recorded, inputs: Iterable[str]) -> str:
        """Return the id of a stretch of a call."""
        text = call.extra.text if call.extra else None
        return content_id([LITERAL, call.prompt, text, [self._input(call, one) for one in inputs]])

    def _input(self, call: Recorded, name: str) -> str | int:
        one = self._declared.get(name)
        if one is not None and one.drift is not None:
            return self._drift(call, name, one.drift)
        how = one.stability if one is not None else None
        if how == "static":
            return name
        if how == "daily":
            return datetime.fromtimestamp(call.t, UTC).date().isoformat()
        known = {"per_session": call.session, "key": call.extra.tenant if call.extra else None}
        return known.get(how or "") or self._new()

    def _drift(self, call: Recorded, name: str, drift: Drift) -> str | int:
        tenant = call.extra.tenant if call.extra else None
        if drift.of is not None and tenant is None:
            return self._new()
        key = (name, tenant if drift.of is not None else None)
        changed = self._dice.random() < drift.per_call
        self._drifted[key] = self._drifted.get(key, 0) + changed
        return f"{tenant} {self._drifted[key]}" if drift.of is not None else self._drifted[key]

    def _new(self) -> int:
        self._number += 1
        return self._number
