"""A prompt as the cache engine takes it: stretches with their tokens and what changes in them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from promptops.caching.expected import Expected, Segment
from promptops.model.values import dataclass
from promptops.placement.declared import Changes
from promptops.tokens.methods import method_for

if TYPE_CHECKING:
    from collections.abc import Mapping
    from decimal import Decimal

    from promptops.caching.hits import Prefix, Traffic
    from promptops.caching.terms import Terms
    from promptops.model.prompt import CacheMark
    from promptops.model.tokens import CountMethod
    from promptops.model.usage import Calibration
    from promptops.placement.draft import Draft
    from promptops.templates.marking import Place
    from promptops.tokens.counter import TokenCounter

TOOLS = "the tools"
END = "the end"


@dataclass(frozen=True, slots=True)
class Stop:
    """A place where a mark may stand; ``tokens`` are those of the whole prefix in front of it."""

    label: str
    tokens: int
    inputs: tuple[str, ...]  # that the stretch in front of it adds to the prefix, in any way new
    changes: Prefix
    place: Place | None = None  # in the template; None for the tools and the end
    line: int | None = None
    shipped: CacheMark | None = None


@dataclass(frozen=True)
class Layout:
    """A prompt's stops in order; the last is its end."""

    draft: Draft
    method: CountMethod
    stops: tuple[Stop, ...]
    assumed: tuple[str, ...]

    @property
    def tokens(self) -> int:
        """The prompt's tokens."""
        return self.stops[-1].tokens

    def expected(self, terms: Terms, traffic: Traffic) -> Expected:
        """Return what placements cost under a traffic."""
        before = (0, *(stop.tokens for stop in self.stops))
        segments = tuple(
            Segment(stop.label, end - start, stop.changes)
            for stop, (start, end) in zip(self.stops, pairwise(before), strict=True)
        )
        return Expected(terms, segments, traffic)

    def scaled(self, share: Decimal) -> Layout:
        """Return it with so many times the tokens: an end of the count's band."""
        stops = tuple(replace(one, tokens=round(one.tokens * share)) for one in self.stops)
        return replace(self, stops=stops)


def layout(
    draft: Draft,
    model: str,
    counter: TokenCounter,
    calibrations: Mapping[str, Calibration] | None = None,
    *,
    tools: bool = True,
) -> Layout:
    """Return a prompt's stops with the tokens that they have for a model.

    ``tools`` says whether the vendor takes a mark behind the tools.

    Places that no plan can need are left out: a mark is never better before text that does not
    change than behind it. The prompt's own marks always stay.
    """
    method = method_for(model, draft.text, calibrations)
    count = _Count(draft, method, counter)
    changes = Changes(draft.bare.prompt.metadata.inputs)
    shipped = {mark.place: mark.cache for mark in draft.bare.marks}
    stops: list[Stop] = []
    if tools and draft.bare.prompt.metadata.tools:
        stops.append(Stop(TOOLS, count.attached, (), changes.add(())))
    names: set[str] = set()
    done = stops[-1].tokens if stops else 0
    for cut, following in pairwise((*draft.cuts, None)):
        assert cut is not None  # noqa: S101 - the last one follows, but is never first
        names |= cut.names
        mark = shipped.get(cut.place) if cut.place else None
        needed = following is None or bool(changes.restless(following.names - names))
        tokens = count.prefix(cut.texts)
        if mark is None and following is not None and (not needed or tokens <= done):
            continue
        new = tuple(sorted(names - changes.seen))
        line = draft.bare.line(cut.place.offset) if cut.place else None
        label = mark.name if mark and mark.name else f"line {line}"
        label = END if following is None else label
        stops.append(Stop(label, tokens, new, changes.add(names), cut.place, line, mark))
        names, done = set(), tokens
    assumed = (*changes.why, *([f"{draft.values}"] if "made up" in draft.values else []))
    return Layout(draft, method, tuple(stops), assumed)


class _Count:
    """Counts prefixes; each message is encoded by itself."""

    def __init__(self, draft: Draft, method: CountMethod, counter: TokenCounter) -> None:
        texts = dict.fromkeys(text for cut in draft.cuts for text in cut.texts)
        known = [*texts, *(text for text in draft.attached if text not in texts)]
        counts = counter.encoded(known, method.encoding)
        self.encoded = dict(zip(known, counts, strict=True))
        self.method = method
        self.before = sum(self.encoded[text] for text in draft.attached)

    @property
    def attached(self) -> int:
        return self.method.scale(self.before)

    def prefix(self, texts: tuple[str, ...]) -> int:
        return self.method.scale(self.before + sum(self.encoded[text] for text in texts))
