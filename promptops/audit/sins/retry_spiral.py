"""Retry spiral: attempts that follow another, and are paid."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from promptops.audit.cells import usd
from promptops.audit.facts import SHOWN, ranked, summed
from promptops.audit.levers import SECOND, UNBILLED, spared
from promptops.audit.sin import Sin
from promptops.audit.words import count, dollars, share
from promptops.model.usage import Retries

if TYPE_CHECKING:
    from decimal import Decimal

    from promptops.audit.cells import Cell
    from promptops.audit.facts import Facts
    from promptops.audit.template import Template

_TITLE: Final = "Retry spiral"
_NAME: Final = "retry-spiral"
_HIGH: Final = (
    "every attempt after a first is spared, but for second ones after a failure that is not billed"
)
_DECLARED_HIGH: Final = "every attempt after a first is spared"
_SLOWER: Final = "wait longer before asking again, or send what can wait in batches"
_SHAPED: Final = "have the vendor hold answers to a JSON Schema: `output` in the front matter"
_REFUSED: Final = "mend the request: its vendor refuses it (400, 413, 422) and says why"
_PATIENT: Final = "give the client a longer timeout: an answer that nobody waits for is paid"
# Why an attempt was sent again -> what is done about that first.
_STEPS: Final = {
    "rate_limited": _SLOWER, "overloaded": _SLOWER, "server": _SLOWER,
    "timed_out": _PATIENT, "dropped": _PATIENT,
    "unfit": _SHAPED, "malformed": _SHAPED, "invalid": _REFUSED,
}  # fmt: skip
_STEP: Final = "set a limit to attempts, and record why each is made: retry_cause="


def sin(facts: Facts) -> Sin:
    """Return what attempts cost that followed another, and why they were made."""
    if facts.cells is None:
        return _declared(facts)
    later = [one for one in facts.cells if one.later]
    if not later:
        why = "no attempt after a first is recorded: there is none, or attempt= was not told"
        return Sin(_NAME, _TITLE, (), None, _STEP, facts.proof(()), (why,))
    causes = ranked(summed((one.cause or "cause not told", one.usd) for one in later))
    prompts = ranked(summed((one.paid.prompt, one.usd) for one in later))
    paid = facts.monthly(usd(later))
    stake = facts.stake(paid, _spared, _HIGH)
    dear = causes[0][0] if causes else ""
    return Sin(
        _NAME, _TITLE, _evidence(facts, later, causes), stake, _STEPS.get(dear, _STEP),
        facts.proof(name for name, _ in prompts), _unknown(later), _spared,
    )  # fmt: skip


def _evidence(
    facts: Facts, later: list[Cell], causes: list[tuple[str, Decimal]]
) -> tuple[str, ...]:
    assert facts.cells is not None  # noqa: S101 - the caller looked
    number = sum(one.calls for one in later)
    every = sum(one.calls for one in facts.cells)
    told = f"{count(number, 'attempt')} of {every:,} followed another ({share(number, every)})"
    whys = [f"{why}: {dollars(facts.monthly(paid))} a month" for why, paid in causes[:SHOWN]]
    only = [one for one in later if one.attempt == SECOND and one.cause in UNBILLED]
    if only:
        number, paid = sum(one.calls for one in only), facts.monthly(usd(only))
        whys.append(
            f"{count(number, 'attempt')} came second, after a failure that is not billed: what "
            f"they cost ({dollars(paid)} a month) was paid once"
        )
    return (told, *whys)


def _unknown(later: list[Cell]) -> tuple[str, ...]:
    silent = sum(one.calls for one in later if one.cause is None)
    return (f"why {count(silent, 'attempt')} followed another is not told",) if silent else ()


def _spared(facts: Facts) -> Facts:
    if facts.cells is None:
        return facts.with_templates(_once)
    return facts.with_cells(spared)


def _once(one: Template) -> Template:
    return one.costing(one.call and replace(one.call, retries=Retries()))


def _declared(facts: Facts) -> Sin:
    again = [one for one in facts.templates if one.call and one.call.retries.billed_failure]
    prompts = [one.name for one in again]
    if not again:
        why = "how often is asked again is not declared: usage.yml, retries"
        return Sin(_NAME, _TITLE, (), None, _STEP, facts.proof(()), (why,))
    told = tuple(
        f"{one.name}: {share(one.call.retries.billed_failure, 1)} of answers fail, asked again "
        f"at most {count(one.call.retries.most, 'time')}"
        for one in again[:SHOWN] if one.call
    )  # fmt: skip
    stake = facts.stake(facts.saved(_spared), _spared, _DECLARED_HIGH)
    return Sin(_NAME, _TITLE, told, stake, _STEP, facts.proof(prompts), (), _spared)
