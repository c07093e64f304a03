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


@dataclass(frozen=True, slots=True)
class Template:
    """A prompt as it stands; None is not known.

    ``fixed`` are the tokens of its own text, ``stable`` those in front of the first that vary, and
    ``best`` is what its vendor's cache could do with these.
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

    @property
    def month(self) -> Decimal | None:
        """Dollars a month."""
        if self.call is None or self.calls is None:
            return None
        return self.call.exact() * self.calls.expected

    def costing(self, call: Call | None) -> Template:
        """Return it with another call."""
        return self if call is None else replace(self, call=call)

    def of(self, *codes: str) -> list[Said]:
        """Return the findings of some rules."""
        return [one for one in self.found if one.code in codes]
