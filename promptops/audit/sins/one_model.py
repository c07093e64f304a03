"""One model for all: calls that a cheaper model of the vendor may answer as well."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from promptops.audit.cells import NOTHING, usd
from promptops.audit.facts import SHOWN
from promptops.audit.levers import on_price
from promptops.audit.sin import Sin
from promptops.audit.words import dollars, share

if TYPE_CHECKING:
    from decimal import Decimal

    from promptops.audit.cells import Cell
    from promptops.audit.facts import Facts
    from promptops.audit.template import Template
    from promptops.model.money import Price

_TITLE: Final = "One model for all"
_NAME: Final = "one-model"
_HIGH: Final = (
    "every call is answered by its vendor's next model of half the price or less, of as many tokens"
)
_STEP: Final = "send the prompts whose eval holds on a smaller model there, one after the other"


def sin(facts: Facts) -> Sin:
    """Return what each model is paid, and what its vendor's next cheaper one would have cost."""
    paid = _by_model(facts)
    order = sorted(paid, key=lambda model: (-paid[model], model))
    told = [f"{model}: {dollars(paid[model])} a month, {share(paid[model], facts.month)} of all"
            for model in order[:SHOWN]]  # fmt: skip
    able = [model for model in order if model in facts.smaller]
    none = [model for model in order if model not in facts.smaller]
    unknown = [
        f"no model is known of half the price of {model}, of its vendor" for model in none[:SHOWN]
    ]
    names = _prompts(facts, able)
    if not able:
        return Sin(_NAME, _TITLE, tuple(told), None, _STEP, facts.proof(names), tuple(unknown))
    unknown.append("how many tokens another model makes of a text is taken to be the same")
    total = sum((paid[model] for model in able), NOTHING)
    stake = facts.stake(total, _small, _HIGH)
    proof = facts.proof(names, f"model={facts.smaller[able[0]][0]}")
    return Sin(
        _NAME, _TITLE, tuple(told), stake, _step(facts, names), proof, tuple(unknown), _small
    )


def _by_model(facts: Facts) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    if facts.cells is None:
        for one in facts.templates:
            if one.model and one.month is not None:
                found[one.model] = found.get(one.model, NOTHING) + one.month
        return found
    for cell in facts.cells:
        found[cell.paid.model] = found.get(cell.paid.model, NOTHING) + facts.monthly(cell.usd)
    return {model: amount for model, amount in found.items() if amount}


def _prompts(facts: Facts, models: list[str]) -> list[str]:
    """Return the prompts that use some models, the dearest first."""
    amounts: dict[str, Decimal] = {}
    if facts.cells is None:
        for one in facts.templates:
            if one.model in models:
                amounts[one.name] = one.month or NOTHING
    else:
        for cell in facts.cells:
            if cell.paid.model in models and cell.paid.prompt:
                amounts[cell.paid.prompt] = amounts.get(cell.paid.prompt, NOTHING) + usd([cell])
    return sorted(amounts, key=lambda name: (-amounts[name], name))


def _step(facts: Facts, names: list[str]) -> str:
    known = {one.name for one in facts.templates}
    first = next((name for name in names if name in known), None)
    if first is None:
        return _STEP
    model = next((one.model for one in facts.templates if one.name == first), None)
    if model is None or model not in facts.smaller:
        return _STEP
    return f"promptops cost {first} --model {model} --model {facts.smaller[model][0]}"


def _small(facts: Facts) -> Facts:
    def price_of(cell: Cell) -> Price | None:
        known = facts.smaller.get(cell.paid.model)
        if known is None:
            return None
        price = known[1]
        return price.batch or price if cell.paid.tier == "batch" else price

    def cheaper(one: Template) -> Template:
        known = facts.smaller.get(one.model or "")
        if known is None or one.call is None:
            return one
        return replace(one, call=replace(one.call, price=known[1]))

    if facts.cells is None:
        return facts.with_templates(cheaper)
    return facts.with_cells(lambda cells: on_price(cells, price_of))
