"""What a run would do, as text of 80 columns: figures first, and then how each was got."""

from __future__ import annotations

from textwrap import wrap
from typing import TYPE_CHECKING, Final

from promptops.evals.foretold_power import clusters_told
from promptops.evals.foretold_values import Got
from promptops.evals.resuming import SHORT
from promptops.evals.words import dollars, percent, plain_points
from promptops.reporters.cost_figures import visible
from promptops.reporters.eval_plan_opening import answers, share, time
from promptops.reporters.eval_words import UNKNOWN, price, together

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from promptops.evals.foretold_values import Dollars, Foretold, Line

WIDTH: Final = 80
_LONGEST: Final = 600  # characters of a sentence
_NAME: Final = 31
WHY: Final = {
    "old": "older than run.max_age",
    "served_by_another": "the model has since been another",
    "not_kept": "the text was not kept",
    "failed": "failed",
    "unanswered": "without a result",
}


def report(found: Foretold) -> str:
    """Return the plan as lines of text."""
    parts = [_head(found), list(_table(found)), list(_ways(found)), _rest(found),
             list(_power(found))]  # fmt: skip
    return "\n\n".join("\n".join(lines) for lines in parts if lines) + "\n"


def _head(found: Foretold) -> list[str]:
    lines = _wrapped(f"{found.name}: {answers(found)}.")
    if found.goes_on is not None:
        spent = dollars(found.goes_on.spent)
        lines += _wrapped(f"Run {found.goes_on.run[:SHORT]} would go on, which paid {spent}.")
    stale = found.answers.stale
    if stale:
        told = ", ".join(f"{count:,} {WHY.get(why, why)}" for why, count in stale.items())
        lines += _wrapped(f"{sum(stale.values()):,} stored answers may not be used: {told}.")
    return lines


def _table(found: Foretold) -> Iterator[str]:
    asked = [one for one in found.lines if one.paid and one.calls]
    if not asked and not found.judges:
        return
    yield f"{'':<{_NAME}}{'calls':>7}{'input':>12}{'output':>10}{'expected':>10}{'at most':>10}"
    for one in asked:
        yield from _row(one.variant, one.calls, one.live, (one.input_tokens, one.output_tokens))
    for judge in found.judges:
        yield from _row(f"judge {judge.scorer}", judge.calls, judge.live)
    sums = [_sum([pick(one).value for one in asked]) for pick in (_input, _output)]
    calls = sum(one.calls for one in asked) + sum(one.calls for one in found.judges)
    yield from _row("all", calls, found.live, sums)
    if found.batch is not None:
        yield from _row("all, in the vendors' batches", calls, found.batch, sums)


def _row(name: str, calls: int, cost: Dollars, tokens: Sequence[Got[int]] = ()) -> Iterator[str]:
    name = visible(name)
    if len(name) >= _NAME:
        yield from _wrapped(name)
        name = ""
    told = [_tokens(one.value) for one in tokens] or ["", ""]
    yield (
        f"{name:<{_NAME}}{calls:>7,}{told[0]:>12}{told[1]:>10}"
        f"{price(cost.expected.value):>10}{price(cost.worst.value):>10}"
    )


def _tokens(value: int | None) -> str:
    return UNKNOWN if value is None else f"{value:,}" if value else "-"


def _input(one: Line) -> Got[int]:
    return one.input_tokens


def _output(one: Line) -> Got[int]:
    return one.output_tokens


def _sum(values: Sequence[int | None]) -> Got[int]:
    known = [one for one in values if one is not None]
    return Got(sum(known) if len(known) == len(values) else None, "")


def _ways(found: Foretold) -> Iterator[str]:
    """Yield how the figures were got, a sentence for each column; equal ones are told once."""
    paid = [one for one in found.lines if one.paid and one.calls]
    columns: dict[str, Callable[[Line], Got[object]]] = {
        "Input tokens": lambda one: one.input_tokens,
        "Output tokens": lambda one: one.output_tokens,
        "Expected": lambda one: one.live.expected,
        "At most": lambda one: one.live.worst,
    }
    for title, pick in columns.items():
        ways: dict[str, list[str]] = {}
        for one in paid:
            ways.setdefault(pick(one).how, []).append(one.variant)
        for how, names in ways.items():
            of = f" of {', '.join(names)}" if len(ways) > 1 else ""
            yield from _wrapped(f"{title}{of}: {how}.")
    for judge in found.judges:
        worst, expected = judge.live.worst.how, judge.live.expected.how
        told = worst if worst == expected else f"expected: {expected}; at most: {worst}"
        yield from _wrapped(f"Judge {judge.scorer}, {told}.")


def _rest(found: Foretold) -> list[str]:
    lines = []
    if found.paid:
        told = time(found.minutes)
        lines += _wrapped(f"{told[0].upper()}{told[1:]}: {found.minutes.how}.")
    if found.budget is not None:
        lines += _wrapped(_budget(found))
    for note in found.notes:
        lines += _wrapped(f"{note}.")
    return lines


def _budget(found: Foretold) -> str:
    assert found.budget is not None  # noqa: S101 - the caller looked
    worst, expected = found.live.worst.value, found.live.expected.value
    told, left = f"The budget of {dollars(found.budget)}", found.budget
    if found.goes_on is not None and found.goes_on.spent:
        left -= found.goes_on.spent
        told += f", less {dollars(found.goes_on.spent)},"
    if worst is None:
        return f"{told} needs prices."
    if worst <= left:
        return f"{told} holds the most that it can cost."
    if expected is not None and expected > left:
        return f"{told} is less than expected: the run would stop early."
    stops = "the run stops where a call might pass it"
    return f"{told} holds what is expected, not the most that it can cost: {stops}."


def _power(found: Foretold) -> Iterator[str]:
    for one in found.power:
        margin = "" if one.margin is None else f", margin {plain_points(one.margin)}"
        sure = f"{percent(one.confidence, 0)} % one-sided, four times in five"
        yield from _wrapped(f"What {found.cases:,} cases can show ({one.metric}{margin}; {sure}):")
        takes = "margin takes" if any(each.cases is not None for each in one.needed) else ""
        yield f"{'discordance':>15}{takes:>20}{'these cases hold':>20}"
        ways = dict.fromkeys(each.how for each in one.needed)
        for each in one.needed:
            if len(ways) > 1:
                yield from _wrapped(f"{each.how}:")
            cases = f"{each.cases:,} cases" if each.cases is not None else ""
            held = f"{percent(each.margin)} points"
            yield f"{share(each.discordance) + ' %':>15}{cases:>20}{held:>20}"
        if len(ways) == 1:
            yield from _wrapped(f"Discordance: {next(iter(ways))}.")
    told = clusters_told(found.cases, found.clusters)
    if told:
        yield from _wrapped(f"{told[0].upper()}{told[1:]}.")


def _wrapped(text: str) -> list[str]:
    held = together(visible(text)[:_LONGEST])
    lines = wrap(held, WIDTH, subsequent_indent="  ", break_on_hyphens=False)
    return [line.replace("\N{NO-BREAK SPACE}", " ") for line in lines]
