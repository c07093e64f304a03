"""What the linter has to say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from promptops.model.text import Span
    from promptops.model.tokens import CountMethod


class Severity(IntEnum):
    """How sure and how bad a finding is, under SARIF's names."""

    NOTE = 1
    WARNING = 2
    ERROR = 3

    @property
    def label(self) -> str:
        """The name as reports print it."""
        return self.name.lower()

    @classmethod
    def parse(cls, label: str) -> Severity:
        """Return the severity of that name; raises ``KeyError``."""
        return cls[label.upper()]


@dataclass(frozen=True, slots=True)
class Edit:
    """A replacement of a range of the file's text."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend a problem; a safe fix changes no rendered byte."""

    edits: tuple[Edit, ...]
    safe: bool
    title: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule sees in one prompt: where, and in one sentence what."""

    span: Span
    message: str
    severity: Severity | None = None  # None: the rule's own
    related: tuple[tuple[Span, str], ...] = ()
    tokens: int | None = None  # saved where the finding is mended
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """A range of a file, as people read it: lines and columns from 1, the end exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int
    message: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem with its rule and its place, as a user sees it."""

    code: str
    rule: str
    severity: Severity
    message: str
    place: Place
    prompt: str
    role: str | None
    excerpt: str  # the source line, for the caret; never leaves the terminal
    fingerprint: str
    related: tuple[Place, ...] = ()
    tokens: int | None = None
    count_method: CountMethod | None = None
    per_month: str | None = None
    fix: Fix | None = None
    suppressed: Mapping[str, str] | None = None
