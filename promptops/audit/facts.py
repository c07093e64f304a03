"""What the seven sins are looked for in: recorded calls, or prompts and their declared traffic."""

from __future__ import annotations

from dataclasses import field, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Final

from promptops.audit.cells import NOTHING, Cell, usd
from promptops.audit.ranges import Range, lies_between
from promptops.audit.sin import Stake
from promptops.model.days import number_of
from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import date

    from promptops.audit.sin import Lever
    from promptops.audit.template import Template
    from promptops.model.money import Price

DAYS_OF_A_MONTH: Final = Decimal("30.4375")
SHOWN: Final = 3  # of a list in a sentence
UNPROVEN: Final = "nothing recorded proves that it can be saved"


@dataclass(frozen=True)
class Facts:
    """Cells of recorded calls in so many days, or None; and the project's prompts as they stand.

    ``smaller`` is, by model, its vendor's next of half the price or less, with its price;
    ``shortest`` how many tokens its cache keeps at least. ``evals`` are the files of evals by
    prompt.
    """

    cells: tuple[Cell, ...] | None
    templates: tuple[Template, ...] = ()
    first: date | None = None
    last: date | None = None
    outcomes: int = 0
    smaller: Mapping[str, tuple[str, Price]] = field(default_factory=dict)
    shortest: Mapping[str, int] = field(default_factory=dict)
    evals: Mapping[str, str] = field(default_factory=dict)

    @property
    def days(self) -> int:
        """The days of the window, its first and last included; 0 without calls."""
        return (self.last - self.first).days + 1 if self.first and self.last else 0

    @cached_property
    def month(self) -> Decimal:
        """Dollars a month: of the recorded calls, or of the declared traffic."""
        if self.cells is None:
            return sum((one.month or NOTHING for one in self.templates), NOTHING)
        return self.monthly(usd(self.cells))

    def monthly(self, dollars: Decimal) -> Decimal:
        """Return the dollars of the window as those of a month."""
        return dollars * DAYS_OF_A_MONTH / self.days if self.days else NOTHING

    def with_cells(self, change: Callable[[tuple[Cell, ...]], tuple[Cell, ...]]) -> Facts:
        """Return the facts with other cells."""
        return self if self.cells is None else replace(self, cells=change(self.cells))

    def with_templates(self, change: Callable[[Template], Template]) -> Facts:
        """Return the facts with other templates."""
        return replace(self, templates=tuple(map(change, self.templates)))

    def saved(self, lever: Lever) -> Decimal:
        """Return the dollars a month that a lever saves; 0 where it makes nothing cheaper."""
        return max(self.month - lever(self).month, NOTHING)

    def stake(
        self,
        paid: Decimal,
        lever: Lever,
        high_is: str,
        low: tuple[Decimal, str] = (NOTHING, UNPROVEN),
    ) -> Stake:
        """Return what is at stake, at most all that a lever saves."""
        after = lever(self)
        high = max(self.month - after.month, NOTHING)
        between = between_of(self, after)
        return Stake(paid, min(low[0], high), high, low[1], high_is, between)

    def has(self, prompt: str) -> bool:
        """Return whether the project has a prompt of that name."""
        return any(one.name == prompt for one in self.templates)

    def proof(self, prompts: Iterable[str | None], sweep: str = "") -> str:
        """Return the eval that would show, of the first of some prompts, whether answers suffer.

        ``sweep`` is the setting that it tries: KEY=VALUE,VALUE.
        """
        named = [one for one in prompts if one]
        how = "promptops eval sweep {}" + f" {sweep}" if sweep else "promptops eval {}"
        for one in named:
            if one in self.evals:
                return how.format(self.evals[one])
        which = f" of {named[0]}" if named else ""
        return f"{how.format('FILE')}, once there is an eval{which} (docs/evals.md)"


def between_of(before: Facts, after: Facts) -> Range | None:
    """Return between which dollars a month lies what a change takes off; None: not known."""
    if before.cells is None or after.cells is None:
        return _declared(before, after)
    if not before.first:
        return None
    start = number_of(before.first)
    days = range(start, start + before.days)
    return lies_between(before.cells, after.cells, days, before.monthly(Decimal(1)))


def _declared(before: Facts, after: Facts) -> Range | None:
    """Return what a change takes off at the fewest and the most calls that are declared."""
    pairs = [(one, other) for one, other in zip(before.templates, after.templates, strict=True)
             if one.month is not None and other.month is not None]  # fmt: skip
    if all(one.calls is None or (one.calls.low is None and one.calls.high is None)
           for one, _ in pairs):  # fmt: skip
        return None
    ends = []
    for end in ("low", "high"):
        off = NOTHING
        for one, other in pairs:
            assert one.calls is not None  # noqa: S101 - its month is known
            if not one.calls.expected:
                continue
            known = getattr(one.calls, end)
            share = (one.calls.expected if known is None else known) / one.calls.expected
            off += share * ((one.month or NOTHING) - (other.month or NOTHING))
        ends.append(max(off, NOTHING))
    return Range(min(ends), max(ends), "at the fewest and at the most calls that are declared")


def ranked(amounts: Mapping[str | None, Decimal]) -> list[tuple[str, Decimal]]:
    """Return names with their dollars, the dearest first; a name that is not told is said so."""
    rows = sorted(amounts.items(), key=lambda one: (-one[1], str(one[0])))
    return [(name or "(prompt not told)", amount) for name, amount in rows if amount > 0]


def summed(pairs: Iterable[tuple[str | None, Decimal]]) -> dict[str | None, Decimal]:
    """Return amounts added up by name."""
    found: dict[str | None, Decimal] = {}
    for name, amount in pairs:
        found[name] = found.get(name, NOTHING) + amount
    return found
