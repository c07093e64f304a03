"""How long answers are, against what they may be."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from ibis import _

from promptops.audit.question import Answer, Column, Question
from promptops.statistics.counted import quantile
from promptops.warehouse.tables import CONTEXTS

if TYPE_CHECKING:
    from promptops.audit.question import Window
    from promptops.warehouse.warehouse import Warehouse

_TOLD: Final = "How long answers are against max_tokens: half, 95 % and 99 % are at most so long."
_KEYS: Final = ("prompt", "version", "model", "max_tokens")


def _lengths(house: Warehouse, window: Window) -> Answer:
    calls = window.calls().filter(_.output_tokens.notnull())
    counted = calls.group_by("context_id", "output_tokens").agg(
        calls=_.count(), cut=(_.finish == "length").sum()
    )
    query = (
        counted.join(CONTEXTS, "context_id")
        .group_by([*_KEYS, "output_tokens"])
        .agg(calls=_.calls.sum(), cut=_.cut.sum())
    )
    lengths: dict[tuple[object, ...], Counter[int]] = {}
    cut: Counter[tuple[object, ...]] = Counter()
    for *key, tokens, number, short in house.rows(query):
        lengths.setdefault(tuple(key), Counter())[int(tokens)] += int(number)
        cut[tuple(key)] += int(short or 0)
    ranked = sorted(lengths.items(), key=lambda one: (-one[1].total(), str(one[0])))
    rows = tuple(
        (*key[:3], of.total(), *(quantile(of, share) for share in (0.5, 0.95, 0.99)), max(of),
         key[3], cut[key] / of.total())
        for key, of in ranked
    )  # fmt: skip
    columns = (
        Column("prompt", "text", "prompt"), Column("version", "text", "version"),
        Column("model", "text", "model"), Column("calls", "count", "calls"),
        Column("p50", "tokens", "p50"), Column("p95", "tokens", "p95"),
        Column("p99", "tokens", "p99"), Column("most", "tokens", "most"),
        Column("max_tokens", "tokens", "limit"), Column("cut", "share", "cut"),
    )  # fmt: skip
    return Answer("lengths", _TOLD, columns, rows)


QUESTIONS: Final = (Question("lengths", _TOLD, _lengths),)
