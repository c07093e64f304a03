"""Verbose output: answers that are longer than they need be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.audit.cells import NOTHING
from promptops.audit.facts import SHOWN, ranked, summed
from promptops.audit.levers import capped, lengths_at
from promptops.audit.sin import Sin
from promptops.audit.words import count, dollars, share
from promptops.model.money import MILLION

if TYPE_CHECKING:
    from promptops.audit.cells import Cell
    from promptops.audit.facts import Facts

_TITLE: Final = "Verbose output"
_NAME: Final = "verbose-output"
_HIGH: Final = "no answer is longer than half of its version's answers are (the median)"
_STEP: Final = "say in the prompt how long an answer may be; max_tokens cuts, and does not shorten"
_SWEEP: Final = "max_tokens=p95,p99"
_HALF: Final = 0.5


def sin(facts: Facts) -> Sin:
    """Return what answers cost, and what of it is beyond the median of their version's."""
    if facts.cells is None:
        return _declared(facts)
    prompts = ranked(summed((one.paid.prompt, one.output_usd) for one in facts.cells))
    names = [name for name, _ in prompts]
    paid = facts.monthly(sum((one.output_usd for one in facts.cells), NOTHING))
    told = [f"answers are {share(paid, facts.month)} of all dollars"]
    told += _lengths(facts.cells, names)
    cut = sum(one.cut for one in facts.cells)
    if cut:
        told.append(f"{count(cut, 'answer')} ended at max_tokens: paid, and cut")
    stake = facts.stake(paid, _halved, _HIGH)
    return Sin(
        _NAME, _TITLE, tuple(told), stake, _step(facts, names), facts.proof(names, _SWEEP),
        ("what an answer is worth beyond its first half is not known",), _halved,
    )  # fmt: skip


def _halved(facts: Facts) -> Facts:
    return facts.with_cells(lambda cells: capped(cells, lengths_at(cells, _HALF)))


def _lengths(cells: tuple[Cell, ...], names: list[str]) -> list[str]:
    half, most = lengths_at(cells, _HALF), lengths_at(cells, 0.95)
    order = {name: at for at, name in enumerate(names)}
    lines = sorted(half, key=lambda line: (order.get(line[0] or "", len(order)), str(line)))
    return [
        f"{' '.join(filter(None, line))}: half of the answers have at most "
        f"{count(half[line], 'token')}, 95% at most {most[line]:,}"
        for line in lines[:SHOWN]
    ]  # fmt: skip


def _step(facts: Facts, names: list[str]) -> str:
    for name in names:
        for one in facts.templates:
            if one.name == name and (found := one.of("OUT102", "OUT108")):
                return f"{found[0].place}: {found[0].message} ({found[0].code})"
    return _STEP


def _declared(facts: Facts) -> Sin:
    known = [one for one in facts.templates if one.call and one.calls and one.output]
    found = [one for one in facts.templates if one.of("OUT102", "OUT108")]
    amounts = {
        one.name: one.call.output * one.call.price.rates.output * one.calls.expected / MILLION
        for one in known if one.call and one.calls
    }  # fmt: skip
    dear = sorted(amounts.items(), key=lambda each: -each[1])
    told = [f"{name}: answers cost {dollars(paid)} a month" for name, paid in dear[:SHOWN]]
    told += [f"{one.place}: {one.message} ({one.code})" for each in found[:SHOWN]
             for one in each.of("OUT102", "OUT108")]  # fmt: skip
    names = [name for name, _ in dear] or [one.name for one in found]
    why = "how long answers are is not recorded, only declared: what could be spared is not known"
    return Sin(
        _NAME, _TITLE, tuple(told), None, _step(facts, names), facts.proof(names, _SWEEP), (why,)
    )
