"""What an eval's reports say in a sentence: looks, lacking cases, cache reads, repeats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from promptops.evals.words import percent, points
from promptops.reporters.eval_words import UNKNOWN, money, price, seconds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promptops.evals.report_comparisons import Comparison
    from promptops.evals.report_variants import Figure, Reads, Repeats, Split, Variant


def looked(one: Comparison) -> str | None:
    """Return which look at the cases it was, and the level that is spent; None of the only one."""
    look = one.looks
    spent = f"{percent(look.level_spent, 2).removesuffix('0')} % of level spent"
    if look.kind == "planned":
        return (
            f"look {look.number} of {look.of}, {spent}" if look.number else f"no look of {look.of}"
        )
    if look.kind == "any_time":
        return "an e-process, which may be looked at all the time"
    return f"look {look.number} at these cases, up to {spent}" if look.kind == "again" else None


def lacking(one: Comparison) -> str | None:
    """Return how many more cases a verdict takes, and what they cost; None where none would do."""
    if one.more_cases is None:
        return None
    told = []
    if one.more_cases.equal:
        live = one.more_usd.live if one.more_usd else None
        batch = one.more_usd.batch if one.more_usd else None
        told.append(f"{one.more_cases.equal:,} if the two are equal, {price(live)} live,"
                    f" {price(batch)} in a batch")  # fmt: skip
    if one.more_cases.observed is None:
        told.append("unlikely to help if they differ as observed")
    else:
        told.append(f"{one.more_cases.observed:,} if they differ as observed")
    return "; ".join(told)


def if_lost(one: Comparison) -> str | None:
    """Return what missing pairs could change; None where none is missing."""
    found = one.sensitivity
    if found is None or not one.missing:
        return None
    complete, best, worst = map(_difference, (found.complete, found.best, found.worst))
    return f"without missing pairs {complete}, with all for it {best}, with all against it {worst}"


def _difference(found: Figure) -> str:
    if found.value is None or found.low is None or found.high is None:
        return UNKNOWN
    return f"{points(found.value)} [{percent(found.low)}, {percent(found.high)}]"


def asked_again(one: Comparison) -> str | None:
    """Return the p after Holm's correction where that is another one."""
    if one.p is None:
        return None
    told = f"p {one.p:.2g}"
    if one.p_holm is not None and one.p_holm != one.p:
        told += f", {one.p_holm:.2g} after Holm"
    return told


def latency(one: Variant) -> str:
    """Return the quantiles of a variant's latency with their intervals."""
    told = f"latency p50 {seconds(one.latency.p50)}, p95 {seconds(one.latency.p95)}"
    if one.latency.first_byte is not None:
        told += f", first byte {seconds(one.latency.first_byte)}"
    return f"{told}; in part of an earlier run" if one.latency.stored else told


def reads(found: Reads, said: Callable[[str], str] = str) -> str:
    """Return what calls read from a cache, beside what was foretold; ``said`` writes why not."""
    told = f"input tokens: {_split(found.observed)}"
    if found.predicted is None:
        return f"{told}; not foretold: {said(found.unknown)}"
    agreed = f"{found.agreed:,} of {found.calls:,} calls as foretold"
    if found.predicted == found.observed:
        return f"{told}; {agreed}"
    return f"{told}; foretold {_split(found.predicted)}; {agreed}"


def cached(found: Reads) -> bool:
    """Return whether a cache had a part in it, or should have had."""
    both = (found.observed, found.predicted or found.observed)
    return any(one.read or one.write for one in both)


def _split(found: Split) -> str:
    return f"{found.plain:,} plain, {found.read:,} read, {found.write:,} written"


def repeats(found: Repeats) -> Iterator[str]:
    """Yield what several answers to each case say."""
    for one in found.rates[-1:]:
        yield f"of {one.k} answers one right {_share(one.one)}, all right {_share(one.all)}"
    if found.within is not None and found.between is not None:
        yield (f"variance of scores {found.within:.3g} within cases,"
               f" {found.between:.3g} between them")  # fmt: skip


def failures(one: Variant) -> Iterator[str]:
    """Yield what a case costs with its failures, and how often several attempts succeed."""
    if one.cost.with_failures is None:
        return
    yield f"a case with what failures cost {money(one.cost.with_failures)}"
    if one.within:
        chances = ", ".join(f"{each.attempts} attempts {percent(each.probability)} %"
                            for each in one.within)  # fmt: skip
        how = "measured" if all(each.measured for each in one.within) else "if independent"
        yield f"success within {chances} ({how})"


def _share(found: Figure) -> str:
    if found.value is None:
        return UNKNOWN
    if found.low is None or found.high is None:
        return f"{percent(found.value)} %"
    return f"{percent(found.value)} % [{percent(found.low)}, {percent(found.high)}]"
