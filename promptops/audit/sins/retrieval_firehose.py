"""Retrieval firehose: more retrieved texts than an answer needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from promptops.audit.cells import NOTHING
from promptops.audit.facts import SHOWN, ranked, summed
from promptops.audit.shorter import fewer_chunks
from promptops.audit.sin import Sin
from promptops.audit.words import count, dollars

if TYPE_CHECKING:
    from decimal import Decimal

    from promptops.audit.cells import Cell
    from promptops.audit.facts import Facts

_TITLE: Final = "Retrieval firehose"
_NAME: Final = "retrieval-firehose"
FEW: Final = 3  # texts
_HIGH: Final = f"no call has more than {FEW} retrieved texts"
_STEP: Final = f"retrieve {FEW} texts, the nearest first, and more where an eval asks for them"
_SWEEP: Final = "chunks=2,3,5,8"
_RULES: Final = ("RAG101", "RAG102")


def sin(facts: Facts) -> Sin:
    """Return what retrieved texts cost, and what of them are beyond a few a call."""
    found = [said for one in facts.templates for said in one.of(*_RULES)]
    said = [f"{one.place}: {one.message} ({one.code})" for one in found[:SHOWN]]
    if facts.cells is None:
        return _declared(facts, said)
    paid = ranked(summed((one.paid.prompt, _paid(one)) for one in facts.cells))
    names = [name for name, _ in paid]
    told = [f"{name}: {dollars(facts.monthly(amount))} a month{_many(facts.cells, name)}"
            for name, amount in paid[:SHOWN]]  # fmt: skip
    proof = facts.proof(names, _SWEEP)
    if not paid:
        why = "no call tells retrieved text: there is none, or parts are not told"
        return Sin(_NAME, _TITLE, tuple(said), None, _STEP, proof, (why,))
    total = facts.monthly(sum((amount for _, amount in paid), NOTHING))
    stake = facts.stake(total, _few, _HIGH)
    return Sin(_NAME, _TITLE, (*told, *said), stake, _STEP, proof, _unknown(facts.cells), _few)


def _declared(facts: Facts, said: list[str]) -> Sin:
    """Return what the retrieved texts of the prompts' declared samples cost."""
    able = [one for one in facts.templates if one.retrieved and one.month is not None]
    why = "how many texts a call retrieves is not recorded"
    if not able:
        names = [one.name for one in facts.templates if one.of(*_RULES)]
        return Sin(
            _NAME, _TITLE, tuple(said), None, _STEP, facts.proof(names, _SWEEP), (why,)
        )  # fmt: skip
    paid = {one.name: (one.month or NOTHING) - (one.with_chunks(0).month or NOTHING)
            for one in able}  # fmt: skip
    able.sort(key=lambda one: (-paid[one.name], one.name))
    told = [
        f"{one.name}: {dollars(paid[one.name])} a month, {one.retrieved.texts:,} retrieved texts "
        "in its sample"
        for one in able[:SHOWN] if one.retrieved
    ]  # fmt: skip
    stake = facts.stake(sum(paid.values(), NOTHING), _few, f"{_HIGH}, as its sample has them")
    proof = facts.proof([one.name for one in able], _SWEEP)
    return Sin(_NAME, _TITLE, (*told, *said), stake, _STEP, proof, (why,), _few)


def _few(facts: Facts) -> Facts:
    if facts.cells is None:
        return facts.with_templates(lambda one: one.with_chunks(FEW))
    return facts.with_cells(lambda cells: fewer_chunks(cells, FEW))


def _paid(one: Cell) -> Decimal:
    return one.prompt_usd * one.part(("retrieved",))


def _many(cells: tuple[Cell, ...], name: str) -> str:
    of = [one for one in cells if one.paid.prompt == name and one.chunks is not None]
    calls = sum(one.calls for one in of)
    if not calls:
        return ""
    texts = sum(one.calls * (one.chunks or 0) for one in of)
    return f", {texts / calls:.1f} retrieved texts a call"


def _unknown(cells: tuple[Cell, ...]) -> tuple[str, ...]:
    silent = sum(one.calls for one in cells if one.part(("retrieved",)) and one.chunks is None)
    if not silent:
        return ()
    told = f"of {count(silent, 'call')} with retrieved text no number of texts is told (chunks=)"
    return (f"{told}: what could be spared is in no figure",)
