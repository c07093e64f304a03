"""What calls cost, by feature, segment of users, version of a prompt, model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from promptops.audit.question import Answer, Column, Question
from promptops.audit.spending import dearest, spending
from promptops.audit.spent import Spending

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from promptops.audit.question import Window
    from promptops.warehouse.warehouse import Warehouse

_FIGURES: Final = (
    Column("calls", "count", "calls"),
    Column("usd", "usd", "cost"),
    Column("share", "share", "share"),
    Column("usd_per_call", "usd", "a call"),
    Column("input_tokens", "tokens", "input"),
    Column("output_tokens", "tokens", "output"),
)
_NAMES: Final = {
    "feature": "feature", "segment": "users", "prompt": "prompt", "version": "version",
    "model": "model", "tier": "tier", "tenant": "tenant", "source": "from",
}  # fmt: skip


def cost_by(name: str, told: str, by: tuple[str, ...]) -> Question:
    """Return the question what calls cost by some columns, the dearest first."""
    return Question(name, told, _asking(name, told, by))


def _asking(name: str, told: str, by: tuple[str, ...]) -> Callable[[Warehouse, Window], Answer]:
    def ask(house: Warehouse, window: Window) -> Answer:
        found = spending(house, by, window.calls())
        total = sum(found.values(), Spending())
        rows = tuple((*key, *_figures(one, total)) for key, one in dearest(found))
        keys = tuple(Column(column, "text", _NAMES[column]) for column in by)
        return Answer(name, told, keys + _FIGURES, rows, tuple(unknown(found.values())))

    return ask


def _figures(one: Spending, total: Spending) -> tuple[Any, ...]:
    priced = one.calls - one.untold - one.unpriced
    return (
        one.calls,
        one.usd if priced else None,
        one.share_of(total),
        one.usd / priced if priced else None,
        one.prompt_tokens,
        one.output_tokens,
    )


def unknown(found: Iterable[Spending]) -> Iterator[str]:
    """Yield what sums leave out: calls that tell no usage, and those whose price is not known."""
    total = sum(found, Spending())
    if total.untold:
        yield f"{total.untold:,} of {total.calls:,} calls tell no usage: they are in no sum"
    if total.unpriced:
        yield f"{total.unpriced:,} of {total.calls:,} calls have no known price: they are in no sum"


QUESTIONS: Final = (
    cost_by("features", "What each feature costs.", ("feature",)),
    cost_by("segments", "What each group of users costs.", ("segment",)),
    cost_by("versions", "What each version of a prompt costs.", ("prompt", "version")),
    cost_by("models", "What each model and service tier costs.", ("model", "tier")),
    cost_by("tenants", "What each tenant costs.", ("tenant",)),
)
