"""What is to be known of a report's figures: looks, what was not asked, what is not known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.evals.words import percent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from promptops.evals.costing_reads import Reads
    from promptops.evals.costing_values import Costed
    from promptops.evals.looking import Look
    from promptops.evals.material import Material
    from promptops.evals.report_comparisons import Looks

AGREED: Final = 0.9  # of the calls; a few are sent at the moment at which an entry opens or ends


def notes(made: Material, look: Look | None, again: Looks | None) -> Iterator[str]:
    """Yield what is to be known of the looks, and of what was not asked or not counted."""
    done = len(made.cases) - len(made.unended)
    if look is not None and look.decided and look.cases < len(made.cases):
        beyond = done - look.cases
        more = f"; of those under way {beyond:,} more are shown, not gated" if beyond > 0 else ""
        yield f"The verdict is of the first {look.cases:,} cases in their order{more}."
    elif done < len(made.cases) and made.plan.gate is None:
        yield f"{len(made.cases) - done:,} cases have not been asked or have no answer."
    if again is not None:
        runs = again.number - 1
        told = f"{runs} earlier runs" if runs > 1 else "an earlier run"
        yield (f"{told.capitalize()} of this eval judged a part of these cases: this is look"
               f" {again.number}, and a false pass has a chance of up to"
               f" {percent(again.level_spent)} %. Plan `gate.looks` instead.")  # fmt: skip
    unknown = sum(one.billed == "unknown" and one.usage is None
                  for each in made.trails.attempts.values() for one in each)  # fmt: skip
    if unknown:
        calls = "1 attempt" if unknown == 1 else f"{unknown:,} attempts"
        yield f"{calls} may have been billed and told no tokens: no cost of production has them."


def unpriced(placed: Mapping[str, Costed]) -> Iterator[str]:
    """Yield why there is no figure of a variant's calls in some placements of cache marks."""
    for variant, found in placed.items():
        kinds: dict[str, list[str]] = {}
        for one in found.placements:
            if one.unknown:
                kinds.setdefault(one.unknown, []).append(one.kind)
        for why, some in kinds.items():
            yield f"No cost of {variant} with cache marks {', '.join(some)}: {why}."


def misread(found: Mapping[str, Reads]) -> Iterator[str]:
    """Yield where a vendor's cache did not do what its rules foretell, with the first such call."""
    for name, every in found.items():
        mine = every.of(name)
        first = mine.first
        if mine.unknown or first is None or mine.agreed >= AGREED * len(mine.calls):
            continue
        told = first.predicted.read if first.predicted else 0
        yield (f"{name}: {len(mine.calls) - mine.agreed:,} of {len(mine.calls):,} calls read from"
               f" the cache what its vendor's rules do not foretell, case {first.case} first"
               f" ({first.observed.read:,} tokens, foretold {told:,}): the costs of production"
               " rest on those rules.")  # fmt: skip
