"""Agent loop: each turn sends again what all turns before it have said."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from promptops.audit.cells import NOTHING, by_line, usd
from promptops.audit.facts import SHOWN, ranked, summed
from promptops.audit.shorter import flat_turns
from promptops.audit.sin import Sin
from promptops.audit.words import count, dollars
from promptops.model.usage import Agent

if TYPE_CHECKING:
    from promptops.audit.cells import Cell
    from promptops.audit.facts import Facts
    from promptops.audit.template import Template

_TITLE: Final = "Agent loop"
_NAME: Final = "agent-loop"
_HIGH: Final = "no turn sends more than a first turn of its version does on average"
_DECLARED_HIGH: Final = "no step sends more than the first"
_STEP: Final = (
    "shorten what turns hand on: results of tools cut to what is used, old turns summed up"
)


def sin(facts: Facts) -> Sin:
    """Return what turns after a first cost, and what of it is their growth."""
    if facts.cells is None:
        return _declared(facts)
    later = [one for one in facts.cells if one.turn is not None and one.turn > 1]
    if not later:
        why = "no call tells a turn after a first: there is no loop, or turn= was not told"
        return Sin(_NAME, _TITLE, (), None, _STEP, facts.proof(()), (why,))
    prompts = ranked(summed((one.paid.prompt, one.usd) for one in later))
    names = [name for name, _ in prompts]
    paid = facts.monthly(sum((one.usd for one in later), NOTHING))
    told = [_line(facts, line) for line in _growing(facts.cells)]
    silent = sum(one.calls for one in facts.cells if one.turn is None)
    unknown = [f"no turn is told of {count(silent, 'call')}: in no figure here"] * bool(silent)
    stake = facts.stake(paid, _flat, _HIGH)
    dear = names[0] if names else ""
    step = f"promptops cache {dear}" if _unread(later) and facts.has(dear) else _STEP
    return Sin(
        _NAME, _TITLE, tuple(told[:SHOWN]), stake, step, facts.proof(names), tuple(unknown), _flat
    )


def _growing(cells: tuple[Cell, ...]) -> list[list[Cell]]:
    """Return the lines whose turns grow, those first whose growth costs most."""
    flat = {line: usd(of) for line, of in by_line(flat_turns(cells)).items()}
    found = [(usd(of) - flat[line], str(line), of) for line, of in by_line(cells).items()]
    found.sort(key=lambda one: (-one[0], one[1]))
    return [of for grown, _, of in found if grown > 0]


def _unread(later: list[Cell]) -> bool:
    """Return whether turns find nothing in the cache: marks that move along come first."""
    return not any(one.reads for one in later)


def _flat(facts: Facts) -> Facts:
    if facts.cells is None:
        return facts.with_templates(_level)
    return facts.with_cells(flat_turns)


def _level(one: Template) -> Template:
    if one.call is None:
        return one
    return one.costing(replace(one.call, agent=Agent(one.call.agent.steps, NOTHING)))


def _line(facts: Facts, line: list[Cell]) -> str:
    turns = [one for one in line if one.turn is not None]
    most = max(one.turn or 0 for one in turns)
    first, last = (_average([one for one in turns if one.turn == turn]) for turn in (1, most))
    name = " ".join(filter(None, line[0].line))
    paid = facts.monthly(sum((one.usd for one in turns if (one.turn or 0) > 1), NOTHING))
    grown = f"from {count(first, 'token')} at turn 1 to {last:,} at turn {most}"
    return f"{name}: {grown}; turns after the first cost {dollars(paid)} a month"


def _average(cells: list[Cell]) -> int:
    calls = sum((one.told for one in cells), NOTHING)
    return (
        int(sum((one.prompt_tokens * one.share for one in cells), NOTHING) / calls) if calls else 0
    )


def _declared(facts: Facts) -> Sin:
    loops = [one for one in facts.templates if one.call and one.call.agent.steps > 1]
    names = [one.name for one in loops]
    if not loops:
        why = "steps of an agent are not declared: usage.yml, agent"
        return Sin(_NAME, _TITLE, (), None, _STEP, facts.proof(()), (why,))
    told = tuple(
        f"{one.name}: {one.call.agent.steps} steps, each {int(one.call.agent.growth):,} tokens "
        "longer than the one before"
        for one in loops[:SHOWN] if one.call
    )  # fmt: skip
    paid = sum((one.month or NOTHING for one in loops), NOTHING)
    stake = facts.stake(paid, _flat, _DECLARED_HIGH)
    return Sin(_NAME, _TITLE, told, stake, _STEP, facts.proof(names), (), _flat)
