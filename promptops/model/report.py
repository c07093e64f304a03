"""What a run over prompts found, whichever command ran."""

from __future__ import annotations

from dataclasses import field
from decimal import Decimal
from typing import TYPE_CHECKING

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from collections import Counter

    from promptops.model.finding import Finding, Severity


@dataclass(slots=True)
class LintReport:
    """Findings, and how much was looked at."""

    findings: list[Finding] = field(default_factory=list)
    files: int = 0
    prompts: int = 0
    hidden: list[Finding] = field(default_factory=list)  # those that are suppressed
    skipped: list[tuple[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)  # of the files that were inspected
    cached: int = 0  # how many of them are as they were the last time
    show_hidden: bool = False

    @property
    def listed(self) -> list[Finding]:
        """The findings to print, in the order of the source; only those that count are counted."""
        if not self.show_hidden:
            return self.findings
        return sorted((*self.findings, *self.hidden), key=in_order)

    def count(self, severity: Severity) -> int:
        """Return how many findings have a severity."""
        return sum(finding.severity is severity for finding in self.findings)

    @property
    def suppressed(self) -> int:
        """How many findings are suppressed."""
        return len(self.hidden)

    @property
    def by_rule(self) -> Counter[str]:
        """How many findings each rule has."""
        from collections import Counter

        return Counter(finding.rule for finding in self.findings)

    @property
    def saved_tokens(self) -> int:
        """The tokens of a call that mending all findings would save."""
        return sum(finding.saving.tokens for finding in self.findings if finding.saving)

    @property
    def saved_per_month(self) -> Decimal | None:
        """The dollars a month of that, as far as they are known; None where none are."""
        known = [f.saving.per_month for f in self.findings if f.saving and f.saving.per_month]
        return sum(known, Decimal(0)) if known else None


def in_order(finding: Finding) -> tuple[str, int, int, str]:
    """Return what findings are sorted by: path, line, column, code."""
    return finding.place.path, finding.place.line, finding.place.column, finding.code
