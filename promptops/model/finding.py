"""What the linter has to say."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, Literal, NamedTuple

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from decimal import Decimal

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


Effect = Literal["none", "text", "names", "tags", "inputs", "metadata"]


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend a problem; a safe fix changes no rendered byte.

    ``effect`` is what may differ where the edits stand: ``none`` of a safe fix, the ``text`` that
    is sent, the ``names`` or all of the ``tags`` that make it, the ``inputs`` declared (fewer), or
    other ``metadata``. The fix is only applied where it is proven that all else stays.
    """

    edits: tuple[Edit, ...]
    safe: bool
    title: str
    effect: Effect = "text"


class Related(NamedTuple):
    """Another range that a problem speaks of."""

    span: Span
    message: str
    path: str | None = None  # None: the prompt's own file


@dataclass(frozen=True, slots=True)
class Problem:
    """What a rule sees in one prompt: where, and in one sentence what."""

    span: Span
    message: str
    severity: Severity | None = None  # None: the rule's own
    path: str | None = None  # of a partial; None: the prompt's own file
    related: tuple[Related, ...] = ()
    tokens: int | None = None  # of o200k_base, saved where the finding is mended
    fix: Fix | None = None
    size: int | None = None  # the figure that decided it, of a finding about the whole prompt


@dataclass(frozen=True, slots=True)
class Place:
    """A range of a file, as people read it: lines and columns from 1, the end exclusive."""

    path: str
    line: int
    column: int
    end_line: int
    end_column: int


class Excerpt(NamedTuple):
    """A source line, or a window of a long one, and the range in it that a caret marks."""

    text: str
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Saving:
    """What mending a finding saves: a call's tokens, and dollars a month where they are known."""

    tokens: int
    by: CountMethod
    per_month: Decimal | None = None


class Suppressed(NamedTuple):
    """Who hides a finding: a comment of its line, its file, the settings or a baseline."""

    kind: Literal["inline", "file", "settings", "baseline"]
    reason: str | None = None


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
    excerpt: Excerpt
    fingerprint: str
    related: tuple[tuple[Place, str], ...] = ()
    saving: Saving | None = None
    fix: Fix | None = None
    suppressed: Suppressed | None = None  # None: it counts
    size: int | None = None
