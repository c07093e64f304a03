"""What a probe of a vendor's prompt cache sends, sees and finds, as values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from promptops.model.values import dataclass

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from promptops.caching.rules import CacheRules
    from promptops.model.evaluation import Request
    from promptops.model.money import Price, Usage

Part = Literal["size", "short", "long", "search"]
Moment = Literal["first", "again", "before_end", "after_end"]
Name = Literal["below", "above", "read", "tokens", "kept", "gone"]
Verdict = Literal["holds", "does_not_hold", "not_told", "undecided"]


@dataclass(frozen=True, slots=True)
class Task:
    """What is to be settled: a model with its rules and its price, and whether to wait.

    ``nonce`` is what no earlier call began with; ``budget`` is dollars.
    """

    model: str  # provider:model
    rules: CacheRules
    minimum: int
    price: Price
    nonce: str
    budget: Decimal
    lifetime: bool = False

    @property
    def seconds(self) -> float | None:
        """How long an entry is to live; None where that is not published."""
        life = self.rules.lifetimes.get(self.rules.default or "")
        return None if life is None else life.seconds

    @property
    def waits(self) -> tuple[float, float] | None:
        """Seconds from a use to shortly before its end and to shortly after; None: no waiting."""
        if not self.lifetime or self.seconds is None:
            return None
        return self.seconds * 19 / 20, self.seconds * 21 / 20


@dataclass(frozen=True, slots=True)
class Text:
    """A text of the probe's own; ``share`` is how much of it stands above the mark."""

    id: str
    request: Request
    words: int
    share: float


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was made, and what came of it; ``started`` is seconds since the first began.

    ``attempts`` above one say that a failed one may have filled the cache, none that it was not
    sent. Without a ``usage`` there was no answer, or the vendor told none.
    """

    part: Part
    moment: Moment
    text: Text
    started: float
    usage: Usage | None
    attempts: int = 1
    error: str = ""

    @property
    def tokens(self) -> int:
        """All input tokens."""
        return 0 if self.usage is None else self.usage.prompt_tokens

    @property
    def prefix(self) -> int:
        """The tokens above the mark, as its share of the text has them."""
        return round(self.tokens * self.text.share)

    @property
    def read(self) -> int:
        """The tokens that were read from the cache."""
        return 0 if self.usage is None else self.usage.cache_read_tokens

    @property
    def written(self) -> int:
        """The tokens that were written to it."""
        return 0 if self.usage is None else sum(self.usage.cache_write_tokens.values())

    @property
    def cached(self) -> bool:
        """Whether the cache had a part in it."""
        return bool(self.read or self.written)


@dataclass(frozen=True, slots=True)
class Compared:
    """A call beside what the rules foretell for it; None where they do not, or nobody told."""

    call: Call
    predicted: Usage | None
    predicted_usd: Decimal | None
    usd: Decimal | None


@dataclass(frozen=True, slots=True)
class Claim:
    """What the rules say, whether it holds, and what was seen."""

    name: Name
    says: str
    verdict: Verdict
    seen: str


@dataclass(frozen=True, slots=True)
class Override:
    """The minimum to put into a project's rules.

    ``above`` tokens were not cached (None: nothing was that short), ``cached`` tokens were.
    """

    model: str
    minimum: int
    above: int | None
    cached: int


@dataclass(frozen=True, slots=True)
class Probed:
    """What a probe found; ``possible`` is what calls without an answer may have cost."""

    task: Task
    day: date
    run_id: str
    calls: tuple[Compared, ...]
    claims: tuple[Claim, ...]
    override: Override | None
    spent: Decimal
    possible: Decimal
    stopped: str = ""

    @property
    def exit_code(self) -> int:
        """0 where all that was told holds, 1 where something does not, 3 where it is open."""
        verdicts = {one.verdict for one in self.claims}
        if "does_not_hold" in verdicts:
            return 1
        return 0 if "holds" in verdicts and "undecided" not in verdicts else 3
