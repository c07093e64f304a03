"""Why a prompt's cost changed, and the cheapest fix, as lines of text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.reporters.cost_figures import change, money, parts, several, visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from promptops.costs.attribution import Part
    from promptops.costs.estimate import Estimate
    from promptops.costs.row import Row

_WIDTH: Final = 80
_TEXT: Final = 18  # where the reasons begin


def why(row: Row) -> Iterator[str]:
    """Yield a line for each cause, and those about the fix and the thresholds."""
    if row.status not in {"added", "removed"} and row.parts:
        monthly = [part.per_month for part in row.parts]
        known: list[Decimal] = [one for one in monthly if one is not None]
        shown = parts(known if len(known) == len(row.parts) else [p.per_call for p in row.parts])
        # The largest first: it is what a reviewer looks for.
        causes = sorted(zip(row.parts, shown, strict=True), key=lambda one: -abs(one[0].per_call))
        for at, (part, figure) in enumerate(causes):
            first = f"  {'why' if at == 0 else '':3} {figure:>10}  "
            yield from wrapped(first, _cause(part, row))
    yield from _fix(row)
    for told in row.thresholds:
        yield from wrapped("  note  ", told)
    if row.deployment is not None:
        once = row.deployment
        caches = several(once.partitions, "cache")
        told = f"once, to write the new prefix into {caches}: {money(once.total)}"
        yield from wrapped("  note  ", f"{told}, in no figure above")
    if row.use_change:
        told = f"calls a month changed, too: {change(row.use_change)} a month, in no figure above"
        yield from wrapped("  note  ", told)


def _cause(part: Part, row: Row) -> str:
    if part.cause == "cache":
        return _cache(row)
    number = part.tokens if part.tokens > 0 else -part.tokens
    more = "more" if part.tokens > 0 else "fewer"
    told: dict[str, str] = {
        "model": "the new model's rates",
        "tokenizer": f"the new model's tokenizer: {several(number, f'{more} token')}",
        "tokens": several(number, f"{more} input token"),
        "output": several(number, f"{more} output token"),
        "shape": "retries, steps and batches",
    }
    return told[part.cause]


def _cache(row: Row) -> str:
    found, old, new = row.cache_break, row.old, row.new
    if found is None or old is None or new is None:
        return _reuse(old, new)
    name = f"{{{{ {visible(found.input)} }}}}, " if found.input else ""
    told = f"cache lost: {name}line {found.line}, ends the prefix at {found.tokens:,} tokens"
    least = new.reused.reuse.minimum
    if found.tokens < least:
        told += f", under this model's minimum of {least:,}"
    if new.reused.prefix:
        told += "; it is written on every call and never read"
    return told


def _reuse(old: Estimate | None, new: Estimate | None) -> str:
    """Say how often which prefix is found, before and after."""
    told = []
    for one, verb in ((new, "is"), (old, "was")):
        hit = one.reused.hit if one else None
        if one is None or hit is None:
            told.append(f"none {verb} cached")
            continue
        often = f"found on {hit * 100:.1f} % of calls" if hit else "never found"
        told.append(f"one of {int(one.reused.prefix):,} tokens {verb} {often}")
    return f"of the prefixes, {told[0]}; before, {told[1]}"


def _fix(row: Row) -> Iterator[str]:
    fix = row.fix
    if fix is None:
        return
    first, last = fix.move or (fix.below, fix.below)
    lines = f"line {first}" if first == last else f"lines {first}-{last}"
    what = {
        "move-line": f"move {lines} below line {fix.below}",
        "move-mark": f"move the cache mark from {lines} below line {fix.below}",
        "add-mark": f"set a cache mark below line {fix.below}",
    }
    if fix.per_month is None:
        told = f"{money(fix.per_call)} a call"
    else:
        before = row.old.per_month(row.calls.amount) if row.old else None
        more = "" if before is None else f", {change(fix.per_month - before)}"
        told = f"{money(fix.per_month)} a month{more}"
    yield from wrapped("  fix   ", f"{what[fix.kind]}: {told}")


def wrapped(first: str, text: str) -> list[str]:
    """Return a text in lines of 80 columns, indented below the first."""
    if text and text.isprintable() and len(first) + len(text) <= _WIDTH:
        return [first + text]
    from textwrap import wrap

    lines = wrap(text, _WIDTH - len(first), break_long_words=False, break_on_hyphens=False)
    return [(first if at == 0 else " " * len(first)) + line for at, line in enumerate(lines)]
