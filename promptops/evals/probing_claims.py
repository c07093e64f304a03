"""What the calls of a probe say of a vendor's rules: foretold beside seen, claims, a correction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.caching.events import Cache
from promptops.caching.implicit import rounded
from promptops.caching.requests import Block, Request
from promptops.errors import NotEstimable
from promptops.evals.probing_values import Claim, Compared, Override
from promptops.model.money import Usage

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from decimal import Decimal

    from promptops.evals.probing_values import Call, Name, Task, Verdict
    from promptops.model.money import Price

SLACK: Final = 30  # tokens of the question and of what a vendor puts round messages, at most
LEAST: Final = frozenset({"openai/breakpoints"})  # whose guide calls its lifetimes minimums
_ROUND: Final = tuple(128 * 2**power for power in range(11))  # what vendors' minimums are like


def compared(task: Task, calls: Sequence[Call]) -> tuple[Compared, ...]:
    """Return each call beside what the rules foretell for it."""
    foreseen = _marked(task, calls) if task.rules.markable else _unmarked(task, calls)
    return tuple(
        Compared(one, usage, _dollars(task.price, usage), _dollars(task.price, one.usage))
        for one, usage in zip(calls, foreseen, strict=True)
    )


def _marked(task: Task, calls: Sequence[Call]) -> Iterator[Usage | None]:
    cache, ttl = Cache(task.rules.terms()), task.rules.default or ""
    for one in calls:
        if one.usage is None:
            yield None
            continue
        rest = Block(one.tokens - one.prefix, "question")
        sent = Request(one.started, (Block(one.prefix, one.text.id), rest), {0: ttl})
        billed = cache.send(sent)
        yield Usage(billed.plain, one.usage.output_tokens, billed.read, billed.write)


def _unmarked(task: Task, calls: Sequence[Call]) -> Iterator[Usage | None]:
    last: dict[str, float] = {}
    lives = float("inf") if task.seconds is None else task.seconds
    for one in calls:
        if one.usage is None:
            yield None
            continue
        alive = one.started - last.get(one.text.id, float("-inf")) < lives
        read = rounded(one.tokens, task.minimum, task.rules.step or 1) if alive else 0
        last[one.text.id] = one.started
        yield Usage(one.tokens - read, one.usage.output_tokens, read)


def _dollars(price: Price, usage: Usage | None) -> Decimal | None:
    try:
        return None if usage is None else price.cost(usage)
    except NotEstimable:
        return None


def claims(task: Task, calls: Sequence[Call]) -> tuple[Claim, ...]:
    """Return what of the rules holds."""
    least = f"{task.minimum:,} tokens"
    found = [
        _claim("below", f"below {least} nothing is cached", _below(task, calls)),
        _claim("above", f"from {least} on it is", _above(task, calls)),
        _claim("read", "the second call reads what the first wrote", _read(task, calls)),
        _claim("tokens", _whole(task), _tokens(task, calls)),
    ]
    if task.lifetime:
        found += _lifetime(task, calls)
    return tuple(found)


Found = tuple["Verdict", str]


def _claim(name: Name, says: str, found: Found) -> Claim:
    return Claim(name, says, *found)


def _of(calls: Sequence[Call], part: str) -> list[Call]:
    return [one for one in calls if one.part == part and one.usage is not None]


def _below(task: Task, calls: Sequence[Call]) -> Found:
    short = _of(calls, "short")
    if any(one.cached for one in short):
        figure = max(one.read or one.written for one in short)
        return "does_not_hold", f"{figure:,} tokens of {short[0].tokens:,} were cached"
    if not short or not (task.rules.markable or len(short) > 1):
        return "undecided", "no two such calls were answered"
    if short[0].tokens >= task.minimum:
        return "undecided", f"its text came to {short[0].tokens:,} tokens"
    return "holds", f"{short[0].tokens:,} tokens were neither written nor read"


def _above(task: Task, calls: Sequence[Call]) -> Found:
    long = _of(calls, "long")
    cached = next((one for one in long if one.cached), None)
    if cached is not None:
        return "holds", f"{cached.read or cached.written:,} tokens of {cached.tokens:,} were"
    if len(long) < 2:  # noqa: PLR2004 - two calls
        return "undecided", "no two such calls were answered"
    if not task.rules.markable:
        return "undecided", f"no hit on {long[0].tokens:,} tokens; this vendor promises none"
    return "does_not_hold", f"{long[0].tokens:,} tokens were neither written nor read"


def _read(task: Task, calls: Sequence[Call]) -> Found:
    long = _of(calls, "long")
    if not task.rules.markable:
        return "not_told", "its answers do not say what was written"
    if len(long) < 2 or not any(one.cached for one in long):  # noqa: PLR2004 - two calls
        return "undecided", "nothing was written"
    first, again = long[:2]
    told = f"{first.written:,} tokens were written, {again.read:,} read"
    if first.attempts > 1 or first.read:
        return "undecided", f"{told}; an attempt before may have written, too"
    return ("holds" if first.written == again.read else "does_not_hold"), told


def _whole(task: Task) -> str:
    if task.rules.markable:
        return "the whole text up to the mark is cached"
    step = task.rules.step
    return f"the whole text is read, in steps of {step:,}" if step else "the whole text is read"


def _tokens(task: Task, calls: Sequence[Call]) -> Found:
    long = _of(calls, "long")
    cached = next((one for one in long if one.cached), None)
    if cached is None:
        return "undecided", "nothing was cached"
    figure, step = cached.read or cached.written, task.rules.step
    told = f"{figure:,} tokens of {cached.tokens:,}"
    if task.rules.markable:
        whole = cached.tokens - SLACK <= figure <= cached.tokens
    elif step is None:
        return "not_told", f"{told}; in which steps is not published"
    else:
        whole = abs(figure - rounded(cached.tokens, 0, step)) <= step
    return ("holds" if whole else "does_not_hold"), told


def _lifetime(task: Task, calls: Sequence[Call]) -> Iterator[Claim]:
    if task.waits is None:
        yield Claim("kept", "it lives for a time", "not_told", "how long is not published")
        return
    # An attempt that failed may have written what a later one reads.
    by_moment = {one.moment: one for one in _of(calls, "long") if one.attempts == 1}
    before, after = by_moment.get("before_end"), by_moment.get("after_end")
    near, past = (f"{seconds:,.0f} s" for seconds in task.waits)
    promised = task.rules.markable
    open_: Found = ("undecided", "the call was not made, or not answered at once")
    kept: Found = open_ if before is None else ("holds", f"{before.read:,} tokens were read")
    if before is not None and not before.read:
        kept = ("does_not_hold" if promised else "undecided", "nothing was read")
    yield _claim("kept", f"{near} after its last use it is still there", kept)
    gone: Found = open_ if after is None else ("holds", "nothing was read")
    if after is not None and after.read:
        strict = promised and task.rules.surface not in LEAST
        told = f"{after.read:,} tokens were read"
        longer = f"{told}; the vendor may keep it longer"
        gone = ("does_not_hold", told) if strict else ("not_told", longer)
    yield _claim("gone", f"{past} after its last use it is gone", gone)


def override(task: Task, calls: Sequence[Call], found: Sequence[Claim]) -> Override | None:
    """Return the minimum that was seen in place of the rules', where one of those is wrong."""
    verdicts = {one.name: one.verdict for one in found}
    if "does_not_hold" not in {verdicts["below"], verdicts["above"]}:
        return None
    kept = {one.text.id for one in calls if one.cached}
    cached = [one.prefix for one in calls if one.text.id in kept and one.usage is not None]
    repeated = {one.text.id for one in calls if one.moment == "again"}
    plain = [
        one.prefix for one in calls if one.usage is not None and one.text.id not in kept
        and (task.rules.markable or one.text.id in repeated)
    ]  # fmt: skip
    if not cached:
        return None
    high, low = min(cached), max(plain, default=None)
    if low is not None and low >= high:
        return None  # it cached a shorter text and not a longer one
    usual = [one for one in _ROUND if (low or 0) < one <= high]
    # Without a lower end any round figure below would be a guess.
    minimum = usual[-1] if usual and low is not None else high
    return Override(task.rules.model, minimum, low, high)
