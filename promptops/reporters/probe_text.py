"""What a probe of a vendor's prompt cache found, as text of 80 columns."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from promptops.evals.words import dollars
from promptops.reporters.cost_figures import visible

if TYPE_CHECKING:
    from collections.abc import Iterator
    from decimal import Decimal

    from promptops.evals.probing_values import Call, Compared, Override, Probed, Verdict
    from promptops.model.money import Usage

WIDTH: Final = 80
VERDICTS: Final[dict[Verdict, str]] = {
    "holds": "holds",
    "does_not_hold": "DOES NOT HOLD",
    "not_told": "not told",
    "undecided": "undecided",
}
_MOMENTS: Final = {
    "first": "", "again": " again", "before_end": " before its end", "after_end": " after its end",
}  # fmt: skip
_LONGEST: Final = 300  # characters of a vendor's words
_NAME: Final = 20
_VERDICT: Final = 15


def report(found: Probed) -> str:
    """Return the calls, the claims and the correction as lines of text."""
    parts = [list(_head(found)), list(_table(found)), list(_claims(found)), list(_own(found))]
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _head(found: Probed) -> Iterator[str]:
    rules = found.task.rules
    told = f"{visible(found.task.model)} on {rules.surface}, cache rules as of {rules.as_of}"
    yield from wrap(told, WIDTH)
    if found.stopped:
        yield from wrap(f"It ended early: {visible(found.stopped)[:_LONGEST]}", WIDTH)


def _table(found: Probed) -> Iterator[str]:
    if not found.calls:
        return
    yield f"{'':<{_NAME}}{'foretold':>29}{'observed':>29}".rstrip()
    titles = f"{'input':>7}{'read':>7}{'written':>8}{'$':>8}"
    yield f"{'call':<{_NAME}}{titles}{titles}"
    for one in found.calls:
        yield _row(one)
    possible = f", and possibly {dollars(found.possible)}" if found.possible else ""
    yield f"paid {dollars(found.spent)}{possible}"


def _row(one: Compared) -> str:
    foretold = _figures(one.predicted, one.predicted_usd)
    if one.call.usage is None:
        told = "no answer" if one.call.attempts else "not sent"
        return f"{_name(one.call):<{_NAME}}{foretold}{told:>30}"
    return f"{_name(one.call):<{_NAME}}{foretold}{_figures(one.call.usage, one.usd)}"


def _name(call: Call) -> str:
    return f"{call.part}{_MOMENTS[call.moment]}"


def _figures(usage: Usage | None, usd: Decimal | None) -> str:
    if usage is None:
        return f"{'':>30}"
    written = sum(usage.cache_write_tokens.values())
    price = "unknown" if usd is None else f"{usd:.5f}"
    return f"{usage.input_tokens:>7,}{usage.cache_read_tokens:>7,}{written:>8,}{price:>8}"


def _claims(found: Probed) -> Iterator[str]:
    for one in found.claims:
        yield from wrap(
            f"{VERDICTS[one.verdict]:<{_VERDICT}}{one.says}: {one.seen}", WIDTH,
            subsequent_indent=" " * _VERDICT, drop_whitespace=True,
        )  # fmt: skip


def _own(found: Probed) -> Iterator[str]:
    one = found.override
    if one is None:
        return
    yield "For the file that `cache-rules` in your settings names:"
    yield ""
    yield f'[models."{visible(one.model)}"]'
    yield f"minimum = {one.minimum}  # {_measured(one)}, {found.day}"


def _measured(one: Override) -> str:
    above = "" if one.above is None else f"not cached at {one.above:,} tokens, "
    return f"{above}cached at {one.cached:,}"
