"""An inspection as people read it in a terminal."""

from __future__ import annotations

import textwrap
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from promptops.reporters.figures import dollars, printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from promptops.lint.inspection import Inspection
    from promptops.lint.pairings import Pairing

WIDTH = 80


def report(found: Inspection, cost: dict[str, Any] | None, style: Callable[..., str]) -> str:
    """Return an inspection's lines, held to 80 columns."""
    return "".join(f"{line}\n" for line in _lines(found, cost, style))


def _lines(
    found: Inspection, cost: dict[str, Any] | None, style: Callable[..., str]
) -> Iterator[str]:
    prompt = found.view.prompt
    yield style(f"{prompt.name}  {found.view.model or 'no model'}", bold=True)
    yield f"{prompt.path}, {prompt.dialect}"
    yield ""
    first, *rest = textwrap.wrap(found.method.describe(), WIDTH - 8, break_on_hyphens=False)
    yield style("tokens", bold=True) + f"  {first}"
    yield from (f"        {line}" for line in rest)
    about = "" if found.method.method == "exact" else "≈"
    for message in found.messages:
        lines = f"lines {message.spot.line}-{message.spot.end_line}"
        yield f"  {message.role:<10} {about}{message.tokens:>7,}  fixed, {lines}"
    yield f"  {'fixed':<10} {about}{found.static:>7,}"
    if found.sample is not None:
        yield f"  {'sample':<10} {about}{found.sample:>7,}  rendered"
    if found.sample_error:
        yield f"  sample     {printable(found.sample_error)}"
    yield f"  {'prefix':<10} {about}{found.prefix:>7,}  ahead of the first value that changes"
    if found.broken_at is not None:
        yield f"  {'':<10} {'':>8}  {_cut(found.broken_at.expression, 30)}, {_at(found)}"
    yield ""
    reading = found.view.fullest[1]
    counted = f"  about {len(found.instructions)}, {reading.surface} with restatements"
    yield style("instructions", bold=True) + f"{counted} ({reading.language})"
    for quoted, spot in found.instructions:
        where = f"{spot.line}" if spot.path == prompt.path else f"{spot.path}:{spot.line}"
        text = printable(" ".join(quoted.split()))
        yield f"  {where:>4}  {_cut(text, WIDTH - 8 - max(len(where) - 4, 0))}"
    yield ""
    yield style("answer", bold=True)
    yield from _answer(found)
    for title, verb, pairings in (
        ("contradictions", "contradicts", found.contradictions),
        ("repeats", "repeats", found.duplicates),
    ):
        if pairings:
            yield ""
            yield style(title, bold=True)
            yield from (f"  {_pairing(found, verb, pairing)}" for pairing in pairings)
    yield ""
    yield style("cost", bold=True) + f"  {_cost(cost)}"


def _at(found: Inspection) -> str:
    assert found.broken_at is not None  # noqa: S101 - the caller asked
    spot = found.broken_at.spot
    return (
        f"line {spot.line}" if spot.path == found.view.prompt.path else f"{spot.path}:{spot.line}"
    )


def _pairing(found: Inspection, verb: str, pairing: Pairing) -> str:
    first, again = (
        f"line {spot.line}" + ("" if spot.path == found.view.prompt.path else f" of {spot.path}")
        for spot in (pairing.first, pairing.again)
    )
    return f"{again} {verb} {first} ({pairing.rule})"


def _answer(found: Inspection) -> Iterator[str]:
    answer = found.view.answer
    yield f"  task            {answer.task or 'unknown'}"
    yield f"  format stated   {_yes(answer.format_stated)}"
    yield f"  length bounded  {_yes(answer.length_bound_stated)}"
    yield f"  structured      {_yes(answer.structured_wanted)}"
    yield f"  step by step    {_yes(answer.chain_of_thought)}"


def _cost(cost: dict[str, Any] | None) -> str:
    if cost is None:
        return "unknown: it takes a model with a price, and a sample"
    call = f"{dollars(Decimal(cost['per_call']))} a call"
    if cost["per_month"] is None:
        return f"{call}; prices as of {cost['prices']['as_of']}"
    month = f"{dollars(Decimal(cost['per_month']))} a month at {cost['calls']:,} calls"
    return f"{call}, {month}; prices as of {cost['prices']['as_of']}"


def _yes(value: bool) -> str:
    return "yes" if value else "no"


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
