"""What a good outcome costs: all calls are paid for, also those that nothing came of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ibis import _

from promptops.audit.question import Answer, Column, Question
from promptops.audit.questions.costs import unknown
from promptops.audit.spending import spending
from promptops.audit.spent import Spending
from promptops.warehouse.tables import CONTEXTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from ibis.expr.types import Table

    from promptops.audit.question import Window
    from promptops.warehouse.warehouse import Warehouse

NANO: Final = 1_000_000_000


def outcomes_by(told: Table, by: tuple[str, ...]) -> Table:
    """Return outcomes by their kind and by columns of the contexts that they came of.

    Columns: ``by``, kind, how many there are, how many are good, the sum of their values in
    billionths of a dollar.

    Args:
        told: Rows of ``warehouse.tables.OUTCOMES_IN_CONTEXT``.
        by: Names of columns.
    """
    # By a number first, as sums of calls are.
    groups = told.group_by("context_id", "kind").agg(
        told=_.count(), good=_.good.sum(), value=_.value_nanousd.sum()
    )
    wanted: Any = [*by, "kind"]
    return (
        groups.join(CONTEXTS, "context_id")
        .group_by(wanted)
        .agg(told=_.told.sum(), good=_.good.sum(), value=_.value.sum())
    )


def _asking(name: str, title: str, by: tuple[str, ...]) -> Callable[[Warehouse, Window], Answer]:
    def ask(house: Warehouse, window: Window) -> Answer:
        spent = spending(house, by, window.calls())
        rows = []
        for *keys, kind, told, good, value in house.rows(outcomes_by(window.outcomes(), by)):
            paid = spent.get(tuple(keys), Spending())
            successes = int(good or 0)
            rows.append(
                (*keys, kind, successes, successes / int(told), paid.calls, paid.usd,
                 paid.usd / successes if successes else None,
                 None if value is None else _usd(value))
            )  # fmt: skip
        rows.sort(key=lambda row: (-(row[-2] or 0), str(row)))
        columns = (
            *(Column(one, "text", one) for one in by),
            Column("outcome", "text", "outcome"), Column("good", "count", "good"),
            Column("good_share", "share", "of told"), Column("calls", "count", "calls"),
            Column("usd", "usd", "cost"), Column("usd_per_outcome", "usd", "each"),
            Column("value_usd", "usd", "value"),
        )  # fmt: skip
        return Answer(name, title, columns, tuple(rows), tuple(unknown(spent.values())))

    return ask


def _usd(nano: Any) -> Any:
    from decimal import Decimal

    return Decimal(int(nano)) / NANO


def _question(name: str, told: str, by: tuple[str, ...]) -> Question:
    return Question(name, told, _asking(name, told, by))


QUESTIONS: Final = (
    _question("outcomes", "What each good outcome costs, by feature.", ("feature",)),
    _question(
        "outcomes-by-version", "What each good outcome costs, by version.", ("prompt", "version")
    ),
)
