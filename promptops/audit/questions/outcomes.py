"""What a good outcome costs: all calls are paid for, also those that nothing came of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ibis import _

from promptops.audit.question import Answer, Column, Question
from promptops.audit.questions.costs import unknown
from promptops.audit.spending import Spending, spending
from promptops.warehouse.tables import CALLS, CONTEXTS, OUTCOMES

if TYPE_CHECKING:
    from collections.abc import Callable

    from ibis.expr.types import Table

    from promptops.audit.question import Window
    from promptops.warehouse.warehouse import Warehouse

NANO: Final = 1_000_000_000


def outcomes_by(calls: Table, by: tuple[str, ...]) -> Table:
    """Return outcomes by their kind and by columns of the calls that they came of.

    An outcome of a session is that of the session's last call before it. Columns: ``by``, kind,
    how many there are, how many are good, the sum of their values in billionths of a dollar.
    """
    own = OUTCOMES.filter(OUTCOMES.call_id.notnull())
    direct = own.join(calls, own.call_id == calls.call_id).select(
        own.kind, own.good, own.value_nanousd, calls.context_id
    )
    lasts = _last_calls(calls)
    of_session = OUTCOMES.join(lasts, OUTCOMES.outcome_id == lasts.outcome_id).select(
        OUTCOMES.kind, OUTCOMES.good, OUTCOMES.value_nanousd, lasts.context_id
    )
    # By a number first, as sums of calls are.
    groups = (
        direct.union(of_session)
        .group_by("context_id", "kind")
        .agg(told=_.count(), good=_.good.sum(), value=_.value_nanousd.sum())
    )
    wanted: Any = [*by, "kind"]
    return (
        groups.join(CONTEXTS, "context_id")
        .group_by(wanted)
        .agg(told=_.told.sum(), good=_.good.sum(), value=_.value.sum())
    )


def _last_calls(calls: Table) -> Table:
    """Return the context of the last call of its session before it, for each outcome of one.

    The time is looked up first, then the call of that time: databases group numbers faster than
    they order calls.
    """
    told = OUTCOMES.filter(OUTCOMES.call_id.isnull())
    times = (
        told.join(calls, (told.session == calls.session) & (calls.at <= told.at))
        .select(told.outcome_id, told.session, begun=calls.at)
        .group_by("outcome_id")
        .agg(session=_.session.min(), begun=_.begun.max())
    )
    same = CALLS.view()  # of a time that was found among the calls
    return (
        times.join(same, (times.session == same.session) & (times.begun == same.at))
        .select(times.outcome_id, same.context_id)
        .group_by("outcome_id")
        .agg(context_id=_.context_id.min())
    )


def _asking(name: str, title: str, by: tuple[str, ...]) -> Callable[[Warehouse, Window], Answer]:
    def ask(house: Warehouse, window: Window) -> Answer:
        calls = window.calls()
        spent = spending(house, by, calls)
        rows = []
        for *keys, kind, told, good, value in house.rows(outcomes_by(calls, by)):
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
