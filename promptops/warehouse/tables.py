"""The tables of recorded calls as every database has them, and sums over them.

The names and types are those of the ledger's file, and so of its Parquet export: a team that loads
the export into a database of its own asks it the same questions.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

import ibis
from ibis import _

from promptops.ledger.billed_tables import BILLED_COLUMNS
from promptops.ledger.call_tables import (
    CALL_COLUMNS,
    CONTEXT_COLUMNS,
    OUTCOME_COLUMNS,
    TOKEN_COLUMNS,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ibis.common.deferred import Deferred
    from ibis.expr.types import Table

TEXTS: Final = frozenset(
    "call_id tenant session retry_cause finish error model prompt version prompt_sha256 label "
    "variant feature segment model_served tier source write_ttl long_ttl price_sha256 "
    "outcome_id kind price billed_id vendor report grouping workspace api_key item usd".split()
)
_NO_MORE: Final[Mapping[str, Deferred]] = MappingProxyType({})
REALS: Final = frozenset(("at", "latency", "first_byte", "begins", "ends"))
PAID: Final = ("price_sha256", "write_ttl", "long_ttl")
SUMMED: Final = ("calls", "untold", *TOKEN_COLUMNS, "reasoning_tokens")


def _table(name: str, columns: Sequence[str]) -> Table:
    kinds = {
        column: "string" if column in TEXTS else "float64" if column in REALS else "int64"
        for column in columns
    }
    return ibis.table(kinds, name=name)


CALLS: Final = _table("calls", CALL_COLUMNS)
CONTEXTS: Final = _table("contexts", CONTEXT_COLUMNS)
OUTCOMES: Final = _table("outcomes", OUTCOME_COLUMNS)
# Not a table but in Parquet: databases find the call of an outcome by an index of sessions.
OUTCOMES_IN_CONTEXT: Final = _table(
    "outcomes_in_context",
    ("outcome_id", "at", "kind", "good", "value_nanousd", "context_id", "day"),
)
PRICES: Final = _table("prices", ("price_sha256", "model", "price"))
BILLED: Final = _table("billed", BILLED_COLUMNS)


def summed(
    by: Sequence[str] = (), calls: Table = CALLS, more: Mapping[str, Deferred] = _NO_MORE
) -> Table:
    """Return sums over calls by columns of calls or of contexts, and by what they paid.

    Columns: ``by``, ``price_sha256``, ``write_ttl``, ``long_ttl``, then ``SUMMED``: how many calls
    there are, how many of them tell no usage, and tokens, then ``more``. Dollars are sums of tokens
    times rates, which ``audit.spending`` works out in ``Decimal``.

    Args:
        by: Names of columns.
        calls: ``CALLS``, or rows of it.
        more: Other sums over calls, by name.
    """
    own = [column for column in by if column in calls.columns]
    # The ledger's index has tenants by day: grouped in its order, calls need not be sorted.
    first = ["day"] if own == ["tenant"] else []
    # By a number first: the texts of a few thousand groups are looked up, not those of each call.
    groups = calls.group_by("context_id", *first, *own).agg(
        calls=_.count(),
        untold=_.count() - _.input_tokens.count(),
        **{name: _[name].sum() for name in (*TOKEN_COLUMNS, "reasoning_tokens")},
        **more,
    )
    wanted: Any = [*by, *PAID]
    return (
        groups.join(CONTEXTS, "context_id")
        .group_by(wanted)
        .agg(**{name: _[name].sum() for name in (*SUMMED, *more)})
    )
