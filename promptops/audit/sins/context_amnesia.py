"""Context amnesia: the same context is paid for again, since nothing keeps it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.audit.cells import NOTHING, by_line
from promptops.audit.facts import SHOWN, ranked, summed
from promptops.audit.levers import found_again, kept
from promptops.audit.sin import Sin
from promptops.audit.template import Template
from promptops.audit.words import count, dollars, share
from promptops.model.money import MILLION

if TYPE_CHECKING:
    from decimal import Decimal

    from promptops.audit.cells import Cell
    from promptops.audit.facts import Facts

_TITLE: Final = "Context amnesia"
_NAME: Final = "context-amnesia"
_HIGH: Final = (
    "every miss reads what hits of its version read on average, and what is never read has its "
    "instructions, examples and tools read"
)
_DECLARED_HIGH: Final = "every call reads the tokens that stand in front of the first that vary"
_LOW: Final = (
    "a first call, and one after its prefix's lifetime, must miss: how many, nothing recorded says"
)
# A cache changes no answer: what is to be proven is that prompts are found in it.
_PROOF: Final = (
    "promptops ledger query cache, a day later: more is read; answers stay what they are"
)
_STEP: Final = "put what does not vary first, and mark it: {% cache %} (docs/caching.md)"
_RULES: Final = ("CAC101", "CAC102", "CAC103", "CAC109", "CAC110")


def sin(facts: Facts) -> Sin:
    """Return what misses of the vendor's cache cost, and prompts that it never keeps."""
    if facts.cells is None:
        return _declared(facts)
    after = _remembered(facts).cells or ()
    before = {line: _usd(of) for line, of in by_line(facts.cells).items()}
    saved = {line: before[line] - _usd(of) for line, of in by_line(after).items()}
    prompts = ranked(summed((line[0], amount) for line, amount in saved.items()))
    names = [name for name, _ in prompts]
    lines = by_line(facts.cells)
    worst = sorted(saved, key=lambda line: (-saved[line], str(line)))
    told = [
        f"{_line(lines[line])}; misses cost {dollars(facts.monthly(saved[line]))} a month too much"
        for line in worst[:SHOWN] if saved[line] > 0
    ]  # fmt: skip
    paid = facts.monthly(sum((_missed(one) for one in facts.cells), NOTHING))
    stake = facts.stake(paid, _remembered, _HIGH, (NOTHING, _LOW))
    return Sin(
        _NAME, _TITLE, tuple(told), stake, _step(facts, names), _PROOF,
        _unknown(facts), _remembered,
    )  # fmt: skip


def _usd(cells: list[Cell]) -> Decimal:
    return sum((one.prompt_usd for one in cells), NOTHING)


def _missed(one: Cell) -> Decimal:
    return NOTHING if one.reads else one.prompt_usd


def _remembered(facts: Facts) -> Facts:
    if facts.cells is None:
        return facts.with_templates(Template.cached)
    return facts.with_cells(lambda cells: kept(found_again(cells), facts.shortest))


def _line(line: list[Cell]) -> str:
    name = " ".join(filter(None, line[0].line))
    calls = sum((one.told for one in line), NOTHING)
    hits = sum((one.told for one in line if one.reads), NOTHING)
    if not hits:
        return f"{name}: nothing is ever read from the cache, in {count(calls, 'call')}"
    return f"{name}: {share(hits, calls)} of {count(calls, 'call')} read from the cache"


def _unknown(facts: Facts) -> tuple[str, ...]:
    assert facts.cells is not None  # noqa: S101 - the caller looked
    reading = {one.line for one in facts.cells if one.reads}
    silent = sum(
        one.calls - one.untold for one in facts.cells if one.line not in reading and not one.chars
    )
    if not silent:
        return ()
    told = f"no parts are told of {count(silent, 'call')} of prompts that are never read"
    return (f"{told}: what of them could be kept is not known",)


def _step(facts: Facts, names: list[str]) -> str:
    for name in names:
        for one in facts.templates:
            if one.name == name and (found := one.of(*_RULES)):
                return f"{found[0].place}: {found[0].message} ({found[0].code})"
    known = next((name for name in names if facts.has(name)), None)
    return f"promptops cache {known}" if known else _STEP


def _declared(facts: Facts) -> Sin:
    able = [one for one in facts.templates if one.best and one.call and one.calls]
    names = [one.name for one in sorted(able, key=lambda one: -(_gain(one)))]
    gains = {one.name: _gain(one) for one in able}
    told = [
        f"{name}: {dollars(gains[name])} a month of its input would be read from the cache"
        for name in names[:SHOWN] if gains[name] > 0
    ]  # fmt: skip
    silent = [one for one in facts.templates if one.call and one.calls and not one.best]
    why = [f"of {count(len(silent), 'prompt')} no prefix is known that could be kept"] * bool(
        silent
    )
    if not able:
        why.append("hits are not recorded")
        return Sin(
            _NAME, _TITLE, (), None, _step(facts, [t.name for t in facts.templates if t.found]),
            _PROOF, tuple(why),
        )  # fmt: skip
    paid = sum((one.calls.expected * one.call.input * one.call.price.rates.input / MILLION
                for one in able if one.call and one.calls), NOTHING)  # fmt: skip
    stake = facts.stake(paid, _remembered, _DECLARED_HIGH, (NOTHING, _LOW))
    return Sin(
        _NAME, _TITLE, tuple(told), stake, _step(facts, names), _PROOF, tuple(why),
        _remembered,
    )  # fmt: skip


def _gain(one: Template) -> Decimal:
    return max((one.month or NOTHING) - (one.cached().month or NOTHING), NOTHING)
