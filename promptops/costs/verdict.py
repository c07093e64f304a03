"""What a policy says of a comparison: limits that are exceeded, and those nobody can judge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from decimal import Decimal

Lack = Literal["calls", "model"]

RULES: Final = (  # in the order in which findings are listed
    "max_monthly_increase",
    "max_monthly_increase_pct",
    "max_monthly",
    "max_per_call",
    "max_input_tokens",
    "forbid_cache_break",
    "budget.tokens",
    "budget.usd_per_call",
    "max_price_age_days",
)
_NAMED: Final = 5
_REMEDIES: Final[dict[Lack, str]] = {
    "calls": "calls a month of {names} unknown: give --calls, cost.calls_per_month or the usage"
    " file",
    "model": "no model of {names} known: name it in the front matter, as model in the settings, or"
    " with --model",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A limit that is exceeded.

    ``limit`` and ``actual`` are dollars, percent, tokens or days; None where a thing is forbidden
    altogether. ``actual`` is the expected figure, also where its low end was compared.
    """

    rule: str
    prompt: str | None  # None: all of them together
    limit: Decimal | None = None
    actual: Decimal | None = None
    new: bool = True  # else it was so before, or not less
    path: str | None = None
    line: int | None = None
    waived_by: str | None = None

    @property
    def open(self) -> bool:
        """Whether it decides the verdict: the change brought it, and nobody has waived it."""
        return self.new and self.waived_by is None


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A limit that cannot be judged, for want of a figure that somebody has to supply."""

    rule: str
    prompt: str | None  # None: all of them together
    lacks: Lack
    names: tuple[str, ...]  # of the prompts whose figure is missing

    @property
    def told(self) -> str:
        """What is missing and how to supply it."""
        shown = ", ".join(self.names[:_NAMED])
        more = len(self.names) - _NAMED
        names = f"{shown} and {more} more are" if more > 0 else f"{shown} {self._verb}"
        return f"{self.rule} cannot be judged: {_REMEDIES[self.lacks].format(names=names)}"

    @property
    def _verb(self) -> str:
        several = len(self.names) > 1 or self.lacks == "calls"
        return "are" if several else "is"


@dataclass(frozen=True, slots=True)
class Verdict:
    """All of it; ``verdict`` is None without a policy, and where limits could not be judged."""

    verdict: Literal["pass", "warn", "fail"] | None = None
    findings: tuple[Finding, ...] = ()
    unjudged: tuple[Unjudged, ...] = ()

    def exit_code(self, *, unknown: bool) -> int:
        """Return 1 for a broken policy, else 3 where something is unknown, else 0.

        ``unknown`` is whether a cost could not be estimated, which no policy excuses. A policy that
        only warns never asks for a code, not even where it cannot be judged.
        """
        if self.verdict == "fail":
            return 1
        return 3 if unknown or (self.unjudged and self.verdict is None) else 0
