"""A prompt as the audit sees it: what its call costs, what lint finds, what its cache could do."""

from __future__ import annotations

from dataclasses import field, replace
from typing import TYPE_CHECKING, NamedTuple

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from decimal import Decimal

    from promptops.costs.call import Call, Reuse
    from promptops.model.cost import Amount


class Said(NamedTuple):
    """A finding of lint."""

    code: str
    message: str
    place: str  # path:line
    tokens: int | None  # saved where it is mended


class Retrieved(NamedTuple):
    """The retrieved texts of a prompt's sample: how many, and their tokens together."""

    texts: int
    tokens: Decimal


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt as it stands; None is not known.

    ``fixed`` are the tokens of its own text, ``stable`` those in front of the first that vary, and
    ``best`` is what its vendor's cache could do with these. ``answers`` are the tokens of an
    answer: the median, and the 95th and 99th percentiles as its high and its most.
    """

    name: str
    path: str
    model: str | None
    call: Call | None
    calls: Amount | None = None
    fixed: int | None = None
    stable: int | None = None
    best: Reuse | None = None
    output: Decimal | None = None
    found: tuple[Said, ...] = field(default_factory=tuple)
    answers: Amount | None = None
    retrieved: Retrieved | None = None

    @property
    def month(self) -> Decimal | None:
        """Dollars a month."""
        if self.call is None or self.calls is None:
            return None
        return self.call.exact() * self.calls.expected

    def costing(self, call: Call | None) -> Template:
        """Return it with another call."""
        return self if call is None else replace(self, call=call)

    def cached(self) -> Template:
        """Return it with its prefix always found, where that is cheaper than what it has."""
        if self.call is None or self.best is None:
            return self
        found = replace(self.call, reuse=self.best)
        return self.costing(found) if found.exact() < self.call.exact() else self

    def with_chunks(self, most: int) -> Template:
        """Return it with at most so many retrieved texts, each as long as they are on average.

        What of the prompt is kept by the vendor's cache stays, as far as the prompt still reaches.
        """
        known, call = self.retrieved, self.call
        if known is None or call is None or known.texts <= most:
            return self
        left = known.tokens * most / known.texts
        tokens = max(call.input - (known.tokens - left), 0 * left)
        shorter = replace(call, input=tokens, reuse=_within(call.reuse, tokens))
        best = self.best and _within(self.best, tokens)
        return replace(self, call=shorter, best=best, retrieved=Retrieved(most, left))

    def of(self, *codes: str) -> list[Said]:
        """Return the findings of some rules."""
        return [one for one in self.found if one.code in codes]


def _within(reuse: Reuse, tokens: Decimal) -> Reuse:
    """Return a cache's prefixes as far as a prompt of so many tokens reaches."""
    marks = tuple(replace(one, tokens=min(one.tokens, tokens)) for one in reuse.marks)
    return replace(reuse, marks=marks)
