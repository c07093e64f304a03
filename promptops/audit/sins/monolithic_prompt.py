"""Monolithic prompt: one large fixed text that every call carries, whatever it is about."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from promptops.audit.cells import FIXED, NOTHING
from promptops.audit.facts import SHOWN, ranked, summed
from promptops.audit.shorter import trimmed
from promptops.audit.sin import Sin
from promptops.audit.words import count, dollars

if TYPE_CHECKING:
    from collections.abc import Callable

    from promptops.audit.cells import Cell
    from promptops.audit.facts import Facts
    from promptops.audit.template import Said, Template

_TITLE: Final = "Monolithic prompt"
_NAME: Final = "monolithic-prompt"
LEAN: Final = 1_000  # tokens of instructions, examples and tools that no call need spare
_HIGH: Final = (
    f"no version has more than {LEAN:,} tokens of instructions, examples and tools a call"
)
_LOW: Final = (
    "what lint finds said twice or saying nothing, in the prompts as they stand, is deleted"
)
_NO_LOW: Final = "lint finds nothing said twice, in the prompts as they stand"
_STEP: Final = "part the prompt by what it is about, so that a call carries what it needs"
# Findings whose mending takes away words, and no meaning.
_TWICE: Final = ("INS102", "TOK104", "TOK107")
_LARGE: Final = ("INS101", "TOK102", "TOK103", "TOK108", *_TWICE)
_SWEEP: Final = "shots=0,2"


def sin(facts: Facts) -> Sin:
    """Return what fixed texts cost, and what of them is beyond a lean prompt's."""
    spare = {one.name: sum(each.tokens or 0 for each in one.of(*_TWICE)) for one in facts.templates}
    if facts.cells is None:
        return _declared(facts, spare)
    fixed = ranked(summed((one.paid.prompt, _paid(one)) for one in facts.cells))
    names = [name for name, _ in fixed]
    told = [f"{name}: {_tokens(facts.cells, name)}, {dollars(facts.monthly(paid))} a month"
            for name, paid in fixed[:SHOWN]]  # fmt: skip
    told += _findings(facts, names)
    silent = sum(one.calls - one.untold for one in facts.cells if not one.chars)
    lacking = f"no parts are told of {count(silent, 'call')}: nothing is known of their fixed text"
    unknown = (lacking,) if silent else ()
    if not fixed:
        return Sin(_NAME, _TITLE, tuple(told), None, _STEP, facts.proof(()), unknown)

    def lean(these: Facts) -> Facts:
        return these.with_cells(lambda cells: trimmed(cells, _least(spare), LEAN))

    def clean(these: Facts) -> Facts:
        return these.with_cells(lambda cells: trimmed(cells, _least(spare), _NO_LIMIT))

    paid = facts.monthly(sum((amount for _, amount in fixed), NOTHING))
    stake = facts.stake(paid, lean, _HIGH, _low(facts.saved(clean)))
    return Sin(
        _NAME, _TITLE, tuple(told), stake, _step(facts, names), facts.proof(names), unknown, lean
    )


_NO_LIMIT: Final = 10**12


def _low(saved: Decimal) -> tuple[Decimal, str]:
    return saved, _LOW if saved else _NO_LOW


def _paid(one: Cell) -> Decimal:
    return one.prompt_usd * one.part(FIXED)


def _least(spare: dict[str, int]) -> Callable[[Cell], Decimal]:
    return lambda cell: Decimal(spare.get(cell.paid.prompt or "", 0)) if cell.chars else NOTHING


def _tokens(cells: tuple[Cell, ...], name: str) -> str:
    of = [one for one in cells if one.paid.prompt == name and one.chars]
    calls = sum((one.told for one in of), NOTHING)
    tokens = sum((one.prompt_tokens * one.part(FIXED) * one.share for one in of), NOTHING)
    return f"{count(tokens / calls if calls else 0, 'fixed token')} a call"


def _found(facts: Facts, names: list[str]) -> list[Said]:
    order = {name: at for at, name in enumerate(names)}
    templates = sorted(facts.templates, key=lambda one: (order.get(one.name, len(order)), one.name))
    return [said for one in templates for said in one.of(*_LARGE)]


def _findings(facts: Facts, names: list[str]) -> list[str]:
    found = _found(facts, names)
    told = [f"{one.place}: {one.message} ({one.code})" for one in found[:SHOWN]]
    more = len(found) - len(told)
    return [*told, *([f"and {more:,} more: promptops lint --select INS,TOK"] if more else [])]


def _step(facts: Facts, names: list[str]) -> str:
    found = _found(facts, names)
    return f"promptops lint --select INS,TOK {found[0].place.partition(':')[0]}" if found else _STEP


def _declared(facts: Facts, spare: dict[str, int]) -> Sin:
    known = [one for one in facts.templates if one.fixed is not None and one.month is not None]
    known.sort(key=lambda one: (-_cost(one), one.name))
    names = [one.name for one in known]
    told = [f"{one.name}: {count(one.fixed or 0, 'fixed token')}, {dollars(_cost(one))} a month"
            for one in known[:SHOWN]]  # fmt: skip
    told += _findings(facts, names)
    missing = len(facts.templates) - len(known)
    unknown = (f"{count(missing, 'prompt')} of no known price or calls a month",) if missing else ()
    step = _step(facts, names)
    if not known:
        return Sin(_NAME, _TITLE, tuple(told), None, step, facts.proof(names), unknown)

    def lean(these: Facts) -> Facts:
        return these.with_templates(lambda one: _trim(one, spare.get(one.name, 0), LEAN))

    def clean(these: Facts) -> Facts:
        return these.with_templates(lambda one: _trim(one, spare.get(one.name, 0), _NO_LIMIT))

    paid = sum(map(_cost, known), NOTHING)
    stake = facts.stake(paid, lean, _HIGH, _low(facts.saved(clean)))
    return Sin(_NAME, _TITLE, tuple(told), stake, step, facts.proof(names), unknown, lean)


def _trim(one: Template, least: int, lean: int) -> Template:
    """Return a prompt with less fixed text; what of it is kept by the cache shrinks alike."""
    if one.call is None or one.fixed is None:
        return one
    spare = min(Decimal(max(one.fixed - lean, least, 0)), Decimal(one.call.input))
    marks = one.call.reuse.marks
    end = marks[-1].tokens if marks else NOTHING
    left = max(end - spare, NOTHING) / end if end else Decimal(1)
    shorter = replace(one.call, input=one.call.input - spare, reuse=one.call.reuse.scaled(left))
    best = one.best
    if best is not None and best.marks:
        whole = best.marks[-1].tokens
        best = best.scaled(max(whole - spare, NOTHING) / whole if whole else Decimal(1))
    return replace(one, call=shorter, fixed=one.fixed - int(spare), best=best)


def _cost(one: Template) -> Decimal:
    """Return what the fixed text costs a month: what the prompt would cost less without it."""
    if one.month is None or one.fixed is None:
        return NOTHING
    return one.month - (_trim(one, one.fixed, 0).month or NOTHING)
